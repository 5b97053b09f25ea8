"""What is in a folder now: files with what tells quickly whether they have changed, and what is left out, and why."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import UnreadableFile, UnsupportedFormat
from index.ingest import source_of
from index.loaders import is_document, loader_for, supported_extensions

_OFFICE_LOCK = ("~$", ".~lock.")
_UNFINISHED = frozenset({".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".swp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a file system says of a file without reading it: bytes, nanoseconds since 1970, inode."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file that some loader reads."""

    path: Path
    source: str
    stamp: Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file or folder that can't be looked at, with the reason; what is stored of it or below it stays."""

    source: str
    reason: str
    remedy: str = ""
    harmless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All that a folder holds, in the order of the names."""

    files: tuple[Listed, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def is_passing(name: str) -> bool:
    """Whether a file of that name is hidden, an Office program's lock, or not written to its end."""
    return name.startswith((".", *_OFFICE_LOCK)) or Path(name).suffix.lower() in _UNFINISHED


def list_folder(folder: Path) -> Listing:
    """Every file below ``folder`` that some loader reads.

    Hidden and passing files don't appear, nor do unknown ones that are no documents; a document in a format that no
    loader reads is named, with what to do. A link is named and not followed: what it leads to is either below
    the folder already or outside it. So no folder is met twice.

    Raises:
        UnreadableFile: ``folder`` isn't there, is none, or can't be listed.
    """
    source = source_of(folder)
    try:
        if not stat.S_ISDIR(folder.stat().st_mode):
            raise UnreadableFile(
                "不是目录。", source=source, remedy="请给出一个目录；单个文件用 yuanwen add。"
            )
        with os.scandir(folder):
            pass
    except FileNotFoundError as error:
        raise UnreadableFile(
            "没有这个目录；索引没有改动。", source=source, remedy="请检查路径；网络共享要先挂载。"
        ) from error
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"读不了这个目录：{_reason(error)}；索引没有改动。", source=source) from error
    files: dict[str, Listed] = {}
    left_out: list[LeftOut] = []
    for found in _walk(Path(os.path.abspath(folder))):  # noqa: PTH100, resolves ".." and no links
        if isinstance(found, LeftOut):
            left_out.append(found)
        elif found.source in files:  # names that differ only in bytes which aren't UTF-8, written out
            left_out.append(LeftOut(source=found.source, reason="与另一个文件同名。", remedy="请改名。"))
        else:
            files[found.source] = found
    return Listing(files=tuple(files.values()), left_out=tuple(left_out))


def _walk(folder: Path) -> Iterator[Listed | LeftOut]:
    pending = [folder]
    while pending:
        here = pending.pop()
        try:
            with os.scandir(here) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield _unreadable(here, error)
            continue
        below: list[Path] = []
        for entry in found:
            if is_passing(entry.name):
                continue
            try:
                one = _look(entry)
            except OSError as error:
                one = _unreadable(Path(entry.path), error)
            if isinstance(one, Path):
                below.append(one)
            elif one is not None:
                yield one
        pending += reversed(below)


def _look(entry: os.DirEntry[str]) -> Listed | LeftOut | Path | None:
    """A file to read, a folder to go into, a link or a strange thing to tell of, or nothing of interest."""
    path = Path(entry.path)
    known = path.suffix.lower() in supported_extensions()
    if entry.is_symlink():
        if not known and not path.is_dir():
            return None
        return LeftOut(
            source=source_of(path), reason="是链接，没有跟随。", remedy="请把文件放进目录。", harmless=True
        )
    if entry.is_dir(follow_symlinks=False):
        return path
    if not known:
        return _unsupported(path) if is_document(path.name) else None
    status = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):
        return LeftOut(source=source_of(path), reason="不是普通文件。", harmless=True)
    stamp = Stamp(size=status.st_size, mtime_ns=status.st_mtime_ns, inode=status.st_ino)
    return Listed(path=path, source=source_of(path), stamp=stamp)


def _unsupported(path: Path) -> LeftOut | None:
    source = source_of(path)
    try:
        loader_for(source)
    except UnsupportedFormat as error:
        reason = error.message.removeprefix(f"{source}: ")
        return LeftOut(source=source, reason=reason, remedy=error.remedy, harmless=True)
    return None


def stamp_of(path: Path) -> Stamp:
    """The stamp of a file now, of a link its own; raises OSError."""
    status = path.lstat()
    return Stamp(size=status.st_size, mtime_ns=status.st_mtime_ns, inode=status.st_ino)


def _unreadable(path: Path, error: OSError) -> LeftOut:
    return LeftOut(
        source=source_of(path),
        reason=f"读不了：{_reason(error)}；已存的文档没有动。",
        remedy=UnreadableFile.default_remedy,
    )


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
