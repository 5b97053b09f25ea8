"""A page as lines in reading order, with its tables and notes told apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.loaders.pdf.characters import PageText
from index.loaders.pdf.fragments import Fragment, Line, columns, fragments, rows
from index.loaders.pdf.rulings import Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Lines that are read one after the other, or a table in their place.

    Args:
        left, right: between which its lines run, shares of the page.
    """

    left: float
    right: float
    lines: tuple[Line, ...] = ()
    grid: Grid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLayout:
    """A page, read.

    Args:
        number: from 1.
        start: of its text in the raw text of the document.
        columns: in reading order.
        notes: lines of footnotes.
    """

    number: int
    start: int
    page: PageText
    columns: tuple[Column, ...]
    notes: tuple[Line, ...] = ()

    @property
    def lines(self) -> list[Line]:
        """All lines outside tables and notes."""
        return [line for column in self.columns for line in column.lines]


def arrange(number: int, start: int, page: PageText, tables: Sequence[Grid]) -> PageLayout:
    """Tables first, then what is around them, column by column."""
    taken = np.zeros(len(page.text), dtype=bool)
    for grid in tables:
        taken |= grid.cell_of(page) >= 0
    parts = fragments(page, left_out=taken)
    found: list[Column] = []
    edges = sorted(tables, key=lambda grid: grid.top)
    for group in columns(parts, page.aspect):
        found.extend(_around(group, edges))
    for grid in edges:
        at = next((i for i, column in enumerate(found) if _follows(column, grid)), len(found))
        found.insert(at, Column(left=grid.left, right=grid.right, grid=grid))
    return PageLayout(number=number, start=start, page=page, columns=tuple(found))


def _around(parts: Sequence[Fragment], tables: Sequence[Grid]) -> list[Column]:
    """A column, cut where a table stands in it."""
    out: list[Column] = []
    lines = rows(parts)
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    held: list[Line] = []
    for line in lines:
        between = held and any(
            held[-1].bottom <= grid.top + 0.01
            and grid.bottom <= line.top + 0.01
            and grid.left < right
            and grid.right > left
            for grid in tables
        )
        if between:
            out.append(Column(left=left, right=right, lines=tuple(held)))
            held = []
        held.append(line)
    out.append(Column(left=left, right=right, lines=tuple(held)))
    return out


def _follows(column: Column, grid: Grid) -> bool:
    """Whether a column is read after a table: it is below, or in a column to the right."""
    if column.grid is not None:
        return column.grid.top > grid.top and column.grid.left >= grid.left - 0.1
    top = column.lines[0].top
    beside = column.left >= grid.right - 0.01
    below = top >= grid.bottom - 0.01 and column.left < grid.right and column.right > grid.left
    return beside or below


_EDGE = 0.12
"""Of a page's height, where running heads and page numbers stand."""
_PAGE_NUMBER = re.compile(
    r"[-—–·•|/\s]*(?:第\s*)?(?:[0-9０-９]{1,4}|[ivxlcIVXLC]{1,6}|[一二三四五六七八九十百〇零]{1,5})(?:\s*页)?"
    r"(?:\s*[/,，]?\s*共?\s*[0-9]{1,4}\s*页?)?[-—–·•|/\s]*"
)

_DASHED_NUMBER = re.compile(r"[-—–－]\s*[0-9０-９]{1,4}\s*[-—–－]")


def without_furniture(pages: Sequence[PageLayout]) -> list[PageLayout]:
    """Without running heads, running feet and page numbers.

    A line at a page's upper or lower edge that two other pages have at the same height, digits aside, is one, unless
    it stands in the text as any other line of it. In a file of two pages, one other is enough. An outermost line of
    nothing but a page number is one, too. However near the text, so are a number between dashes, and words that half
    of the pages have there.
    """
    seen: Counter[tuple[str, int]] = Counter()
    same: Counter[tuple[str, int]] = Counter()
    for layout in pages:
        for line in set(_edges(layout)):
            seen.update(_keys(layout, line))
            same.update(_keys(layout, line, exact=True))
    least = max(2, min(3, len(pages)))
    often = max(least, len(pages) / 2)
    out = []
    for layout in pages:
        edges = _edges(layout)
        gone = {
            line
            for line in edges
            if max(seen[key] for key in _keys(layout, line)) >= least or _is_number(layout, line)
        }
        sure = {
            line
            for line in gone
            if _DASHED_NUMBER.fullmatch(line.text(layout.page).strip())
            or (
                _is_worded(layout, line)
                and max(same[key] for key in _keys(layout, line, exact=True)) >= often
            )
        }
        gone -= {line for line in gone - sure if _in_text(layout, line, gone)}
        out.append(_dropping(layout, gone) if gone else layout)
    return out


