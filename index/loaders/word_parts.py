"""What a Word file keeps beside its text: styles, numbering, notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from index.loaders.counting import Counter, Level

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_NOTES = ("footnotes", "endnotes")
_LONGEST_CHAIN = 20
"""Styles that a style may be based on, one on the other."""


def value_of(element: Any, path: str) -> str | None:
    """``w:val`` of the element at ``path`` (names without prefix, ``/`` between), or None."""
    found = None if element is None else element.find("/".join(f"{W}{name}" for name in path.split("/")))
    return None if found is None else found.get(f"{W}val")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A paragraph style with what it inherits.

    Args:
        name: in lower case.
        level: of a heading, 1 to 9; 0 for all else.
        numbering: list and depth, or None.
    """

    name: str
    level: int = 0
    numbering: tuple[str, int] | None = None


@dataclass(slots=True)
class Numbering:
    """The lists of a document, each with its counter; lists that share a definition share the counter."""

    _lists: Mapping[str, str]
    _levels: Mapping[str, Mapping[int, Level]]
    _counters: dict[str, Counter] = field(default_factory=dict)

    def label(self, number: str, depth: int) -> str:
        """The label of the next paragraph of a list."""
        abstract = self._lists.get(number)
        if abstract is None:
            return ""
        counter = self._counters.setdefault(abstract, Counter(levels=self._levels.get(abstract, {})))
        return counter.label(depth)


def numbering_of(root: Any) -> Numbering:
    """Out of ``numbering.xml``; None where the document has none."""
    lists: dict[str, str] = {}
    levels: dict[str, dict[int, Level]] = {}
    if root is not None:
        for abstract in root.iter(f"{W}abstractNum"):
            levels[str(abstract.get(f"{W}abstractNumId"))] = dict(_levels(abstract))
        for number in root.iter(f"{W}num"):
            lists[str(number.get(f"{W}numId"))] = value_of(number, "abstractNumId") or ""
    return Numbering(_lists=lists, _levels=levels)


def _levels(abstract: Any) -> Iterator[tuple[int, Level]]:
    for level in abstract.iter(f"{W}lvl"):
        yield (
            whole(level.get(f"{W}ilvl")),
            Level(
                form=value_of(level, "numFmt") or "decimal",
                text=value_of(level, "lvlText") or "",
                start=whole(value_of(level, "start"), 1),
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
    level, numbering = 0, None
    at: str | None = name
    for _ in range(_LONGEST_CHAIN):
        style = found.get(at) if at is not None else None
        if style is None:
            break
        level = level or _level(style)
        numbering = numbering or numbering_in(style)
        at = value_of(style, "basedOn")
    return Style(name=said, level=level, numbering=numbering)


def _level(style: Any) -> int:
    name = (value_of(style, "name") or "").lower()
    for prefix in ("heading ", "标题 ", "标题"):
        if name.startswith(prefix) and name[len(prefix) :].strip().isdecimal():
            return min(whole(name[len(prefix) :].strip()), 9)
    outline = value_of(style, "pPr/outlineLvl")
    return whole(outline) + 1 if outline is not None and whole(outline, 9) < 9 else 0


def numbering_in(element: Any) -> tuple[str, int] | None:
    """List and depth that a style or paragraph names itself."""
    number = value_of(element, "pPr/numPr/numId")
    return None if number is None else (number, whole(value_of(element, "pPr/numPr/ilvl")))


def notes_of(roots: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """Footnotes and endnotes by kind and id; separators left out."""
    out = {}
    for kind in _NOTES:
        root = roots.get(kind)
        for note in () if root is None else root.iter(f"{W}{kind[:-1]}"):
            if note.get(f"{W}type") in (None, "normal"):
                out[kind, str(note.get(f"{W}id"))] = note
    return out
