"""One stretch of lines that a page layout broke: what each line is, and where its paragraphs end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from index.document import BlockKind
from index.loaders.draft import SPACE, Draft, Piece, draft, joined
from index.loaders.headings import is_numbered_heading, is_open, is_title
from index.loaders.lines import MARKS, Line
from index.loaders.numbering import Number, Scheme, number_of

_CAPTION_WORDS = re.compile(
    r"会议?|活动|现场|仪式|合影|座谈|调研|考察|培训|论坛|大赛|比赛|展览|揭牌|签约|启动|参观|检查|走访|慰问|摄$|供图"
)
_FIGURE = re.compile(r"[图表]\s?[0-9一二三四五六七八九十]")
_NO_START = "，。、；：？！）》〉”’」』】〕…—·,.;:?!)]"
_WORD = re.compile(rf"(?:[A-Za-z0-9.,%]+|.)[{re.escape(_NO_START)}]*")


class Role(Enum):
    """What a line is in a broken stretch."""

    BODY = auto()
    HEADING = auto()
    CONTINUED_HEADING = auto()
    CAPTION = auto()


class Flow:
    """One broken stretch: gives each line its role, then joins lines into blocks."""

    def __init__(self, raw: str, lines: Sequence[Line], columns: NDArray[np.int64]) -> None:
        self.raw = raw
        self.lines = lines
        self.columns = [int(column) for column in columns]
        self.numbers = [number_of(line.text) for line in lines]
        self.indented = 0 < sum(line.indent >= 2 for line in lines) <= len(lines) // 2
        self.indent = 0 if self.indented else self._stripped_indent()
        self.slack = self._slack()
        self.gaps_part = self._gaps_part()
        self.roles = [Role.BODY] * len(lines)
        self.titled: list[bool] = []

    def drafts(self) -> list[Draft]:
        """The stretch's blocks, a caption after the paragraph that it interrupts."""
        self._find_headings()
        self._find_captions()
        drafts: list[Draft] = []
        paragraph: list[int] = []
        captions: list[int] = []
        at = 0
        while at < len(self.lines):
            if self.roles[at] is Role.CAPTION:
                captions.append(at)
                at += 1
                if not paragraph or self._ends(paragraph[-1], at, first=len(paragraph) == 1):
                    self._flush(drafts, paragraph, captions)
                continue
            if self.roles[at] is Role.HEADING:
                self._flush(drafts, paragraph, captions)
                end = at + 1
                while end < len(self.lines) and self.roles[end] is Role.CONTINUED_HEADING:
                    end += 1
                self._add(drafts, self._heading_pieces(at, end), titled=True)
                at = end
                continue
            paragraph.append(at)
            at += 1
            following = next(
                (i for i in range(at, len(self.lines)) if self.roles[i] is not Role.CAPTION), None
            )
            if following is None or self._ends(paragraph[-1], following, first=len(paragraph) == 1):
                while at < len(self.lines) and self.roles[at] is Role.CAPTION:
                    captions.append(at)
                    at += 1
                self._flush(drafts, paragraph, captions)
        self._flush(drafts, paragraph, captions)
        return drafts

    def _flush(self, drafts: list[Draft], paragraph: list[int], captions: list[int]) -> None:
        if paragraph:
            ranges = joined(self.raw, [self._span(index) for index in paragraph])
            self._add(drafts, ranges, titled=False)
        for index in captions:
            self._add(drafts, [self._span(index)], titled=False, kind=BlockKind.CAPTION)
        paragraph.clear()
        captions.clear()

    def _add(
        self, drafts: list[Draft], ranges: Sequence[Piece], *, titled: bool, kind: BlockKind | None = None
    ) -> None:
        drafts.append(draft(self.raw, ranges, wrapped=True, kind=kind))
        self.titled.append(titled)

    def _span(self, index: int) -> Piece:
        return self.lines[index].start, self.lines[index].end

    def _heading_pieces(self, at: int, end: int) -> list[Piece]:
        """The lines of one heading; a bare number and its title get a space between."""
        number = self.numbers[at]
        bare = number is not None and not self.lines[at].text[number.end :].strip()
        if not bare or end == at + 1:
            return joined(self.raw, [self._span(index) for index in range(at, end)])
        rest = joined(self.raw, [self._span(index) for index in range(at + 1, end)])
        return [self._span(at), SPACE, *rest]

    # Paragraphs

    def _ends(self, last: int, following: int, *, first: bool) -> bool:
        """Whether a paragraph whose last line so far is ``last`` ends there; ``following`` is the next text line."""
        if following >= len(self.lines) or self.roles[following] is not Role.BODY:
            return True
        line, below = self.lines[last], self.lines[following]
        if self.indented and below.indent >= 2:
            return True
        if line.text[-1] in "；：;:":
            return self._opens_item(following) or self._room(last, first=first) >= 8
        if not line.finished:
            # A layout breaks a sentence only where the line is full; a short line in front of a gap is its own end.
            gap = below.blank_before and not below.edge_before
            return gap and self._had_room(last, following, first=first, more=6)
        if self._opens_item(following) or self._had_room(last, following, first=first):
            return True
        if self.indented or self._is_continuation(following):
            return False
        return self._is_first(following) or (self.gaps_part and below.blank_before and not below.edge_before)

    def _opens_item(self, index: int) -> bool:
        number = self.numbers[index]
        if number is None:
            return False
        return number.scheme is not Scheme.DIGIT or self.lines[index].text[number.end - 1] in "、．."

    def _room(self, index: int, *, first: bool) -> int:
        """Columns left free on a line; the first line of a paragraph may have lost its indentation."""
        line = self.lines[index]
        indent = (line.indent if line.indent >= 2 else self.indent) if first else 0
        return self.columns[index] - line.width - indent

    def _had_room(self, index: int, following: int, *, first: bool, more: int = 0) -> bool:
        """Whether the next line's first word, with what mustn't start a line, would have fitted, and ``more``."""
        word = _WORD.match(self.lines[following].text)
        return word is not None and self._room(index, first=first) >= _width(word.group()) + self.slack + more

    def _gaps_part(self) -> bool:
        """Whether empty lines part paragraphs; where they stand for a new column, few follow a sentence's end."""
        gaps = [
            above.finished
            for above, line in zip(self.lines, self.lines[1:], strict=False)
            if line.blank_before and not line.edge_before
        ]
        return sum(gaps) >= 0.3 * len(gaps)

    def _slack(self) -> int:
        """Columns that the next line's first word commonly lacks to fit although it seems to: 0 in a strict grid.

        Justified type squeezes punctuation, so the same column holds a character more or less.
        """
        spare = []
        for index in range(1, len(self.lines) - 1):
            line, below = self.lines[index], self.lines[index + 1]
            if line.finished or below.blank_before or self.lines[index - 1].finished or self.numbers[index]:
                continue
            word = _WORD.match(below.text)
            if word is not None:
                spare.append(self._room(index, first=False) - _width(word.group()))
        return next(
            (step for step in (0, 2, 4) if sum(room >= step for room in spare) <= 0.03 * len(spare)), 6
        )

    def _stripped_indent(self) -> int:
        """Columns by which the first lines of paragraphs fall short, 0 if they don't."""
        short = []
        for index in range(1, len(self.lines)):
            above, line = self.lines[index - 1], self.lines[index]
            fresh = above.finished and above.width <= 0.8 * self.columns[index - 1]
            if fresh and not line.finished and self.numbers[index] is None:
                short.append(self.columns[index] - line.width)
        if len(short) < 2:
            return 0
        median = int(np.median(short))
        return 4 if 3 <= median <= 6 else 0

    def _is_first(self, index: int) -> bool:
        """Whether an unfinished line is short by just the indentation that a first line would have lost."""
        if not self.indent or self.lines[index].finished or index + 1 >= len(self.lines):
            return False
        return self.indent - 1 <= self.columns[index] - self.lines[index].width <= self.indent + 2

    def _is_continuation(self, index: int) -> bool:
        """Whether a line is full although a first line would have lost its indentation."""
        return self.indent > 0 and self.columns[index] - self.lines[index].width < self.indent - 1

    # Headings

    def _find_headings(self) -> None:
        at = 0
        while at < len(self.lines):
            end = self._heading_end(at)
            if end > at:
                self.roles[at] = Role.HEADING
                for index in range(at + 1, end):
                    self.roles[index] = Role.CONTINUED_HEADING
            at = max(end, at + 1)

    def _heading_end(self, at: int) -> int:
        """One past the last line of the heading that starts at ``at``, or ``at`` if none does."""
        line, number = self.lines[at], self.numbers[at]
        if line.finished or self._continues_above(at):
            return at
        if number is None:
            return at + 1 if self._is_lone_title(at) else at
        end = at + 1
        while end < len(self.lines) and end <= at + 3 and self._continues_heading(at, end):
            end += 1
        text = "".join(self.lines[index].text for index in range(at, end))
        if not is_numbered_heading(text, number) or self._is_broken_item(at, end, number):
            return at
        return end

    def _continues_above(self, at: int) -> bool:
        """Whether the line above is text that goes on here: full, and no end of a sentence."""
        if at == 0 or self.roles[at - 1] is not Role.BODY:
            return False
        above = self.lines[at - 1]
        if above.finished or above.text[-1] in "：:；;":
            return False
        return above.text[-1] in "，、,(（《" or above.width >= self.columns[at - 1] - self.indent - 4

    def _continues_heading(self, at: int, end: int) -> bool:
        """Whether line ``end`` belongs to the heading of lines ``[at, end)``."""
        so_far = "".join(self.lines[index].text for index in range(at, end))
        line, number = self.lines[end], self.numbers[at]
        if is_open(so_far):
            return not line.finished
        if line.finished or MARKS.search(line.text) or self._heads(end):
            return False
        if number is not None and number.end == len(so_far):
            return line.width <= self.columns[end]
        above = self.lines[end - 1]
        # Body text breaks only where a line is full, so a short line that ends no sentence isn't body text.
        orphan = line.width <= 0.65 * self.columns[end]
        return (
            orphan
            and above.width >= 0.6 * self.columns[end - 1]
            and not (above.blank_before and end > at + 1)
        )

    def _heads(self, index: int) -> bool:
        number = self.numbers[index]
        return number is not None and is_numbered_heading(self.lines[index].text, number)

    def _is_broken_item(self, at: int, end: int, number: Number) -> bool:
        """Whether the would-be heading is the first line of a numbered paragraph that goes on below."""
        if end > at + 1 or end >= len(self.lines) or number.end == len(self.lines[at].text):
            return False
        line, below = self.lines[at], self.lines[end]
        if line.width < self.columns[at] - self.indent - 4 or below.blank_before or self._heads(end):
            return False
        return "，" in line.text or not self.indent or self._is_continuation(end)

    def _is_lone_title(self, at: int) -> bool:
        """Whether a short line without a number, set off from the text above, heads the text below."""
        line = self.lines[at]
        if not line.blank_before or not is_title(line.text) or at + 1 >= len(self.lines):
            return False
        below = self.lines[at + 1]
        return line.width <= 0.65 * self.columns[at] and (below.blank_before or below.width > line.width)

    # Captions

    def _find_captions(self) -> None:
        for at in range(len(self.lines)):
            if self.roles[at] is Role.BODY and self._is_caption(at):
                self.roles[at] = Role.CAPTION

    def _is_caption(self, at: int) -> bool:
        """Whether a line stands alone at a page's edge and says no sentence of the text around it."""
        line = self.lines[at]
        last = at + 1 == len(self.lines)
        if not line.blank_before or not (last or self.lines[at + 1].blank_before):
            return False
        if MARKS.search(line.text.rstrip("。")) or line.width > 3 * self.columns[at]:
            return False
        if _FIGURE.match(line.text):
            return True
        if not line.finished or not (line.edge_before or last or self.lines[at + 1].edge_before):
            return False
        named = _CAPTION_WORDS.search(line.text) is not None
        above = next((i for i in range(at - 1, -1, -1) if self.roles[i] is not Role.CAPTION), None)
        if above is None or self.roles[above] is not Role.BODY or self.lines[above].finished:
            return named
        if last or self.roles[at + 1] is not Role.BODY:
            return False  # the sentence above ends here
        if self.indent:
            return self._is_continuation(at + 1)
        return named


def _width(text: str) -> int:
    return sum(2 if character >= "\u2e80" or character in "“”‘’…—·" else 1 for character in text)
