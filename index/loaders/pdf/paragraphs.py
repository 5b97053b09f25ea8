"""Lines of all pages to blocks: paragraphs joined over lines, columns and pages; headings, captions, rows, notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from index.document import BlockKind
from index.loaders.draft import SPACE, Draft, Piece, draft, joined
from index.loaders.headings import LONGEST_HEADING, is_numbered_heading, is_title
from index.loaders.lines import is_finished
from index.loaders.numbering import number_of
from index.loaders.pdf.characters import PageText
from index.loaders.pdf.fragments import Line
from index.loaders.pdf.levels import levelled
from index.loaders.pdf.pages import Column, PageLayout, with_notes, without_furniture
from index.loaders.tables import NUMBER, YEAR, row_draft, table_row

LARGER = 1.12
"""Times the body's font size from which a short line is a heading."""
_CAPTION = re.compile(
    r"(?:图|表|附图|附表|图表)\s*[0-9一二三四五六七八九十]{1,3}(?:\s*[-－—.．]\s*[0-9]{1,3})?(?![0-9年月日号])"
)
_FAR_IN = 6
"""Times the font size from the column's left at which no paragraph begins."""
_ITEM = re.compile(r"[•●■◆▪○□➢★※·]\s*\S")
_LABEL = re.compile(r"[\u4e00-\u9fff]")


def body_size(pages: Sequence[PageLayout]) -> float:
    """Font size of most of the text, share of the page's height; 0 without any."""
    sizes = [
        (round(line.size, 4), sum(end - start for start, end in line.pieces))
        for page in pages
        for line in page.lines
    ]
    weights: dict[float, int] = {}
    for size, length in sizes:
        weights[size] = weights.get(size, 0) + length
    return max(weights, key=lambda size: weights[size], default=0.0)


def blocks_of(pages: Sequence[PageLayout]) -> Blocks:
    """The blocks of a document, running heads left out and footnotes told apart."""
    pages = without_furniture(pages)
    body = body_size(pages)
    blocks = Blocks(raw="".join(f"{layout.page.text}\f" for layout in pages), body=body)
    for layout in pages:
        blocks.page(with_notes(layout, body))
    blocks.end()
    return blocks


