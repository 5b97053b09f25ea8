"""What a question gets back. Every offset is a half-open range of Unicode code points of ``Document.text``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from index.document import Box, Part
from index.segment import fold
from rag.explanation import Explanation

_PUNCTUATION = re.compile(r"(?!^[-−]\d)(?:(?<!\d)[^\w%]|[^\w%](?!\d)|_)")
"""All but what makes a number another: "1.5", "5-10" and "-5" keep theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where an answer stands, checked against the upload.

    Args:
        document: the upload's file name; ``source`` is what it was added as, ``document_id`` the store's number.
        heading_path: headings above it, outermost first.
        page: counts from 1; None where the upload has no pages.
        start, end: the answer, half-open, in ``Document.text``.
        quote: ``Document.text[start:end]``.
        evidence: the whole sentence around it, ``Document.text[evidence_start:evidence_end]``.
        first_line, last_line: of the quote in the upload, from 1, both included; 0 where it has no lines.
        boxes: around the quote on its pages (PDF, images), one for each line; else empty.
        parts: the way to it in an upload without lines or pages (sheet and cell, slide, paragraph), outermost first.
        verified: the upload was read again for this answer and says the same at that place.
    """

    document: str
    document_id: int
    collection: str
    source: str
    title: str
    heading_path: tuple[str, ...]
    page: int | None
    first_line: int
    last_line: int
    start: int
    end: int
    quote: str
    evidence: str
    evidence_start: int
    evidence_end: int
    verified: bool
    boxes: tuple[Box, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A span that was considered. ``probability`` in [0, 1] is that of its evidence holding the answer."""

    text: str
    probability: float
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One part of an enumeration; ``start`` and ``end`` in ``Document.text`` of the first citation's document."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer, or the honest lack of one.

    Args:
        text: verbatim words of a document, or of a pair that an administrator wrote; empty when ``abstained``.
        probability: in [0, 1], calibrated: of the answers given at p, about a share p is right. Of a pair: how well
            the question fits it, see :class:`rag.faq.FaqMatch`.
        abstained: the documents don't seem to hold the answer.
        citations: where ``text`` stands, best first: several where documents agree; none when ``abstained``. Of a
            pair: the place that it names, if it names one; the words there needn't be its own.
        items: the parts of an enumeration, where one was asked for and found.
        candidates: the best spans considered, best first; when ``abstained`` these are the nearest places.
        timings_ms: milliseconds by stage, ``total`` among them; a pair answers without retrieval and reading.
        origin: what answers; ``faq_id``: the pair's number, where one does.
        explanation: how it came about, where that was asked for.
        nothing_to_search: ``abstained``, as there isn't any document where one was looked for.
    """

    question: str
    text: str
    probability: float
    abstained: bool
    citations: tuple[Citation, ...] = ()
    items: tuple[Item, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    origin: Literal["document", "faq"] = "document"
    faq_id: int | None = None
    explanation: Explanation | None = None
    nothing_to_search: bool = False


def answer_key(text: str) -> str:
    """What equal answers agree in: folded, without white space and punctuation, but for that of numbers."""
    folded = "".join(fold(text).split())
    return _PUNCTUATION.sub("", folded) or folded
