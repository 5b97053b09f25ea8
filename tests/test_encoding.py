"""Finding a text's encoding, and refusing what is no text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoding import SUPPORTED, decode, resolve
from index.errors import BinaryDocument, EmptyDocument, UndecodableText

SIMPLIFIED = "自治区召开科学技术奖励大会,2017年9月22日上午在乌鲁木齐举行。"
TRADITIONAL = "在歐洲，梵語的學術研究由德國學者開創，後來發現了印歐語系。"


@pytest.mark.parametrize(
    ("text", "written", "found"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8-sig"),
        (SIMPLIFIED, "gbk", "gb18030"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5hkscs"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (SIMPLIFIED, "utf-16", "utf-16"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        ("Plain English, no byte above 127.", "ascii", "utf-8"),
        ("Plain English in UTF-16.", "utf-16-le", "utf-16-le"),
        ("See README for 详细说明 and more.", "gbk", "gb18030"),
        ("奖励大会在九月召", "gbk", "gb18030"),
        ("學術研究由德國學", "big5", "big5hkscs"),
        ("饕餮魑魅魍魉", "gbk", "gb18030"),
    ],
)
def test_an_encoding_is_found_and_named(text: str, written: str, found: str) -> None:
    decoded = decode(text.encode(written))
    assert (decoded.text, decoded.encoding) == (text, found)


def test_characters_beyond_gbk_come_back_from_gb18030() -> None:
    text = "㐀字典里的罕用字很多，𠀀也是其中之一，今天我们来读一读。"
    assert decode(text.encode("gb18030")).text == text


@pytest.mark.parametrize(
    ("alias", "codec"),
    [
        ("GBK", "gb18030"),
        ("gb2312", "gb18030"),
        ("cp936", "gb18030"),
        ("Big5", "big5hkscs"),
        ("UTF8", "utf-8"),
        ("utf_16", "utf-16"),
    ],
)
def test_usual_names_of_encodings_are_understood(alias: str, codec: str) -> None:
    assert resolve(alias) == codec


@pytest.mark.parametrize("name", ["klingon", "", "latin-1", "base64", "utf-8\0"])
def test_an_encoding_that_is_unknown_is_refused_with_the_ones_that_are(name: str) -> None:
    with pytest.raises(UndecodableText, match="gb18030"):
        decode(b"abc", encoding=name)


def test_the_callers_encoding_wins_over_the_likeliest() -> None:
    data = SIMPLIFIED.encode("gb18030")
    with pytest.raises(UndecodableText, match="utf-8"):
        decode(data, encoding="utf-8")
    assert decode("一丁".encode("utf-16-be") + b"\x4e\x03", encoding="utf-16-be").text == "一丁七"


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8])
def test_a_byte_order_mark_is_never_text_even_if_the_caller_forgets_it(mark: bytes) -> None:
    decoded = decode(mark + SIMPLIFIED.encode(), encoding="utf-8")
    assert (decoded.text, decoded.encoding, decoded.mark) == (SIMPLIFIED, "utf-8-sig", 3)


def test_utf16_without_a_mark_is_read_in_the_byte_order_that_makes_sense() -> None:
    assert decode(SIMPLIFIED.encode("utf-16-be"), encoding="utf-16").text == SIMPLIFIED


def test_a_bad_byte_is_named_with_its_offset_and_line() -> None:
    data = "第一行。\n第二行".encode() + b"\xff" + "之后。".encode()
    with pytest.raises(UndecodableText) as caught:
        decode(data, source="坏.txt")
    message = str(caught.value)
    assert f"第 {data.index(0xFF)} 字节" in message and "第 2 行" in message and "0xFF" in message
    assert "坏.txt" in message and "--encoding" in message


def test_a_file_cut_inside_a_character_isnt_shortened_silently() -> None:
    with pytest.raises(UndecodableText):
        decode((SIMPLIFIED + "完").encode("gbk")[:-1])


@pytest.mark.parametrize(
    "data",
    [
        "Le café est fermé à Noël, où êtes-vous né?".encode("latin-1"),
        "これは日本語の文章です。漢字も少しあります。".encode("shift_jis"),
    ],
)
def test_other_encodings_are_refused_rather_than_read_as_nonsense(data: bytes) -> None:
    with pytest.raises(UndecodableText):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n1 0 obj",
        b"PK\x03\x04\x14\x00",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8\x00",
        bytes(range(256)) * 4,
        b"\x01\x02\x03\x04\x05text",
        "文本里有".encode() + b"\0",
    ],
)
def test_bytes_that_are_no_text_are_refused_as_binary(data: bytes) -> None:
    with pytest.raises(BinaryDocument):
        decode(data, source="x.txt")


@pytest.mark.parametrize(
    "data", [b"", b" \r\n\t", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, "\u3000\u200b\n".encode()]
)
def test_nothing_to_see_is_an_empty_document(data: bytes) -> None:
    with pytest.raises(EmptyDocument):
        decode(data)


readable = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1).map(
    lambda text: "文" + text
)


@given(readable, st.sampled_from(SUPPORTED))
def test_whatever_a_codec_writes_is_read_back_the_same(text: str, codec: str) -> None:
    try:
        data = text.encode(codec)
    except UnicodeEncodeError:
        return
    if data.decode(codec) != text or text.startswith("\ufeff"):
        return  # a codec's own one-way characters
    assert decode(data, encoding=codec).text == text


@given(readable)
def test_utf8_is_always_found(text: str) -> None:
    assert decode(text.encode()).text == text
