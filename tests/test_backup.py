"""Backups while everything goes on, and what restoring refuses."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.archive import MANIFEST, NAMES
from api.backup import back_up, restore
from api.context import Context
from api.security.principal import Scope
from api.security.secrets import token_hash
from api.state.database import FILE, StateDatabase
from api.state.home import alone, serving
from api.state.job_rows import FileStatus, JobFile
from api.state.tables import api_keys, meta
from conftest import KeyFor
from fakes import HashingEmbedder
from index.errors import DamagedBackup, DamagedStore, InputError, NewerStore, NotFound, StoreBusy
from index.segment import HanAnalyzer
from index.store import schema
from index.store.embedded import EmbeddedStore, open_store
from rag.service import QAService
from rag.settings import Settings

QUESTION = "奖励大会是谁主持的？"


@contextmanager
def opened(home: Path) -> Iterator[EmbeddedStore]:
    with closing(open_store(home, analyzer=HanAnalyzer(), embedder=HashingEmbedder().info)) as store:
        yield store


def ask_in(home: Path, service: QAService) -> Any:
    """The service's answer from the index in another folder."""
    with opened(home) as store:
        other = QAService(
            Settings(home=home, threshold=0.0),
            store=store,
            embedder=service.embedder,
            reader=service.reader,
        )
        return other.ask(QUESTION)


@pytest.fixture
def home(context: Context, yearbook: Path) -> Path:
    """A data folder with a document and a key, in use."""
    list(context.service.add([yearbook]))
    return context.settings.home


@pytest.fixture
def tar(home: Path, tmp_path: Path) -> Path:
    target = tmp_path / "b.tar"
    back_up(home, target)
    return target


@pytest.mark.parametrize("name", ["备份.tar", "备份.tar.gz", "备份.tgz", "备份"])
def test_what_is_restored_answers_as_before(
    home: Path, context: Context, key_for: KeyFor, tmp_path: Path, name: str
) -> None:
    token = key_for(Scope.ASK)["Authorization"].removeprefix("Bearer ")
    answer = context.service.ask(QUESTION)
    assert not answer.abstained
    made = back_up(home, tmp_path / name)
    assert (made.documents, made.index, made.service) == (1, schema.VERSION, context.database.version())

    restored = restore(tmp_path / name, tmp_path / "new")
    assert (restored.manifest, restored.kept) == (made, None)
    again = ask_in(tmp_path / "new", context.service)
    assert (again.text, again.citations) == (answer.text, answer.citations)
    with opened(tmp_path / "new") as store:
        assert store.verify() == []
    with closing(StateDatabase(tmp_path / "new" / FILE)) as database, database.read() as connection:
        assert connection.scalars(select(api_keys.c.token_hash)).all() == [token_hash(token)]


def test_a_backup_is_for_its_owner_alone(tar: Path, home: Path, tmp_path: Path) -> None:
    back_up(home, tmp_path / "folder")
    restore(tar, tmp_path / "new")
    assert tar.stat().st_mode & 0o077 == 0
    for folder in (tmp_path / "folder", tmp_path / "new"):
        secret = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".lock")]
        assert secret
        assert all(path.stat().st_mode & 0o077 == 0 for path in secret)


WRITER = """
import pathlib, random, sys
from sqlalchemy import insert
from index.ingest import Ingester, Limits
from test_backup import *
home = pathlib.Path(sys.argv[1])
chance = random.Random(7)
database = StateDatabase(home / FILE)
with opened(home) as store:
    ingester = Ingester(store, HashingEmbedder(), limits=Limits())
    for number in range(100_000):
        source = f"{chance.randrange(12)}.txt"
        old = store.find(source)
        if old is not None and chance.random() < 0.3:
            store.delete(old.id)
        else:
            body = f"第{number}号文件。" + "这里说的是另一件事。" * chance.randrange(1, 60)
            record = ingester.add_bytes(body.encode(), source=source).document
            with database.write() as connection:
                connection.execute(insert(meta).values(name=str(record.id), value=""))
        print(number, flush=True)
"""