@dataclass(slots=True)
class Blocks:
    """Takes lines one after the other, and knows what to join.

    Args:
        raw: the raw text of the document.
        body: see :func:`body_size`.
    """

    raw: str
    body: float
    drafts: list[Draft] = field(default_factory=list)
    titled: list[bool] = field(default_factory=list)
    _held: list[Piece] = field(default_factory=list)
    _last: tuple[Line, Column] | None = None
    _notes: list[Draft] = field(default_factory=list)
    _header: list[tuple[Piece, ...]] | None = None

    def page(self, layout: PageLayout) -> None:
        """All of one page."""
        for column in layout.columns:
            if column.grid is not None:
                self._table(column, layout)
                continue
            at = 0
            while at < len(column.lines):
                end = self._heading_end(column, at, layout)
                if end > at:
                    self._heading(column.lines[at:end], layout)
                else:
                    self._line(column.lines[at], column, layout)
                at = max(end, at + 1)
        self._take_notes(layout)

    def end(self) -> None:
        """What is still held; then the headings are seen side by side."""
        self._flush()
        self.drafts = levelled(self.drafts)

    def _heading_end(self, column: Column, at: int, layout: PageLayout) -> int:
        """One past the last line of the heading that starts at ``at``, set larger than the text; ``at`` for none."""
        lines, page = column.lines, layout.page
        line = lines[at]
        if self.body <= 0 or line.size < LARGER * self.body:
            return at
        under_way = at > 0 and self._held and self._last is not None and self._last[0] is lines[at - 1]
        if under_way and _goes_on(column, at, page):
            return at
        text, end = line.text(page), at + 1
        while end < len(lines) and len(text) <= LONGEST_HEADING and _goes_on(column, end, page):
            text += lines[end].text(page)
            end += 1
        if len(text) > LONGEST_HEADING or is_finished(text):
            return at
        if not _LABEL.search(text) and not text.strip().isascii():
            return at
        alone = end > at + 1 or _stands_apart(column, at) or line.size > 1.3 * self.body
        return end if alone else at

    def _heading(self, lines: Sequence[Line], layout: PageLayout) -> None:
        """Its level is by its size; see :func:`index.loaders.pdf.levels.levelled`."""
        self._flush()
        if len(lines) > 1:
            pieces = joined(self.raw, [piece for line in lines for piece in _placed(line, layout)])
        else:
            pieces = _spaced(lines[0], layout)
        level = max(1, 7 - round(min(lines[0].size / self.body, 2.0) * 3))
        self._put(draft(self.raw, pieces, wrapped=True, kind=BlockKind.HEADING, level=level), titled=False)

    def _line(self, line: Line, column: Column, layout: PageLayout) -> None:
        pieces = _placed(line, layout)
        text = line.text(layout.page)
        if _CAPTION.match(text) and len(text) <= LONGEST_HEADING and not is_finished(text):
            self._flush()
            caption = draft(self.raw, _spaced(line, layout), wrapped=True, kind=BlockKind.CAPTION)
            self._put(caption, titled=False)
            return
        if self._starts_anew(line, text, column, layout):
            self._flush()
        self._header = None
        self._held.extend(pieces)
        self._last = (line, column)

    def _starts_anew(self, line: Line, text: str, column: Column, layout: PageLayout) -> bool:
        """Whether a line begins a paragraph."""
        if self._last is None or not self._held:
            return True
        above, before = self._last
        em = line.size * layout.page.aspect
        said = self.raw[self._held[-1][0] : self._held[-1][1]]
        number = number_of(text)
        if (_ITEM.match(text) and (is_finished(said) or said[-1:] in "：:；;")) or (
            number is not None and is_numbered_heading(text, number)
        ):
            return True
        if abs(line.size - above.size) > 0.15 * max(line.size, above.size):
            return True
        elsewhere = before is not column
        full = above.right >= before.right - 2.2 * em
        indented = column.left + 1.2 * em < line.left < column.left + _FAR_IN * em
        if (
            not elsewhere
            and _set_far_in(line, column, em)
            and (not full or _ends_below(line, above, column, em))
        ):
            return True
        if indented and len(column.lines) > 1:
            return not (elsewhere and full and not is_finished(said)) or is_finished(said)
        if not elsewhere:
            pitch = line.top - above.top
            apart = pitch > 2.2 * (line.bottom - line.top) + 1e-6 and pitch > 1.35 * _pitch(column)
            if apart:
                return True
        return (
            (is_finished(said) and (not full or (elsewhere and not _runs_on(column, line, em))))
            or (not full and not elsewhere and number is not None)
            or (not full and is_finished(said))
        )

    def _table(self, column: Column, layout: PageLayout) -> None:
        """Rows under their header; a table that goes on from the page before keeps that one's."""
        assert column.grid is not None
        self._flush()
        cells = column.grid.cells(layout.page, layout.start)
        count, rest = header_rows(self.raw, cells)
        if self._header is not None and len(self._header) == len(cells[0]):
            same = self._words(self._header) == self._words(_stacked(cells[:count]))
            header = self._header
            rest = cells[count:] if same else cells
        else:
            header = _stacked(cells[:count])
            for part in (row_draft(self.raw, (), row) for row in ([] if rest else cells)):
                if part is not None:
                    self._put(part, titled=False)
        for row in rest:
            part = table_row(self.raw, header, row)
            if part is not None:
                self._put(part, titled=False)
        self._header = header

    def _words(self, header: Sequence[Sequence[Piece]]) -> list[str]:
        return ["".join(self.raw[start:end] for start, end in cell) for cell in header]

    def _take_notes(self, layout: PageLayout) -> None:
        held: list[Piece] = []
        for line in layout.notes:
            pieces = _placed(line, layout)
            if held and re.match(r"\s*(?:[①-⑳]|\[|［|\*|[†‡]|注|[0-9]{1,2}\s)", line.text(layout.page)):
                self._note(held)
                held = []
            held.extend(pieces)
        if held:
            self._note(held)

    def _note(self, pieces: list[Piece]) -> None:
        self._notes.append(
            draft(self.raw, joined(self.raw, pieces), wrapped=True, kind=BlockKind.NOTE, item=True)
        )
        if not self._held:
            self._flush()

    def _flush(self) -> None:
        """The paragraph under way, then the notes that came up meanwhile."""
        if self._held:
            pieces = joined(self.raw, self._held)
            text_start = self.raw[self._held[0][0] : self._held[0][1]]
            self._put(
                draft(self.raw, pieces, wrapped=True), titled=is_title(text_start) and len(self._held) == 1
            )
        self._held, self._last = [], None
        for note in self._notes:
            self._put(note, titled=False)
        self._notes = []

    def _put(self, part: Draft, *, titled: bool) -> None:
        if part.text:
            self.drafts.append(part)
            self.titled.append(titled)


