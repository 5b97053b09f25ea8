"""What a backup looks like on disk: a folder, or a tar file of the same files, with a manifest as the last of them.

A backup without a manifest isn't whole. Everything that may be in one has a name of :data:`NAMES`; nothing else is
written when a backup is restored, whatever it holds.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import tarfile
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.state.database import FILE
from index.backup import UPLOADS, Sink
from index.errors import DamagedBackup, InputError
from index.store.embedded import DATABASE_NAME
from index.store.faults import os_faults
from index.store.files import sync_folder

FORMAT = 1
MANIFEST = "manifest.json"
SETTINGS = "settings.toml"
INCOMING = "incoming"
EVALUATIONS = "evaluations"

NAMES = re.compile(
    rf"{re.escape(DATABASE_NAME)}|{re.escape(FILE)}|{re.escape(SETTINGS)}|{re.escape(MANIFEST)}"
    rf"|{UPLOADS}/[0-9a-f]{{2}}/[0-9a-f]{{64}}|{INCOMING}/[A-Za-z0-9_-]{{1,64}}/[0-9]{{1,9}}"
    rf"|{EVALUATIONS}/[0-9a-f]{{32}}/(?:run/)?[a-z]{{1,20}}\.(?:json|jsonl|html|md)"
)
"""Of a backup's files."""

_LARGEST_MANIFEST = 2**28
_CHUNK = 2**20
_TAR = "backup"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_OWNER_ONLY = 0o600
"""Hashes of passwords are in it, and everything that anybody asked."""


class Entry(BaseModel):
    """One file of a backup."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(ge=0)
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself.

    Args:
        yuanwen: the version that made it.
        index, service: versions of the tables of both databases; None where there was none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    yuanwen: str
    made_at: datetime
    index: int | None
    service: str | None
    documents: int
    passages: int
    files: dict[str, Entry]

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(entry.size for entry in self.files.values())


class Archive(Sink, Protocol):
    """A backup that is being written."""

    entries: dict[str, Entry]

    def finish(self, manifest: Manifest) -> None:
        """Adds the manifest: from here on it is a backup, durable."""


@contextmanager
def new_archive(target: Path) -> Iterator[Archive]:
    """Writes beside ``target``, which appears when the block has ended well; else nothing is left.

    Args:
        target: ``….tar`` or ``….tar.gz`` for one file, any other name for a folder.

    Raises:
        InputError: something is there already. StorageFull, StoreError: from the disk.
    """
    if target.exists() or target.is_symlink():
        raise InputError(f"{target} 已经存在。", remedy="请换一个文件名，或先移走它。")
    partial = target.with_name(f".{target.name}.partial")
    with os_faults(target.parent), ExitStack() as stack:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove(partial)  # left by one that was killed
        partial.mkdir(mode=0o700)
        stack.callback(_remove, partial)
        archive: _Folder | _Tar = _Folder(partial)
        if _is_file(target):
            file = stack.enter_context(os.fdopen(os.open(partial / _TAR, _NEW, _OWNER_ONLY), "wb"))
            archive = _Tar(partial, file, stack.enter_context(_tar(file, compressed=_compressed(target))))
        yield archive
        archive.close()
        archive.result.rename(target)
        sync_folder(target.parent)


def _is_file(target: Path) -> bool:
    return target.suffix == ".tar" or _compressed(target)


def _compressed(target: Path) -> bool:
    return target.name.endswith((".tar.gz", ".tgz"))


def _tar(file: BinaryIO, *, compressed: bool) -> tarfile.TarFile:
    if not compressed:
        return tarfile.open(fileobj=file, mode="w")
    # The quickest level: vectors hardly shrink by any, texts by more than half by this one.
    return tarfile.open(fileobj=file, mode="w:gz", compresslevel=1)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class _Folder:
    """A backup as a folder."""

    def __init__(self, partial: Path) -> None:
        self.entries: dict[str, Entry] = {}
        self.result = partial

    def scratch(self, name: str) -> Path:
        return self._place(name)

    def take(self, name: str, path: Path) -> None:
        if path != self._place(name):
            shutil.move(path, self._place(name))
        self._keep(name)

    def put(self, name: str, data: bytes) -> None:
        self._place(name).write_bytes(data)
        self._keep(name)

    def finish(self, manifest: Manifest) -> None:
        self.put(MANIFEST, manifest.model_dump_json(indent=1).encode())

    def close(self) -> None:
        os.sync()  # thousands of files: one by one would take minutes

    def _place(self, name: str) -> Path:
        path = self.result / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def _keep(self, name: str) -> None:
        path = self._place(name)
        path.chmod(_OWNER_ONLY)
        self.entries[name] = entry_of(path)


class _Tar:
    """A backup as a tar file."""

    def __init__(self, partial: Path, file: BinaryIO, tar: tarfile.TarFile) -> None:
        self.entries: dict[str, Entry] = {}
        self.result = partial / _TAR
        self._folder = partial
        self._file = file
        self._tar = tar

    def scratch(self, name: str) -> Path:
        return self._folder / name.replace("/", "-")

    def take(self, name: str, path: Path) -> None:
        entry = entry_of(path)
        with path.open("rb") as file:
            self._add(name, file, entry.size)
        self.entries[name] = entry
        path.unlink()

    def put(self, name: str, data: bytes) -> None:
        self._add(name, io.BytesIO(data), len(data))
        self.entries[name] = Entry(size=len(data), sha256=hashlib.sha256(data).hexdigest())

    def finish(self, manifest: Manifest) -> None:
        self.put(MANIFEST, manifest.model_dump_json(indent=1).encode())

    def close(self) -> None:
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, _OWNER_ONLY, int(time.time())
        self._tar.addfile(member, file)


def entry_of(path: Path) -> Entry:
    """Size and hash of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return Entry(size=file.tell(), sha256=digest.hexdigest())


