"""Plain text, Markdown and separated values."""

from __future__ import annotations

import csv
import io

from eval.bench.formats.model import Align, Heading, Paragraph, Source, Table, note_mark

_WIDTH = 36
"""Characters of a centred or right-aligned line."""


def as_text(source: Source, *, wrap: int = 0, indent: str = "　　", blank: bool = False) -> str:
    """The text without any marks of its form.

    Args:
        wrap: a line break after so many characters of a paragraph; 0 for none.
        indent: before a paragraph's first line.
        blank: a blank line between paragraphs.
    """
    lines: list[str] = []
    for block in source.blocks:
        assert not isinstance(block, Table), "tables have no form in plain text"
        if isinstance(block, Heading):
            lines += _wrapped(block.text, wrap)
        elif block.align is Align.BODY:
            lines += _wrapped(indent + block.text, wrap)
        else:
            share = 2 if block.align is Align.CENTER else 1
            lines.append("　" * max(0, (_WIDTH - len(block.text)) // share) + block.text)
        if blank:
            lines.append("")
    return "\r\n".join(lines) + "\r\n"


def _wrapped(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)] if width else [text]


def as_markdown(source: Source) -> str:
    """The text in Markdown, tables as pipe tables, footnotes at the end."""
    parts: list[str] = []
    notes: list[str] = []
    for block in source.blocks:
        if isinstance(block, Heading):
            parts.append(f"{'#' * block.level} {block.text}")
        elif isinstance(block, Paragraph):
            mark = ""
            if block.note:
                mark = note_mark(len(notes) + 1)
                notes.append(mark + block.note)
            parts.append(block.text + mark)
        else:
            parts += [text for text in (block.caption, block.unit) if text]
            rows = [block.headers[-1], ["---"] * len(block.headers[0]), *block.rows]
            parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
            parts += [block.remark] if block.remark else []
    return "\n\n".join([*parts, *notes]) + "\n"


def as_separated(table: Table, *, separator: str = ",", titled: bool = True) -> str:
    """The table with one row of headers, its caption and unit in rows of their own above.

    Rows of headers become one, the outer words in front: a format without merged cells has no other place for them.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    if titled:
        writer.writerow([table.caption])
        writer.writerow([table.unit])
    writer.writerow(["".join(dict.fromkeys(column)) for column in zip(*table.headers, strict=True)])
    writer.writerows(table.rows)
    if titled and table.remark:
        writer.writerow([table.remark])
    return out.getvalue()
