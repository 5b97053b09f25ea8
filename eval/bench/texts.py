"""Paragraphs of the public data sets, for benchmarks that need real text."""

from __future__ import annotations

import json
from pathlib import Path


def squad_contexts(path: Path) -> list[str]:
    """The distinct paragraphs of a file in SQuAD form, in order."""
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    contexts = [paragraph["context"] for article in articles for paragraph in article["paragraphs"]]
    return list(dict.fromkeys(contexts))
