"""The words of one paragraph of a Word file, as they are read with all changes accepted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from index.loaders.word_parts import MC, W, is_on

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_LEFT_OUT = frozenset(
    {f"{W}{name}" for name in ("del", "moveFrom", "rPr", "pPr", "sdtPr", "instrText", "delText", "rt")}
)
_TEXTS = frozenset({f"{W}t", f"{_MATH}t"})
_BREAKS = frozenset({f"{W}br", f"{W}cr"})
_TABS = frozenset({f"{W}tab", f"{W}ptab"})
_NOTES = {
    f"{W}footnoteReference": "footnotes",
    f"{W}endnoteReference": "endnotes",
    f"{W}commentReference": "comments",
}
_SYMBOLS = {0xA3: "□", 0xA8: "□", 0x6F: "□", 0x52: "☑", 0xFE: "☑", 0xFD: "☒", 0x54: "☒", 0xFC: "✓", 0x50: "✓"}
"""Boxes and ticks of the fonts Wingdings, of which forms are full."""


@dataclass(slots=True)
class Said:
    """What a paragraph holds.

    Args:
        words: line breaks as ``\\n``.
        boxes: the text boxes anchored in it.
        notes: kind (``footnotes``, ``endnotes``, ``comments``) and id of the notes it refers to.
    """

    words: str = ""
    boxes: list[Any] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def said(paragraph: Any, hidden: Collection[str] = ()) -> Said:
    """Reads a paragraph.

    Args:
        hidden: ids of the character styles that hide.
    """
    out = Said()
    words: list[str] = []
    fields: list[bool] = []  # of the fields around, whether what follows is their result
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        tag = element.tag
        if not isinstance(tag, str) or tag in _LEFT_OUT:
            continue
        if tag == f"{W}fldChar":
            _field(element.get(f"{W}fldCharType"), fields)
        elif tag == f"{W}txbxContent":
            out.boxes.append(element)
        elif tag == f"{MC}AlternateContent":
            stack.extend(reversed(alternative(element)))
        elif tag == f"{W}r":
            if not _is_hidden(element, hidden):
                stack.extend(reversed(element))
        elif not all(fields):
            stack.extend(reversed(element))
        elif tag in _NOTES:
            out.notes.append((_NOTES[tag], str(element.get(f"{W}id"))))
        elif (word := _word(element, tag)) is not None:
            words.append(word)
        else:
            stack.extend(reversed(element))
    out.words = "".join(words)
    return out


def alternative(element: Any) -> list[Any]:
    """What stands in one of the versions that ``mc:AlternateContent`` keeps of the same."""
    versions = [*element.iterfind(f"{MC}Choice"), *element.iterfind(f"{MC}Fallback")]
    told = (version for version in versions if next(version.iter(f"{W}t"), None) is not None)
    return list(next(told, ()))


def _field(kind: str | None, fields: list[bool]) -> None:
    if kind == "begin":
        fields.append(False)
    elif kind == "separate" and fields:
        fields[-1] = True
    elif kind == "end" and fields:
        fields.pop()


def _is_hidden(run: Any, hidden: Collection[str]) -> bool:
    own = run.find(f"{W}rPr/{W}vanish")
    if own is not None:
        return is_on(own)
    style = run.find(f"{W}rPr/{W}rStyle")
    return style is not None and style.get(f"{W}val") in hidden


def _word(element: Any, tag: str) -> str | None:
    """What an element itself says; None for one that only holds others."""
    if tag in _TEXTS:
        return (element.text or "").replace("\u00ad", "")
    if tag in _BREAKS:
        return "" if element.get(f"{W}type") in ("page", "column") else "\n"
    if tag in _TABS:
        return "\t"
    if tag == f"{W}noBreakHyphen":
        return "-"
    return _symbol(element) if tag == f"{W}sym" else None


def _symbol(element: Any) -> str:
    try:
        code = int(element.get(f"{W}char") or "", 16)
    except ValueError:
        return ""
    if "wingdings" in (element.get(f"{W}font") or "").lower():
        return _SYMBOLS.get(code & 0xFF, "")
    private = 0xE000 <= code < 0xF900
    return chr(code) if 0x20 <= code < 0x110000 and not (private or 0xD800 <= code < 0xE000) else ""
