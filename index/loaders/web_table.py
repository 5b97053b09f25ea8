"""Tables of web pages: those of data as rows of cells; those that only lay out a page told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from index.document import Part, PartKind
from index.loaders.draft import Piece
from index.loaders.sheets import Cell, Merge
from index.loaders.web_tree import BLOCKS, Node, children, is_never_read, is_text, shown

WIDEST = 500
"""Columns that are read; a cell may claim more."""
_TALLEST = 2_000
_LONGEST_LABEL = 200
"""Characters of a cell that is repeated where it spans several rows or columns; longer ones are text, not a label."""
_LONG = 200
_MANY = 0.2

Add = Callable[..., Piece]
"""Keeps words that stand in parts; their raw range."""


@dataclass(slots=True, kw_only=True)
class Grid:
    """A table's cells by row and column, as :class:`index.loaders.sheets.Sheet` takes them.

    Args:
        cut: columns beyond :data:`WIDEST` were left out.
    """

    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    cut: bool = False


def read_grid(table: Node, add: Add, *around: Part) -> Grid:
    """All cells, those that span several rows or columns merged (as browsers lay tables out)."""
    grid = Grid()
    growing: dict[int, int] = {}
    for number, row in enumerate(rows_of(table)):
        cells: list[Cell] = []
        for cell in _cells_of(row):
            while growing.get(len(cells), 0) > 0:
                cells.append(())
            column = len(cells)
            if column >= WIDEST:
                grid.cut = True
                break
            across = min(_span(cell, "colspan"), WIDEST - column)
            down = _span(cell, "rowspan")
            name = Part(kind=PartKind.CELL, name=f"R{number + 1}C{column + 1}")
            lines = [] if is_never_read(cell) else list(lines_of(cell))
            cells.append(tuple(add(line, *around, name) for line in lines))
            cells.extend(() for _ in range(across - 1))
            if (across > 1 or down > 1) and sum(map(len, lines)) <= _LONGEST_LABEL:
                grid.merges.append((number, column, number + down - 1, column + across - 1))
            if down > 1:
                growing.update((at, down) for at in range(column, column + across))
        growing = {column: left - 1 for column, left in growing.items() if left > 1}
        grid.rows.append(cells)
    if not grid.merges:  # an empty row is there for the looks; in a sheet it would end the table
        grid.rows = [row for row in grid.rows if any(row)]
    return grid


def holds_data(table: Node) -> bool:
    """Whether a table is one of data, not of layout (Wang and Hu 2002, much simplified)."""
    if table.attributes.get("role") == "presentation" or _holds_another(table):
        return False
    rows = list(rows_of(table))[:50]
    widths = [sum(1 for _ in _cells_of(row)) for row in rows]
    if len(rows) < 2 or max(widths, default=0) < 2:
        return False
    if table.css_first("th, caption, thead") is not None:
        return True
    long = sum(len(cell.text() or "") > _LONG for row in rows for cell in _cells_of(row))
    return long <= _MANY * sum(widths)


def lines_of(node: Node) -> Iterator[str]:
    """The words of an element, one line for each of its blocks and line breaks; what isn't seen left out."""
    held: list[str] = []
    stack: list[Node | None] = list(reversed(list(children(node))))
    while stack:
        inner = stack.pop()
        tag = "br" if inner is None else str(inner.tag)
        if inner is not None and is_text(inner):
            held.append(inner.text(deep=False) or "")
        elif tag == "br" or tag in BLOCKS:
            if line := shown("".join(held)):
                yield line
            held = []
        if inner is not None and not is_text(inner) and not is_never_read(inner):
            stack.extend((*([None] if tag in BLOCKS else []), *reversed(list(children(inner)))))
    if line := shown("".join(held)):
        yield line


def rows_of(table: Node) -> Iterator[Node]:
    """Rows of a table, not those of tables in it."""
    for child in children(table):
        if str(child.tag) == "tr":
            yield child
        elif str(child.tag) in ("thead", "tbody", "tfoot"):
            yield from (row for row in children(child) if str(row.tag) == "tr")


def _cells_of(row: Node) -> Iterator[Node]:
    return (cell for cell in children(row) if str(cell.tag) in ("td", "th"))


def _holds_another(table: Node) -> bool:
    # The parser's search also finds the element that it starts from.
    return any(one.mem_id != table.mem_id for one in table.css("table, form"))


def _span(cell: Node, name: str) -> int:
    given = cell.attributes.get(name) or "1"
    if not (given.isascii() and given.isdecimal()):
        return 1
    return max(1, min(int(given[:9]), WIDEST if name == "colspan" else _TALLEST))
