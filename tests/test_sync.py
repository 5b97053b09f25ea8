"""A folder and its documents, kept in step: what is read, stored, renamed, removed, and what is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from index.document import Document
from index.embed import FloatArray
from index.errors import StorageFull, StoreBusy, UnreadableFile
from index.ingest import Ingester, Limits, load_here, source_of
from index.store.embedded import open_store
from index.store.protocol import Store
from index.sync import folder as folders
from index.sync.folder import Listed, Stamp, list_folder
from index.sync.memory import Memory, Seen, alone
from index.sync.report import Entry, SyncStatus
from index.sync.run import Runner
from index.sync.stop import StopFlag
from index.sync.survey import Survey, Wanted, survey
from index.sync.watch import Settling, Watcher
from rag.service import QAService
from tests.conftest import _ANALYZER
from tests.fakes import HashingEmbedder

ROOT = Path(__file__).parent.parent


class Desk:
    """One folder and one store, synced again and again; says what was parsed."""

    def __init__(self, service: QAService, folder: Path) -> None:
        self.service, self.folder = service, folder
        self.store: Store = service.store
        self.embedder = HashingEmbedder()
        self.parsed: list[str] = []
        self.stop = StopFlag()
        self.memory = Memory(None)
        self.jobs = 2

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:
        self.parsed.append(Path(source).name)
        return load_here(data, source=source, encoding=encoding)

    def look(self, **wanted: Any) -> Survey:
        settings = Wanted(**{"folder": self.folder, "jobs": self.jobs, **wanted})
        return survey(settings, self.store, self.memory)

    def runner(self, collection: str = "default", encoding: str | None = None, **more: Any) -> Runner:
        ingester = Ingester(
            self.store,
            self.embedder,
            limits=Limits(),
            collection=collection,
            encoding=encoding,
            load=self.load,
        )
        return Runner(
            self.store,
            ingester,
            self.memory,
            **{"upload_bytes": 2**20, "jobs": self.jobs, "stop": self.stop, **more},
        )

    def sync(self, **wanted: Any) -> list[Entry]:
        self.parsed.clear()
        runner = self.runner(wanted.get("collection", "default"), wanted.get("encoding"))
        return list(runner.run(self.look(**wanted)))

    def told(self, **wanted: Any) -> dict[str, str]:
        """What became of each file, by its path below the folder."""
        prefix = source_of(self.folder) + "/"
        return {e.source.removeprefix(prefix): e.status.value for e in self.sync(**wanted)}

    def stored(self, collection: str = "default") -> dict[str, str]:
        """Texts by path below the folder."""
        prefix = source_of(self.folder) + "/"
        return {
            d.source.removeprefix(prefix): self.store.content(d.id).text
            for d in self.store.documents(collection=collection)
        }

    def write(self, name: str, text: str, *, age: float = 100.0) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        past = time.time() - age
        os.utime(path, (past, past))
        return path


@pytest.fixture
def desk(service: QAService, tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "目录").mkdir()
    desk = Desk(service, tmp_path / "目录")
    yield desk
    desk.memory.close()


def test_files_are_added_replaced_removed_and_else_left_alone(desk: Desk) -> None:
    desk.write("甲.txt", "众创空间达到27家。")
    desk.write("子/乙.md", "奖励大会由孙金龙主持。")
    desk.write("丙.txt", "场地面积76595平方米。")
    assert desk.told() == {"甲.txt": "added", "子/乙.md": "added", "丙.txt": "added"}
    ids = {d.source: d.id for d in desk.store.documents()}
    desk.write("甲.txt", "众创空间达到28家。", age=50)
    desk.write("丁.txt", "创业团队1011个。")
    (desk.folder / "丙.txt").unlink()
    assert desk.told() == {
        "甲.txt": "replaced",
        "丁.txt": "added",
        "丙.txt": "removed",
        "子/乙.md": "unchanged",
    }
    assert sorted(desk.parsed) == ["丁.txt", "甲.txt"]
    assert desk.stored() == {
        "甲.txt": "众创空间达到28家。",
        "子/乙.md": "奖励大会由孙金龙主持。",
        "丁.txt": "创业团队1011个。",
    }
    kept = source_of(desk.folder / "子/乙.md")
    found = desk.store.find(kept)
    assert found is not None
    assert found.id == ids[kept]


def test_what_looks_unchanged_is_not_even_opened(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("甲.txt", "众创空间达到27家。")
    desk.sync()
    opened: list[object] = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *a, **k: (opened.append(path), real(path, *a, **k))[1])
    assert desk.told() == {"甲.txt": "unchanged"}
    assert not [path for path in opened if str(path).endswith("甲.txt")]
    assert desk.told(check=True) == {"甲.txt": "unchanged"}
    assert [path for path in opened if str(path).endswith("甲.txt")]
    assert desk.parsed == []


def test_a_change_that_does_not_show_is_found_by_checking(desk: Desk) -> None:
    path = desk.write("甲.txt", "众创空间达到27家。")
    desk.sync()
    before = path.stat()
    path.write_text("众创空间达到28家。", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert desk.told() == {"甲.txt": "unchanged"}
    assert desk.told(check=True) == {"甲.txt": "replaced"}


def test_a_file_changed_a_moment_ago_is_read_again_and_not_trusted(desk: Desk) -> None:
    path = desk.write("甲.txt", "众创空间达到27家。", age=0)
    desk.sync()
    before = path.stat()
    path.write_text("众创空间达到28家。", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert desk.told() == {"甲.txt": "replaced"}


def test_a_moved_file_keeps_its_document_and_its_vectors(desk: Desk) -> None:
    path = desk.write("甲.txt", "众创空间达到27家。")
    desk.sync()
    (before,) = desk.store.documents()
    passages = desk.store.document_passages(before.id)
    (desk.folder / "新").mkdir()
    path.rename(desk.folder / "新" / "甲.txt")
    (entry,) = desk.sync()
    assert (entry.status, entry.before) == (SyncStatus.RENAMED, before.source)
    assert desk.parsed == []
    (after,) = desk.store.documents()
    assert (after.id, after.source) == (before.id, source_of(desk.folder / "新" / "甲.txt"))
    assert desk.store.document_passages(after.id) == passages
    answer = desk.service.ask("众创空间达到多少家？")
    assert answer.citations[0].verified
    assert "甲" in answer.citations[0].document


def test_a_renamed_file_whose_title_was_its_name_is_embedded_anew(desk: Desk) -> None:
    path = desk.write("甲.txt", "众创空间达到27家。")
    titled = desk.write("乙.md", "# 奖励大会\n\n奖励大会由孙金龙主持。")
    desk.sync()
    number = {d.title: d.id for d in desk.store.documents()}
    path.rename(desk.folder / "丙.txt")
    titled.rename(desk.folder / "丁.md")
    assert desk.told() == {"丙.txt": "renamed", "丁.md": "renamed"}
    assert desk.parsed == ["丙.txt"]
    titles = {d.title: d.id for d in desk.store.documents()}
    assert titles.keys() == {"丙", "奖励大会"}
    assert titles["奖励大会"] == number["奖励大会"]


def test_exchanged_names_and_a_renamed_and_edited_file(desk: Desk) -> None:
    first = desk.write("一.md", "# 通则\n\n众创空间达到27家。")
    second = desk.write("二.md", "# 细则\n\n奖励大会由孙金龙主持。")
    third = desk.write("三.md", "# 附则\n\n自发布之日起施行。")
    desk.sync()
    ids = {d.title: d.id for d in desk.store.documents()}
    first.rename(desk.folder / "临.md")
    second.rename(first)
    (desk.folder / "临.md").rename(second)
    third.rename(desk.folder / "四.md")
    desk.write("四.md", "# 附则\n\n自公布之日起施行。", age=5)
    assert desk.told() == {"一.md": "renamed", "二.md": "renamed", "四.md": "added", "三.md": "removed"}
    assert desk.parsed == ["四.md"]
    assert {d.title: Path(d.source).name for d in desk.store.documents() if d.id in ids.values()} == {
        "通则": "二.md",
        "细则": "一.md",
    }
    assert desk.told() == {"一.md": "unchanged", "二.md": "unchanged", "四.md": "unchanged"}


def test_a_bad_file_keeps_none_of_the_others_back(desk: Desk) -> None:
    for number in range(5):
        desk.write(f"{number}.txt", f"第{number}条，众创空间达到27家。")
    (desk.folder / "坏.txt").write_bytes(b"%PDF\x00\x01")
    entries = {Path(e.source).name: e for e in desk.sync()}
    bad = entries.pop("坏.txt")
    assert (bad.status, bool(bad.error), bool(bad.remedy)) == (SyncStatus.FAILED, True, True)
    assert {e.status for e in entries.values()} == {SyncStatus.ADDED}
    assert all(e.document is not None and e.document.encoding == "utf-8" for e in entries.values())


def test_a_file_that_goes_bad_keeps_its_document(desk: Desk) -> None:
    path = desk.write("甲.txt", "众创空间达到27家。")
    desk.sync()
    path.write_bytes(b"%PDF\x00\x01")
    (entry,) = desk.sync()
    assert entry.status is SyncStatus.FAILED
    assert "上一版" in entry.error
    assert desk.stored() == {"甲.txt": "众创空间达到27家。"}


def test_looking_changes_nothing(desk: Desk) -> None:
    desk.write("甲.txt", "众创空间达到27家。")
    desk.sync()
    desk.write("乙.txt", "奖励大会。")
    (desk.folder / "甲.txt").unlink()
    generation = desk.store.generation
    found = desk.look()
    assert ([t.source for t in found.plan.takes], len(found.plan.removed)) == (
        [source_of(desk.folder / "乙.txt")],
        1,
    )
    assert desk.store.generation == generation


def test_a_folder_that_is_gone_or_empty_removes_nothing(desk: Desk) -> None:
    path = desk.write("子/甲.txt", "众创空间达到27家。")
    desk.sync()
    path.unlink()
    assert desk.look().emptied == 1
    assert desk.sync() == []
    away = desk.folder.rename(desk.folder.with_name("别处"))
    with pytest.raises(UnreadableFile, match="索引没有改动"):
        desk.sync()
    desk.folder.write_text("文件", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="不是目录"):
        desk.sync()
    assert len(desk.store.documents()) == 1
    desk.folder.unlink()
    away.rename(desk.folder)
    assert [e.status for e in desk.sync(allow_empty=True)] == [SyncStatus.REMOVED]


def test_what_can_not_be_looked_at_keeps_its_document(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("锁/甲.txt", "众创空间达到27家。")
    desk.write("锁/深/乙.txt", "奖励大会由孙金龙主持。")
    desk.write("丙.txt", "场地面积76595平方米。")
    desk.sync()
    refuse_listing(monkeypatch, "锁")
    entries = {Path(e.source).name: e for e in desk.sync()}
    assert {name: e.status.value for name, e in entries.items()} == {"锁": "failed", "丙.txt": "unchanged"}
    assert entries["锁"].remedy
    assert len(desk.store.documents()) == 3


def refuse_listing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    real = os.scandir

    def scandir(path: Any) -> Any:
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(folders.os, "scandir", scandir)


def test_a_file_that_can_not_be_opened_now_keeps_its_document(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.write("甲.txt", "众创空间达到27家。")
    desk.write("乙.txt", "奖励大会。")
    desk.sync()
    os.utime(path)  # so that it has to be read
    real = os.open

    def refuse(name: Any, *more: Any, **others: Any) -> int:
        if str(name).endswith("甲.txt"):
            raise PermissionError(13, "Permission denied", name)
        return real(name, *more, **others)

    monkeypatch.setattr(os, "open", refuse)
    entries = {Path(e.source).name: e for e in desk.sync()}
    assert entries["甲.txt"].status is SyncStatus.FAILED
    assert len(desk.store.documents()) == 2


def test_hidden_passing_and_unknown_files_are_not_documents(desk: Desk) -> None:
    for name in (".隐藏.txt", ".git/内.txt", "~$报告.docx", "~$报告.txt", "半.txt.part", "临.tmp", "图.xyz"):
        desk.write(name, "众创空间达到27家。")
    desk.write("甲.txt", "众创空间达到27家。")
    assert desk.told() == {"甲.txt": "added"}


def test_documents_that_no_loader_reads_are_named_and_not_followed(desk: Desk) -> None:
    desk.write("旧.doc", "众创空间达到27家。")
    desk.write("资料.zip", "众创空间达到27家。")
    desk.write("甲.txt", "众创空间达到27家。")
    assert desk.told() == {"旧.doc": "skipped", "资料.zip": "skipped", "甲.txt": "added"}
    assert desk.told() == {"旧.doc": "skipped", "资料.zip": "skipped", "甲.txt": "unchanged"}


def test_links_are_not_followed_and_circles_end(desk: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "外"
    outside.mkdir()
    (outside / "密.txt").write_text("外面的文件。", encoding="utf-8")
    desk.write("子/甲.txt", "众创空间达到27家。")
    (desk.folder / "链.txt").symlink_to(outside / "密.txt")
    (desk.folder / "外").symlink_to(outside)
    (desk.folder / "子" / "圈").symlink_to(desk.folder)
    assert desk.told() == {"链.txt": "skipped", "外": "skipped", "子/圈": "skipped", "子/甲.txt": "added"}
    assert desk.stored() == {"子/甲.txt": "众创空间达到27家。"}


def test_pipes_do_not_block(desk: Desk) -> None:
    os.mkfifo(desk.folder / "管道.txt")
    assert desk.told() == {"管道.txt": "skipped"}


def test_names_that_are_not_utf8_are_followed_too(desk: Desk) -> None:
    raw = os.fsencode(desk.folder) + b"/\xc4\xea\xbc\xf8.txt"
    try:
        Path(os.fsdecode(raw)).write_text("众创空间达到27家。", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert desk.told() == {"\\xc4\\xea\\xbc\\xf8.txt": "added"}
    assert set(desk.told().values()) == {"unchanged"}
    desk.write("别的.txt", "奖励大会。")
    Path(os.fsdecode(raw)).unlink()
    assert desk.told()["\\xc4\\xea\\xbc\\xf8.txt"] == "removed"


def test_documents_from_elsewhere_are_never_touched(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "目录2" / "乙.txt"  # its name begins with the folder's
    other.parent.mkdir()
    other.write_text("别的目录。", encoding="utf-8")
    list(desk.service.add([other]))
    desk.service.add_bytes("上传的文件。".encode(), source="甲.txt")
    desk.write("甲.txt", "众创空间达到27家。")
    desk.sync()
    (desk.folder / "甲.txt").unlink()
    other.unlink()
    assert desk.told(allow_empty=True) == {"甲.txt": "removed"}
    assert {d.source for d in desk.store.documents()} == {"甲.txt", str(other)}


def test_two_collections_know_nothing_of_each_other(desk: Desk) -> None:
    path = desk.write("甲.txt", "众创空间达到27家。")
    assert desk.told(collection="一") == {"甲.txt": "added"}
    assert desk.told(collection="二") == {"甲.txt": "added"}
    path.unlink()
    assert desk.told(collection="一", allow_empty=True) == {"甲.txt": "removed"}
    assert desk.stored("二") == {"甲.txt": "众创空间达到27家。"}


def test_another_encoding_reads_the_file_again(desk: Desk) -> None:
    path = desk.folder / "甲.txt"
    path.write_bytes("众创空间达到二十七家。".encode("gb18030"))
    assert desk.told() == {"甲.txt": "added"}
    assert desk.told(encoding="gbk") == {"甲.txt": "unchanged"}
    assert desk.told(encoding="big5") in ({"甲.txt": "replaced"}, {"甲.txt": "failed"})


def test_each_file_is_told_when_it_is_stored_and_stopping_keeps_that(desk: Desk) -> None:
    for number in range(12):
        desk.write(f"{number:02}.txt", f"第{number}条，众创空间达到27家。")
    told = []
    for entry in desk.runner(group_characters=30).run(desk.look()):
        told.append(entry.source)
        assert desk.store.find(entry.source) is not None
        desk.stop.set()
    assert 0 < len(told) < 12
    desk.stop = StopFlag()
    counts = Counter(e.status.value for e in desk.sync())
    assert counts == {"unchanged": len(told), "added": 12 - len(told)}


def test_no_more_files_are_in_memory_than_are_needed(desk: Desk) -> None:
    for number in range(16):
        desk.write(f"{number:02}.txt", f"第{number}条，众创空间达到27家。")
    waiting, most = 0, 0
    guard = threading.Lock()
    real_embed, real_load = desk.embedder.embed_passages, desk.load

    def load(data: bytes, *, source: str, encoding: str | None = None) -> Document:
        nonlocal waiting, most
        with guard:
            waiting += 1
            most = max(most, waiting)
        return real_load(data, source=source, encoding=encoding)

    def embed(texts: Any, *, progress: Any = None) -> FloatArray:
        nonlocal waiting
        time.sleep(0.02)
        with guard:
            waiting -= len(texts)
        return real_embed(texts, progress=progress)

    desk.load, desk.embedder.embed_passages = load, embed  # type: ignore[method-assign]
    list(desk.runner(group_characters=1).run(desk.look()))
    assert len(desk.store.documents()) == 16
    assert most <= desk.jobs + 3


def test_progress_comes_to_the_bytes_of_the_files(desk: Desk) -> None:
    for number in range(5):
        desk.write(f"{number}.txt", f"第{number}条，众创空间达到27家。")
    (desk.folder / "坏.txt").write_bytes(b"%PDF\x00\x01")
    found, done = desk.look(), []
    list(desk.runner(group_characters=30).run(found, on_bytes=done.append))
    assert sum(done) == found.bytes == sum(path.stat().st_size for path in desk.folder.iterdir())


def test_a_busy_store_is_tried_again_and_a_full_one_ends_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write("甲.txt", "众创空间达到27家。")
    real, tries = desk.store.batch, []

    @contextmanager
    def busy() -> Iterator[None]:
        tries.append(1)
        if len(tries) < 3:
            raise StoreBusy("忙。")
        with real():
            yield

    monkeypatch.setattr(desk.store, "batch", busy)
    monkeypatch.setattr("index.sync.run._BUSY_PAUSES", (0.0, 0.0))
    assert desk.told() == {"甲.txt": "added"}
    assert len(tries) == 3

    def full(*arguments: Any, **more: Any) -> Any:
        if len(desk.store.documents()) == 2:
            raise StorageFull("满。")
        return add(*arguments, **more)

    add = desk.store.add
    monkeypatch.setattr(desk.store, "add", full)
    desk.write("乙.txt", "奖励大会。")
    desk.write("丙.txt", "创业团队。")
    told: list[str] = []
    with pytest.raises(StorageFull):
        told.extend(Path(entry.source).name for entry in desk.runner().run(desk.look()))
    assert len(told) == 2
    assert {Path(d.source).name for d in desk.store.documents()} == set(told)


# --- what is remembered ---


def test_what_is_remembered_is_only_a_shortcut(tmp_path: Path) -> None:
    seen = Seen(stamp=Stamp(size=1, mtime_ns=2, inode=2**64 - 1), sha256="ab")
    with alone(tmp_path, "/d", "c"):
        memory = Memory.of(tmp_path, "/d", "c")
        memory.note([("/d/a", seen), ("/d/b", seen)])
        memory.forget(["/d/b"])
        memory.close()
        memory = Memory.of(tmp_path, "/d", "c")
        assert memory.recall() == {"/d/a": seen}
        memory.close()
        (path,) = (tmp_path / "sync").glob("*.db")
        path.write_bytes(b"no database" * 1000)
        memory = Memory.of(tmp_path, "/d", "c")
        assert memory.recall() == {}
        memory.close()
        with pytest.raises(StoreBusy), alone(tmp_path, "/d", "c"):
            pass
        with alone(tmp_path, "/d", "other"):
            pass


# --- killed ---


def test_killed_at_any_moment_it_goes_on_from_there(tmp_path: Path) -> None:
    folder, home = tmp_path / "目录", tmp_path / "home"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(f"第{number}条，众创空间达到27家。", encoding="utf-8")
    command = [sys.executable, "-m", "tests.sync_worker", str(folder), str(home)]
    told: set[str] = set()
    for lines in (4, 12, None):
        added: list[str] = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            for line in process.stdout:
                status, _, source = line.strip().partition(" ")
                if status == "added":
                    added.append(source)
                if lines is not None and len(added) >= lines:
                    process.kill()
                    break
        assert process.returncode == (0 if lines is None else -signal.SIGKILL)
        assert not told & set(added)  # nothing that was told is done again
        told |= set(added)
    store = open_store(home, analyzer=_ANALYZER, embedder=HashingEmbedder().info)
    try:
        assert {d.source for d in store.documents()} == {source_of(path) for path in folder.iterdir()}
        assert store.verify() == []
    finally:
        store.close()


# --- watching ---


def until(happened: Callable[[], bool], *, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_watcher_wakes_when_something_changes(tmp_path: Path) -> None:
    pytest.importorskip("watchfiles")
    with Watcher(tmp_path, StopFlag()) as watcher:
        watcher.listen()
        (tmp_path / "子").mkdir()
        number = 0
        started = time.monotonic()
        while True:  # it takes a moment until the system listens
            number += 1
            (tmp_path / "子" / f"{number}.txt").write_text("文", encoding="utf-8")
            before = time.monotonic()
            watcher.wait(2.0)
            if time.monotonic() - before < 1.9:
                break
            assert time.monotonic() - started < 20


def test_a_watcher_comes_back_without_any_word_and_at_once_when_stopped(tmp_path: Path) -> None:
    stop = StopFlag()
    with Watcher(tmp_path / "没有", stop) as watcher:
        watcher.listen()
        watcher.wait(0.05)
        stop.set()
        started = time.monotonic()
        watcher.wait(60.0)
        assert time.monotonic() - started < 5


def test_files_settle_by_their_time_or_by_standing_still() -> None:
    now = [0.0]
    settling = Settling(clock=lambda: now[0])

    def listed(size: int, age: float) -> Listed:
        stamp = Stamp(size=size, mtime_ns=int((time.time() - age) * 1e9), inode=1)
        return Listed(path=Path("a"), source="a", stamp=stamp)

    assert settling.ready(listed(1, 10.0))
    ahead = listed(1, -3600.0)  # the server's clock
    assert not settling.ready(ahead)
    now[0] = 1.0
    grown = Listed(path=ahead.path, source="a", stamp=Stamp(size=2, mtime_ns=ahead.stamp.mtime_ns, inode=1))
    assert not settling.ready(grown)
    now[0] = 2.5
    assert not settling.ready(grown)
    now[0] = 3.5
    assert settling.ready(grown)


def test_listing_names_each_file_once_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "子/c.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("文", encoding="utf-8")
    names = [file.path.relative_to(tmp_path).as_posix() for file in list_folder(tmp_path / "子" / "..").files]
    assert names == ["a.txt", "b.txt", "子/c.md"]
