"""Files in: what became of each, and that one file's trouble is never another's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.errors import BinaryDocument, DocumentTooLarge, EmptyDocument, UnreadableFile, UnsupportedFormat
from index.ingest import Status, find_files, passage_text
from rag.service import QAService


def write(path: Path, text: str = "众创空间达到27家。") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_gives_its_supported_files_in_a_stable_order(tmp_path: Path) -> None:
    names = ["乙/二.md", "甲.TXT", "乙/一.txt", ".隐藏.txt", ".git/内.txt", "片.mp4"]
    for name in names:
        write(tmp_path / name)
    found = [path.relative_to(tmp_path).as_posix() for path in find_files([tmp_path])]
    assert found == ["甲.TXT", "乙/一.txt", "乙/二.md"]


def test_unchanged_files_are_skipped_and_changed_ones_replaced(service: QAService, tmp_path: Path) -> None:
    path = write(tmp_path / "甲.txt")
    assert [o.status for o in service.add([path])] == [Status.ADDED]
    generation = service.store.generation
    assert [o.status for o in service.add([path])] == [Status.UNCHANGED]
    assert service.store.generation == generation
    write(path, "众创空间达到28家。")
    assert [o.status for o in service.add([path])] == [Status.REPLACED]
    (record,) = service.list()
    assert service.store.content(record.id).text == "众创空间达到28家。"


def test_bad_files_are_named_with_a_remedy_and_the_others_stored(service: QAService, tmp_path: Path) -> None:
    good = write(tmp_path / "好.txt")
    (tmp_path / "空.txt").write_text("  \n", encoding="utf-8")
    (tmp_path / "假.txt").write_bytes(b"%PDF-1.7\n" + bytes(range(256)))
    (tmp_path / "表.xyz").touch()
    bad = [tmp_path / name for name in ("空.txt", "假.txt", "无.txt", "表.xyz")]
    outcomes = list(service.add([*bad[:2], good, *bad[2:]]))
    kinds = {Path(o.source).name: type(o.error) for o in outcomes}
    assert kinds == {
        "空.txt": EmptyDocument,
        "假.txt": BinaryDocument,
        "好.txt": type(None),
        "无.txt": UnreadableFile,
        "表.xyz": UnsupportedFormat,
    }
    assert all(o.error.remedy for o in outcomes if o.error)
    assert [record.source for record in service.list()] == [str(good)]


def test_a_file_above_the_limit_is_refused_before_it_is_read(service: QAService, tmp_path: Path) -> None:
    path = tmp_path / "大.txt"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    (outcome,) = service.add([path])
    assert isinstance(outcome.error, DocumentTooLarge)
    assert "200 MB" in str(outcome.error)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_named(service: QAService, tmp_path: Path) -> None:
    folder = tmp_path / "锁"
    folder.mkdir(mode=0o000)
    (outcome,) = service.add([folder])
    folder.chmod(0o700)
    assert isinstance(outcome.error, UnreadableFile)


def test_an_encoding_can_be_given_and_a_wrong_one_is_an_error(service: QAService, tmp_path: Path) -> None:
    path = tmp_path / "甲.txt"
    path.write_bytes("众创空间达到二十七家。".encode("gb18030"))
    (wrong,) = service.add([path], encoding="utf-8")
    assert wrong.status is Status.FAILED
    (right,) = service.add([path], encoding="gbk")
    assert right.document is not None
    assert service.store.content(right.document.id).text == "众创空间达到二十七家。"


def test_the_text_embedded_names_its_place_only_where_there_is_one() -> None:
    assert passage_text("年鉴", ("一、大会",), "正文") == "年鉴 一、大会\n正文"
    assert passage_text("", (), "正文") == "正文"


def test_a_file_that_cleans_to_nothing_is_named(service: QAService, tmp_path: Path) -> None:
    path = tmp_path / "注释.md"
    path.write_text("<!-- 只有注释 -->\n", encoding="utf-8")
    (outcome,) = service.add([path])
    assert isinstance(outcome.error, EmptyDocument)
    with pytest.raises(EmptyDocument):
        service.add_bytes("---\n".encode("utf-16"), source="线.md")


def test_the_same_file_by_two_paths_is_one_document(service: QAService, tmp_path: Path) -> None:
    path = write(tmp_path / "乙" / "甲.txt")
    list(service.add([path]))
    (outcome,) = service.add([tmp_path / "乙" / ".." / "乙" / "甲.txt"])
    assert outcome.status is Status.UNCHANGED


def test_an_alias_of_the_same_encoding_is_no_change(service: QAService, tmp_path: Path) -> None:
    path = tmp_path / "甲.txt"
    path.write_bytes("众创空间达到二十七家。".encode("gbk"))
    assert [o.status for o in service.add([path], encoding="GBK")] == [Status.ADDED]
    assert [o.status for o in service.add([path], encoding="gb2312")] == [Status.UNCHANGED]


def test_what_is_no_regular_file_is_refused_without_waiting(service: QAService, tmp_path: Path) -> None:
    pipe = tmp_path / "管道.txt"
    os.mkfifo(pipe)
    endless = tmp_path / "无尽.txt"
    endless.symlink_to("/dev/zero")
    outcomes = list(service.add([pipe, endless, Path("a\0.txt"), tmp_path / ("长" * 300 + ".txt")]))
    assert [type(o.error) for o in outcomes] == [UnreadableFile] * 4


def test_a_file_name_that_is_not_utf_8_is_written_out(service: QAService, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xd0\xd6.txt"))
    write(path)
    (outcome,) = service.add([path])
    assert outcome.status is Status.ADDED
    assert outcome.source.endswith("\\xd0\\xd6.txt")


def test_progress_counts_every_character_once(service: QAService, tmp_path: Path) -> None:
    told: list[int] = []
    outcomes = list(
        service.add([write(tmp_path / "甲.txt", "众创空间达到27家。" * 100)], on_embedded=told.append)
    )
    assert outcomes[0].document is not None
    assert sum(told) == outcomes[0].document.characters
