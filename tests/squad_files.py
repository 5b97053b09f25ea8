"""SQuAD-form files as the training reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_squad(path: Path, paragraphs: Sequence[Mapping[str, Any]]) -> Path:
    """One article of the paragraphs."""
    path.write_text(json.dumps({"data": [{"title": "条目", "paragraphs": paragraphs}]}), encoding="utf-8")
    return path


def paragraph(context: str, asked: Mapping[str, str | None]) -> dict[str, Any]:
    """A paragraph with questions -> answers, None for those that it can't answer."""
    return {"context": context, "qas": [_qa(context, *pair) for pair in asked.items()]}


def _qa(context: str, question: str, answer: str | None) -> dict[str, Any]:
    if answer is None:
        return {"question": question, "answers": [], "is_impossible": True}
    return {"question": question, "answers": [{"text": answer, "answer_start": context.index(answer)}]}
