"""HTML: pages of sites, with their furniture, and pages to be printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from eval.bench.formats.model import Align, Block, Heading, Paragraph, Source, Table, note_mark

PRINT_STYLE = """
body{font-family:%(font)s;font-size:%(size)s;line-height:%(line)s;margin:0;%(columns)s}
h1{font-size:%(title)s;text-align:center;%(span)s line-height:1.4;margin:.4em 0 .8em}
h2{font-size:%(heading)s;margin:.7em 0 .3em} h3{font-size:%(lesser)s;margin:.5em 0 .2em}
p{text-indent:%(indent)s;margin:%(gap)s 0;text-align:justify}
p.center{text-align:center;text-indent:0} p.right{text-align:right;text-indent:0}
p.red{color:#d00;font-size:30pt;font-weight:bold;letter-spacing:.15em;border-bottom:3px solid #d00}
p.note{font-size:.78em;text-indent:0} p.caption{text-align:center;text-indent:0;font-weight:bold}
p.unit{text-align:right;text-indent:0;font-size:.85em} p.remark{text-indent:0;font-size:.85em}
table{border-collapse:collapse;width:100%%;font-size:.85em;margin:.3em 0} th,td{border:1px solid #000;padding:2px 5px}
"""


def print_page(
    source: Source,
    *,
    font: str,
    size: str = "12pt",
    line: str = "1.7",
    columns: int = 1,
    indent: str = "2em",
    gap: str = "0",
) -> str:
    """A page whose style is a printed document's.

    Args:
        font: a CSS family; ``size``, ``indent`` and ``gap`` (between paragraphs) are CSS lengths.
    """
    style = PRINT_STYLE % {
        "font": f"'{font}'",
        "size": size,
        "line": line,
        "indent": indent,
        "gap": gap,
        "title": "1.9em",
        "heading": "1.35em",
        "lesser": "1.18em",
        "columns": f"column-count:{columns};column-gap:2em;" if columns > 1 else "",
        "span": "column-span:all;" if columns > 1 else "",
    }
    return page(source.title, "".join(body(source.blocks)), style=style)


def page(title: str, content: str, *, style: str = "", declared: str = "utf-8") -> str:
    """A whole page around ``content``."""
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="{declared}"><title>{escape(title)}</title>'
        f"<style>{style}</style></head><body>{content}</body></html>"
    )


def body(blocks: Sequence[Block], *, notes: bool = True) -> Iterator[str]:
    """The blocks' elements, the footnotes at the end."""
    kept: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            yield f"<h{block.level}>{escape(block.text)}</h{block.level}>\n"
        elif isinstance(block, Table):
            yield table(block)
        else:
            mark = ""
            if block.note and notes:
                mark = note_mark(len(kept) + 1)
                kept.append(f'<p class="note">{mark}{escape(block.note)}</p>\n')
            yield f"<p{_classes(block)}>{escape(block.text)}{f'<sup>{mark}</sup>' if mark else ''}</p>\n"
    yield from kept


def _classes(block: Paragraph) -> str:
    if block.red:
        return ' class="center red"'
    return "" if block.align is Align.BODY else f' class="{block.align}" align="{block.align}"'


def table(block: Table, *, heads: str = "th") -> str:
    """The table's elements, its caption, unit and remark as paragraphs around it.

    Args:
        heads: the element of headers; old pages have plain ``td``.
    """
    rows = [
        f"<tr>{''.join(_header_cells(block.headers, number, heads))}</tr>"
        for number in range(len(block.headers))
    ]
    rows += [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in block.rows]
    return "".join(
        (
            f'<p class="caption" align="center">{escape(block.caption)}</p>\n' if block.caption else "",
            f'<p class="unit" align="right">{escape(block.unit)}</p>\n' if block.unit else "",
            f'<table border="1">{"".join(rows)}</table>\n',
            f'<p class="remark">{escape(block.remark)}</p>\n' if block.remark else "",
        )
    )


def _header_cells(headers: Sequence[Sequence[str]], number: int, name: str) -> Iterator[str]:
    """One row of headers; see :class:`Table` for which cells are merged."""
    column = 0
    for words, group in groupby(headers[number]):
        width = len(list(group))
        below = [line[column] for line in headers[number + 1 :]]
        above = [line[column] for line in headers[:number]]
        height = 1 + (len(below) if below and all(word == words for word in below) else 0)
        if words not in above:
            yield f'<{name} colspan="{width}" rowspan="{height}">{escape(words)}</{name}>'
        column += width
