"""Rows of tables as text that can be found and read: ``label header：value；label header：value``.

A row in itself says "16": asked for "2017年众创空间有多少家", neither retrieval nor a reader would know what it
counts. So each value repeats its header and its row's label (docs/decisions/025). They are the upload's own
characters, and lead back to their cells; only the marks between (:data:`index.document.MARKS_PUT_IN`) are put in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.document import MARKS_PUT_IN, BlockKind
from index.loaders.draft import SPACE, Draft, Piece, draft, joined
from index.loaders.raw import LINE_BREAK

NUMBER = re.compile(r"[-+−]?[¥$￥]?[0-9][0-9,，.]*(?:[%％‰]|[eE][-+]?[0-9]+)?")
YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_OF, _NEXT = MARKS_PUT_IN
Cell = Sequence[Piece]
"""Raw ranges of one cell's text: one, or one for each of its lines; none where it is empty."""


def row_draft(raw: str, headers: Sequence[Cell], cells: Sequence[Cell]) -> Draft | None:
    """One row under its headers; None where every cell is blank.

    Args:
        headers: one for each column, empty where the column has none; several ranges where several rows of headers
            stand above each other, outermost first. Fewer than ``cells`` leave the last columns without.
        cells: one for each column; a blank one is left out together with its header.
    """
    pieces: list[Piece] = []
    texts: list[str] = []
    for column, cell in enumerate(cells):
        value = _line(raw, cell)
        if not value.text:
            continue
        if pieces:
            pieces.append(SPACE)
            texts.append(_NEXT)
        header = _line(raw, headers[column] if column < len(headers) else ())
        if header.text:
            pieces.extend((*header.pieces, SPACE))
            texts.extend((header.text, _OF))
        pieces.extend(value.pieces)
        texts.append(value.text)
    if not pieces:
        return None
    return Draft(pieces=tuple(pieces), text="".join(texts), kind=BlockKind.ROW, item=True)


def table_row(raw: str, headers: Sequence[Cell], cells: Sequence[Cell]) -> Draft | None:
    """One row of a table of data, its label repeated before every value; arguments as of :func:`row_draft`."""
    label = label_column(raw, cells) if any(headers) else None
    return row_draft(raw, headers, cells) if label is None else _labelled(raw, headers, cells, label)


def label_column(raw: str, cells: Sequence[Cell]) -> int | None:
    """The column that says what a row is about: the first that holds words, or a year, rather than a number."""
    for column, cell in enumerate(cells):
        words = "".join("".join(raw[start:end].split()) for start, end in cell)
        if words and (not NUMBER.fullmatch(words) or YEAR.fullmatch(words)):
            return column
    return None


def _labelled(raw: str, headers: Sequence[Cell], cells: Sequence[Cell], label: int) -> Draft | None:
    """One row whose every value repeats the row's label: ``众创空间 2016年：616；众创空间 2017年：567``.

    A reader marks the value beside the words of the question; where the label stands only once, at the start of the
    row, it marks everything from there on.

    Args:
        headers, cells: as of :func:`row_draft`.
        label: the column whose cell says what the row is about. Where that is blank, or nothing else is filled,
            the row reads as :func:`row_draft` has it.
    """
    name = _line(raw, cells[label] if label < len(cells) else ())
    pieces: list[Piece] = []
    texts: list[str] = []
    for column, cell in enumerate(cells):
        value = _line(raw, cell)
        if not value.text or column == label:
            continue
        if pieces:
            pieces.append(SPACE)
            texts.append(_NEXT)
        header = _line(raw, headers[column] if column < len(headers) else ())
        pieces.extend(name.pieces)
        texts.append(name.text)
        if header.text:
            pieces.extend((SPACE, *header.pieces))
            texts.extend((" ", header.text))
        pieces.extend((SPACE, *value.pieces))
        texts.extend((_OF, value.text))
    if not pieces or not name.text:
        return row_draft(raw, headers, cells)
    return Draft(pieces=tuple(pieces), text="".join(texts), kind=BlockKind.ROW, item=True)


def _line(raw: str, cell: Cell) -> Draft:
    """The text of a cell on one line: Han characters closed up, a space between Latin words."""
    pieces: list[Piece] = []
    for piece in cell:
        if piece[1] <= piece[0]:
            continue
        # What stands on the line before it follows at once: a quote or a mark was left out between (CSV, Markdown).
        if not pieces or _same_line(raw, pieces[-1][1], piece[0]):
            pieces.append(piece)
        else:
            pieces[-1:] = joined(raw, [pieces[-1], piece])
    return draft(raw, pieces, item=True) if pieces else Draft(pieces=(), text="")


def _same_line(raw: str, end: int, start: int) -> bool:
    """Whether nothing that breaks a line was left out between two pieces of a cell."""
    return (
        start - end >= 0
        and "<br" not in raw[end : min(start, end + 4)]
        and not LINE_BREAK.search(raw, end, start)
    )
