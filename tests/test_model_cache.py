"""Folders made once: with real processes that race, are killed, or run out of space."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.errors import ModelError
from index.models.cache import STAMP_FILE, CachedFolder, damaged_files, is_valid

MAKER = """
import sys, time
from pathlib import Path
from index.models.cache import CachedFolder

parent, pause = Path(sys.argv[1]), float(sys.argv[2])

def make(folder):
    (folder / "sub").mkdir()
    (folder / "sub" / "first").write_text("1" * 1000)
    with (parent / "made.log").open("a") as log:
        log.write("made\\n")
    print("half", flush=True)
    time.sleep(pause)
    (folder / "second").write_text("2" * 1000)

print(CachedFolder(parent=parent, name="m-1", identity="one", size=2000, make=make).ensure(), flush=True)
"""


def start(parent: Path, pause: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAKER, str(parent), str(pause)], stdout=subprocess.PIPE, text=True
    )


def cached(parent: Path, *, identity: str = "one", size: int = 10) -> CachedFolder:
    def make(folder: Path) -> None:
        (folder / "weights").write_text(identity)

    return CachedFolder(parent=parent, name="m-1", identity=identity, size=size, make=make)


def leftovers(parent: Path) -> list[Path]:
    return list(parent.glob(".m-1.tmp-*"))


def test_two_processes_at_once_make_it_once(tmp_path: Path) -> None:
    processes = [start(tmp_path, 0.5), start(tmp_path, 0.5)]
    outputs = [process.communicate(timeout=30)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert (tmp_path / "made.log").read_text() == "made\n"
    assert all(output.endswith(f"{tmp_path / 'm-1'}\n") for output in outputs)
    assert is_valid(tmp_path / "m-1", "one")
    assert damaged_files(tmp_path / "m-1") == []


def test_a_process_killed_half_way_leaves_nothing_that_counts(tmp_path: Path) -> None:
    process = start(tmp_path, 60)
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert len(leftovers(tmp_path)) == 1
    assert not (tmp_path / "m-1").exists()
    begin = time.monotonic()
    folder = cached(tmp_path).ensure()
    assert time.monotonic() - begin < 10, "the dead process's lock still held"
    assert is_valid(folder, "one")
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    "stamp", ["", "{", "[]", '{"identity": "one"}', '{"identity": "one", "files": {"a": 1}}']
)
def test_a_folder_without_a_sound_stamp_is_made_again(tmp_path: Path, stamp: str) -> None:
    folder = cached(tmp_path).ensure()
    (folder / "weights").write_text("xxx")
    (folder / "stray").touch()
    (folder / STAMP_FILE).write_text(stamp)
    assert cached(tmp_path).ensure() == folder
    assert (folder / "weights").read_text() == "one"
    assert not (folder / "stray").exists()


def test_a_valid_folder_is_left_alone(tmp_path: Path) -> None:
    folder = cached(tmp_path).ensure()
    before = (folder / "weights").stat().st_mtime_ns
    assert cached(tmp_path).ensure() == folder
    assert (folder / "weights").stat().st_mtime_ns == before


def test_another_identity_or_a_file_of_another_size_makes_it_again(tmp_path: Path) -> None:
    folder = cached(tmp_path).ensure()
    cached(tmp_path, identity="two").ensure()
    assert (folder / "weights").read_text() == "two"
    (folder / "weights").write_text("tw")
    cached(tmp_path, identity="two").ensure()
    assert (folder / "weights").read_text() == "two"


def test_a_flipped_byte_is_found_by_its_checksum(tmp_path: Path) -> None:
    folder = cached(tmp_path).ensure()
    (folder / "weights").write_text("onf")
    assert is_valid(folder, "one")
    assert damaged_files(folder) == ["weights"]
    (folder / "weights").unlink()
    assert damaged_files(folder) == ["weights"]


def test_the_stamp_tells_sizes_and_checksums(tmp_path: Path) -> None:
    stamp = json.loads((cached(tmp_path).ensure() / STAMP_FILE).read_text())
    assert stamp["identity"] == "one"
    assert stamp["files"]["weights"]["size"] == 3
    assert len(stamp["files"]["weights"]["sha256"]) == 64


def test_too_little_space_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"磁盘空间不足.*YUANWEN_CACHE"):
        cached(tmp_path, size=10**18).ensure()
    assert not (tmp_path / "m-1").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_fills_up_on_the_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        (folder / "part").write_text("part")
        Path("/dev/full").write_text("x")

    folder = CachedFolder(parent=tmp_path, name="m-1", identity="one", size=10, make=make)
    with pytest.raises(ModelError, match="磁盘空间不足"):
        folder.ensure()
    assert leftovers(tmp_path) == []
    assert not folder.path.exists()


def test_a_cache_that_can_not_be_written_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="无法在"):
        cached(tmp_path / "file" / "cache").ensure()
