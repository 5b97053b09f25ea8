"""Where the text that Markdown shows stands in its source, inside one paragraph, heading or cell."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.token import Token

Piece = tuple[int, int]


def inline_lines(raw: str, lines: Sequence[Piece], children: Sequence[Token]) -> list[list[Piece]]:
    """Raw ranges of what ``children`` show, by line.

    Marks, tags and addresses are skipped; where a child can't be found in the source, all of its line stays.

    Args:
        lines: raw range of each line of the source, without indentation and block marks.
    """
    return _Walk(raw, lines).run(children)


class _Walk:
    """Follows the children through the source, never backwards."""

    def __init__(self, raw: str, lines: Sequence[Piece]) -> None:
        self.raw = raw
        self.lines = list(lines)
        self.line = 0
        self.at = lines[0][0] if lines else 0
        self.shown: list[list[Piece]] = [[]]

    def run(self, children: Sequence[Token]) -> list[list[Piece]]:
        for child in children:
            if child.type in ("text", "text_special", "code_inline"):
                self._text(child.content)
                if child.type == "code_inline":
                    self._skip(child.markup)
            elif child.type in ("softbreak", "hardbreak"):
                self._next_line()
            elif child.type == "html_inline":
                self._tag(child.content)
            elif child.type == "image":
                self._skip("![")
                self._text(child.content)
                self._link_tail()
            elif child.type == "link_close":
                self._link_tail() if child.info != "auto" else self._skip(">")
        return [line for line in self.shown if line]

    @property
    def _end(self) -> int:
        return self.lines[self.line][1]

    def _next_line(self) -> None:
        if self.line + 1 < len(self.lines):
            self.line += 1
            self.at = self.lines[self.line][0]
        self.shown.append([])

    def _keep(self, start: int, end: int) -> None:
        line = self.shown[-1]
        if line and line[-1][1] == start:
            line[-1] = (line[-1][0], end)
        elif end > start:
            line.append((start, end))
        self.at = end

    def _text(self, content: str) -> None:
        if not content:
            return
        found = self.raw.find(content, self.at, self._end)
        if found >= 0:
            self._keep(found, found + len(content))
            return
        for character in content:
            if character.isspace() and self.raw[self.at : self.at + 1] != character:
                continue
            found = self.raw.find(character, self.at, self._end)
            while found < 0 and not character.isspace() and self.line + 1 < len(self.lines):
                self._next_line()  # code over several lines shows its line breaks as spaces
                found = self.raw.find(character, self.at, self._end)
            if found >= 0:
                self._keep(found, found + 1)

    def _skip(self, mark: str) -> None:
        found = self.raw.find(mark, self.at, self._end)
        if found >= 0:
            self.at = found + len(mark)

    def _tag(self, content: str) -> None:
        breaks = content.count("\n")
        if breaks:
            for _ in range(breaks):
                self._next_line()
            self._skip(content.rsplit("\n", 1)[1].strip())
            return
        self._skip(content)
        if content.lower().startswith("<br"):
            self.shown.append([])

    def _link_tail(self) -> None:
        """Skips ``](address "title")``, ``][label]`` or ``]``."""
        close = self.raw.find("]", self.at, self._end)
        if close < 0:
            return
        self.at = close + 1
        following = self.raw[self.at : self.at + 1]
        if following == "(":
            self.at = self._after_address(self.at + 1)
        elif following == "[":
            self._skip("]")

    def _after_address(self, at: int) -> int:
        at = self._after_blank(at)
        address = parseLinkDestination(self.raw, at, self._end)
        if not address.ok:
            return at
        at = self._after_blank(address.pos)
        title = parseLinkTitle(self.raw, at, self._end)
        if title.ok:
            at = self._after_blank(title.pos)
        return at + 1 if self.raw[at : at + 1] == ")" else at

    def _after_blank(self, at: int) -> int:
        while at < self._end and self.raw[at] in " \t":
            at += 1
        return at
