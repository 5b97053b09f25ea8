"""What a pass over the training data is mixed of."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.segment import HanAnalyzer, fold
from rag.training.asking import altered
from rag.training.cloze import cloze_questions
from rag.training.shorter import shorter
from rag.training.windows import Asked, Item, answered, elsewhere, load_asked
from rag.training.wording import reworded

SEED = 20260101
TIGHT = "drcd_test"
"""The set whose last questions are held out: its answers are as short as they can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Items of each kind for every answered question of the clean sets, and of all questions those said otherwise.

    Args:
        mined: the question with a passage that retrieval ranks high and that doesn't answer it.
        elsewhere: with another window of the same paragraph.
        impossible: SQuAD 2.0's questions that only look answerable.
        altered: with its own window, but about another number or name.
        translated: machine-translated ones with a believable span.
        cloze: made from sentences, see :mod:`rag.training.cloze`.
        reworded: said otherwise, see :mod:`rag.training.wording`, of all.
    """

    mined: float = 0.15
    elsewhere: float = 0.08
    impossible: float = 0.08
    altered: float = 0.08
    translated: float = 0.05
    cloze: float = 0.5
    reworded: float = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that passes are drawn from.

    Args:
        clean: answered questions that people asked, answers cut short. translated: of the machine-translated set.
        cloze: made from the clean sets' paragraphs. mined: hard negatives.
        names: proper nouns of the clean questions, for questions about something else.
    """

    clean: Sequence[Asked]
    translated: Sequence[Asked]
    cloze: Sequence[Asked]
    mined: Sequence[Item]
    names: Sequence[str]

    def counts(self) -> dict[str, int]:
        """How much there is of each."""
        return {name: len(getattr(self, name)) for name in ("clean", "translated", "cloze", "mined")}


def load_material(files: Sequence[Path], negatives: Path, *, aside: int) -> tuple[Material, list[Asked]]:
    """What the files hold, and the last ``aside`` questions of :data:`TIGHT`, whose paragraphs it goes without."""
    everything = [shorter(one) for one in load_asked(files)]
    tight = [one for one in everything if one.example.source.startswith(TIGHT)][-aside:] if aside else []
    kept = {one.text for one in tight}
    rest = [one for one in everything if one.text not in kept]
    clean = [one for one in rest if not one.translated]
    rng = random.Random(SEED)
    paragraphs = {one.text: one.example.source for one in clean}
    analyzer = HanAnalyzer()
    material = Material(
        clean=clean,
        translated=[one for one in rest if one.translated],
        cloze=[one for text, source in paragraphs.items() for one in cloze_questions(text, source, rng)],
        mined=load_mined(negatives),
        names=sorted({name for one in clean for name in analyzer.names(one.example.question)}),
    )
    return material, tight


def load_mined(path: Path) -> list[Item]:
    """What :mod:`rag.training.negatives` wrote."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        Item(question=record["question"], text=text, start=0, end=0, kind="mined")
        for record in map(json.loads, lines)
        for text in record["passages"]
    ]


def epoch_items(material: Material, shares: Shares, seed: int) -> list[Item]:
    """One pass over the clean questions with its share of everything else, shuffled."""
    rng = random.Random(seed)
    clean = material.clean
    possible = [one for one in material.translated if one.example.end > one.example.start]
    impossible = [one for one in material.translated if one.example.end == one.example.start]
    count = len(clean)

    def some(pool: Sequence[Any], share: float) -> list[Any]:
        return rng.sample(list(pool), min(round(share * count), len(pool)))

    made = some(material.cloze, shares.cloze)
    items = [answered(one, rng) for one in clean]
    items += [replace(answered(one, rng), kind="cloze") for one in made]
    items += [answered(one, rng) for one in some(possible, shares.translated)]
    items += [answered(one, rng) for one in some(impossible, shares.impossible)]
    both = [*clean, *made]
    items += [item for one in some(both, 2 * shares.elsewhere) if (item := elsewhere(one, rng))][
        : round(shares.elsewhere * count)
    ]
    analyzer = HanAnalyzer()
    about = [_about_another(one, material.names, analyzer, rng) for one in some(both, 3 * shares.altered)]
    items += [item for item in about if item is not None][: round(shares.altered * count)]
    items += some(material.mined, shares.mined)
    rng.shuffle(items)
    return [replace(item, question=reworded(item.question, rng, share=shares.reworded)) for item in items]


def _about_another(
    asked: Asked, names: Sequence[str], analyzer: HanAnalyzer, rng: random.Random
) -> Item | None:
    """The question about another number or name, with the window that answers the one that was asked; None where
    there is neither in it, or the window tells of the other one too."""
    question = fold(asked.example.question)
    inside = analyzer.names(question)
    other = altered(question, inside, names, rng) if names else None
    if other is None or other == question:
        return None
    item = answered(asked, rng)
    fresh = set(analyzer.grams(other)) - set(analyzer.grams(question))
    if fresh <= set(analyzer.grams(item.text)):
        return None
    return replace(item, question=other, start=0, end=0, kind="altered")
