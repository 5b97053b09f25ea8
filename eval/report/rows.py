"""Rows as the page's script reads them: compact, each context once, within a budget that the page states.

Offsets are given in UTF-16 units, JavaScript's way to count, where the rows hold Unicode code points.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from eval.row import Bin, Cited, Row

MOST_ROWS = 30_000
"""Rows that one page holds at most."""

MOST_CHARACTERS = 4_000_000
"""Characters of contexts, evidence and candidates that one page holds at most (about 3 bytes each)."""

CONTEXT = 600
"""Characters of a context that are kept on each side of the evidence."""

CANDIDATES = 5


def utf16(text: str, position: int) -> int:
    """The code point index ``position`` of ``text`` in UTF-16 units."""
    # Half of a surrogate pair may stand in a question file's JSON; it is one unit too.
    return len(text[:position].encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A context cut down to what is near its evidence; offsets count from its start."""

    text: str
    start: int
    end: int
    evidence_start: int
    evidence_end: int
    cut_before: bool
    cut_after: bool


def window(cited: Cited, around: int) -> Window:
    """``around`` characters on each side of the evidence and the span."""
    first = min(cited.start, cited.evidence_start)
    last = max(cited.end, cited.evidence_end)
    left, right = max(0, first - around), min(len(cited.context), last + around)
    return Window(
        text=cited.context[left:right],
        start=cited.start - left,
        end=cited.end - left,
        evidence_start=cited.evidence_start - left,
        evidence_end=cited.evidence_end - left,
        cut_before=left > 0,
        cut_after=right < len(cited.context),
    )


