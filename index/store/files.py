"""Files written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def sync_folder(folder: Path) -> None:
    """Makes renames and deletions in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Has ``write`` fill a file that appears under ``path`` complete and durable, or not at all.

    One writer at a time, for the temporary name is fixed; what a crash leaves there is overwritten.

    Raises:
        OSError: as the system gives it; nothing is left behind.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def size_of(path: Path) -> int:
    """Bytes of a file or of everything below a folder; 0 where there is nothing (any more)."""
    try:
        if not path.is_dir():
            return path.stat().st_size
        return sum(size_of(child) for child in path.iterdir())
    except FileNotFoundError:
        return 0
