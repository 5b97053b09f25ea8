"""Which blocks are headings, and under which headings each block stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.document import BlockKind
from index.loaders.draft import Draft
from index.loaders.lines import CLOSERS, MARKS, OPENERS
from index.loaders.numbering import Number, Scheme, number_of

Described = tuple[BlockKind, int, tuple[str, ...]]
"""Kind, level and heading path of a block."""

LONGEST_TOLD = 300
"""Characters of a heading that are said again above each block below it, and of a document's title."""
LONGEST_HEADING = 50
LONGEST_TITLE = 30
"""Characters; a title without a number has to be shorter to be told from a line of text."""

_PAIRS = tuple(zip("《〈（“‘「『【〔", "》〉）”’」』】〕", strict=True))
_OUTER = (Scheme.PART, Scheme.DIVISION, Scheme.CHAPTER, Scheme.SECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What :func:`structure` found: one description per draft, and the document's own title."""

    described: tuple[Described, ...]
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heading:
    rank: tuple[int, int]
    title: str


def is_numbered_heading(text: str, number: Number) -> bool:
    """Whether a block starting with ``number`` has the shape of a heading: short, with no sentence in it."""
    rest = text[number.end :].strip()
    if len(text) > LONGEST_HEADING or text[-1] in "，。；：！？、,;:!?…":
        return False
    if any(mark in rest for mark in "。；！？;!?") or is_open(text):
        return False
    if not rest:
        return number.scheme in _OUTER or number.scheme is Scheme.ARTICLE
    if number.scheme is Scheme.ARTICLE:
        return MARKS.search(rest) is None and len(rest) <= LONGEST_TITLE
    return any(character.isalpha() for character in rest)


def is_open(text: str) -> bool:
    """Whether a bracket or quotation in ``text`` isn't closed."""
    return any(text.count(left) > text.count(right) for left, right in _PAIRS)


def is_title(text: str) -> bool:
    """Whether a line without a number has the shape of a title."""
    if not 2 <= len(text) <= LONGEST_TITLE or MARKS.search(text) or is_open(text):
        return False
    if text[0] in CLOSERS or text[-1] in "、：:" or text[-1] in OPENERS:
        return False
    letters = sum(character.isalpha() for character in text)
    return 2 * letters >= len(text) and not any(character in text for character in "|\t=<>{}")


def structure(drafts: Sequence[Draft], *, titled: Sequence[bool]) -> Structure:
    """Finds headings, their levels and every block's heading path.

    Args:
        titled: whether a draft may be a heading without a number (the loader knows what stands around it).

    Markdown headings keep their order among themselves; numbered ones nest by scheme (part, chapter, section,
    ``一、``, ``（一）``, ``1.``, ``(1)``), or the other way round where the document restarts an outer scheme under
    an inner one.
    """
    numbers = [
        None if part.kind is BlockKind.CAPTION or part.item else number_of(part.text) for part in drafts
    ]
    headings = _headings(drafts, numbers, titled)
    title_at = _title_at(drafts, headings)
    ranks = _ranks(numbers, headings)
    described: list[Described] = []
    stack: list[_Heading] = []
    article: str | None = None
    base = 0 if title_at is None else 1
    for index, part in enumerate(drafts):
        number = numbers[index]
        if index == title_at:
            described.append((BlockKind.HEADING, 1, ()))
            continue
        if headings[index]:
            rank = _rank(part, number, ranks)
            while stack and stack[-1].rank >= rank:
                stack.pop()
            path = tuple(above.title for above in stack)
            described.append((BlockKind.HEADING, base + len(path) + 1, path))
            stack.append(_Heading(rank=rank, title=part.text[:LONGEST_TOLD]))
            article = None
            continue
        if number is not None and number.scheme is Scheme.ARTICLE and part.kind is None:
            article = _squeezed(part.text[: number.end])
            while stack and stack[-1].rank[0] == _RANK_ARTICLE:
                stack.pop()
        path = tuple(above.title for above in stack) + (() if article is None else (article,))
        described.append((part.kind or BlockKind.PARAGRAPH, 0, path))
    title = None if title_at is None else drafts[title_at].text
    return Structure(described=tuple(described), title=title)


_RANK_ARTICLE = 50
_RANK_MARKDOWN = -10


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _rank(part: Draft, number: Number | None, ranks: dict[Scheme, int]) -> tuple[int, int]:
    """Where a heading nests: a heading closes all above it whose rank isn't lower."""
    if part.level:
        return (_RANK_MARKDOWN, part.level)
    if number is None:
        return (ranks[Scheme.TITLE], 0)
    if number.scheme is Scheme.ARTICLE:
        return (_RANK_ARTICLE, 0)
    return (ranks[number.scheme], number.depth)


def _headings(
    drafts: Sequence[Draft], numbers: Sequence[Number | None], titled: Sequence[bool]
) -> list[bool]:
    """Which drafts are headings."""
    found = [
        part.kind is BlockKind.HEADING
        or (
            part.kind is None
            and not part.item
            and (is_title(part.text) and free if number is None else is_numbered_heading(part.text, number))
        )
        for part, number, free in zip(drafts, numbers, titled, strict=True)
    ]
    _drop_lists(drafts, numbers, found)
    _drop_contents(drafts, found)
    return found


def _drop_lists(drafts: Sequence[Draft], numbers: Sequence[Number | None], found: list[bool]) -> None:
    """Numbered lines that follow each other with nothing between are a list, not headings."""
    for index in range(1, len(drafts)):
        here, above = numbers[index], numbers[index - 1]
        if not (found[index] and here and above and drafts[index].kind is drafts[index - 1].kind is None):
            continue
        if here.scheme is above.scheme and here.depth == above.depth and here.value == above.value + 1:
            found[index] = found[index - 1] = False


def _drop_contents(drafts: Sequence[Draft], found: list[bool]) -> None:
    """The entries of a table of contents aren't headings; they end where the first of them comes again."""
    for index, part in enumerate(drafts):
        if _squeezed(part.text) not in ("目录", "目次") or index + 1 >= len(drafts):
            continue
        first = _squeezed(drafts[index + 1].text)
        for at in range(index + 1, len(drafts)):
            if drafts[at].level or not (
                found[at] or number_of(drafts[at].text) or _is_entry(drafts[at].text)
            ):
                break
            if at > index + 1 and _squeezed(drafts[at].text) == first:
                break
            found[at] = False


def _is_entry(text: str) -> bool:
    return text[-1].isdigit() or "……" in text or "···" in text


def _title_at(drafts: Sequence[Draft], headings: Sequence[bool]) -> int | None:
    """The document's title: a lone Markdown heading of the outermost level, or an unnumbered heading, at the top."""
    if not drafts or len(drafts) < 2 or not headings[0] or drafts[0].item:
        return None
    top = drafts[0]
    if top.level:
        outermost = [part.level for part in drafts if part.level]
        alone = outermost.count(min(outermost)) == 1 and top.level == min(outermost)
        return 0 if alone else None
    return 0 if number_of(top.text) is None else None


def _ranks(numbers: Sequence[Number | None], headings: Sequence[bool]) -> dict[Scheme, int]:
    """Nesting rank of each scheme, from its usual place and from what the document restarts under what."""
    order: list[Scheme] = [scheme for scheme in Scheme if scheme is not Scheme.ARTICLE]
    sequence = [
        number for number, heading in zip(numbers, headings, strict=True) if heading and number is not None
    ]
    restarts: dict[tuple[Scheme, Scheme], int] = {}
    for above, here in pairwise(sequence):
        if here.value == 1 and here.scheme is not above.scheme:
            restarts[above.scheme, here.scheme] = restarts.get((above.scheme, here.scheme), 0) + 1
    for (outer, inner), count in restarts.items():
        reversed_count = restarts.get((inner, outer), 0)
        if (
            Scheme.ARTICLE in (outer, inner)
            or count < 2
            or reversed_count
            or order.index(outer) < order.index(inner)
        ):
            continue
        order.remove(inner)
        order.insert(order.index(outer) + 1, inner)
    return {scheme: rank for rank, scheme in enumerate(order)}