@contextmanager
def writing(home: Path) -> Iterator[Callable[[int], None]]:
    """Another process adds, replaces and deletes all the time; the function waits for so many more changes."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    out = child.stdout
    assert out is not None

    def wait(count: int) -> None:
        for _ in range(count):
            assert out.readline(), "the writer has died"

    try:
        yield wait
    finally:
        child.kill()
        child.communicate()


def test_a_backup_taken_while_another_process_writes_is_of_one_moment(
    home: Path, context: Context, tmp_path: Path
) -> None:
    with writing(home) as wait:
        asked = threading.Thread(target=lambda: [context.service.ask(QUESTION) for _ in range(10)])
        asked.start()
        for number in range(3):
            wait(6)
            back_up(home, tmp_path / f"{number}.tar")
        asked.join()
    generations = []
    for number in range(3):
        new = tmp_path / f"{number}"
        manifest = restore(tmp_path / f"{number}.tar", new).manifest
        with opened(new) as store, closing(StateDatabase(new / FILE)) as database:
            assert store.verify() == []  # the database is sound, and every upload is there
            records = store.documents()
            assert all(store.upload(record.id) for record in records)
            assert len(records) == manifest.documents
            # The writer notes each document right after adding it: at one moment only the last may lack its note.
            last, noted = last_document(store), notes(database)
            assert noted in (set(range(2, last + 1)), set(range(2, last)))
            generations.append(store.generation)
    assert 1 < generations[0] <= generations[1] <= generations[2]


def notes(database: StateDatabase) -> set[int]:
    with database.read() as connection:
        return {int(name) for name in connection.scalars(select(meta.c.name)) if name.isdigit()}


def last_document(store: EmbeddedStore) -> int:
    """The highest number that any document has had by then, deleted ones included."""
    with store._db.read() as connection:
        return int(
            connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'documents'").fetchone()[0]
        )


def test_files_that_wait_to_be_taken_in_come_along(home: Path, context: Context, tmp_path: Path) -> None:
    data = "还没有读的文件".encode()
    for job_id, status in (("job-waiting", FileStatus.WAITING), ("job-gone", FileStatus.WAITING)):
        (home / "incoming" / job_id).mkdir(parents=True)
        (home / "incoming" / job_id / "0").write_bytes(data)
        file = JobFile(
            ordinal=0,
            source="a.txt",
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            encoding=None,
            status=status,
            document_id=None,
            error=None,
        )
        if job_id == "job-waiting":
            context.jobs.create("ingest", created_by="test", files=[file], job_id=job_id)
    back_up(home, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "new")
    assert (tmp_path / "new" / "incoming" / "job-waiting" / "0").read_bytes() == data
    assert not (tmp_path / "new" / "incoming" / "job-gone").exists()


def test_nothing_is_written_over_or_left_half_done(
    home: Path, tar: Path, tmp_path: Path, context: Context
) -> None:
    before = tar.read_bytes()
    with pytest.raises(InputError):
        back_up(home, tar)
    assert tar.read_bytes() == before
    (upload,) = (path for path in (home / "uploads").rglob("*") if path.is_file())
    upload.write_bytes(b"rotten")
    with pytest.raises(DamagedStore):
        back_up(home, tmp_path / "other.tar")
    assert not list(tmp_path.glob("*other*"))
    assert not list(tmp_path.glob(".*"))


def test_there_must_be_something_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        back_up(tmp_path / "nothing", tmp_path / "b.tar")
    assert not (tmp_path / "nothing").exists()


def test_a_folder_with_data_is_replaced_only_when_told_so(
    home: Path, tar: Path, context: Context, yearbook: Path
) -> None:
    (home / "mine.txt").write_text("a file of the user's own")
    context.service.add_bytes("后来添加的文件。".encode(), source="later.txt")
    context.close()
    with pytest.raises(InputError):
        restore(tar, home)
    with opened(home) as store:
        assert len(store.documents()) == 2
    restored = restore(tar, home, replace=True)
    assert restored.kept is not None
    with opened(home) as store, opened(restored.kept) as kept:
        assert [record.source for record in store.documents()] == [str(yearbook)]
        assert len(kept.documents()) == 2
        assert store.verify() == kept.verify() == []
    assert (home / "mine.txt").exists()


def test_nothing_is_restored_under_a_running_service(home: Path, tar: Path, tmp_path: Path) -> None:
    with serving(home), serving(home), pytest.raises(StoreBusy):
        restore(tar, home, replace=True)
    with alone(home), pytest.raises(StoreBusy), serving(home):
        raise AssertionError
    with serving(home):
        back_up(home, tmp_path / "c.tar")  # this one is for running services


def rebuilt(tar: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same backup with other members."""
    with tarfile.open(tar) as old:
        members = {member.name: _content(old, member) for member in old}
    change(members)
    target = tar.with_name("changed.tar")
    with tarfile.open(target, "w") as new:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            new.addfile(info, io.BytesIO(data))
    return target


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    assert file is not None
    return file.read()