# --- reading ---


def unpack(source: Path, folder: Path) -> Manifest:
    """Writes a backup's files into the empty ``folder`` and checks them against its manifest.

    Raises:
        DamagedBackup: it isn't whole, holds what no backup holds, or is none. StorageFull, StoreError: from the disk.
    """
    files: dict[str, Entry] = {}
    written: bytes | None = None
    try:
        for name, file in _members(source):
            if not NAMES.fullmatch(name) or name in files:
                raise DamagedBackup(f"{source} 里有备份中不该有的文件：{name!r}。")
            if name == MANIFEST:
                written = file.read(_LARGEST_MANIFEST)
            else:
                files[name] = _write(file, folder / name)
    except (tarfile.TarError, EOFError, zlib.error, FileNotFoundError, NotADirectoryError) as error:
        raise DamagedBackup(f"{source} 不是完整的备份：{error}。") from error
    if written is None:
        raise DamagedBackup(f"{source} 不是完整的备份：没有 {MANIFEST}。")
    manifest = _manifest(source, written)
    wrong = sorted(name for name in {*files, *manifest.files} if files.get(name) != manifest.files.get(name))
    if wrong:
        raise DamagedBackup(f"{source} 中有 {len(wrong)} 个文件与清单不符，例如 {wrong[0]}。")
    return manifest


def _manifest(source: Path, written: bytes) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(written)
    except ValidationError as error:
        raise DamagedBackup(f"{source} 的清单读不了。") from error
    if manifest.format != FORMAT:
        raise DamagedBackup(
            f"{source} 的格式是 {manifest.format}，此程序只认识 {FORMAT}。",
            remedy=f"请用 yuanwen {manifest.yuanwen} 或更新的版本恢复。",
        )
    return manifest


def _members(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Names and contents; nothing but regular files is ever followed or read."""
    if source.is_dir():
        for folder, folders, names in os.walk(source):
            for name in [*names, *(name for name in folders if (Path(folder) / name).is_symlink())]:
                path = Path(folder) / name
                if path.is_symlink() or not path.is_file():
                    raise DamagedBackup(f"{path} 不是普通文件。")
                with path.open("rb") as file:
                    yield path.relative_to(source).as_posix(), file
        return
    with tarfile.open(source) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is None:
                raise DamagedBackup(f"{source} 里的 {member.name!r} 不是普通文件。")
            with content:
                yield member.name, content


def _write(file: IO[bytes], path: Path) -> Entry:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, _NEW, _OWNER_ONLY), "wb") as out:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
    return Entry(size=size, sha256=digest.hexdigest())
