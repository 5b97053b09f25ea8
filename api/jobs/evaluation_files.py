"""Evaluations on the disk: ``evaluations/<id>/questions.json``, and the run in ``evaluations/<id>/run``."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Set
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import NotFound
from index.store.faults import os_faults
from index.store.files import sync_folder, write_atomically

if TYPE_CHECKING:
    from eval.compare import Comparison
    from eval.dataset import Dataset
    from eval.row import Row
    from eval.run import Run, Summary

FOLDER = "evaluations"
_QUESTIONS, _RUN = "questions.json", "run"
_FINISHED = ("predictions.json", "rows.jsonl", "summary.json", "report.html", "report.md")
_UNFINISHED = ("unfinished.json", "rows.jsonl")
_OWNER_ONLY = 0o700
_ABANDONED_SECONDS = 3600.0
_COMPARISONS = 4
"""Of two runs that are remembered; a finished run never changes."""
_LOOKS = 5
"""Before a run whose files change under the one who copies them counts as deleted."""


class EvaluationFiles:
    """Folders under ``<home>/evaluations``, one for each evaluation.

    Args:
        clock: seconds, as file times count them.
    """

    def __init__(self, home: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._folder = home / FOLDER
        self._clock = clock
        # A minute for 10,000 questions, and asked for twice: as figures and as a page.
        self.comparison = lru_cache(maxsize=_COMPARISONS)(self._compared)

    def create(self, evaluation_id: str, questions: bytes) -> None:
        """A new folder with its questions, as :class:`eval.dataset.Dataset` in JSON; durable when this returns.

        Raises:
            StorageFull, StoreError: it can't be made.
        """
        folder = self._folder / evaluation_id
        with os_faults(self._folder):
            folder.mkdir(parents=True, mode=_OWNER_ONLY)
            write_atomically(folder / _QUESTIONS, lambda file: file.write(questions))
            for one in (self._folder, self._folder.parent):
                sync_folder(one)

    def questions(self, evaluation_id: str) -> Dataset:
        """Raises:
        NotFound: they are gone.
        """
        from pydantic import TypeAdapter

        from eval.dataset import Dataset

        return TypeAdapter(Dataset).validate_json(self._read(self._folder / evaluation_id / _QUESTIONS))

    def run_folder(self, evaluation_id: str) -> Path:
        """Where :mod:`eval.store` writes."""
        return self._folder / evaluation_id / _RUN

    def summary(self, evaluation_id: str) -> Summary:
        """Of a finished run.

        Raises:
            NotFound: it is gone. InputError: it is damaged.
        """
        from eval.store import load_summary

        return load_summary(self._there(evaluation_id))

    def run(self, evaluation_id: str) -> Run:
        """A finished run, whole.

        Raises:
            NotFound: it is gone. InputError: it is damaged.
        """
        from eval.store import load_run

        return load_run(self._there(evaluation_id))

    def _compared(self, a: str, b: str) -> Comparison:
        """Two finished runs, question by question.

        Raises:
            NotFound: one is gone. InputError: one is damaged, or they have no question in common.
        """
        from eval.compare import compare

        return compare(self.run(a), self.run(b))

    def rows(self, evaluation_id: str, place: int) -> Iterator[tuple[Row, int]]:
        """The rows of a finished run; see :func:`eval.store.rows_from`.

        Raises:
            NotFound: it is gone. InputError: it is damaged, or no row begins at ``place``.
        """
        from eval.store import rows_from

        return rows_from(self._there(evaluation_id), place)

    def report(self, evaluation_id: str) -> bytes:
        """The page of a finished run.

        Raises:
            NotFound: it is gone.
        """
        return self._read(self.run_folder(evaluation_id) / "report.html")

    def copied(self, evaluation_id: str) -> dict[str, bytes]:
        """What a backup needs, by name below ``home``, so that the run is whole or can be gone on with, in whatever
        state it is; empty where it was deleted."""
        folder = self._folder / evaluation_id
        for _ in range(_LOOKS):
            try:
                # What marks a run as unfinished comes first: one that ends meanwhile is unfinished in the copy.
                return {
                    f"{FOLDER}/{evaluation_id}/{name}": (folder / name).read_bytes()
                    for name in self._names(folder)
                }
            except FileNotFoundError:  # it ended, or began anew, between two files
                continue
        return {}

    def _names(self, folder: Path) -> list[str]:
        names: tuple[str, ...] = ()
        if (folder / _RUN / _UNFINISHED[0]).is_file():
            names = _UNFINISHED
        elif (folder / _RUN / "summary.json").is_file():
            names = _FINISHED
        return [_QUESTIONS, *(f"{_RUN}/{name}" for name in names)]

    def discard(self, evaluation_id: str) -> None:
        """Removes an evaluation's files; fine if there are none."""
        shutil.rmtree(self._folder / evaluation_id, ignore_errors=True)

    def sweep(self, wanted: Callable[[], Set[str]]) -> int:
        """Removes what was left by processes that died; returns how many folders.

        Args:
            wanted: the evaluations that there are, asked after the folders were listed.
        """
        if not self._folder.is_dir():
            return 0
        folders = [folder for folder in self._folder.iterdir() if self._is_old(folder)]
        keep = wanted() if folders else frozenset()
        left = [folder for folder in folders if folder.name not in keep]
        for folder in left:
            self.discard(folder.name)
        return len(left)

    def _is_old(self, folder: Path) -> bool:
        try:
            return folder.is_dir() and folder.stat().st_mtime < self._clock() - _ABANDONED_SECONDS
        except OSError:  # it is being removed
            return False

    def _there(self, evaluation_id: str) -> Path:
        folder = self.run_folder(evaluation_id)
        if not folder.is_dir():
            raise _gone()
        return folder

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise _gone() from error


def _gone() -> NotFound:
    return NotFound("这次评测的文件不在了。", remedy="请重新评测。")
