"""Questions with the place of their answer, from SQuAD-form JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.document import Document
from index.loaders import loader_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question whose answer stands at ``[start, end)`` of the clean text of ``source``.

    ``start == end`` marks one that the paragraph can't answer, though it seems to.
    """

    source: str
    question: str
    start: int
    end: int


def load_squad(path: Path) -> Iterator[tuple[Document, bytes, list[Example]]]:
    """Every paragraph as a document (with the article's title), its upload, and its questions.

    Answerable questions whose answer doesn't stand where the file says, nor anywhere in the paragraph, are left
    out: in machine-translated sets those are the noisy ones.
    """
    number = 0
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            context: str = paragraph["context"]
            if not context.strip():
                continue
            source = f"{path.stem}/{number}.txt"
            number += 1
            upload = context.encode()
            document = loader_for(source).load(upload, source=source, encoding="utf-8")
            document = dataclasses.replace(document, title=str(article.get("title", "")))
            clean = _clean_positions(document, len(context))
            examples = (_example(qa, context, clean, source) for qa in paragraph["qas"])
            yield document, upload, [example for example in examples if example is not None]


def _clean_positions(document: Document, raw_length: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Where each raw character stands in the clean text, shape (raw_length,); -1 where it was left out."""
    raw = document.offsets.indices(0, len(document.text))
    clean = np.full(raw_length, -1, dtype=np.int64)
    kept = np.flatnonzero(raw >= 0)
    clean[raw[kept]] = kept
    return clean


def _example(
    qa: dict[str, Any], context: str, clean: np.ndarray[Any, np.dtype[np.int64]], source: str
) -> Example | None:
    if qa.get("is_impossible"):
        return Example(source=source, question=qa["question"], start=0, end=0)
    answers = [answer for answer in qa.get("answers", ()) if answer["text"].strip()]
    if not answers:
        return None
    text, start = answers[0]["text"], int(answers[0]["answer_start"])
    if context[start : start + len(text)] != text:
        start = context.find(text)
    positions = clean[start : start + len(text)] if start >= 0 else np.zeros(0, np.int64)
    positions = positions[positions >= 0]
    if positions.size == 0:
        return None
    first, last = int(positions.min()), int(positions.max())
    return Example(source=source, question=qa["question"], start=first, end=last + 1)
