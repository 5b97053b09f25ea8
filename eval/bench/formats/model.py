"""The contents of a file before any program wrote it, and the truth that follows from them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Align(StrEnum):
    """Where a paragraph's lines stand; the values are CSS's."""

    BODY = "justify"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A title; ``level`` 1 is the document's own."""

    text: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text.

    Args:
        note: of its footnote, referred to at its end; empty where it has none.
        red: set large and red, as the issuing office's name on a red-head document is.
    """

    text: str
    align: Align = Align.BODY
    note: str = ""
    red: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of data.

    Args:
        headers: rows of headers, outermost first, all as wide as the table; the same words in neighbouring columns
            are one merged cell, and so are the same words in one column over all rows of headers.
        rows: as wide as the headers; the first cell is the row's label.
        unit: "单位：亿元", above it at the right; may be empty.
        remark: below it ("注：…"); may be empty.
    """

    caption: str
    headers: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    unit: str = ""
    remark: str = ""


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One document.

    Args:
        running_head: what repeats on each page, where the writer has pages.
    """

    title: str
    blocks: tuple[Block, ...]
    running_head: str = ""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Table))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One stretch that should come back as one block.

    Args:
        kind: "heading", "paragraph" (captions too) or "note".
        also: the same stretch as a loader may rightly have it instead (without the footnote's mark).
    """

    kind: str
    text: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value under its headers, in the row of its label."""

    label: str
    headers: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a file says.

    Args:
        units: in reading order, without tables' headers and rows.
        optional: what may be read or left out (a page's line of date and source); neither counts.
    """

    units: tuple[Unit, ...]
    cells: tuple[Cell, ...] = ()
    optional: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As :meth:`from_json` reads it."""
        return {
            "units": [{"kind": u.kind, "text": u.text, "also": list(u.also)} for u in self.units],
            "cells": [{"label": c.label, "headers": list(c.headers), "value": c.value} for c in self.cells],
            "optional": list(self.optional),
        }

    @classmethod
    def from_json(cls, text: str) -> Truth:
        """The truth in a file that :meth:`to_json` went into."""
        told = json.loads(text)
        return cls(
            units=tuple(Unit(kind=u["kind"], text=u["text"], also=tuple(u["also"])) for u in told["units"]),
            cells=tuple(
                Cell(label=c["label"], headers=tuple(c["headers"]), value=c["value"]) for c in told["cells"]
            ),
            optional=tuple(told["optional"]),
        )


class Notes(StrEnum):
    """How a writer sets footnotes."""

    MARKED = "marked"  # their marks are words of the page: "…①" and "① …"
    NUMBERED = "numbered"  # the program numbers them where they are seen: "…1" and "1 …"
    UNSEEN = "unseen"  # the program numbers them, and no number is in the file
    NONE = "none"  # left out


@dataclass(slots=True)
class _Told:
    units: list[Unit] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    notes: int = 0


def truth_of(source: Source, *, notes: Notes = Notes.MARKED, optional: Sequence[str] = ()) -> Truth:
    """What a loader should read out of ``source``, written in any format."""
    told = _Told()
    for block in source.blocks:
        if isinstance(block, Heading):
            told.units.append(Unit(kind="heading", text=block.text))
        elif isinstance(block, Paragraph):
            _tell_paragraph(block, told, notes)
        else:
            _tell_table(block, told)
    return Truth(units=tuple(told.units), cells=tuple(told.cells), optional=tuple(optional))


def _tell_paragraph(block: Paragraph, told: _Told, notes: Notes) -> None:
    if not block.note or notes is Notes.NONE:
        told.units.append(Unit(kind="paragraph", text=block.text))
        return
    told.notes += 1
    marks = {Notes.MARKED: note_mark(told.notes), Notes.NUMBERED: str(told.notes)}
    mark = marks.get(notes, "")
    told.units.append(Unit(kind="paragraph", text=block.text + mark, also=(block.text,)))
    told.units.append(Unit(kind="note", text=mark + block.note, also=(block.note,)))


def _tell_table(table: Table, told: _Told) -> None:
    told.units += [Unit(kind="paragraph", text=text) for text in (table.caption, table.unit) if text]
    told.cells += cells_of(table)
    if table.remark:
        told.units.append(Unit(kind="paragraph", text=table.remark))


def cells_of(table: Table) -> Iterator[Cell]:
    """The filled cells beside the labels."""
    for row in table.rows:
        for column, value in enumerate(row[1:], 1):
            if value:
                headers = tuple(dict.fromkeys(line[column] for line in table.headers))
                yield Cell(label=row[0], headers=headers, value=value)


def note_mark(number: int) -> str:
    """The mark of a footnote, from 1 to 20: ① to ⑳."""
    return chr(ord("①") + number - 1)
