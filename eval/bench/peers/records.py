"""What was measured so far, on disk after every round, so that a run that was stopped goes on from there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index.errors import YuanwenError

Json = dict[str, Any]


class RecordsError(YuanwenError):
    """The output folder holds another run, or can't be used."""

    default_remedy = "请换一个 --out 目录，或先删掉这一个。"


class Records:
    """Complete rounds only: all systems' replies of a round are written at once, or none.

    Args:
        folder: of the run; made if new.
        configuration: of the run; one that was started with another can't be gone on with.

    Raises:
        RecordsError: the folder belongs to another run.
    """

    def __init__(self, folder: Path, configuration: Json) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "rounds.jsonl"
        described = folder / "configuration.json"
        if described.exists():
            known = json.loads(described.read_text(encoding="utf-8"))
            differing = sorted(
                key for key in known.keys() | configuration.keys() if known.get(key) != configuration.get(key)
            )
            if differing:
                raise RecordsError(f"{folder} 是另一次测量，设置不同：{'、'.join(differing)}。")
        else:
            described.write_text(
                json.dumps(configuration, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
            )
        self._rounds = read_rounds(self._file)

    def rounds(self, phase: str, threads: int) -> list[Json]:
        """In order; each with ``phase``, ``threads``, ``round`` and ``replies`` by system."""
        return [one for one in self._rounds if one["phase"] == phase and one["threads"] == threads]

    def add(self, phase: str, threads: int, number: int, replies: Mapping[str, Json], **more: Any) -> None:
        """Keeps one round."""
        one = {"phase": phase, "threads": threads, "round": number, "replies": dict(replies), **more}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(one, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._rounds.append(one)


def read_rounds(file: Path) -> list[Json]:
    """All rounds of a file; a last line that was cut off is dropped, in the file too."""
    if not file.exists():
        return []
    text = file.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole, encoding="utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def by_round(rounds: Sequence[Json], system: str) -> dict[int, Json]:
    """One system's replies by number of the round."""
    return {one["round"]: one["replies"][system] for one in rounds}
