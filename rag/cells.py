"""An answer out of a table's row is one cell: what its text puts between cells stands nowhere in the upload."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.document import MARKS_PUT_IN, BlockKind
from index.offsets import INSERTED
from index.store.protocol import DocumentContent
from rag.read import Mark

_OF, _NEXT = MARKS_PUT_IN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A stretch of a row between marks put in; ``value`` where it stands after a header."""

    start: int
    end: int
    value: bool


def within_cell(content: DocumentContent, mark: Mark) -> Mark:
    """The mark, cut to one cell where it reaches over several of a row.

    Of several, the first value that it touches; where it touches but a header, the value that belongs to it. A mark
    in running text, or over more than one row, comes back as it is.
    """
    index = bisect_right(content.blocks, mark.start, key=lambda block: block.start) - 1
    if index < 0 or content.blocks[index].kind is not BlockKind.ROW or mark.end > content.blocks[index].end:
        return mark
    block = content.blocks[index]
    cells = list(_cells(content, block.start, block.end))
    touched = [cell for cell in cells if cell.start < mark.end and mark.start < cell.end]
    if len(touched) < 2:
        return mark
    best = next((cell for cell in touched if cell.value), touched[0])
    start, end = max(mark.start, best.start), min(mark.end, best.end)
    return replace(mark, start=start, end=end, items=())


def _cells(content: DocumentContent, start: int, end: int) -> Iterator[_Cell]:
    """The cells of a row, headers and values."""
    raw = content.offsets.indices(start, end).tolist()
    begin, after_header = start, False
    for at in range(start, end + 1):
        character = content.text[at] if at < end else _NEXT
        if at < end and (raw[at - start] != INSERTED or character not in MARKS_PUT_IN):
            continue
        if begin < at:
            yield _Cell(start=begin, end=at, value=after_header)
        begin, after_header = at + 1, character == _OF
