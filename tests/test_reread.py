"""Raw texts kept between answers: the same as read again, never of other bytes, and only a few of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import make_service
from index.document import RawText
from index.errors import DamagedDocument
from index.offsets import OffsetMap
from index.store.protocol import DocumentContent, DocumentRecord
from rag.reread import Rereader, read_again
from rag.settings import Settings


def record(source: str, sha256: str) -> DocumentRecord:
    return DocumentRecord(
        id=1,
        source=source,
        collection="default",
        title="",
        media_type="text/plain",
        encoding="utf-8",
        sha256=sha256,
        size=3,
        characters=1,
        passages=1,
        added_at=datetime(2026, 1, 1, tzinfo=UTC),
        generation=1,
    )


CONTENT = DocumentContent(text="甲", blocks=(), offsets=OffsetMap.identity(1))


def says(raw: RawText) -> str:
    return raw.says(((0, 1),))


def test_what_took_long_is_kept_and_says_what_reading_again_says() -> None:
    reread = Rereader(slow=0.0)
    first = reread(record("a.txt", "1"), CONTENT, "甲".encode())
    assert reread(record("a.txt", "1"), CONTENT, "甲".encode()) is first
    assert says(first) == says(read_again(record("a.txt", "1"), CONTENT, "甲".encode())) == "甲"


def test_other_bytes_are_read_anew() -> None:
    reread = Rereader(slow=0.0)
    reread(record("a.txt", "1"), CONTENT, "甲".encode())
    assert says(reread(record("a.txt", "2"), CONTENT, "乙".encode())) == "乙"


def test_what_is_read_fast_is_not_kept() -> None:
    reread = Rereader(slow=60.0)
    first = reread(record("a.txt", "1"), CONTENT, "甲".encode())
    assert reread(record("a.txt", "1"), CONTENT, "甲".encode()) is not first


def test_only_the_last_used_are_kept() -> None:
    reread = Rereader(most=2, slow=0.0)
    texts = [reread(record(name, name), CONTENT, "甲".encode()) for name in ("a.txt", "b.txt")]
    assert reread(record("a.txt", "a.txt"), CONTENT, "甲".encode()) is texts[0]
    reread(record("c.txt", "c.txt"), CONTENT, "甲".encode())
    assert reread(record("a.txt", "a.txt"), CONTENT, "甲".encode()) is texts[0]
    assert reread(record("b.txt", "b.txt"), CONTENT, "甲".encode()) is not texts[1]


def test_an_upload_that_cannot_be_read_is_not_kept() -> None:
    reread = Rereader(slow=0.0)
    for _ in range(2):
        with pytest.raises(DamagedDocument):
            reread(record("a.docx", "1"), CONTENT, b"PK\3\4")


def test_a_changed_upload_is_told_though_its_text_is_kept(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("自治区科技厅厅长是张三。\n", encoding="utf-8")
    with make_service(settings) as service:
        service._reread = Rereader(slow=0.0)
        (outcome,) = service.add([file])
        assert outcome.document is not None
        assert [c.citation.verified for c in service.ask("科技厅厅长是谁？").candidates[:1]] == [True]
        assert [c.citation.verified for c in service.ask("科技厅厅长是谁？").candidates[:1]] == [True]
        (upload,) = [
            path
            for path in settings.home.rglob("*")
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == outcome.document.sha256
        ]
        upload.chmod(0o600)
        upload.write_text("自治区科技厅厅长是李四。\n", encoding="utf-8")
        assert [c.citation.verified for c in service.ask("科技厅厅长是谁？").candidates[:1]] == [False]
