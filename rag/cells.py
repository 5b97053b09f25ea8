"""An answer out of a table is one cell: the one whose label and header the question names.

What a row's text puts between cells stands nowhere in the upload, so no answer may reach over it; and a reader
trained on running text finds the right row more often than the right column.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace

from index.document import MARKS_PUT_IN, Block, BlockKind
from index.offsets import INSERTED
from index.segment import fold
from index.store.protocol import DocumentContent
from rag.cite import block_at
from rag.read import Mark

_OF, _NEXT = MARKS_PUT_IN
_NAMED = 0.6
"""Of a cell's label and header, half and half, the share that a question must name to be asking for that cell."""
_GRAM = re.compile(r"[0-9]+(?:\.[0-9]+)?|[a-z]+|(?=([^\W0-9a-z_]{2}))|[^\W0-9a-z_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A cell of a row: ``[start, end)`` in the document, and what stands before it, its row's label and its header.

    Args:
        key: label and header; empty for a cell that is a header itself.
        label: what the row's keys have in common; empty where they have nothing.
    """

    start: int
    end: int
    key: str
    label: str = ""


def within_cell(content: DocumentContent, mark: Mark, question: str) -> Mark:
    """The mark, cut or moved to one cell where it stands in rows of a table.

    Of the rows in its passage, the cell whose label and header the question names best, if it names them well and
    better than those of the first cell that the mark touches; else that one. A mark in running text comes back as
    it is.
    """
    touched = _rows(content, mark.start, mark.end)
    if not touched or block_at(content, mark.start) != touched[0]:
        return mark
    cells = [cell for row in touched for cell in _cells(content, row)]
    own = next((cell for cell in cells if cell.end > mark.start and cell.key), None)
    asked = _grams(question)
    rivals = [
        cell
        for row in _rows(content, mark.passage.start, mark.passage.end)
        for cell in _cells(content, row)
        if cell.key and (cell.label or row in touched[:1])
    ]
    best = max(rivals, key=lambda cell: _named(cell, asked), default=None)
    if best is not None and _named(best, asked) >= max(_NAMED, _named(own, asked) + 1e-9 if own else 0.0):
        row = block_at(content, best.start)
        assert row is not None  # a cell is part of its row
        return replace(
            mark, start=best.start, end=best.end, evidence_start=row.start, evidence_end=row.end, items=()
        )
    return _cut(mark, cells, own)


def _cut(mark: Mark, cells: list[_Cell], own: _Cell | None) -> Mark:
    """The mark, no longer than one cell: the one that holds it all, else ``own``."""
    inside = next((cell for cell in cells if cell.start <= mark.start and mark.end <= cell.end), own)
    if inside is None:
        return mark
    start, end = max(mark.start, inside.start), min(mark.end, inside.end)
    if start >= end:  # it touches but the header of that cell
        start, end = inside.start, inside.end
    return replace(
        mark, start=start, end=end, items=mark.items if (start, end) == (mark.start, mark.end) else ()
    )


def _rows(content: DocumentContent, start: int, end: int) -> list[Block]:
    """Rows of tables that a stretch touches."""
    first = max(bisect_right(content.blocks, start, key=lambda block: block.start) - 1, 0)
    out: list[Block] = []
    for block in content.blocks[first:]:
        if block.start >= end:
            break
        if block.kind is BlockKind.ROW and block.end > start:
            out.append(block)
    return out


def _cells(content: DocumentContent, row: Block) -> list[_Cell]:
    """The cells of a row, headers (without a key) and values."""
    raw = content.offsets.indices(row.start, row.end).tolist()
    found: list[_Cell] = []
    begin, key = row.start, ""
    for at in range(row.start, row.end + 1):
        character = content.text[at] if at < row.end else _NEXT
        if at < row.end and (raw[at - row.start] != INSERTED or character not in MARKS_PUT_IN):
            continue
        if begin < at:
            found.append(_Cell(start=begin, end=at, key=key))
        key = content.text[begin:at] if character == _OF else ""
        begin = at + 1
    keys = [cell.key for cell in found if cell.key]
    first, last = min(keys, default=""), max(keys, default="")
    shared = next((at for at, character in enumerate(first) if character != last[at]), len(first))
    label = first[:shared].rpartition(" ")[0] if len(keys) > 1 else ""
    return [replace(cell, label=label) if cell.key else cell for cell in found]


def _named(cell: _Cell, asked: frozenset[str]) -> float:
    """How well a question names a cell, in [0, 1]."""
    header = _share(cell.key[len(cell.label) :], asked)
    return (_share(cell.label, asked) + header) / 2 if cell.label else header


def _grams(text: str) -> frozenset[str]:
    """Numbers, Latin words, and pairs of Chinese characters that stand together."""
    return frozenset(found.group(1) or found.group(0) for found in _GRAM.finditer(fold(text))) - {""}


def _share(words: str, asked: frozenset[str]) -> float:
    """Of words, the share that is asked for, in [0, 1]; a single Chinese character counts for nothing."""
    said = {gram for gram in _grams(words) if len(gram) > 1 or gram.isascii()}
    return len(said & asked) / len(said) if said else 0.0