@dataclass(slots=True)
class Texts:
    """Texts by number, each kept once; ``characters`` is their sum."""

    known: dict[str, int] = field(default_factory=dict)
    characters: int = 0

    def number(self, text: str) -> int:
        """The number of ``text``."""
        if text not in self.known:
            self.known[text] = len(self.known)
            self.characters += len(text)
        return self.known[text]

    def listed(self) -> list[str]:
        """By number."""
        return list(self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What was left out for size: rows altogether, and contexts and further candidates of rows that are there."""

    rows: int
    brief: int


def is_wrong(row: Row) -> bool:
    """In any bin but the right one; without bins (*retrieve*), answerable with no passage found."""
    if row.bin is None:
        return row.answerable and not row.ranks
    return row.bin is not Bin.RIGHT


def worst(rows: Sequence[Row], most: int = 20) -> list[Row]:
    """Answers that are wrong, the most confident first, those whose evidence is wrong as well before the others:
    the probability is about the evidence, so a span cut too long from the right sentence is no overconfidence.
    """
    wrong = [row for row in rows if is_wrong(row) and not row.declined and row.probability is not None]

    def order(row: Row) -> tuple[bool, float]:
        held = row.answerable and bool(row.candidates) and row.candidates[0].holds_answer
        return held, -(row.probability if row.probability is not None else 0.0)

    return sorted(wrong, key=order)[:most]


def lost(rows: Sequence[Row], most: int = 20) -> list[Row]:
    """For *retrieve*: not found first, then the deepest first right passage (beyond rank 1)."""
    answerable = [row for row in rows if row.answerable and (not row.ranks or row.ranks[0] > 1)]
    return sorted(answerable, key=lambda row: -(row.ranks[0] if row.ranks else row.depth + 1))[:most]


def payload(rows: Sequence[Row]) -> tuple[dict[str, Any], Cut]:
    """What the page embeds, and what it leaves out.

    When there is more text than :data:`MOST_CHARACTERS`, wrong rows keep their contexts first: they are what people
    come to read.
    """
    kept = rows[:MOST_ROWS]
    texts = Texts()
    detailed = _with_details(kept, texts)
    names = _Names(
        scores=list(dict.fromkeys(name for row in rows for name in row.scores)),
        stages=list(dict.fromkeys(stage for row in rows for stage in row.timings_ms)),
    )
    listed = [_row(row, texts, names, full=index in detailed) for index, row in enumerate(kept)]
    brief = sum(1 for index, row in enumerate(kept) if row.candidates and index not in detailed)
    found = {"scores": names.scores, "stages": names.stages, "rows": listed, "texts": texts.listed()}
    return found, Cut(rows=len(rows) - len(kept), brief=brief)


def _with_details(rows: Sequence[Row], texts: Texts) -> set[int]:
    """Which rows keep contexts and candidates; their texts are numbered on the way."""
    chosen: set[int] = set()
    for index in sorted(range(len(rows)), key=lambda index: not is_wrong(rows[index])):
        if texts.characters > MOST_CHARACTERS:
            break
        for place, cited in enumerate(rows[index].candidates[:CANDIDATES]):
            texts.number(window(cited, _around(place, full=True)).text)
        chosen.add(index)
    return chosen


@dataclass(frozen=True, slots=True)
class _Names:
    """The measures and stages of all rows, in whose order a row lists its values."""

    scores: list[str]
    stages: list[str]


def _row(row: Row, texts: Texts, names: _Names, *, full: bool) -> dict[str, Any]:
    """One row under short names, what is empty left out."""
    found = {
        "i": row.id,
        "q": row.question,
        "k": row.kind,
        "g": list(row.tags),
        "a": list(dict.fromkeys(row.answers)),
        "e": list(dict.fromkeys(row.evidences)) if full else [],
        "p": row.prediction,
        "d": int(row.declined),
        "b": row.bin.value if row.bin is not None else "",
        "r": list(row.ranks[:5]),
        "n": row.depth,
        "v": row.read,
        "t": _listed(row.timings_ms, names.stages, 1),
        "s": _listed(row.scores, names.scores, 4),
        "c": [
            _cited(cited, texts, around=_around(place, full=full))
            for place, cited in enumerate(row.candidates[: CANDIDATES if full else 1])
        ],
    }
    kept = {key: value for key, value in found.items() if value}
    if row.probability is not None:
        kept["y"] = round(row.probability, 4)
    if row.relevant is not None:
        kept["w"] = row.relevant
    if not is_wrong(row):
        kept["o"] = 1
    return kept


def _listed(values: Mapping[str, float], names: Sequence[str], digits: int) -> list[float | None]:
    """By the order of ``names``; whole numbers without their ".0"."""
    rounded = [round(values[name], digits) if name in values else None for name in names]
    return [int(one) if one is not None and one.is_integer() else one for one in rounded]


def _around(place: int, *, full: bool) -> int:
    """Characters kept beside the evidence: only the answer is read in its context, not the other candidates."""
    return CONTEXT if full and place == 0 else 0


def _cited(cited: Cited, texts: Texts, *, around: int) -> dict[str, Any]:
    shown = window(cited, around)
    found: dict[str, Any] = {
        "x": texts.number(shown.text),
        "m": [
            utf16(shown.text, position)
            for position in (shown.start, shown.end, shown.evidence_start, shown.evidence_end)
        ],
        "u": int(shown.cut_before) + 2 * int(shown.cut_after),
        "y": round(cited.probability, 4),
        "f": cited.document,
        "h": list(cited.heading_path),
        "z": cited.page,
        "l": cited.first_line,
        "k": int(cited.holds_answer),
        "v": int(cited.verified),
    }
    return {key: value for key, value in found.items() if value or key in ("x", "y")}


def segments(shown: Window, answers: Sequence[str] = ()) -> list[tuple[str, str]]:
    """The window's text in pieces, none empty, each with its classes in words: ``evidence``, ``span`` and ``gold``
    (where an accepted answer of two characters or more stands)."""
    ranges = [
        ("evidence", shown.evidence_start, shown.evidence_end),
        ("span", shown.start, shown.end),
        *(("gold", *match.span()) for match in _occurrences(shown.text, answers)),
    ]
    points = sorted({0, len(shown.text), *(point for _, *bounds in ranges for point in bounds)})
    pieces = []
    for left, right in pairwise(points):
        names = dict.fromkeys(name for name, start, end in ranges if start <= left < end)
        pieces.append((shown.text[left:right], " ".join(names)))
    return pieces


def _occurrences(text: str, answers: Sequence[str]) -> list[re.Match[str]]:
    return [
        match
        for answer in dict.fromkeys(answers)
        if len(answer) > 1
        for match in re.finditer(re.escape(answer), text)
    ]


def source(cited: Cited) -> str:
    """Where a span stands, in words: ``章程.pdf › 第二章 › 第 3 页``."""
    place = f"第 {cited.page} 页" if cited.page is not None else ""
    if not place and cited.first_line is not None:
        place = f"第 {cited.first_line} 行"
    return " › ".join(part for part in (cited.document, *cited.heading_path, place) if part)
