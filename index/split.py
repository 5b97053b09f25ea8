"""From a document to passages: contiguous stretches of its text, on sentence ends, within sections."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.document import BlockKind, Document, Passage
from index.errors import VerificationError
from index.sentences import Range, clauses, safe_cuts, sentences

__all__ = ["clauses", "sentences", "split"]

TARGET = 300
MAXIMUM = 400
MINIMUM = 200
LONGEST_OVERLAP = 3
"""A sentence is repeated in the next passage unless it takes more than one part in this many of the maximum."""


@dataclass(frozen=True, slots=True)
class _Section:
    """Consecutive blocks of text under the same headings, as sentences short enough for a passage."""

    path: tuple[str, ...]
    units: list[Range]
    body: bool

    @property
    def start(self) -> int:
        return self.units[0][0]

    @property
    def end(self) -> int:
        return self.units[-1][1]


def split(
    document: Document, *, target: int = TARGET, maximum: int = MAXIMUM, minimum: int = MINIMUM
) -> tuple[Passage, ...]:
    """Splits a document into passages of about ``minimum`` to ``maximum`` characters.

    Every character of the text that isn't a heading's is in at least one passage. Within a section a passage starts
    with the last sentence of the one before. A section shorter than ``minimum`` is joined with what follows under
    the same parent, up to ``target``; ``heading_path`` is then what the joined sections share, and the headings that
    aren't shared are part of the text. A sentence longer than ``maximum`` is cut at ``；``, else at ``，``, else
    between any two characters outside brackets and numbers.

    Args:
        target, maximum, minimum: characters, 0 < minimum <= target <= maximum.

    Raises:
        ValueError: the lengths contradict each other.
    """
    if not 0 < minimum <= target <= maximum:
        raise ValueError(f"need 0 < minimum <= target <= maximum, got {minimum}, {target}, {maximum}")
    found: list[Passage] = []
    for group in _groups(_sections(document, maximum), target, minimum):
        path = _shared([section.path for section in group])
        for start, end in _packed(group, target, maximum, minimum):
            begin = _with_headings(document, start, path) if start == group[0].start else start
            found.append(_passage(document, begin, end, path))
    return tuple(found)


def _passage(document: Document, start: int, end: int, path: tuple[str, ...]) -> Passage:
    passage = Passage(start=start, end=end, text=document.text[start:end], heading_path=path)
    if not passage.text.strip() or document.text[passage.start : passage.end] != passage.text:
        raise VerificationError(f"{document.source} 的段落 [{start}, {end}) 与正文不符。")
    return passage


def _sections(document: Document, maximum: int) -> list[_Section]:
    """The document's text by headings; of a document that has nothing but headings, those."""
    blocks = [block for block in document.blocks if block.kind is not BlockKind.HEADING]
    body = bool(blocks)
    sections: list[_Section] = []
    for block in blocks or document.blocks:
        units = [
            (block.start + start, block.start + end)
            for start, end in _units(document.text[block.start : block.end], maximum)
        ]
        path = block.heading_path
        if (
            sections
            and sections[-1].path == path
            and not _heading_between(document, sections[-1].end, block.start)
        ):
            sections[-1].units.extend(units)
        elif units:
            sections.append(_Section(path=path, units=units, body=body))
    return sections


def _heading_between(document: Document, end: int, start: int) -> bool:
    """Whether more than a separator lies between two blocks."""
    return start - end > 1 and document.text[end:start].strip() != ""


def _units(text: str, maximum: int) -> Iterator[Range]:
    """Sentences, the over-long ones in parts."""
    for start, end in sentences(text):
        if end - start <= maximum:
            yield start, end
        else:
            for left, right in _parts(text[start:end], maximum):
                yield start + left, start + right


def _parts(sentence: str, maximum: int) -> Iterator[Range]:
    """A long sentence in parts of at most ``maximum`` characters, cut as well as possible."""
    cuts = safe_cuts(sentence)
    start = index = 0
    while len(sentence) - start > maximum:
        window: list[tuple[int, int]] = []
        while index < len(cuts) and cuts[index][0] <= start + maximum:
            if cuts[index][0] > start:
                window.append(cuts[index])
            index += 1
        # The best cut in the second half; where brackets leave none, an early one, or the limit itself.
        late = [cut for cut in window if cut[0] >= start + maximum // 2] or window
        at = min(late, key=lambda cut: (cut[1], -cut[0]))[0] if late else start + maximum
        yield from _visible(sentence, start, at)
        start = at
        while index > 0 and cuts[index - 1][0] > start:
            index -= 1
    yield from _visible(sentence, start, len(sentence))


def _visible(text: str, start: int, end: int) -> Iterator[Range]:
    part = text[start:end]
    if part.strip():
        yield start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _groups(sections: Sequence[_Section], target: int, minimum: int) -> Iterator[list[_Section]]:
    """Sections, small neighbours under the same parent together."""
    group: list[_Section] = []
    for section in sections:
        if group:
            joined = section.end - group[0].start
            small = group[-1].end - group[0].start < minimum or section.end - section.start < minimum // 2
            if small and joined <= target and all(_related(part.path, section.path) for part in group):
                group.append(section)
                continue
            yield group
        group = [section]
    if group:
        yield group


def _related(above: tuple[str, ...], below: tuple[str, ...]) -> bool:
    """Whether two heading paths are siblings, or one leads to the other."""
    shared = len(_shared([above, below]))
    return shared >= min(len(above), len(below)) or above[:-1] == below[:-1]


def _shared(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The longest beginning that all paths have in common."""
    shortest, longest = min(paths), max(paths)
    length = next((i for i, title in enumerate(shortest) if title != longest[i]), len(shortest))
    return shortest[:length]


def _packed(group: Sequence[_Section], target: int, maximum: int, minimum: int) -> Iterator[Range]:
    """The passages of a group."""
    units = [(start, end, number) for number, section in enumerate(group) for start, end in section.units]
    last = units[-1][1]
    first = index = 0
    while first < len(units):
        start = units[first][0]
        index = max(index, first)
        while index < len(units):
            length = units[index][1] - start
            fits = length <= target or (length <= maximum and units[index][0] - start < minimum)
            if index > first and not fits and not (length <= maximum and last - start <= maximum):
                break
            index += 1
        yield start, units[index - 1][1]
        if index >= len(units):
            return
        first = _next_start(units, first, index, maximum)


def _next_start(units: Sequence[tuple[int, int, int]], first: int, index: int, maximum: int) -> int:
    """Where the next passage starts: one sentence back, if that is short, new to it, and of the same section."""
    previous, following = units[index - 1], units[index]
    short = (previous[1] - previous[0]) * LONGEST_OVERLAP <= maximum
    fits = following[1] - previous[0] <= maximum
    return index - 1 if index - 1 > first and short and fits and previous[2] == following[2] else index


def _with_headings(document: Document, start: int, path: tuple[str, ...]) -> int:
    """``start``, moved up over the headings right above that ``path`` doesn't tell."""
    index = bisect_left(document.blocks, start, key=lambda block: block.start) - 1
    while index >= 0 and document.blocks[index].kind is BlockKind.HEADING:
        block = document.blocks[index]
        title = document.text[block.start : block.end]
        if title in path or block.end + 1 != start or title == document.title:
            break
        start = block.start
        index -= 1
    return start
