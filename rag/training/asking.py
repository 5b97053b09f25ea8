"""Training questions asked through the code that users run, in all the ways that tell a good answer from a bad one.

- ``asked``: an answerable question as it is;
- ``reworded``: the same as people speak or search, see :mod:`rag.training.wording`;
- ``absent``: the same with the document that answers it kept out of the search;
- ``altered``: the same with one number or proper noun in it changed, so that the passage is about another thing;
- ``impossible``: questions of SQuAD 2.0 that were written to look answerable.

One question in three is held out.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.ingest import passage_text
from index.retrieve import Found, Retriever
from index.split import split
from index.store.embedded import EmbeddedStore
from index.store.protocol import Filter
from rag.build import open_embedded_store
from rag.features import Features
from rag.read import Question
from rag.settings import Settings
from rag.training.squad import Example, load_squad
from rag.training.wording import reworded

SEED = 20260101
ANSWERABLE = ("asked", "reworded")
UNANSWERABLE = ("absent", "altered", "impossible")

TakenSet = tuple[str, int, int]
"""File, paragraphs taken, answerable questions taken; of impossible ones as many as that."""

Place = tuple[int, int, int]
"""Document id, start and end of what a candidate gives as answer or evidence, in characters of the document."""

Consider = Callable[[Question, Sequence[Found]], tuple[list[Place], Features]]
"""A reader's candidates for a question: the place of each, and their features, shape (n, columns)."""


@dataclass(frozen=True, slots=True)
class Group:
    """One asking of one question: its sentences' features, which of them hold the answer, its kind and its set."""

    features: Features
    right: NDArray[np.bool_]
    kind: str
    held_out: bool
    name: str

    @property
    def answerable(self) -> bool:
        return self.kind in ANSWERABLE


def build_store(
    settings: Settings, embedder: Embedder, data: Path, sets: Sequence[TakenSet]
) -> tuple[EmbeddedStore, list[tuple[str, Example]]]:
    """Puts the paragraphs into a store (those that are there already stay) and draws the questions.

    Args:
        data: the folder of the files that ``sets`` names.
    """
    rng = random.Random(SEED)
    store = open_embedded_store(settings, embedder.info)
    questions: list[tuple[str, Example]] = []
    for file, paragraphs, wanted in sets:
        loaded = list(load_squad(data / file))
        rng.shuffle(loaded)
        loaded = loaded[:paragraphs]
        with store.batch():
            for document, upload, _ in loaded:
                if store.find(document.source) is None:
                    passages = split(document)
                    texts = [passage_text(document.title, p.heading_path, p.text) for p in passages]
                    store.add(document, passages, embedder.embed_passages(texts), upload=upload)
        examples = [example for _, _, examples in loaded for example in examples]
        rng.shuffle(examples)
        possible = [example for example in examples if example.end > example.start]
        impossible = [example for example in examples if example.end == example.start]
        questions.extend((Path(file).stem, example) for example in possible[:wanted] + impossible[:wanted])
    return store, questions


def altered(question: str, names: Sequence[str], others: Sequence[str], rng: random.Random) -> str | None:
    """The question about another year, number or name; None where it holds neither."""
    number = re.search(r"\d+", question)
    if number is not None:
        value = int(number.group())
        other = max(value + rng.choice((-3, -2, -1, 1, 2, 3)), 1)
        return question[: number.start()] + str(other) + question[number.end() :]
    known = [name for name in names if name in question]
    if not known:
        return None
    return question.replace(known[0], rng.choice([name for name in others if name != known[0]]))


def collect(
    store: EmbeddedStore,
    retriever: Retriever,
    consider: Consider,
    questions: Sequence[tuple[str, Example]],
    *,
    names: Callable[[str], Sequence[str]],
    holds: Callable[[Place, int, Example], bool],
    top_k: int,
    reworded_too: bool = False,
) -> list[Group]:
    """Asks every question in all the ways that it can be asked.

    Args:
        consider: what the reader under training makes of a question and the passages found.
        names: proper nouns of a text.
        holds: whether a place is right, given the document's id and where the answer stands in it.
        reworded_too: in other words as well; half of the absent ones are then reworded.
    """
    rng = random.Random(SEED)
    everything = {record.source: record.id for record in store.documents()}
    others = sorted({name for _, example in questions for name in names(example.question)})
    groups: list[Group] = []

    def ask(text: str, kind: str, number: int, name: str, where: Filter, example: Example | None) -> None:
        vector = retriever.embed(text)
        found = retriever.retrieve(text, top_k, where=where, vector=vector)
        places, features = consider(Question(text=text, vector=vector), found)
        gold = everything[example.source] if example else -1
        right = [example is not None and holds(place, gold, example) for place in places]
        if places:
            groups.append(Group(features, np.array(right, dtype=bool), kind, number % 3 == 0, name))

    for number, (name, example) in enumerate(questions):
        if example.start == example.end:
            ask(example.question, "impossible", number, name, Filter(), None)
            continue
        without = Filter(document_ids=frozenset(everything.values()) - {everything[example.source]})
        ask(example.question, "asked", number, name, Filter(), example)
        absent = example.question
        if reworded_too:
            ask(reworded(example.question, rng, share=1), "reworded", number, name, Filter(), example)
            absent = reworded(example.question, rng, share=0.5)
        ask(absent, "absent", number, name, without, None)
        changed = altered(example.question, names(example.question), others, rng)
        if changed is not None and changed != example.question:
            ask(changed, "altered", number, name, Filter(), None)
        if number % 100 == 0:
            sys.stderr.write(f"\r{number}/{len(questions)}")
    return groups


def overlaps(place: Place, document_id: int, example: Example) -> bool:
    """Whether the place shares a character with the answer."""
    document, start, end = place
    return document == document_id and start < example.end and example.start < end


def contains(place: Place, document_id: int, example: Example) -> bool:
    """Whether the place holds the whole answer."""
    document, start, end = place
    return document == document_id and start <= example.start and example.end <= end
