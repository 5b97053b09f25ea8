"""Speed and dense recall of the embedder, float32 against int8, interleaved in one run.

    python -m eval.bench.embedding --data cmrc2018_trial.json drcd_dev.json --limit 600

Data are SQuAD files; every passage of all files is one pool, a question's own passage is the one to find.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embed import FloatArray
from index.models.default import DEFAULT_MODEL, default_cache_dir
from index.models.runtime import Quantize
from index.sentence_transformer import SentenceTransformerEmbedder

MODES: tuple[Quantize, ...] = ("none", "int8")
RANKS = (1, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """``answers[i]`` is the index of the passage that question ``i`` was asked about."""

    passages: list[str]
    questions: list[str]
    answers: NDArray[np.int64]


def read_pool(paths: list[Path], limit: int) -> Pool:
    """All passages of SQuAD files, with at most ``limit`` questions of each, drawn with a fixed seed."""
    passages: list[str] = []
    chosen: list[tuple[str, int]] = []
    for path in paths:
        asked = []
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                asked += [(question["question"], len(passages)) for question in paragraph["qas"]]
                passages.append(paragraph["context"])
        chosen += random.Random(0).sample(asked, min(limit, len(asked)))
    answers = np.array([index for _, index in chosen], dtype=np.int64)
    return Pool(passages=passages, questions=[question for question, _ in chosen], answers=answers)


def recall(passages: FloatArray, questions: FloatArray, answers: NDArray[np.int64]) -> dict[str, float]:
    """Share of questions whose passage is among the first k by cosine, for every k of ``RANKS``.

    Passages scoring exactly as much as the right one count as before it.
    """
    scores = questions @ passages.T
    own = scores[np.arange(len(answers)), answers]
    ranks = (scores >= own[:, None]).sum(axis=1)
    return {f"R@{k}": float((ranks <= k).mean()) for k in RANKS}


def measure_speed(
    embedders: dict[Quantize, SentenceTransformerEmbedder], texts: list[str], tokens: int, rounds: int
) -> dict[str, dict[str, float]]:
    """Tokens a second and milliseconds for one short question: best and median of interleaved rounds."""
    rates: dict[str, list[float]] = {mode: [] for mode in embedders}
    waits: dict[str, list[float]] = {mode: [] for mode in embedders}
    for _ in range(rounds):
        for mode, embedder in embedders.items():
            start = time.perf_counter()
            embedder.embed_passages(texts)
            rates[mode].append(tokens / (time.perf_counter() - start))
            for _ in range(5):
                start = time.perf_counter()
                embedder.embed_queries(["奖励大会是哪天召开的？"])
                waits[mode].append(1000 * (time.perf_counter() - start))
    return {
        mode: {
            "tokens/s best": max(rates[mode]),
            "tokens/s median": statistics.median(rates[mode]),
            "query ms best": min(waits[mode]),
            "query ms median": statistics.median(waits[mode]),
        }
        for mode in embedders
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Speed and recall of the embedder, float32 against int8.")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="SQuAD files")
    parser.add_argument("--limit", type=int, default=10_000, help="questions of each file")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--cache", type=Path, default=default_cache_dir())
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5, help="of the speed measurement")
    parser.add_argument("--speed-passages", type=int, default=24)
    parser.add_argument("--modes", choices=MODES, nargs="+", default=list(MODES))
    parser.add_argument("--no-recall", action="store_true", help="measure speed only")
    options = parser.parse_args(arguments)
    pool = read_pool(options.data, options.limit)
    embedders: dict[Quantize, SentenceTransformerEmbedder] = {
        mode: SentenceTransformerEmbedder(
            options.model, cache_dir=options.cache, quantize=mode, threads=options.threads
        )
        for mode in options.modes
    }
    texts = pool.passages[: options.speed_passages]
    tokens = sum(next(iter(embedders.values())).count_tokens(texts))
    for embedder in embedders.values():
        embedder.embed_passages(texts[:2])
    results: dict[str, dict[str, Any]] = measure_speed(embedders, texts, tokens, options.rounds)
    if not options.no_recall:
        _add_recall(results, embedders, pool)
    _print(results, pool)


def _add_recall(
    results: dict[str, dict[str, Any]], embedders: dict[Quantize, SentenceTransformerEmbedder], pool: Pool
) -> None:
    vectors = {}
    for mode, embedder in embedders.items():
        vectors[mode] = embedder.embed_passages(pool.passages)
        results[mode] |= recall(vectors[mode], embedder.embed_queries(pool.questions), pool.answers)
        if "none" in vectors:
            cosines = (vectors[mode] * vectors["none"]).sum(axis=1)
            results[mode] |= {"cosine min": float(cosines.min()), "cosine mean": float(cosines.mean())}


def _print(results: dict[str, dict[str, Any]], pool: Pool) -> None:
    print(f"{len(pool.passages)} passages, {len(pool.questions)} questions")
    for measure in next(iter(results.values())):
        print(f"{measure:18}" + "".join(f"{mode:>6} {results[mode][measure]:<12.4f}" for mode in results))
    print(json.dumps(results, ensure_ascii=False))


if __name__ == "__main__":
    main()
