"""Folders that are made once, whole or not at all, however many processes start at once or are killed.

A folder is built beside its place under another name, flushed to disk, stamped and renamed. Whoever builds
holds a lock that the operating system drops with the process; so anything unfinished that the holder finds
was left by a process that died, and is removed.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import ModelError

STAMP_FILE = "yuanwen-stamp.json"
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LOCK_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedFolder:
    """What to make, where.

    Args:
        parent: the cache folder, made if missing.
        name: of the folder within it; carries a version, so that a new recipe makes a new folder.
        identity: goes into the stamp; a folder with another one is made again.
        size: bytes needed, to say so before the disk is full.
        make: fills the empty folder it is given.
    """

    parent: Path
    name: str
    identity: str
    size: int
    make: Callable[[Path], None]

    @property
    def path(self) -> Path:
        return self.parent / self.name

    def ensure(self) -> Path:
        """The folder, made now unless a valid one is there.

        Raises:
            ModelError: it can't be written, or another process has been at it for ten minutes.
        """
        if is_valid(self.path, self.identity):
            return self.path
        try:
            self.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.parent / f".{self.name}.lock", timeout=_LOCK_SECONDS):
                if not is_valid(self.path, self.identity):
                    self._build()
        except Timeout as error:
            message = f"另一个进程一直在生成 {self.path}。"
            raise ModelError(message, remedy="请结束那个进程后重试。") from error
        except OSError as error:
            raise self._unwritable(error) from error
        return self.path

    def _build(self) -> None:
        prefix = f".{self.name}.tmp-"
        for leftover in self.parent.glob(f"{prefix}*"):
            shutil.rmtree(leftover)
        if shutil.disk_usage(self.parent).free < self.size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        building = self.parent / f"{prefix}{secrets.token_hex(4)}"
        building.mkdir()
        try:
            self.make(building)
            _stamp(building, self.identity)
            if self.path.exists():
                self.path.rename(self.parent / f"{prefix}old-{secrets.token_hex(4)}")
            building.rename(self.path)
            _flush(self.parent)
        finally:
            for leftover in self.parent.glob(f"{prefix}*"):
                shutil.rmtree(leftover)

    def _unwritable(self, error: OSError) -> ModelError:
        if error.errno in _NO_SPACE:
            return ModelError(
                f"磁盘空间不足，无法在 {self.parent} 生成模型（需要约 {self.size / 1e6:.0f} MB）。",
                remedy="请清理磁盘后重试，或用设置 YUANWEN_CACHE 换一个位置。",
            )
        return ModelError(
            f"无法在 {self.parent} 生成模型：{error.strerror}。",
            remedy="请检查写权限，或用设置 YUANWEN_CACHE 换一个位置。",
        )


def is_valid(folder: Path, identity: str) -> bool:
    """Whether the folder is stamped with ``identity`` and has every file, at its size."""
    stamp = _read_stamp(folder)
    if stamp is None or stamp.identity != identity:
        return False
    return all(
        (folder / name).is_file() and (folder / name).stat().st_size == size
        for name, (size, _) in stamp.files.items()
    )


def damaged_files(folder: Path) -> list[str]:
    """Names of the files whose SHA-256 is not the stamped one; 0.3 s for the default model."""
    stamp = _read_stamp(folder)
    if stamp is None:
        return [STAMP_FILE]
    return [
        name
        for name, (_, sha256) in stamp.files.items()
        if not (folder / name).is_file() or sha256_of(folder / name) != sha256
    ]


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamp:
    """``files``: name -> (bytes, SHA-256)."""

    identity: str
    files: dict[str, tuple[int, str]]


def _read_stamp(folder: Path) -> _Stamp | None:
    try:
        content = json.loads((folder / STAMP_FILE).read_text(encoding="utf-8"))
        files = {name: (file["size"], file["sha256"]) for name, file in content["files"].items()}
        return _Stamp(identity=content["identity"], files=files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # missing, cut short by a crash, or something else: all mean "make it again"


def _stamp(folder: Path, identity: str) -> None:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {
        path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": sha256_of(path)}
        for path in paths
    }
    stamp = folder / STAMP_FILE
    stamp.write_text(json.dumps({"identity": identity, "files": files}, indent=1), encoding="utf-8")
    for path in (*paths, stamp, *(p for p in folder.rglob("*") if p.is_dir()), folder):
        _flush(path)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
