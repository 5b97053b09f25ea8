"""What loaders of files without lines share: parts, rows of tables, archives within bounds."""

from __future__ import annotations

import io
import zipfile

import pytest

from index.document import BlockKind, Part, PartKind
from index.errors import DamagedDocument, DocumentTooLarge, EncryptedDocument, MislabelledDocument
from index.loaders import zipped
from index.loaders.draft import Piece
from index.loaders.parted import PartedBuilder
from index.loaders.tables import row_draft

SHEET = Part(kind=PartKind.SHEET, name="表")


def cell(name: str) -> Part:
    return Part(kind=PartKind.CELL, name=name)


def test_a_place_names_every_part_it_touches_once_from_the_outside_in() -> None:
    builder = PartedBuilder()
    ranges = [
        builder.add(text, SHEET, cell(name)) for text, name in (("甲", "A1"), ("乙丙", "B1"), ("丁", "C1"))
    ]
    raw = builder.build()
    assert raw.says((ranges[1],)) == "乙丙"
    assert raw.place((ranges[1],)).parts == (SHEET, cell("B1"))
    both = (ranges[2], ranges[0])
    assert raw.place(both).parts == (SHEET, cell("C1"), cell("A1"))
    across = ((ranges[0][0], ranges[2][1]),)
    assert [part.name for part in raw.place(across).parts] == ["表", "A1", "B1", "C1"]
    assert (raw.place(both).first_line, raw.place(both).page) == (0, None)


@pytest.mark.parametrize("ranges", [(), ((1, 1),), ((0, 99),), ((-1, 1),)])
def test_ranges_outside_the_raw_text_are_refused(ranges: tuple[Piece, ...]) -> None:
    builder = PartedBuilder()
    builder.add("甲乙", SHEET)
    raw = builder.build()
    with pytest.raises(IndexError):
        raw.place(ranges)
    with pytest.raises(IndexError):
        raw.says(ranges)


def row(headers: list[list[str]], cells: list[list[str]]) -> str | None:
    raw, pieces = "", []
    for part in [*headers, *cells]:
        found = []
        for text in part:
            found.append((len(raw), len(raw) + len(text)))
            raw += text + "\n"
        pieces.append(found)
    made = row_draft(raw, pieces[: len(headers)], pieces[len(headers) :])
    if made is None:
        return None
    assert made.kind is BlockKind.ROW
    assert all(raw[start:end] in made.text for start, end in made.pieces if start >= 0)
    return made.text


def test_a_row_repeats_its_headers_and_leaves_blank_cells_out() -> None:
    headers = [["年度"], ["众创空间", "（家）"], ["备注"], []]
    assert row(headers, [["2017"], ["27"], [" "], ["合格"]]) == "年度：2017；众创空间（家）：27；合格"
    assert row(headers, [[], [""], ["\n"]]) is None
    assert row([], [["甲"], ["乙"]]) == "甲；乙"


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return out.getvalue()


def test_an_archive_within_bounds_is_read() -> None:
    opened = zipped.open_zip(archive(a=b"xyz"), source="a.docx")
    assert zipped.read_member(opened, "a", source="a.docx") == b"xyz"
    with pytest.raises(DamagedDocument, match="缺少"):
        zipped.read_member(opened, "b", source="a.docx")


def test_bombs_are_told_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = archive(a=bytes(11 * 2**20))
    with pytest.raises(DocumentTooLarge, match="炸弹"):
        zipped.open_zip(bomb, source="a.docx")
    with pytest.raises(DocumentTooLarge, match="里面有 3 个"):
        monkeypatch.setattr(zipped, "MOST_MEMBERS", 2)
        zipped.open_zip(archive(a=b"", b=b"", c=b""), source="a.docx")
    monkeypatch.setattr(zipped, "MOST_BYTES", 10)
    with pytest.raises(DocumentTooLarge, match="解压后"):
        zipped.open_zip(archive(a=b"x" * 11), source="a.docx")


def test_a_member_that_says_it_is_small_is_not_believed() -> None:
    data = bytearray(archive(a=b"x" * 5000))
    at = data.rindex(b"PK\x01\x02") + 24  # the size in the directory
    data[at : at + 4] = (10).to_bytes(4, "little")
    opened = zipped.open_zip(bytes(data), source="a.docx")
    with pytest.raises((DocumentTooLarge, DamagedDocument)):
        zipped.read_member(opened, "a", source="a.docx", maximum=100)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"hello", MislabelledDocument),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), EncryptedDocument),
        (archive(a=b"x" * 100)[:-30], DamagedDocument),
        (b"PK\x03\x04" + bytes(50), DamagedDocument),
    ],
    ids=["text", "ole", "cut off", "no directory"],  # archives hold the time they were made
)
def test_what_is_no_archive_is_refused_by_what_it_is(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        zipped.open_zip(data, source="a.docx")
