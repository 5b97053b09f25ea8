"""Uploaded files until a job has taken them in: ``incoming/<job>/<number>``."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Set
from pathlib import Path

from index.errors import UnreadableFile
from index.store.faults import os_faults
from index.store.files import sync_folder

FOLDER = "incoming"
_ABANDONED_SECONDS = 3600.0
"""An upload that nothing was written to for so long has lost its process: one under way never pauses that long."""


class Spool:
    """Folders of files under ``<home>/incoming``, one for each job.

    Args:
        clock: seconds, as file times count them.
    """

    def __init__(self, home: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._folder = home / FOLDER
        self._clock = clock

    def make(self, job_id: str) -> Path:
        """A new folder for a job's files.

        Raises:
            StorageFull, StoreError: it can't be made.
        """
        folder = self._folder / job_id
        with os_faults(self._folder):
            folder.mkdir(parents=True)
        return folder

    def sync(self, job_id: str) -> None:
        """Makes the folder durable, when its files are.

        Raises:
            StorageFull, StoreError: it can't be.
        """
        with os_faults(self._folder):
            for folder in (self._folder / job_id, self._folder, self._folder.parent):
                sync_folder(folder)

    def read(self, job_id: str, ordinal: int, *, sha256: str, source: str) -> bytes:
        """The bytes of a file, checked against what was received.

        Raises:
            UnreadableFile: they are gone, or others.
        """
        remedy = "请重新上传这个文件。"
        try:
            data = (self._folder / job_id / str(ordinal)).read_bytes()
        except OSError as error:
            raise UnreadableFile(
                f"上传的文件读不了：{error.strerror}。", source=source, remedy=remedy
            ) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise UnreadableFile("上传的文件在磁盘上被改动了。", source=source, remedy=remedy)
        return data

    def discard(self, job_id: str) -> None:
        """Removes a job's files; fine if there are none."""
        shutil.rmtree(self._folder / job_id, ignore_errors=True)

    def sweep(self, wanted: Callable[[], Set[str]]) -> int:
        """Removes what was left by processes that died; returns how many folders.

        Args:
            wanted: the jobs that still need their files, asked after the folders were listed.
        """
        if not self._folder.is_dir():
            return 0
        folders = [folder for folder in self._folder.iterdir() if self._is_abandoned(folder)]
        keep = wanted() if folders else frozenset()
        left = [folder for folder in folders if folder.name not in keep]
        for folder in left:
            self.discard(folder.name)
        return len(left)

    def _is_abandoned(self, folder: Path) -> bool:
        try:
            newest = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
        except OSError:  # it is being removed, or was put here by somebody
            return False
        return newest < self._clock() - _ABANDONED_SECONDS
