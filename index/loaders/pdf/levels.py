"""How deep the headings of a PDF are: their size says it, and numbers do where two kinds of them are of one size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import mode

from index.document import BlockKind
from index.loaders.draft import Draft
from index.loaders.headings import is_numbered_heading
from index.loaders.numbering import Scheme, number_of


def levelled(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with levels such that headings numbered alike are of one, and each kind of number has its own.

    Args:
        drafts: headings told by their size have a level by it. One that its size didn't tell, as happens on scans, is
            one if most headings numbered like it were told.
    """
    schemes = [_scheme(part) for part in drafts]
    sizes: dict[Scheme, list[int]] = {}
    for part, scheme in zip(drafts, schemes, strict=True):
        if scheme is not None:
            sizes.setdefault(scheme, []).append(part.level)
    usual = {
        scheme: mode(level for level in levels if level)
        for scheme, levels in sizes.items()
        if 2 * sum(level > 0 for level in levels) > len(levels)
    }
    places = [_place(part, scheme, usual) for part, scheme in zip(drafts, schemes, strict=True)]
    depths = {place: depth for depth, place in enumerate(sorted({place for place in places if place}), 1)}
    return [
        replace(part, kind=BlockKind.HEADING, level=depths[place]) if place else part
        for part, place in zip(drafts, places, strict=True)
    ]


def _scheme(part: Draft) -> Scheme | None:
    """How a heading, or what may be one, is numbered."""
    number = None if part.item or part.kind not in (None, BlockKind.HEADING) else number_of(part.text)
    if number is None or (not part.level and not is_numbered_heading(part.text, number)):
        return None
    return number.scheme


def _place(part: Draft, scheme: Scheme | None, usual: dict[Scheme, int]) -> tuple[int, int] | None:
    """Level by size, then place among the kinds of numbers of that level; None for what is no heading by its size."""
    if scheme in usual:
        return usual[scheme], scheme
    if not part.level:
        return None
    alike = [other for other, level in usual.items() if level == part.level]
    return part.level, min(alike, default=0)