def _set_far_in(line: Line, column: Column, em: float) -> bool:
    """Whether a line starts further in than any indentation: a signature or date at the right, a centred line."""
    return line.left >= column.left + _FAR_IN * em


def _ends_below(line: Line, above: Line, column: Column, em: float) -> bool:
    """Whether two lines set far in end at the same place: issuer and date, each its own paragraph."""
    return _set_far_in(above, column, em) and abs(above.right - line.right) < 0.5 * em


def _runs_on(column: Column, line: Line, em: float) -> bool:
    return line.left <= column.left + 0.5 * em


def _pitch(column: Column) -> float:
    tops = [line.top for line in column.lines]
    return float(np.median(np.diff(tops))) if len(tops) > 1 else 1.0


def _stands_apart(column: Column, index: int) -> bool:
    """Whether a line may be a paragraph of its own: it ends before the column does, or is all of it."""
    line = column.lines[index]
    return len(column.lines) == 1 or line.right < column.right - 0.04 * (line.right - line.left)


def _goes_on(column: Column, index: int, page: PageText) -> bool:
    """Whether a line goes on from the one above: full, of the same size, and no number or caption starts anew."""
    above, line = column.lines[index - 1], column.lines[index]
    if abs(above.size - line.size) > 0.05 * above.size or line.top - above.top > 2.2 * (
        above.bottom - above.top
    ):
        return False
    if above.right < column.right - 2.2 * above.size * page.aspect:
        return False
    text = line.text(page)
    return number_of(text) is None and not _CAPTION.match(text) and not is_finished(above.text(page))


def _placed(line: Line, layout: PageLayout) -> list[Piece]:
    """Raw ranges of a line's fragments."""
    return [(layout.start + start, layout.start + end) for start, end in line.pieces]


def _spaced(line: Line, layout: PageLayout) -> list[Piece]:
    """Raw ranges of a line's fragments with a space where there is white between two."""
    out: list[Piece] = []
    right = 1.0
    for part in line.parts:
        if part.left - right > 0.5 * part.size * layout.page.aspect:
            out.append(SPACE)
        out.extend((layout.start + start, layout.start + end) for start, end in part.pieces)
        right = part.right
    return out


def header_rows(raw: str, cells: list[list[tuple[Piece, ...]]]) -> tuple[int, list[list[tuple[Piece, ...]]]]:
    """How many of a table's first rows are its header (those with merged cells above the first that has none), and
    the rows below. None where every row has numbers, or there are two columns of label and value."""
    count = 1
    while count < min(3, len(cells)) and _has_merged(cells[count - 1]):
        # At a page's foot there may be nothing but the header.
        if count == len(cells) - 1 and _numbers(raw, cells[count]):
            break
        count += 1
    if len(cells) == 1 or _numbers(raw, cells[0]) > len(cells[0]) / 2:
        return 0, cells
    return count, cells[count:]


def _numbers(raw: str, row: Sequence[tuple[Piece, ...]]) -> int:
    """How many of a row's cells are numbers; years aren't."""
    words = ["".join("".join(raw[start:end].split()) for start, end in cell) for cell in row]
    return sum(NUMBER.fullmatch(word) is not None and YEAR.fullmatch(word) is None for word in words)


def _has_merged(row: Sequence[tuple[Piece, ...]]) -> bool:
    filled = [cell for cell in row if cell]
    return len(set(filled)) < len(filled)


def _stacked(rows: list[list[tuple[Piece, ...]]]) -> list[tuple[Piece, ...]]:
    """Headers of each column, outermost first; what is merged over several rows once."""
    if not rows:
        return []
    out: list[tuple[Piece, ...]] = []
    for column in range(len(rows[0])):
        seen: dict[tuple[Piece, ...], None] = {row[column]: None for row in rows if row[column]}
        out.append(tuple(piece for cell in seen for piece in cell))
    return out
