"""One question's outcome: what ``rows.jsonl`` keeps, and all that measures, bins and reports are made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Bin(StrEnum):
    """Where a question went right or wrong; the first that applies, in this order."""

    RIGHT = "right"
    SHOULD_HAVE_DECLINED = "should_have_declined"
    NOT_IN_INDEX = "not_in_index"
    SPLIT_APART = "split_apart"
    NOT_RETRIEVED = "not_retrieved"
    WRONGLY_DECLINED = "wrongly_declined"
    SPAN_TOO_LONG = "span_too_long"
    SPAN_TOO_SHORT = "span_too_short"
    NOT_READ = "not_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A span that the system offered, with enough around it to be read.

    Args:
        text: the span, ``context[start:end]``.
        probability: in [0, 1].
        evidence_start, evidence_end: its sentence, in characters of ``context``, as are ``start`` and ``end``.
        document: file name.
        page, first_line: from 1; None where the upload has none.
        holds_answer: the evidence holds an accepted answer, in the document that the question names, if it does.
        verified: the upload, read again, says the same there.
    """

    text: str
    probability: float
    context: str
    start: int
    end: int
    evidence_start: int
    evidence_end: int
    document: str
    heading_path: tuple[str, ...]
    page: int | None
    first_line: int | None
    holds_answer: bool
    verified: bool

    @property
    def evidence(self) -> str:
        """The sentence around the span."""
        return self.context[self.evidence_start : self.evidence_end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question's outcome in one run.

    Args:
        kind: type of question ("when", "who", …): the file's word, else :func:`rag.question.question_type`'s.
        answers: accepted ones, empty when it must be declined; ``evidences``: accepted evidence sentences.
        prediction: the answer given; empty when it was declined, or the task gives none (*retrieve*).
        probability: of the best candidate, in [0, 1], declined or not; None where the task gives none.
        candidates: spans considered, best first; the first is the answer, or would have been.
        ranks: ranks from 1 of the passages that hold an accepted answer, ascending, among ``depth`` looked at.
        relevant: how many passages of the index hold one; None where that isn't known.
        read: passages that were read to answer; 0 in *retrieve*.
        timings_ms: by stage, "total" among them.
        scores: by measure name, for measures that have a value for one question; in [0, 1].
        bin: None in *retrieve* where nothing was answered.
    """

    id: str
    question: str
    kind: str
    tags: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    evidences: tuple[str, ...] = ()
    prediction: str = ""
    declined: bool = False
    probability: float | None = None
    candidates: tuple[Cited, ...] = ()
    ranks: tuple[int, ...] = ()
    relevant: int | None = None
    depth: int = 0
    read: int = 0
    timings_ms: dict[str, float] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    bin: Bin | None = None

    @property
    def answerable(self) -> bool:
        """Whether there is an answer to be found."""
        return bool(self.answers)

    @property
    def best(self) -> str:
        """The best candidate's text, declined or not; empty when there was none."""
        return self.candidates[0].text if self.candidates else ""
