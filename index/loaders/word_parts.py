"""What a Word file keeps beside its text: styles, numbering, notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.loaders.counting import Counter, Level

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_NOTES = ("footnotes", "endnotes", "comments")
_PREFIX = re.compile(r"(?:heading|标题)\s*([1-9])")
_LONGEST_CHAIN = 20
"""Styles that a style may be based on, one on the other."""


def value_of(element: Any, path: str) -> str | None:
    """``w:val`` of the element at ``path`` (names without prefix, ``/`` between), or None."""
    found = None if element is None else element.find("/".join(f"{W}{name}" for name in path.split("/")))
    return None if found is None else found.get(f"{W}val")


def is_on(element: Any) -> bool:
    """Whether a switch (``<w:b/>``, ``<w:vanish w:val="0"/>``) is there and on."""
    return element is not None and element.get(f"{W}val") not in ("0", "false", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A paragraph style with what it inherits.

    Args:
        name: in lower case.
        level: of a heading, 1 to 9; 0 for all else.
        numbering: list and depth, or None. A depth of None is the level that names the style.
        hidden: its words aren't shown.
        chain: ids of itself and the styles that it is based on.
    """

    name: str
    level: int = 0
    numbering: tuple[str, int | None] | None = None
    hidden: bool = False
    chain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A list as ``w:num`` has it.

    Args:
        abstract: its definition's id; lists that share it go on counting.
        starts: levels that start anew at a number with the first paragraph of this list.
    """

    abstract: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int]


@dataclass(slots=True)
class Numbering:
    """The lists of a document by number, and how far each has counted."""

    _lists: Mapping[str, List]
    _counters: dict[str, Counter] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    def label(self, number: str, depth: int | None, styles: Sequence[str] = ()) -> str:
        """The label of the next paragraph of a list, with the space behind it; empty for one without.

        Args:
            depth: None for the level that names one of ``styles``.
        """
        one = self._lists.get(number)
        if one is None:
            return ""
        if depth is None:
            named = (key for style in styles for key, level in one.levels.items() if level.style == style)
            depth = next(named, 0)
        counter = self._counters.setdefault(one.abstract, Counter())
        if number not in self._begun:
            self._begun.add(number)
            counter.start(one.starts)
        return counter.label(depth, one.levels)


def numbering_of(root: Any) -> Numbering:
    """Out of ``numbering.xml``; None where the document has none."""
    if root is None:
        return Numbering(_lists={})
    definitions = {str(one.get(f"{W}abstractNumId")): one for one in root.iter(f"{W}abstractNum")}
    linked = {value_of(one, "styleLink"): one for one in definitions.values()}
    levels: dict[str, dict[int, Level]] = {}
    for name, one in definitions.items():
        link = value_of(one, "numStyleLink")
        levels[name] = dict(_levels(linked.get(link, one) if link is not None else one))
    lists: dict[str, List] = {}
    for number in root.iter(f"{W}num"):
        abstract = value_of(number, "abstractNumId") or ""
        starts = {
            whole(one.get(f"{W}ilvl")): whole(start, 1)
            for one in number.iterfind(f"{W}lvlOverride")
            if (start := value_of(one, "startOverride")) is not None
        }
        own = {**levels.get(abstract, {}), **dict(_levels(number))}
        lists[str(number.get(f"{W}numId"))] = List(abstract=abstract, levels=own, starts=starts)
    return Numbering(_lists=lists)


def _levels(element: Any) -> Iterator[tuple[int, Level]]:
    for level in element.iter(f"{W}lvl"):
        restart = value_of(level, "lvlRestart")
        yield (
            whole(level.get(f"{W}ilvl")),
            Level(
                form=value_of(level, "numFmt") or "decimal",
                text=value_of(level, "lvlText") or "",
                start=whole(value_of(level, "start"), 1),
                restart=None if restart is None else whole(restart),
                legal=is_on(level.find(f"{W}isLgl")),
                spaced=value_of(level, "suff") != "nothing",
                style=value_of(level, "pStyle"),
            ),
        )


def whole(text: str | None, otherwise: int = 0) -> int:
    """A small number, whatever the file says."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 6 else otherwise


def styles_of(root: Any) -> dict[str, Style]:
    """Paragraph styles by id, out of ``styles.xml``."""
    if root is None:
        return {}
    found = {str(style.get(f"{W}styleId")): style for style in root.iter(f"{W}style")}
    return {name: _style(name, found) for name in found}


def _style(name: str, found: Mapping[str, Any]) -> Style:
    said = (value_of(found[name], "name") or "").lower()
    level: int | None = None
    numbering: tuple[str, int | None] | None = None
    hidden: bool | None = None
    chain: list[str] = []
    at: str | None = name
    while at is not None and at in found and at not in chain and len(chain) < _LONGEST_CHAIN:
        chain.append(at)
        style = found[at]
        level = _level(style) if level is None else level
        numbering = numbering or numbering_in(style)
        vanish = style.find(f"{W}rPr/{W}vanish")
        hidden = is_on(vanish) if hidden is None and vanish is not None else hidden
        at = value_of(style, "basedOn")
    return Style(name=said, level=level or 0, numbering=numbering, hidden=bool(hidden), chain=tuple(chain))


def _level(style: Any) -> int | None:
    """Of a heading, 1 to 9; 0 for body text; None where the style leaves it open."""
    named = _PREFIX.fullmatch((value_of(style, "name") or "").lower().strip())
    if named:
        return int(named.group(1))
    return outline_of(style)


def outline_of(element: Any) -> int | None:
    """The outline level that a style or paragraph names itself, from 1; 0 for body text, None without."""
    outline = value_of(element, "pPr/outlineLvl")
    return None if outline is None else (whole(outline, 9) + 1) % 10 if whole(outline, 9) < 10 else 0


def numbering_in(element: Any) -> tuple[str, int | None] | None:
    """List and depth that a style or paragraph names itself; a depth of None where it names none."""
    number = value_of(element, "pPr/numPr/numId")
    depth = value_of(element, "pPr/numPr/ilvl")
    return None if number is None else (number, None if depth is None else whole(depth))


def notes_of(roots: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """Footnotes and endnotes by kind and id; separators left out; comments as well."""
    out = {}
    for kind in _NOTES:
        root = roots.get(kind)
        for note in () if root is None else root.iter(f"{W}{kind[:-1]}"):
            if note.get(f"{W}type") in (None, "normal"):
                out[kind, str(note.get(f"{W}id"))] = note
    return out


def hidden_characters(root: Any) -> frozenset[str]:
    """Ids of the character styles that hide, out of ``styles.xml``."""
    styles = () if root is None else root.iter(f"{W}style")
    return frozenset(
        str(style.get(f"{W}styleId"))
        for style in styles
        if style.get(f"{W}type") == "character" and is_on(style.find(f"{W}rPr/{W}vanish"))
    )
