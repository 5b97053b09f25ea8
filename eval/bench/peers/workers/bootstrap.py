"""Runs a worker in an environment where our packages aren't installed: ``python bootstrap.py NAME``.

Putting our folder on the path would bring everything that is installed beside it (another torch, for one) into the
peers' environment. So only the packages that lead here are made known, by hand and empty.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType

PACKAGE = ("eval", "bench", "peers", "workers")


def make_packages(workers: Path) -> None:
    """Makes ``eval.bench.peers.workers`` importable from the folder ``workers``, and nothing outside ``eval``."""
    folder = workers
    for depth in range(len(PACKAGE), 0, -1):
        module = ModuleType(".".join(PACKAGE[:depth]))
        module.__path__ = [str(folder)]
        sys.modules[module.__name__] = module
        folder = folder.parent


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    # Python puts this folder first on the path, where haystack.py would hide the real one.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != here]
    make_packages(here)
    runpy.run_module(f"{'.'.join(PACKAGE)}.{sys.argv[1]}", run_name="__main__", alter_sys=True)
