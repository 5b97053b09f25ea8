"""Mails (EML): who wrote what to whom, and the text; attachments are named, not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from email.parser import BytesParser

from index.document import BlockKind, Document, Part, PartKind
from index.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    MislabelledDocument,
)
from index.loaders.draft import Draft, Piece, draft
from index.loaders.finish import finish
from index.loaders.layout import layout
from index.loaders.mail_words import decoded, header, shown
from index.loaders.parted import PartedBuilder, PartedText
from index.loaders.tables import row_draft
from index.loaders.web_page import Page, text_blocks

_DEEPEST = 5
"""Mails within mails."""
_HEADERS = (("From", "发件人"), ("To", "收件人"), ("Cc", "抄送"), ("Date", "日期"))
_TELLING = frozenset(
    ("from", "to", "subject", "date", "received", "message-id", "mime-version", "content-type")
)
"""Headers of which a mail has at least one, lower case."""
_MOST_PARTS = 1_000
_DEEPEST_PARTS = 50
MOST_CHARACTERS = 20_000_000
_RICH = frozenset(("text/html", "multipart/related", "multipart/mixed"))
_LEAST = 0.3
"""Of an HTML version's characters, the share that a plain one has unless it only says to look at the other."""


@dataclass(frozen=True, slots=True)
class MailLoader:
    """Reads ``.eml`` (RFC 5322, MIME)."""

    extensions: frozenset[str] = frozenset({".eml"})

    def read(
        self,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,  # noqa: ARG002, each part says its own
        reading: bytes = b"",  # noqa: ARG002, nothing to be told
    ) -> PartedText:
        """The raw text: subject, names, words, mails in it included.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge.
        """
        return _Mail.of(data, source).builder.build()

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:  # noqa: ARG002
        """The clean document; see :class:`index.document.Loader`.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge, EmptyDocument.
        """
        mail = _Mail.of(data, source)
        drafts = mail.drafts()
        if not drafts:
            raise EmptyDocument(" ".join(("邮件里没有文字。", *mail.warnings)), source=source)
        return finish(
            drafts,
            titled=[False] * len(drafts),
            data=data,
            source=source,
            encoding="",
            media_type="message/rfc822",
            title=mail.subject or None,
            warnings=tuple(mail.warnings),
        )