def _upload(members: dict[str, bytes]) -> str:
    return next(name for name in members if name.startswith("uploads/"))


def _flip(members: dict[str, bytes]) -> None:
    name = _upload(members)
    members[name] = bytes([members[name][0] ^ 1]) + members[name][1:]


def _other_format(members: dict[str, bytes]) -> None:
    members[MANIFEST] = json.dumps({**json.loads(members[MANIFEST]), "format": 2}).encode()


@pytest.mark.parametrize(
    "change",
    [
        _flip,
        _other_format,
        lambda members: members.pop(MANIFEST),
        lambda members: members.pop(_upload(members)),
        lambda members: members.update({MANIFEST: b"{}"}),
        lambda members: members.update({"../evil": b"x"}),
        lambda members: members.update({"/etc/evil": b"x"}),
        lambda members: members.update({"uploads/../../evil": b"x"}),
        lambda members: members.update({"uploads/ab/" + "0" * 64: b"x"}),  # not in the manifest
        lambda members: members.update({"sparse-000001/evil": b"x"}),
        lambda members: members.update({"incoming/../0": b"x"}),
    ],
)
def test_what_is_no_whole_backup_changes_nothing(
    tar: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    changed = rebuilt(tar, change)
    outside = sorted(tmp_path.iterdir())
    with pytest.raises(DamagedBackup):
        restore(changed, tmp_path / "new")
    assert sorted(set(tmp_path.iterdir()) - set(outside)) == [tmp_path / "new"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["serving.lock"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_links_and_the_like_are_refused(tar: Path, tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tar, "a") as archive:
        info = tarfile.TarInfo("uploads/ab/" + "0" * 64)
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    with pytest.raises(DamagedBackup):
        restore(tar, tmp_path / "new")


def test_a_link_in_a_folder_is_refused(home: Path, tmp_path: Path) -> None:
    back_up(home, tmp_path / "b")
    (tmp_path / "b" / "settings.toml").symlink_to("/etc/passwd")
    with pytest.raises(DamagedBackup):
        restore(tmp_path / "b", tmp_path / "new")


def test_a_file_cut_short_anywhere_is_refused(tar: Path, home: Path, tmp_path: Path) -> None:
    packed = tmp_path / "b.tar.gz"
    back_up(home, packed)
    chance = random.Random(3)
    for source in (tar, packed):
        whole = source.read_bytes()
        # A tar file ends in blocks of zeros that may be missing.
        for length in [0, 100, *(chance.randrange(len(whole) * 9 // 10) for _ in range(6))]:
            source.write_bytes(whole[:length])
            with pytest.raises(DamagedBackup):
                restore(source, tmp_path / "new")


def test_a_backup_by_a_newer_version_is_refused(
    tar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "VERSION", schema.VERSION - 1)
    with pytest.raises(NewerStore):
        restore(tar, tmp_path / "new")
    assert not (tmp_path / "new" / FILE).exists()


def test_names_are_of_our_own_making() -> None:
    for name in ("yuanwen.db", "service.db", "settings.toml", "uploads/ab/" + "0" * 64, "incoming/a-1/12"):
        assert NAMES.fullmatch(name)
    for name in ("", "a", "uploads", "uploads/ab/..", "yuanwen.db/x", "incoming/a/b", "yuanwen.db\n"):
        assert not NAMES.fullmatch(name)
