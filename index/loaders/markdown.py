"""Markdown, by markdown-it-py; every character kept leads back to its place in the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.document import BlockKind, Document
from index.loaders.draft import SPACE, Draft, Piece, draft, joined
from index.loaders.finish import finish
from index.loaders.headings import LONGEST_HEADING
from index.loaders.inline import inline_lines
from index.loaders.lines import MARKS, is_finished
from index.loaders.numbering import number_of
from index.loaders.raw import LINE_BREAK, TextFile
from index.loaders.tables import Cell, row_draft, table_row

_MARKER = re.compile(r"[\s>]*(?:[-*+]\s+)*([0-9]{1,9}[.)])")
_HTML = re.compile(
    r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[A-Za-z][^<>]*>|<[?!][A-Za-z\[][^<>]*>", re.S | re.I
)
_END = r"(?:\r\n|\r|\n)"
_FRONT_MATTER = re.compile(
    rf"---[ \t]*{_END}(?:(?:[\w-]+:|[ \t]+\S)[^\r\n]*{_END}){{1,50}}---[ \t]*(?=[\r\n]|\Z)"
)
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:|/|#|\.|[\w-]+\.\w{2,4}\b)", re.I | re.A)
_BLANK_LINE = re.compile(r"(?<![^\r\n])[^\S\r\n]+(?=[\r\n]|\Z)")
"""A line of white space, some of which (form feed, full-width space) the parser takes for text."""
_ODD_SPACES = {code: "\u200b" for code in range(0x3001) if chr(code).isspace() and chr(code) not in " \t\r\n"}
_VISIBLE = re.compile(r"[^\r\n]")
_WRAPPED_SHARE = 0.5
_DEEPEST = 60
"""Levels of tokens, two for each list in a list; what is nested deeper, the parser drops. Its own bound is 20."""
_CONTAINERS = frozenset({"blockquote_open", "bullet_list_open", "ordered_list_open", "list_item_open"})


@dataclass(frozen=True, slots=True)
class MarkdownLoader:
    """Reads ``.md``. Headings, paragraphs, entries of lists, rows of tables and lines of code become blocks.

    Marks, addresses of links, tags and comments are left out; numbers of lists stay.
    """

    extensions: frozenset[str] = frozenset({".md", ".markdown"})

    def read(
        self,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,
        reading: bytes = b"",  # noqa: ARG002, the encoding says it all
    ) -> TextFile:
        """The raw text of ``data``.

        Raises:
            EmptyDocument, BinaryDocument, UndecodableText: see :func:`index.encoding.decode`.
        """
        return TextFile.read(data, source=source, encoding=encoding)

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:
        """The clean document in ``data``.

        Raises:
            EmptyDocument, BinaryDocument, UndecodableText: see :func:`index.encoding.decode`.
        """
        raw = self.read(data, source=source, encoding=encoding)
        reader = _Reader(raw.text)
        drafts = [part for part in reader.read() if part.text]
        return finish(
            drafts,
            titled=[False] * len(drafts),
            data=data,
            source=source,
            encoding=raw.encoding,
            media_type="text/markdown",
            warnings=["列表或引用嵌套太深，最里面的没有读。"] if reader.cut else [],
        )


@cache
def _parser(*, references: bool) -> MarkdownIt:
    """CommonMark with tables and strikethrough. Entities stay as they are written: the text is shown verbatim."""
    parser = (
        MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
        .enable(["table", "strikethrough"])
        .disable("entity")
    )
    return parser if references else parser.disable("reference")


class _Reader:
    """Walks the tokens of one text."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        # The same characters but for odd white space, which the parser would strip in places: as long as ``raw``.
        self.source = _BLANK_LINE.sub(lambda match: " " * len(match.group()), raw).translate(_ODD_SPACES)
        self.line_starts = [0, *(match.end() for match in LINE_BREAK.finditer(raw)), len(raw)]

        self.after_marker = 0
        self.headers: list[Cell] = []
        self.cut = False

    def read(self) -> Iterator[Draft]:
        """The blocks, in order; some may be empty."""
        yield from self._front_matter()
        tokens = self._tokens()
        self.wrapped = _is_wrapped(tokens)
        self.cut = any(token.level >= _DEEPEST - 1 and token.type in _CONTAINERS for token in tokens)
        for index, token in enumerate(tokens):
            if token.type == "heading_open":
                yield from self._heading(tokens[index + 1], token)
            elif token.type == "list_item_open" and tokens[index + 1].type != "paragraph_open":
                marker = self._marker(token, token)
                yield draft(self.raw, [marker] if marker else [], item=True)
            elif token.type == "paragraph_open":
                yield from self._paragraph(tokens, index)
            elif token.type == "tr_open":
                row = self._row(tokens, index)
                if row is not None:
                    yield row
            elif token.type in ("fence", "code_block"):
                yield from self._code(token)
            elif token.type == "html_block":
                yield from self._html(token)

    def _front_matter(self) -> list[Draft]:
        """The lines of metadata at the top, which are made blank in what the parser sees."""
        match = _FRONT_MATTER.match(self.raw)
        if match is None:
            return []
        fences = len(LINE_BREAK.findall(match.group()))
        self.source = _VISIBLE.sub(" ", self.source[: match.end()]) + self.source[match.end() :]
        return [draft(self.raw, [self._line(at)], item=True) for at in range(1, fences)]

    def _tokens(self) -> list[Token]:
        environment: dict[str, dict[str, dict[str, str]]] = {}
        tokens = _parser(references=True).parse(self.source, environment)
        found = environment.get("references", {})
        # "[1]: 某书" is a note, not the address of a link, and mustn't vanish.
        if all(_ADDRESS.match(reference["href"]) for reference in found.values()):
            return tokens
        return _parser(references=False).parse(self.source)

    def _line(self, index: int) -> Piece:
        """Raw range of a line, line break included."""
        return self.line_starts[index], self.line_starts[min(index + 1, len(self.line_starts) - 1)]

    def _located(self, token: Token, first: int) -> list[Piece]:
        """Raw range of each line of an inline token's content; ``first`` is its first line in the source."""
        lines = []
        for ordinal, content in enumerate(token.content.split("\n")):
            start, end = self._line(first + ordinal)
            line = self.source[start:end].rstrip(" \t\r\n")
            shown = content.strip(" \t")
            at = len(line) - len(shown) if line.endswith(shown) else line.find(shown)
            # Not found: the parser rewrote something (a tab); the whole line keeps every character.
            lines.append((start, start + len(line)) if at < 0 else (start + at, start + at + len(shown)))
        return lines

    def _lines(self, token: Token, first: int) -> list[list[Piece]]:
        """What an inline token shows, as raw ranges, by line."""
        return inline_lines(self.source, self._located(token, first), token.children or [])

    def _heading(self, token: Token, opening: Token) -> Iterator[Draft]:
        first = (opening.map or [0, 0])[0]
        lines = self._lines(token, first)
        whole = draft(self.raw, _in_a_row(self.raw, lines))
        wordy = len(whole.text) > LONGEST_HEADING and MARKS.search(whole.text)
        if opening.markup in ("=", "-") and (is_finished(whole.text) or wordy):
            # A rule drawn below a paragraph, which CommonMark takes for a heading.
            yield from (draft(self.raw, line) for line in lines)
            return
        yield draft(self.raw, whole.pieces, kind=BlockKind.HEADING, level=int(opening.tag[1:]))

    def _paragraph(self, tokens: Sequence[Token], index: int) -> Iterator[Draft]:
        token = tokens[index + 1]
        first = (tokens[index].map or [0, 0])[0]
        lines = self._lines(token, first)
        marker = self._marker(tokens[index - 1], tokens[index]) if index else None
        if marker:
            lines[:1] = [[marker, SPACE, *(lines[0] if lines else [])]]
        item = tokens[index].level > (2 if marker else 0)
        for part in self._paragraphs(lines):
            yield draft(self.raw, part, item=item)

    def _marker(self, above: Token, first: Token) -> Piece | None:
        """The number of an ordered entry, if ``above`` opens one, on the line where ``first`` stands."""
        if above.type != "list_item_open" or not above.info:
            return None
        start, end = self._line((first.map or [0, 0])[0])
        match = _MARKER.match(self.source, max(start, self.after_marker), end)
        if match is None:
            return None
        self.after_marker = match.end()
        return match.span(1)

    def _paragraphs(self, lines: Sequence[list[Piece]]) -> Iterator[list[Piece]]:
        """Lines joined where the source broke a sentence; elsewhere each line is a paragraph of its own."""
        current: list[list[Piece]] = []
        for line in lines:
            if current and self._separate(current[-1], line):
                yield _in_a_row(self.raw, current)
                current = []
            current.append(line)
        if current:
            yield _in_a_row(self.raw, current)

    def _separate(self, above: Sequence[Piece], below: Sequence[Piece]) -> bool:
        last, text = self._said(above).rstrip(), self._said(below)
        ended = is_finished(last) or last.endswith(("；", "：", ";", ":"))
        return ended and (not self.wrapped or number_of(text) is not None)

    def _said(self, pieces: Sequence[Piece]) -> str:
        return "".join(" " if piece == SPACE else self.raw[piece[0] : piece[1]] for piece in pieces)

    def _row(self, tokens: Sequence[Token], index: int) -> Draft | None:
        """A row of a table under its headers; the row of headers itself only where no other follows it."""
        cells = self._cells(tokens, index)
        if tokens[index - 1].type != "thead_open":
            return table_row(self.raw, self.headers, cells)
        self.headers = cells
        end = next(at for at in range(index, len(tokens)) if tokens[at].type == "thead_close")
        return None if tokens[end + 1].type == "tbody_open" else row_draft(self.raw, (), cells)

    def _cells(self, tokens: Sequence[Token], index: int) -> list[Cell]:
        """Raw ranges of the cells of a row, one entry for each column."""
        at, end = self._line((tokens[index].map or [0, 0])[0])
        cells: list[Cell] = []
        for token in tokens[index + 1 :]:
            if token.type == "tr_close":
                break
            if token.type != "inline":
                continue
            if not token.content:
                cells.append(())
                continue
            found = self.source.find(token.content, at, end)
            # A bar inside a cell is written "\\|"; the walk over the children skips the backslash.
            stop = end if found < 0 else found + len(token.content)
            begin = max(at, self.source.find(token.content[0], at, end)) if found < 0 else found
            lines = inline_lines(self.source, [(begin, stop)], token.children or [])
            cell = [piece for line in lines for piece in line]
            cells.append(cell)
            at = cell[-1][1] if cell else stop
        return cells

    def _code(self, token: Token) -> Iterator[Draft]:
        first = (token.map or [0, 0])[0] + (1 if token.type == "fence" else 0)
        for ordinal, content in enumerate(token.content.split("\n")):
            if not content.strip():
                continue
            start, end = self._line(first + ordinal)
            at = self.source.find(content.strip(), start, end)
            yield draft(self.raw, [(start, end) if at < 0 else (at, at + len(content.strip()))], item=True)

    def _html(self, token: Token) -> Iterator[Draft]:
        """The text between tags; comments, scripts and styles are left out."""
        first, last = token.map or [0, 0]
        start, end = self._line(first)[0], self._line(max(first, last - 1))[1]
        kept: list[Piece] = []
        at = start
        for match in _HTML.finditer(self.source, start, end):
            kept.append((at, match.start()))
            at = match.end()
        kept.append((at, end))
        for begin, stop in kept:
            for line in re.finditer(r"[^\r\n]+", self.raw[begin:stop]):
                yield draft(self.raw, [(begin + line.start(), begin + line.end())], item=True)


def _in_a_row(raw: str, lines: Sequence[Sequence[Piece]]) -> list[Piece]:
    """The pieces of several lines as those of one."""
    pieces: list[Piece] = []
    for line in lines:
        if not line:
            continue
        if pieces and SPACE not in (pieces[-1], line[0]):
            bridge = joined(raw, [pieces[-1], line[0]])
            pieces[-1:] = bridge
            pieces.extend(line[1:])
        else:
            pieces.extend(line)
    return pieces


def _is_wrapped(tokens: Sequence[Token]) -> bool:
    """Whether line breaks inside paragraphs mostly fall inside sentences."""
    broken = total = 0
    for token in tokens:
        if token.type != "inline" or "\n" not in token.content:
            continue
        for line in token.content.split("\n")[:-1]:
            total += 1
            text = line.strip()
            broken += bool(text) and not is_finished(text) and text[-1] not in "；：;:"
    return total > 0 and broken >= _WRAPPED_SHARE * total
