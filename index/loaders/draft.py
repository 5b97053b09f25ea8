"""Stretches of raw text on their way to being blocks, and the rules for white space inside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from index.document import Block, BlockKind
from index.encoding import INVISIBLE
from index.loaders.lines import BLANK
from index.loaders.numbering import prefix_end
from index.offsets import INSERTED, OffsetMap

Piece = tuple[int, int]
"""A half-open raw range, or :data:`SPACE`."""

SPACE: Piece = (INSERTED, INSERTED)
"""A space that cleaning puts in."""

_GAP = re.compile(rf"[{BLANK}]+")
_HAN = re.compile(r"[\u2e80-\u2fff\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WIDE = re.compile(
    r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff“”‘’…—·]"
)
_DATE_HEAD = re.compile(r"[年月日时分第]$")
_DATE_TAIL = re.compile(r"[年月日时分秒号次届期]")
_DIGITS_BEFORE = re.compile(r"[0-9][0-9,.%％]*$")
_WORD_END = re.compile(r"[A-Za-z0-9,.;:!?)\]\"'%]")
_WORD_START = re.compile(r"[A-Za-z0-9(\[\"'$]")
SOFT_HYPHEN = "\u00ad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A block without its place in the clean text.

    Args:
        pieces: raw ranges in the order of the clean text.
        text: what they say.
        kind: None where the text itself has to tell a heading from a paragraph.
        level: of a Markdown heading, else 0.
        item: it can't be a heading (an entry of a list, a row of a table, a line of code).
    """

    pieces: tuple[Piece, ...]
    text: str
    kind: BlockKind | None = None
    level: int = 0
    item: bool = False


def draft(
    raw: str,
    ranges: Sequence[Piece],
    *,
    wrapped: bool = False,
    kind: BlockKind | None = None,
    level: int = 0,
    item: bool = False,
) -> Draft:
    """One block out of raw ranges (lines, or stretches between Markdown syntax).

    Args:
        ranges: joined with nothing between; :data:`SPACE` where a space belongs.
        wrapped: the text was broken into lines by a page layout, which also spread its characters.
    """
    if len(ranges) == 1 and _GAP.search(raw, *ranges[0]) is None:
        start, end = ranges[0]
        return Draft(pieces=tuple(ranges), text=raw[start:end], kind=kind, level=level, item=item)
    pieces: list[Piece] = []
    for piece in ranges:
        if piece == SPACE:
            pieces.append(SPACE)
        else:
            prefix = -1 if pieces else prefix_end(raw, *piece)
            pieces.extend(_without_gaps(raw, *piece, prefix=prefix, wrapped=wrapped))
    pieces = _trimmed(raw, pieces)
    text = "".join(" " if piece == SPACE else raw[piece[0] : piece[1]] for piece in pieces)
    return Draft(pieces=tuple(pieces), text=text, kind=kind, level=level, item=item)


def _without_gaps(raw: str, start: int, end: int, *, prefix: int, wrapped: bool) -> list[Piece]:
    """``[start, end)`` with each run of white space reduced to one space or nothing; one stays at ``prefix``."""
    pieces: list[Piece] = []
    at = start
    gaps = list(_GAP.finditer(raw, start, end))
    if not gaps:
        return [(start, end)]
    tabular = len(gaps) >= 2 and not wrapped and re.search(r"[，。；：、！？]", raw[start:end]) is None
    for gap in gaps:
        left, right = gap.span()
        if left > at:
            pieces.append((at, left))
        at = right
        if gap.group().strip(INVISIBLE) == "":
            continue
        edge = left == start or right == end
        if edge or left == prefix or _keeps(raw, start, left, right, wrapped=wrapped, tabular=tabular):
            space = raw.find(" ", left, right)
            pieces.append(SPACE if space < 0 else (space, space + 1))
    if at < end:
        pieces.append((at, end))
    return pieces


