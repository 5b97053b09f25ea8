"""What may import what, and what importing costs."""

from __future__ import annotations

import subprocess
import sys


def test_importing_index_and_rag_loads_no_model_library() -> None:
    script = (
        "import sys, pkgutil, importlib\n"
        "import index, rag\n"
        "for package in (index, rag):\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'faiss', 'tantivy', 'sklearn'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
