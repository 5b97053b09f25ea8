"""Running heads and page numbers: what a page layout adds to a text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from index.loaders.lines import Line

_ORNAMENTED = re.compile(
    r"[-—–·•~*\s]+([0-9]{1,5})[-—–·•~*\s]+$"
    r"|第\s*([0-9]{1,5})\s*页(?:[\s,，/]*共\s*[0-9]+\s*页)?$"
    r"|[Pp]age\s*([0-9]{1,5})(?:\s*of\s*[0-9]+)?$"
    r"|([0-9]{1,5})\s*/\s*[0-9]{1,5}$"
)
_LONE = re.compile(r"([0-9]{1,4})$")
_DIGITS = re.compile(r"[0-9〇一二三四五六七八九十百]+")
_EDGE = 2
"""Lines from a page's edge where furniture may stand."""
_MIN_REPEATS = 3
_MIN_DISTANCE = 5
"""Lines from one bare page number to the next, at least: nearer ones are a column of figures."""
_LONGEST_HEAD = 60


def furniture(lines: Sequence[Line]) -> set[int]:
    """Indices of the lines that are running heads or page numbers.

    A number counts as a page number only as one of an ascending series of its kind at page edges, or where it
    interrupts sentences, so a column of figures stays.
    """
    pages = _pages(lines)
    if len(pages) > 1:
        numbers = _paged_numbers(lines, pages)
        return numbers | _repeated(lines, _edges(pages, numbers), len(pages))
    numbers = _loose_numbers(lines)
    return numbers | _heads_near(lines, numbers)


def _pages(lines: Sequence[Line]) -> list[list[int]]:
    """Line indices by page."""
    pages: list[list[int]] = []
    for index, line in enumerate(lines):
        if line.edge_before or not pages:
            pages.append([])
        pages[-1].append(index)
    return pages


def _edges(pages: Sequence[Sequence[int]], known: set[int]) -> list[int]:
    """The lines at the top and bottom of each page, page numbers not counted."""
    edges: set[int] = set()
    for page in pages:
        rest = [index for index in page if index not in known]
        edges.update(rest[:_EDGE])
        edges.update(rest[-_EDGE:])
    return sorted(edges)


def page_number(text: str) -> tuple[int, bool] | None:
    """(number, whether it is dressed as a page number) of a line that may be one."""
    if len(text) > 24:
        return None
    match = _ORNAMENTED.match(text)
    if match:
        return int(next(group for group in match.groups() if group)), True
    match = _LONE.match(text)
    return (int(match.group(1)), False) if match else None


def _paged_numbers(lines: Sequence[Line], pages: Sequence[Sequence[int]]) -> set[int]:
    """Numbers at page edges that advance with the pages."""
    shifts: dict[int, list[int]] = defaultdict(list)
    for ordinal, page in enumerate(pages):
        for index in {*page[:_EDGE], *page[-_EDGE:]}:
            found = page_number(lines[index].text)
            if found:
                shifts[found[0] - ordinal].append(index)
    needed = max(2, len(pages) // 2)
    return {index for found in shifts.values() if len(found) >= needed for index in found}


def _key(text: str) -> str:
    return _DIGITS.sub("#", "".join(text.split()))


def _may_be_head(line: Line) -> bool:
    return not line.finished and len(line.text) <= _LONGEST_HEAD and line.text[-1] not in "，、；：,;:"


def _repeated(lines: Sequence[Line], edges: Sequence[int], pages: int) -> set[int]:
    """Lines at page edges that say the same, digits aside, on many pages."""
    candidates = [index for index in edges if _may_be_head(lines[index])]
    counts = Counter(_key(lines[index].text) for index in candidates)
    needed = max(_MIN_REPEATS, pages // 4)
    return {index for index in candidates if counts[_key(lines[index].text)] >= needed}


def _loose_numbers(lines: Sequence[Line]) -> set[int]:
    """Page numbers of a text without page breaks."""
    dressed: list[tuple[int, int]] = []
    bare: list[tuple[int, int]] = []
    for index, line in enumerate(lines):
        found = page_number(line.text)
        if found:
            (dressed if found[1] else bare).append((index, found[0]))
    last = len(lines) - 1

    def interrupts(run: Sequence[int]) -> bool:
        breaks = sum(index > 0 and not lines[index - 1].finished for index in run)
        return 3 * breaks >= len(run)

    def credible(run: Sequence[int]) -> bool:
        return len(run) >= 2 or run[0] in (0, last)

    lone = _series(bare, _MIN_DISTANCE, lambda run: len(run) >= _MIN_REPEATS and interrupts(run))
    return _series(dressed, 1, credible) | lone


def _series(
    numbers: Sequence[tuple[int, int]], distance: int, accept: Callable[[Sequence[int]], bool]
) -> set[int]:
    """Line indices of runs ``n, n + 1, ...`` more than ``distance`` lines apart, of those that ``accept`` takes."""
    taken: set[int] = set()
    run: list[tuple[int, int]] = []
    for index, value in [*numbers, (-1, -1)]:
        follows = run and value == run[-1][1] + 1 and index - run[-1][0] > distance
        if run and not follows:
            if accept([at for at, _ in run]):
                taken.update(at for at, _ in run)
            run = []
        run.append((index, value))
    return taken


def _heads_near(lines: Sequence[Line], numbers: set[int]) -> set[int]:
    """Lines beside page numbers or page breaks that say the same, digits aside, several times."""
    near = {index + step for index in numbers for step in (-2, -1, 1, 2)} - numbers
    near |= {index for index, line in enumerate(lines) if line.edge_before and index > 0}
    return _repeated(lines, sorted(index for index in near if 0 <= index < len(lines)), 1)
