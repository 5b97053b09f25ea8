"""How often a pair of question and answer would answer its question in other words, and how often another one.

    python -m rag.training.same_question --data FOLDER --sets cmrc2018_trial drcd_dev --limit 1000

Prints the figures of ``docs/decisions/015-faq-and-synonyms.md``: of the rule that decides
(:mod:`rag.gist` and :data:`rag.faq.BAR`), and of bars on the cosine alone.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.embed import FloatArray
from rag.answer import answer_key
from rag.build import make_embedder
from rag.faq import BAR
from rag.gist import gist_of, question_key
from rag.settings import load_settings
from rag.training.wording import reworded

_BARS = (0.92, 0.94, 0.96, 0.97, 0.98)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with the number of its paragraph and its first answer."""

    text: str
    paragraph: int
    answer: str


def load_questions(path: Path, limit: int) -> list[Asked]:
    """The first ``limit`` answerable questions of a SQuAD-form file."""
    paragraphs = [p for article in json.loads(path.read_text("utf-8"))["data"] for p in article["paragraphs"]]
    asked = [
        Asked(text=qa["question"], paragraph=number, answer=answer_key(qa["answers"][0]["text"]))
        for number, paragraph in enumerate(paragraphs)
        for qa in paragraph["qas"]
        if qa.get("answers")
    ]
    return [one for one in asked[:limit] if one.text.strip()]


def likest(asked: list[Asked], cosines: FloatArray) -> list[tuple[int, int]]:
    """Each question with the likest other one of its paragraph that has another answer, where there is one."""
    pairs = []
    for number, one in enumerate(asked):
        others = [i for i, o in enumerate(asked) if o.paragraph == one.paragraph and o.answer != one.answer]
        if others:
            pairs.append((number, max(others, key=lambda i: float(cosines[number, i]))))
    return pairs


def measure(name: str, asked: list[Asked], embed: Callable[[list[str]], FloatArray]) -> None:
    """Prints one line for each rule: the share of rewordings that match, and of likest others that do."""
    rng = random.Random(1)
    texts = [one.text for one in asked]
    other_words = [reworded(text, rng, share=1.0) for text in texts]
    vectors, others = embed(texts), embed(other_words)
    own = (vectors * others).sum(axis=1)
    cosines = vectors @ vectors.T
    gists, other_gists = [gist_of(text) for text in texts], [gist_of(text) for text in other_words]
    keys, other_keys = [question_key(text) for text in texts], [question_key(text) for text in other_words]
    pairs = likest(asked, cosines)
    for bar in _BARS:
        wrong = np.mean([cosines[pair] >= bar for pair in pairs])
        print(f"{name} cosine {bar:.2f}: {np.mean(own >= bar):.1%} match, {wrong:.2%} of the likest others")
    count = range(len(texts))
    same = [keys[i] == other_keys[i] or (gists[i] == other_gists[i] and own[i] >= BAR) for i in count]
    exact = sum(keys[i] == other_keys[i] for i in count)
    wrong_pairs = sum(
        keys[i] == keys[j] or (gists[i] == gists[j] and cosines[i, j] >= BAR)
        for i in count
        for j in range(i)
        if asked[i].answer != asked[j].answer
    )
    print(f"{name} rule: {np.mean(same):.1%} match ({exact} as the same wording) of {len(texts)}")
    print(f"{name} rule: {wrong_pairs} of {len(texts) * (len(texts) - 1) // 2} pairs of different questions")


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of SQuAD-form training sets")
    parser.add_argument("--sets", nargs="+", required=True, help="file names without .json")
    parser.add_argument("--limit", type=int, default=1000, help="questions of each set")
    options = parser.parse_args()
    embedder = make_embedder(load_settings())
    for name in options.sets:
        asked = load_questions(options.data / f"{name}.json", options.limit)
        measure(name, asked, embedder.embed_queries)


if __name__ == "__main__":
    main()