def _edges(layout: PageLayout) -> list[Line]:
    return [line for line in layout.lines if line.bottom <= _EDGE or line.top >= 1 - _EDGE]


def _keys(layout: PageLayout, line: Line, *, exact: bool = False) -> list[tuple[str, int]]:
    """What a running line has in common over pages; heights are told apart by 1 % of a page."""
    words = "".join(line.text(layout.page).split())
    if not exact:
        words = re.sub(r"[0-9０-９一二三四五六七八九十百〇零]+", "#", words)
    height = 100 * line.top
    return [(words, round(height)), (words, -1 - int(height))]


def _is_worded(layout: PageLayout, line: Line) -> bool:
    """Whether a line says something of its own, and isn't a table's: one over several pages repeats its header."""
    tabled = any(line in column.lines for column in layout.columns if column.grid is not None)
    return not tabled and len(re.findall(r"[\u4e00-\u9fff]", line.text(layout.page))) >= 4


def _in_text(layout: PageLayout, line: Line, others: set[Line]) -> bool:
    """Whether a line is one of the text: as large as a line of it, no farther from it than lines are."""
    inward = [
        other
        for other in layout.lines
        if other not in others
        and other.left < line.right
        and other.right > line.left
        and abs(other.size - line.size) <= 0.03 * line.size
    ]
    height = line.bottom - line.top
    return any(abs(other.top - line.top) <= 1.9 * height for other in inward)


def _is_number(layout: PageLayout, line: Line) -> bool:
    outermost = line.top >= max(other.top for other in layout.lines) or line.bottom <= min(
        other.bottom for other in layout.lines
    )
    return outermost and _PAGE_NUMBER.fullmatch(line.text(layout.page).strip()) is not None


def _dropping(layout: PageLayout, gone: set[Line]) -> PageLayout:
    kept = []
    for column in layout.columns:
        lines = tuple(line for line in column.lines if line not in gone)
        if lines:
            # What ran above or below may have stood out at the sides.
            left, right = min(line.left for line in lines), max(line.right for line in lines)
            kept.append(Column(left=left, right=right, lines=lines))
        elif column.grid is not None:
            kept.append(column)
    return PageLayout(
        number=layout.number, start=layout.start, page=layout.page, columns=tuple(kept), notes=layout.notes
    )


_NOTE = re.compile(
    r"\s*(?:[①-⑳]|\[[0-9]{1,2}\]|［[0-9]{1,2}］|\*{1,3}|[†‡]|注\s?[0-9]{0,2}[:：]|[0-9]{1,2}\s)"
)


def with_notes(layout: PageLayout, body: float) -> PageLayout:
    """Footnotes told apart: small lines at a column's foot, the first of which starts with a mark.

    Args:
        body: font size of the document's text, share of the page's height.
    """
    kept: list[Column] = []
    notes: list[Line] = []
    for column in layout.columns:
        at = len(column.lines)
        while at > 0 and column.lines[at - 1].size <= 0.92 * body and column.lines[at - 1].top > 0.4:
            at -= 1
        starts = [i for i in range(at, len(column.lines)) if _NOTE.match(column.lines[i].text(layout.page))]
        cut = starts[0] if starts else len(column.lines)
        notes.extend(column.lines[cut:])
        if cut > 0 or column.grid is not None:
            kept.append(
                Column(left=column.left, right=column.right, lines=column.lines[:cut], grid=column.grid)
            )
    return PageLayout(
        number=layout.number, start=layout.start, page=layout.page, columns=tuple(kept), notes=tuple(notes)
    )
