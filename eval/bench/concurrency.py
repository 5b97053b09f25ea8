"""Questions asked at the same time: read by turns with all threads each, or side by side with one thread each.

    python -m eval.bench.concurrency TEXT --callers 1 4 16 --passages 8 --rounds 5

``TEXT`` is a UTF-8 file that passages are cut from. Both ways run one after the other in every round, so that other
work on the machine falls on both; compare the ratios, not the times. Prints JSON: for each number of callers the
seconds until all had their scores (median and best over the rounds), processor seconds, and the ratios.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.build import make_span_model
from rag.reader.model import SpanModel
from rag.settings import load_settings

QUESTIONS = ("奖励大会是哪天召开的？", "众创空间有多少家？", "谁主持大会？", "科研项目有多少项？")
_CHARACTERS = 330

Asked = tuple[str, list[str]]


@dataclass(slots=True)
class Times:
    """Seconds of each round."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def run(self, work: Callable[[], None]) -> None:
        """Adds a round."""
        wall, processor = time.perf_counter(), time.process_time()
        work()
        self.wall.append(time.perf_counter() - wall)
        self.processor.append(time.process_time() - processor)

    def told(self) -> dict[str, float]:
        """Rounded, for people."""
        return {
            "median": round(statistics.median(self.wall), 3),
            "best": round(min(self.wall), 3),
            "processor": round(statistics.median(self.processor), 3),
        }


def ask_together(model: SpanModel, asked: Sequence[Asked]) -> None:
    """Each question in a thread of its own, all at once."""
    threads = [threading.Thread(target=model.score, args=one) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def draw(text: str, callers: int, passages: int) -> list[Asked]:
    """A question and passages for each caller."""
    pieces = [text[i : i + _CHARACTERS] for i in range(0, len(text) - _CHARACTERS, _CHARACTERS)]
    return [
        (
            QUESTIONS[number % len(QUESTIONS)],
            [pieces[(number * passages + i) % len(pieces)] for i in range(passages)],
        )
        for number in range(callers)
    ]


def measure(models: dict[str, SpanModel], asked: Sequence[Asked], rounds: int) -> dict[str, object]:
    """Both ways by turns."""
    times = {name: Times() for name in models}
    for _ in range(rounds):
        for name, model in models.items():
            times[name].run(lambda model=model: ask_together(model, asked))  # type: ignore[misc]
    turns, sides = times["turns"], times["side by side"]
    return {
        **{name: one.told() for name, one in times.items()},
        "ratio of medians": round(statistics.median(turns.wall) / statistics.median(sides.wall), 2),
        "ratio of bests": round(min(turns.wall) / min(sides.wall), 2),
        "ratio of processor time": round(
            statistics.median(turns.processor) / statistics.median(sides.processor), 2
        ),
    }


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Questions by turns or side by side.")
    parser.add_argument("text", type=Path)
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--passages", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    text = options.text.read_text(encoding="utf-8").replace("\n", "")
    models = {
        "turns": make_span_model(load_settings(model_workers=1)),
        "side by side": make_span_model(load_settings()),
    }
    for model in models.values():
        model.prepare()
    results = {
        callers: measure(models, draw(text, callers, options.passages), options.rounds)
        for callers in options.callers
    }
    json.dump(results, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
