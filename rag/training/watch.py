"""What a training run says of itself: its loss, its speed, and its answers to questions held out."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.segment import fold
from rag.reader.candidates import LONGEST
from rag.reader.network import forward
from rag.reader.pieces import PieceTokenizer, collate
from rag.reader.spans import best_spans
from rag.training.windows import Asked

if TYPE_CHECKING:
    import torch


def evaluate(
    network: torch.nn.ModuleDict, tokenizer: PieceTokenizer, asked: Sequence[Asked]
) -> dict[str, float]:
    """Exact matches and a character F1 on whole paragraphs (white space and case aside), in [0, 1]."""
    import torch

    exact, f1 = 0, 0.0
    network.eval()
    with torch.inference_mode():
        for one in asked:
            rows = tokenizer.encode(one.example.question, [one.text])[0]
            scores = forward(network, collate(rows, pad=tokenizer.pad))
            best: tuple[float, str] = (-math.inf, "")
            for number, row in enumerate(rows):
                start, end = (
                    scores.start[number].float().cpu().numpy(),
                    scores.end[number].float().cpu().numpy(),
                )
                for span in best_spans(start, end, count=1, longest=LONGEST):
                    if span.score > best[0]:
                        best = (span.score, one.text[row.start + span.start : row.start + span.end])
            gold = "".join(fold(one.text[one.example.start : one.example.end]).split())
            got = "".join(fold(best[1]).split())
            exact += gold == got
            f1 += _f1(gold, got)
    network.train()
    return {"EM": round(exact / len(asked), 4), "F1": round(f1 / len(asked), 4)}


def _f1(gold: str, got: str) -> float:
    rest = list(gold)
    same = 0
    for character in got:
        if character in rest:
            rest.remove(character)
            same += 1
    return 2 * same / (len(gold) + len(got)) if same else 0.0


class Progress:
    """Loss of the steps since the last report, and pieces a second since the start."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._pieces = 0
        self._losses: list[float] = []

    def count(self, loss: float, pieces: int) -> None:
        """One more step."""
        self._losses.append(loss)
        self._pieces += pieces

    def report(self) -> dict[str, float]:
        """The figures now."""
        rate = self._pieces / (time.perf_counter() - self._started)
        loss = sum(self._losses) / len(self._losses)
        self._losses.clear()
        return {"loss": round(loss, 3), "pieces_s": round(rate)}


def say(work: Path, what: dict[str, Any]) -> None:
    """One line to the terminal and to ``log.jsonl``."""
    line = json.dumps(what, ensure_ascii=False) + "\n"
    sys.stderr.write(line)
    with (work / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(line)
