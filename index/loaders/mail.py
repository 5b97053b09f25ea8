"""Mails (EML): who wrote what to whom, and the text; attachments are named, not read."""

from __future__ import annotations

from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from index.document import BlockKind, Document, Part, PartKind
from index.encoding import decode
from index.errors import DamagedDocument, DocumentError, EmptyDocument, MislabelledDocument
from index.loaders.draft import Draft, Piece, draft
from index.loaders.finish import finish
from index.loaders.layout import layout
from index.loaders.parted import PartedBuilder, PartedText
from index.loaders.tables import row_draft
from index.loaders.web_page import text_blocks

_DEEPEST = 5
"""Mails within mails."""
_HEADERS = (("From", "发件人"), ("To", "收件人"), ("Cc", "抄送"), ("Date", "日期"))
_MOST_PARTS = 1_000


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
            MislabelledDocument, DamagedDocument.
        """
        return _Mail.of(data, source).builder.build()

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:  # noqa: ARG002
        """The clean document; see :class:`index.document.Loader`.

        Raises:
            MislabelledDocument, DamagedDocument, EmptyDocument.
        """
        mail = _Mail.of(data, source)
        drafts = mail.drafts()
        if not drafts:
            raise EmptyDocument("邮件里没有文字。", source=source)
        return finish(
            drafts,
            titled=[False] * len(drafts),
            data=data,
            source=source,
            encoding="",
            media_type="message/rfc822",
            title=mail.subject or None,
            warnings=[f"附件“{name}”没有读；请另外上传。" for name in mail.attachments],
        )


@dataclass(slots=True)
class _Mail:
    """A mail read, with what is in it in order: a subject, (label, value) of a header, or a text."""

    source: str
    builder: PartedBuilder = field(default_factory=PartedBuilder)
    subject: str = ""
    attachments: list[str] = field(default_factory=list)
    _found: list[tuple[str, tuple[Piece, ...]]] = field(default_factory=list)
    _parts: int = 0

    @classmethod
    def of(cls, data: bytes, source: str) -> _Mail:
        mail = cls(source=source)
        try:
            message = BytesParser(EmailMessage, policy=policy.default).parsebytes(data)
            if not message.keys():
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
        for kind, pieces in self._found:
            if kind == "subject":
                out.append(draft(raw, pieces, kind=BlockKind.HEADING, level=1))
            elif kind == "header":
                row = row_draft(raw, [pieces[:1]], [pieces[1:]])
                out.extend([] if row is None else [row])
            elif kind == "block":
                out.append(draft(raw, pieces))
            else:
                out.extend(_plain(raw, pieces[0]))
        return [part for part in out if part.text]

    def _take(self, message: EmailMessage, *, depth: int) -> None:
        subject = " ".join(str(message.get("Subject", "")).split())
        if subject:
            self.subject = self.subject or subject
            self._found.append(("subject", (self._added(subject, "Subject"),)))
        for name, label in _HEADERS:
            value = " ".join(str(message.get(name, "")).split())
            if value:
                self._found.append(("header", (self._added(label, name), self._added(value, name))))
        body = message.get_body(preferencelist=("plain", "html"))
        if isinstance(body, EmailMessage):
            self._body(body)
        for part in message.iter_attachments() if message.is_multipart() else ():
            self._parts += 1
            if self._parts > _MOST_PARTS:
                return
            inner = part.get_payload()
            held = inner[0] if isinstance(inner, list) and inner else None
            if part.get_content_type() == "message/rfc822" and isinstance(held, EmailMessage):
                if depth < _DEEPEST:
                    self._take(held, depth=depth + 1)
            elif part is not body:
                self.attachments.append(part.get_filename() or part.get_content_type())

    def _body(self, part: EmailMessage) -> None:
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes) or not payload.strip():
            return
        # What a mail says its characters are is often wrong ("gb2312" for GBK): the bytes tell.
        text = decode(payload, source=self.source).text.replace("\r\n", "\n")
        if part.get_content_subtype() == "html":
            for block in text_blocks(text):
                self._found.append(("block", (self._added(block, "body"),)))
        elif text.strip():
            self._found.append(("text", (self._added(text.strip("\n"), "body"),)))

    def _added(self, text: str, name: str) -> Piece:
        return self.builder.add(text, Part(kind=PartKind.MESSAGE, name=name))


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
