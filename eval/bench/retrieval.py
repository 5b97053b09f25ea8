"""Recall of dense, lexical and hybrid retrieval, by how much of the question's wording the right passage shares.

    python -m eval.bench.retrieval --data DIR --work DIR

Uses the paragraphs and answerable questions that ``rag.training.evidence`` draws from the training sets (and its
store, if ``--work`` names the same folder). Prints JSON: for each mode Recall@1, @5 and @10 over all questions, and
over the quarter whose right passage has the lowest BM25 share.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from index.retrieve import Mode, Retriever
from rag.build import make_embedder
from rag.settings import load_settings
from rag.training.asking import build_store
from rag.training.evidence import SETS

DEPTH = 50


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Recall of the three ways to retrieve.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    settings = load_settings(home=options.work)
    embedder = make_embedder(settings)
    store, drawn = build_store(settings, embedder, options.data, SETS)
    examples = [example for _, example in drawn if example.end > example.start]
    retriever = Retriever(store, embedder, pool=settings.pool, weight=settings.dense_weight)
    documents = {record.source: record.id for record in store.documents()}
    ranks: dict[Mode, list[int]] = {mode: [] for mode in Mode}
    shares: list[float] = []
    for example in examples:
        vector = retriever.embed(example.question)
        share = 0.0
        for mode in Mode:
            found = retriever.retrieve(example.question, DEPTH, mode=mode, vector=vector)
            right = [
                place
                for place, item in enumerate(found)
                if item.passage.document_id == documents[example.source]
                and item.passage.start <= example.start
                and example.end <= item.passage.end
            ]
            ranks[mode].append(right[0] if right else DEPTH)
            share = max([share, *(found[place].sparse for place in right)])
        shares.append(share)
    store.close()
    low = np.array(shares) < np.quantile(shares, 0.25)

    def recalls(values: list[int], among: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> dict[str, float]:
        chosen = np.array(values)[among]
        return {f"recall@{k}": round(float((chosen < k).mean()), 4) for k in (1, 5, 10)}

    everything = np.ones(len(examples), dtype=bool)
    result = {
        "questions": len(examples),
        "all": {mode.value: recalls(ranks[mode], everything) for mode in Mode},
        "least shared wording": {mode.value: recalls(ranks[mode], low) for mode in Mode},
    }
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
