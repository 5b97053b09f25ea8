"""The files that were uploaded, named by what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Set
from pathlib import Path

from index.errors import DamagedStore
from index.store.faults import os_faults
from index.store.files import size_of, sync_folder, write_atomically


class Uploads:
    """Keeps bytes under ``<folder>/ab/<sha256>``: the same bytes once, however many documents came from them.

    Changes are made by whoever holds the writer's lock.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes, sha256: str) -> None:
        """Makes ``data`` durable; what was damaged under its name is replaced.

        Raises:
            StorageFull, StoreError: nothing changed.
        """
        path = self._path(sha256)
        with os_faults(self._folder):
            if size_of(path) == len(data) and path.read_bytes() == data:
                return
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True)
                sync_folder(path.parent.parent)
            write_atomically(path, lambda file: file.write(data))

    def read(self, sha256: str) -> bytes:
        """The bytes, checked against their name.

        Raises:
            DamagedStore: they are gone or have changed.
        """
        path = self._path(sha256)
        with os_faults(self._folder):
            try:
                data = path.read_bytes()
            except FileNotFoundError as error:
                raise DamagedStore(f"保存的原文件 {path} 不见了。", remedy="请重新添加这个文档。") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DamagedStore(f"保存的原文件 {path} 被改动过。", remedy="请重新添加这个文档。")
        return data

    def discard(self, sha256: str) -> None:
        """Removes an upload that no document refers to; fine if it is gone."""
        with os_faults(self._folder):
            self._path(sha256).unlink(missing_ok=True)

    def collect(self, wanted: Set[str]) -> int:
        """Removes every file but the ``wanted`` hashes (left over from crashes); returns how many."""
        removed = 0
        with os_faults(self._folder):
            for path in self._files():
                if path.name not in wanted:
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    def size(self, sha256: str) -> int | None:
        """Bytes kept under that name, or None."""
        path = self._path(sha256)
        return path.stat().st_size if path.is_file() else None

    def bytes(self) -> int:
        """Of all uploads."""
        return sum(size_of(path) for path in self._files())

    def _files(self) -> Iterator[Path]:
        if self._folder.is_dir():
            for folder in list(self._folder.iterdir()):
                if folder.is_dir():  # a file manager may leave files of its own
                    yield from list(folder.iterdir())

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256