@dataclass(slots=True)
class _Mail:
    """A mail read, with what is in it in order: a heading, (label, value) of a header, a text, or a page."""

    source: str
    builder: PartedBuilder = field(default_factory=PartedBuilder)
    subject: str = ""
    warnings: dict[str, None] = field(default_factory=dict)
    _found: list[tuple[str, tuple[Piece, ...], int] | Page] = field(default_factory=list)
    _parts: int = 0

    @classmethod
    def of(cls, data: bytes, source: str) -> _Mail:
        mail = cls(source=source)
        try:
            message = BytesParser(policy=policy.compat32).parsebytes(data)
            if not any(name.lower() in _TELLING for name in message.keys()):  # noqa: SIM118, not a dictionary
                raise MislabelledDocument("不是邮件：没有邮件头。", source=source)
            mail._take(message, depth=0)
        except DocumentError:
            raise
        except Exception as error:
            raise DamagedDocument("邮件已损坏。", source=source) from error
        return mail

    def drafts(self) -> list[Draft]:
        """Blocks: the subject as a heading, headers as label and value, then the text."""
        raw = self.builder.build().text
        out: list[Draft] = []
        for one in self._found:
            if isinstance(one, Page):
                out.extend(one.drafts()[0])
                continue
            kind, pieces, level = one
            if kind == "subject":
                out.append(draft(raw, pieces, kind=BlockKind.HEADING, level=level))
            elif kind == "header":
                row = row_draft(raw, [pieces[:1]], [pieces[1:]])
                out.extend([] if row is None else [row])
            else:
                out.extend(_plain(raw, pieces[0]))
        return [part for part in out if part.text]

    def _take(self, message: Message, *, depth: int) -> None:
        """A mail: what it is about, who wrote it to whom, and what it holds."""
        subject = header(message, "Subject")
        if subject:
            self.subject = self.subject or subject
            self._found.append(("subject", (self._added(subject, "Subject"),), depth + 1))
        for name, label in _HEADERS:
            value = header(message, name)
            if value:
                self._found.append(("header", (self._added(label, name), self._added(value, name)), 0))
        self._part(message, mails=depth, parts=0)

    def _part(self, part: Message, *, mails: int, parts: int) -> None:
        """One part; ``mails`` and ``parts`` count those it lies in."""
        self._parts += 1
        if self._parts > _MOST_PARTS or parts > _DEEPEST_PARTS:
            self.warnings["邮件的部分太多或嵌套太深，有些没有读。"] = None
            return
        kind, held = part.get_content_type(), part.get_payload()
        inner = [one for one in held if isinstance(one, Message)] if isinstance(held, list) else []
        if kind == "multipart/encrypted" or part.get_param("smime-type") == "enveloped-data":
            raise EncryptedDocument("邮件加了密。", source=self.source)
        if kind == "message/rfc822":
            if mails >= _DEEPEST:
                self.warnings[f"嵌套超过 {_DEEPEST} 层的邮件没有读。"] = None
            elif inner:
                self._take(inner[0], depth=mails + 1)
        elif inner:
            for one in _chosen(inner) if kind == "multipart/alternative" else inner:
                self._part(one, mails=mails, parts=parts + 1)
        elif part.get_filename() or part.get_content_disposition() == "attachment":
            self.warnings[f"附件“{shown(part.get_filename() or kind)}”没有读；请另外上传。"] = None
        elif kind in ("text/plain", "text/html"):
            self._body(part)
        elif part.get_payload(decode=True):
            self.warnings[f"邮件里类型为 {kind} 的部分没有读。"] = None

    def _body(self, part: Message) -> None:
        text = _text(part)
        if text is None:
            self.warnings["邮件正文的编码认不出，没有读。"] = None
        elif part.get_content_subtype() == "html":
            page = Page(source=self.source, builder=self.builder, around=(_part_named("body"),))
            page.take(text)
            self._found.append(page)
        elif text.strip():
            self._found.append(("text", (self._added(text.strip("\n"), "body"),), 0))

    def _added(self, text: str, name: str) -> Piece:
        piece = self.builder.add(text, _part_named(name))
        if self.builder.length > MOST_CHARACTERS:
            raise DocumentTooLarge(f"文字超过 {MOST_CHARACTERS} 个字。", source=self.source)
        return piece


def _part_named(name: str) -> Part:
    return Part(kind=PartKind.MESSAGE, name=name)


def _text(part: Message) -> str | None:
    """The characters of a text, lines ended by ``\\n``; None where nothing decodes them."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    named = part.get_content_charset()
    text = decoded(payload, named)
    return None if text is None else text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _chosen(versions: Sequence[Message]) -> list[Message]:
    """Of a text in several versions, the plain one; another where the plain one says much less."""
    plain = next((one for one in versions if one.get_content_type() == "text/plain"), None)
    others = [one for one in versions if one is not plain and one.get_content_type() in _RICH]
    if plain is None or not others:
        return [plain] if plain is not None else others[-1:]
    pages = (one for one in others[-1].walk() if one.get_content_type() == "text/html")
    page = next(pages, None)
    written = "".join(text_blocks((None if page is None else _text(page)) or ""))
    return [plain] if len("".join((_text(plain) or "").split())) >= _LEAST * len(written) else others[-1:]


def _plain(raw: str, piece: Piece) -> list[Draft]:
    """Blocks of plain text, whose lines may have been broken by the program that sent it."""
    start, end = piece
    return [
        Draft(
            pieces=tuple((a + start, b + start) if a >= 0 else (a, b) for a, b in part.pieces),
            text=part.text,
            kind=part.kind,
            level=part.level,
            item=part.item,
        )
        for part in layout(raw[start:end]).drafts
    ]
