"""Markup made safe to parse: no deeper than browsers take it, its tags counted, XHTML's short tags written out."""

from __future__ import annotations

import re

from index.errors import DocumentTooLarge

DEEPEST = 512
"""Elements within each other, as Chromium has it. The parser's time grows with the square of the depth."""
MOST_TAGS = 2_000_000
_MOST_ATTRIBUTES = 200
"""Of one tag; the parser holds each against all before it."""
_MOST_STYLED = 6
"""Open elements of :data:`_STYLED`; a parser opens all of them again in every paragraph."""

_TAG = re.compile(r"<(?:(!--)|(/?)([A-Za-z][A-Za-z0-9]*)([^<>]*)>)")
_SHORT = re.compile(r"<([A-Za-z][\w:.-]*)((?:\s[^<>]*)?)/>")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_BETWEEN = re.compile(r"[\s/=]+")
_LONG = re.compile(rf"<(/?[A-Za-z][A-Za-z0-9]*)([^<>]{{{2 * _MOST_ATTRIBUTES},}})>")
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_ENDS_ITSELF = frozenset(
    ["p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "colgroup", "option", "html", "body"]
)
"""What the next of its kind ends, and old pages never end."""
_STYLED = frozenset(
    ["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
_UNREAD = frozenset(["script", "style", "textarea", "title", "xmp", "noembed", "noframes", "plaintext"])
"""In these a tag is no tag."""


def tame(markup: str, *, source: str, xml: bool = False) -> str:
    """The page without the tags that nest deeper than :data:`DEEPEST`; the words between them stay.

    Tags of very many attributes are left without any.

    Args:
        xml: it is XHTML, where ``<title/>`` is whole; in HTML it would swallow the page.

    Raises:
        DocumentTooLarge: more than :data:`MOST_TAGS` tags.
    """
    if xml:
        markup = _SHORT.sub(_written_out, markup)
    markup = _LONG.sub(_slimmed, markup)
    kept: list[str] = []
    start = at = depth = dropped = styled = tags = 0
    while (tag := _TAG.search(markup, at)) is not None:
        at = tag.end()
        comment, closing, name = tag.group(1), tag.group(2), (tag.group(3) or "").lower()
        tags += 1
        if tags > MOST_TAGS:
            raise DocumentTooLarge(f"网页的标签超过 {MOST_TAGS} 个。", source=source)
        if comment:
            at = _after(markup, "-->", at)
        elif name in _UNREAD and not closing:
            at = _after_tag(markup, name, at)
        elif name in _VOID or name in _ENDS_ITSELF or name in _UNREAD:
            continue
        elif name in _STYLED:
            styled = max(styled - 1, 0) if closing else styled + 1
            if styled > _MOST_STYLED:
                styled -= 1
                kept.append(markup[start : tag.start()])
                start = at
        elif closing and dropped:
            dropped -= 1
            kept.append(markup[start : tag.start()])
            start = at
        elif not closing and depth >= DEEPEST:
            dropped += 1
            kept.append(markup[start : tag.start()])
            start = at
        else:
            depth = max(depth - 1, 0) if closing else depth + 1
    return "".join((*kept, markup[start:])) if kept else markup


def _slimmed(tag: re.Match[str]) -> str:
    """A tag without attributes if it has more of them than any page's; each is a name and a value."""
    words = _BETWEEN.split(_QUOTED.sub("q ", tag[2]))
    return tag[0] if len(words) <= 2 * _MOST_ATTRIBUTES else f"<{tag[1]}>"


def _written_out(tag: re.Match[str]) -> str:
    name, given = tag.groups()
    return tag.group() if name.lower() in _VOID else f"<{name}{given}></{name}>"


def _after(markup: str, mark: str, at: int) -> int:
    found = markup.find(mark, at)
    return len(markup) if found < 0 else found + len(mark)


def _after_tag(markup: str, name: str, at: int) -> int:
    """Behind the content of an element in which a tag is no tag; its end tag, or the end of the page."""
    found = re.compile(rf"</{name}\b", re.I).search(markup, at)
    return len(markup) if found is None else found.start()