def _keeps(raw: str, start: int, left: int, right: int, *, wrapped: bool, tabular: bool) -> bool:
    """Whether the white space ``raw[left:right]`` stands for something."""
    before, after = raw[left - 1], raw[right]
    single = right - left == 1 and raw[left] != "\t"
    if _is_digit(after) and (_HAN.match(before) or before in "〔（(［["):
        return not (single or wrapped) or (tabular and not _DATE_HEAD.search(before))
    if _is_digit(before) and _HAN.match(after):
        counted = _counted(raw, start, left)
        return not ((single and counted) or wrapped) or (tabular and not _DATE_TAIL.match(after))
    return not (wrapped and _WIDE.match(before) and _WIDE.match(after))


def _counted(raw: str, start: int, left: int) -> bool:
    """Whether the number before ``left`` stands in Chinese (``孵化器 16 家``), not in Latin (``Python 3 入门``)."""
    number = _DIGITS_BEFORE.search(raw, max(start, left - 16), left)
    if number is None:
        return False
    head = raw[max(start, number.start() - 8) : number.start()].rstrip()
    return not head or _WIDE.match(head[-1]) is not None or head[-1] in "[(]"


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9" or "０" <= character <= "９"


def _trimmed(raw: str, pieces: list[Piece]) -> list[Piece]:
    """Without spaces at either end or beside each other."""
    out: list[Piece] = []
    for piece in pieces:
        blank = piece == SPACE or (piece[1] - piece[0] == 1 and raw[piece[0]] == " ")
        if blank and (not out or out[-1] == SPACE or raw[out[-1][1] - 1] == " "):
            continue
        out.append(piece)
    while out and (out[-1] == SPACE or raw[out[-1][0] : out[-1][1]] == " "):
        out.pop()
    return out


def joined(raw: str, ranges: Iterable[Piece]) -> list[Piece]:
    """Lines of one paragraph as the pieces of one: a space between Latin words, nothing between Han characters.

    A hyphen at the end of a line stays, a soft one goes.
    """
    pieces: list[Piece] = []
    for start, end in ranges:
        if pieces:
            left = pieces[-1]
            if raw[left[1] - 1] == SOFT_HYPHEN:
                pieces[-1] = (left[0], left[1] - 1)
            elif _needs_space(raw, left, start):
                pieces.append(SPACE)
        pieces.append((start, end))
    return pieces


def _needs_space(raw: str, left: Piece, start: int) -> bool:
    last = raw[left[1] - 1]
    hyphenated = last == "-" and left[1] - left[0] > 1 and raw[left[1] - 2].isalpha() and raw[start].isalpha()
    return (
        not hyphenated and bool(_WORD_END.match(last) or last == "-") and bool(_WORD_START.match(raw[start]))
    )


def assemble(
    drafts: Sequence[Draft], describe: Sequence[tuple[BlockKind, int, tuple[str, ...]]]
) -> tuple[str, tuple[Block, ...], OffsetMap]:
    """Clean text, blocks and offsets out of drafts and (kind, level, heading path) of each."""
    blocks: list[Block] = []
    pieces: list[Piece] = []
    at = 0
    for part, (kind, level, path) in zip(drafts, describe, strict=True):
        if blocks:
            pieces.append(SPACE)
            at += 1
        end = at + len(part.text)
        blocks.append(Block(start=at, end=end, kind=kind, level=level, heading_path=path))
        pieces.extend(part.pieces)
        at = end
    return "\n".join(part.text for part in drafts), tuple(blocks), OffsetMap.from_indices(_indices(pieces))


def _indices(pieces: Sequence[Piece]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Raw index of each clean character, :data:`INSERTED` for spaces put in."""
    table = np.array(pieces, dtype=np.int64).reshape(-1, 2)
    inserted = table[:, 0] == INSERTED
    lengths = np.where(inserted, 1, table[:, 1] - table[:, 0])
    begins = np.concatenate(([0], np.cumsum(lengths)[:-1])) if len(lengths) else lengths
    within = np.arange(int(lengths.sum()), dtype=np.int64) - np.repeat(begins, lengths)
    starts = np.repeat(table[:, 0], lengths)
    return np.where(np.repeat(inserted, lengths), INSERTED, starts + within)
