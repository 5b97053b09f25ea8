"""Mails: who wrote what to whom, the text whatever its encoding, and what isn't read."""

from __future__ import annotations

import random
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart

import pytest

from index.document import Document
from index.errors import DocumentError, EmptyDocument, EncryptedDocument, MislabelledDocument
from index.loaders.mail import MailLoader
from index.loaders.mail_words import decoded, shown
from loader_contract import check_document

LOADER = MailLoader()
BODY = "各位同事：\n众创空间座谈会改到2017年9月22日下午三点，地点在三楼会议室。\n请准时参加。\n"


def mail(body: str | None = BODY, subject: str = "会议通知") -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = subject
    made["From"] = "阿里木 <alimu@example.cn>"
    made["To"] = "科技处 <kjc@example.cn>"
    made["Date"] = "Thu, 21 Sep 2017 10:00:00 +0800"
    if body is not None:
        made.set_content(body)
    return made


def load(data: bytes) -> Document:
    return check_document(LOADER, data, "a.eml")


def lines(data: bytes) -> list[str]:
    return load(data).text.split("\n")


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(one.kind.value, document.text[one.start : one.end]) for one in document.blocks]


def test_subject_people_and_text_each_found_at_its_place() -> None:
    data = mail().as_bytes()
    document = load(data)
    assert document.title == "会议通知"
    assert blocks(document) == [
        ("heading", "会议通知"),
        ("row", "发件人：阿里木 <alimu@example.cn>"),
        ("row", "收件人：科技处 <kjc@example.cn>"),
        ("row", "日期：Thu, 21 Sep 2017 10:00:00 +0800"),
        ("paragraph", "各位同事："),
        ("paragraph", "众创空间座谈会改到2017年9月22日下午三点，地点在三楼会议室。"),
        ("paragraph", "请准时参加。"),
    ]
    raw = LOADER.read(data, source="a.eml")
    for words, name in (("三楼", "body"), ("阿里木", "From"), ("会议通知", "Subject")):
        start = document.text.index(words)
        (part,) = raw.place(document.offsets.ranges(start, start + len(words))).parts
        assert (part.kind.value, part.name) == ("message", name)


def raw_mail(codec: str, label: str, body: str = BODY) -> bytes:
    head = f"Subject: 会议通知\nFrom: 阿里木 <a@b.cn>\nContent-Type: text/plain; charset={label}\n"
    return (head + "Content-Transfer-Encoding: 8bit\n\n" + body).encode(codec)


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("gb18030", "gb2312"), ("gb18030", "iso-8859-1"), ("gb18030", "us-ascii"), ("gb18030", "utf-8"),
        ("utf-8", "gb2312"), ("utf-8", "unknown-8bit"), ("gb18030", "unicode_escape"), ("utf-8", "rot13"),
    ],
)  # fmt: skip
def test_the_bytes_tell_where_the_named_encoding_is_wrong(codec: str, label: str) -> None:
    document = load(raw_mail(codec, label, BODY + "朱镕基，囧。\n"))
    assert "地点在三楼会议室" in document.text
    assert "朱镕基，囧" in document.text
    assert document.title == "会议通知"


def test_words_of_headers_are_decoded_however_they_are_cut() -> None:
    halves = "=?gb2312?B?u+E=?= =?gb2312?B?0ukN?="
    assert shown(halves).startswith("会议")
    assert decoded("眾創空間座談會改到三樓會議室".encode("big5"), "big5") == "眾創空間座談會改到三樓會議室"
    assert shown("=?utf-8?B?5Lya6K6?= 坏") != ""
    assert decoded(b"plain", "no-such") == "plain"


def test_html_is_read_where_the_plain_version_says_nothing() -> None:
    table = "<table><tr><th>年度</th><th>众创空间</th></tr><tr><td>2017</td><td>27</td></tr></table>"
    made = mail("请用支持HTML的程序查看。")
    made.add_alternative(f"<p>{'座谈会改到下午三点。' * 8}</p>{table}<script>x</script>", subtype="html")
    said = lines(made.as_bytes())
    assert said[4] == "座谈会改到下午三点。" * 8
    assert said[5].endswith("众创空间：27")
    both = mail(BODY)
    both.add_alternative("<p>各位同事</p>", subtype="html")
    assert lines(both.as_bytes())[4] == "各位同事："


def test_attachments_and_mails_in_mails() -> None:
    inner = mail("里面的话。", "原来的通知")
    made = mail("见附件。")
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="名单.pdf")
    made.add_attachment(inner)
    document = load(made.as_bytes())
    assert "附件“名单.pdf”没有读；请另外上传。" in document.warnings
    assert [words for kind, words in blocks(document) if kind == "heading"] == ["会议通知", "原来的通知"]
    assert document.text.endswith("里面的话。")
    for depth in range(8):
        outer = mail(f"第{depth}层")
        outer.add_attachment(inner)
        inner = outer
    deep = load(inner.as_bytes())
    assert "第2层" in deep.text
    assert "第1层" not in deep.text
    assert any("嵌套" in one for one in deep.warnings)


def test_what_cannot_be_read_is_told() -> None:
    with pytest.raises(MislabelledDocument):
        LOADER.load(b"hello\nworld", source="a.eml")
    with pytest.raises(MislabelledDocument):
        LOADER.load(b"PK\x03\x04" + bytes(100), source="a.eml")
    with pytest.raises(EmptyDocument):
        LOADER.load(b"MIME-Version: 1.0\n\n", source="a.eml")
    sealed = (
        b"Subject: x\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=a.p7m\n\nMIAG"
    )
    with pytest.raises(EncryptedDocument):
        LOADER.load(sealed, source="a.eml")
    only = mail(None)
    only.add_attachment(b"x", maintype="image", subtype="png", filename="扫描.png")
    assert "扫描.png" in "".join(load(only.as_bytes()).warnings)


def test_deep_and_many_parts_are_bounded() -> None:
    inner: MIMEMultipart | EmailMessage = mail("深处")
    for _ in range(120):
        outer = MIMEMultipart()
        outer.attach(inner)
        inner = outer
    inner["Subject"] = "很深"
    try:
        document = LOADER.load(inner.as_bytes(), source="a.eml")
    except DocumentError as error:
        assert error.remedy
    else:
        assert any("太深" in one for one in document.warnings)
    many = MIMEMultipart()
    many["Subject"] = "很多"
    for _ in range(1_200):
        many.attach(EmailMessage())
    assert any("太多" in one for one in LOADER.load(many.as_bytes(), source="a.eml").warnings)


def test_truncated_and_altered_mails_are_read_or_told() -> None:
    made = mail()
    made.add_alternative("<p>各位同事</p>", subtype="html")
    made.add_attachment(b"x" * 50, maintype="image", subtype="png", filename="图.png")
    good = made.as_bytes()
    choice = random.Random(20)
    for turn in range(110):
        data = bytearray(good[: choice.randrange(len(good))] if turn < 50 else good)
        for _ in range(0 if turn < 50 else 1 + turn % 8):
            data[choice.randrange(len(data))] = choice.randrange(256)
        try:
            assert LOADER.load(bytes(data), source="a.eml").text
        except DocumentError as error:
            assert error.remedy
