"""What is taken in and asked, in which rounds and which order: all of it follows from the data and a seed."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from eval.dataset import YES_NO, Dataset, EvalQuestion, GoldPassage
from index.errors import DatasetError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured.

    Args:
        passages, questions: of the whole run at each number of threads, dealt out over the rounds.
        client_questions: of each round at each number of ``clients``.
        warm_up: questions before anything is timed.
        threads: of every library, one after the other; the first one's answers are judged.
    """

    passages: int = 300
    questions: int = 60
    ingest_rounds: int = 6
    ask_rounds: int = 6
    client_rounds: int = 3
    client_questions: int = 16
    clients: tuple[int, ...] = (4, 16)
    warm_up: int = 3
    threads: tuple[int, ...] = (1, 2)
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Every question once: a system that remembers answers or sentences has no use of it.

    Args:
        asked: by round. clients: by number of clients, then round.
        repeated: there were too few, so clients ask again what was asked before.
    """

    warm_up: tuple[str, ...]
    asked: tuple[tuple[EvalQuestion, ...], ...]
    clients: dict[int, tuple[tuple[str, ...], ...]]
    repeated: bool


def turns(names: Sequence[str], number: int) -> list[str]:
    """Who goes when in round ``number``: forwards, then backwards, so that nobody always comes first."""
    return list(names) if number % 2 == 0 else list(reversed(names))


def deal(items: Sequence[T], rounds: int) -> tuple[tuple[T, ...], ...]:
    """``items`` in so many parts of like size, in order; fewer parts where there are fewer items."""
    rounds = min(rounds, len(items))
    cuts = [len(items) * number // rounds for number in range(rounds + 1)] if rounds else [0]
    return tuple(tuple(items[start:end]) for start, end in pairwise(cuts))


def choose_passages(dataset: Dataset, sizes: Sizes) -> tuple[tuple[GoldPassage, ...], ...]:
    """The passages of each ingest round; those that have questions before those that have none.

    Raises:
        DatasetError: the file brings no passages.
    """
    asked = {question.passage for question in dataset.questions}
    passages = [passage for passage in dataset.passages if passage.text.strip()]
    if not passages:
        raise DatasetError(
            f"{dataset.name} 里没有段落，没有东西可以入库。", remedy="请用带原文的题库，例如 CMRC 2018 dev。"
        )
    random.Random(sizes.seed).shuffle(passages)
    passages.sort(key=lambda passage: passage.id not in asked)  # stable
    return deal(passages[: sizes.passages], sizes.ingest_rounds)


def choose_questions(dataset: Dataset, taken_in: Collection[str], sizes: Sizes) -> Questions:
    """Questions about the passages that were taken in, answerable or not; bare yes and no aren't asked for.

    Args:
        taken_in: ids of passages.

    Raises:
        DatasetError: there are none.
    """
    eligible = [
        question
        for question in dataset.questions
        if question.passage in taken_in and YES_NO not in question.tags
    ]
    if len(eligible) <= sizes.warm_up:
        raise DatasetError(
            f"{dataset.name}：关于所选段落的问题太少({len(eligible)} 个)。", remedy="请增大 --passages。"
        )
    random.Random(sizes.seed + 1).shuffle(eligible)
    warm_up, rest = eligible[: sizes.warm_up], eligible[sizes.warm_up :]
    asked, spare = rest[: sizes.questions], rest[sizes.questions :]
    needed = sizes.client_rounds * sizes.client_questions * len(sizes.clients)
    repeated = len(spare) < needed
    pool = [question.question for question in (rest if repeated else spare)]
    wanted = [pool[number % len(pool)] for number in range(needed)]
    for_each = deal(wanted, len(sizes.clients)) if wanted else ()
    return Questions(
        warm_up=tuple(question.question for question in warm_up),
        asked=deal(asked, sizes.ask_rounds),
        clients={
            clients: deal(part, sizes.client_rounds)
            for clients, part in zip(sizes.clients, for_each, strict=True)
        }
        if for_each
        else {},
        repeated=repeated and bool(wanted),
    )


def choose_samples(questions: Sequence[EvalQuestion], number: int, seed: int) -> tuple[EvalQuestion, ...]:
    """``number`` questions to show raw answers to, every fifth one unanswerable as far as there are such."""
    drawn = random.Random(seed).sample(list(questions), len(questions))
    without = [question for question in drawn if not question.answerable][: number // 5]
    with_answer = [question for question in drawn if question.answerable][: number - len(without)]
    return tuple(with_answer + without)
