"""Full disks, missing permissions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import StorageFull, StoreError
from index.store.embedded import EmbeddedStore, open_store
from tests.store_contract import EMBEDDER, PlainAnalyzer, dense_ids, put, sparse_ids, unit_vectors


def mount(folder: Path, *options: str) -> bool:
    command = shutil.which("mount")
    if sys.platform != "linux" or command is None or os.geteuid() != 0:
        return False
    arguments = [command, "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
    return subprocess.run(arguments, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount(folder, "size=2m"):
        pytest.skip("mounting a small tmpfs needs Linux and root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def reopen(folder: Path) -> EmbeddedStore:
    return open_store(folder, analyzer=PlainAnalyzer(), embedder=EMBEDDER)


def fill_until_full(store: EmbeddedStore) -> list[int]:
    """Adds documents until one is refused; gives the ids of all passages that were taken."""
    ids: list[int] = []
    for i in range(1000):
        try:
            ids += put(store, f"{i}.txt", [f"文字 {i} {j} " + chr(0x4E00 + i) * 60 for j in range(20)])[1]
        except StorageFull as error:
            assert "磁盘已满" in str(error)
            return ids
    raise AssertionError("the disk never filled")


def test_a_full_disk_loses_nothing(disk: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = reopen(disk / "store")
    ids = fill_until_full(store)
    generation = store.generation
    for _ in range(3):
        with pytest.raises(StorageFull):
            put(store, "big.txt", ["字" * 3000 + f" {i}" for i in range(60)])
    assert store.generation == generation
    assert store.find("big.txt") is None
    # Nothing that was acknowledged is lost, and nothing that was refused shows up.
    assert sorted(dense_ids(store, unit_vectors(1)[0], 10_000)) == ids
    assert set(sparse_ids(store, "文", 10_000)) <= set(ids)
    subprocess.run(["mount", "-o", "remount,size=40m", str(disk)], check=True)
    _, after = put(store, "after.txt", ["文 之后"])
    assert sorted(sparse_ids(store, "文", 10_000)) == [*ids, *after]
    assert store.verify() == []
    store.close()


def test_a_store_on_a_full_disk_opens_again_when_there_is_space(disk: Path) -> None:
    store = reopen(disk / "store")
    ids = fill_until_full(store)
    (disk / "ballast").write_bytes(b"")
    with pytest.raises(OSError), (disk / "ballast").open("wb") as file:
        while True:
            os.write(file.fileno(), b"x" * 4096)
    store.close()
    subprocess.run(["mount", "-o", "remount,size=40m", str(disk)], check=True)
    store = reopen(disk / "store")
    assert sorted(dense_ids(store, unit_vectors(1)[0], 10_000)) == ids
    assert sorted(sparse_ids(store, "文", 10_000)) == ids
    assert store.verify() == []
    store.close()


def test_a_store_cannot_be_made_on_a_full_disk(disk: Path) -> None:
    with pytest.raises(OSError), (disk / "ballast").open("wb") as file:
        while True:
            os.write(file.fileno(), b"x" * 4096)
    with pytest.raises(StorageFull):
        reopen(disk / "store")
    (disk / "ballast").unlink()
    store = reopen(disk / "store")
    put(store, "a.txt", ["文"])
    store.close()


def test_a_read_only_file_system_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount(folder, "size=1m", "ro"):
        pytest.skip("mounting a read-only tmpfs needs Linux and root")
    try:
        for path in (folder, folder / "new"):
            with pytest.raises(StoreError, match="没有权限写入"):
                reopen(path)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="没有权限写入"):
            reopen(tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    with pytest.raises(StoreError, match="读写索引目录"):
        reopen(tmp_path / "store")
