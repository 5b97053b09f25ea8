"""Where a question went right or wrong: a pure decision from a few facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from eval.row import Bin, Cited, Row
from eval.tasks.gold import Gold, occurrences


class Overlap(StrEnum):
    """How the answer given lies to an accepted one's words in the same place."""

    NONE = "none"
    LONGER = "longer"
    SHORTER = "shorter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the bin is decided from.

    Args:
        answerable: there is an answer to be found.
        right: an accepted answer was given, or an unanswerable question declined.
        declined: no answer was given.
        held: a stored document holds an accepted answer, the right one where the question names it.
        whole: a single stored passage does.
        read: such a passage was among those read.
        overlap: of the answer given with an accepted one.
    """

    answerable: bool
    right: bool
    declined: bool
    held: bool
    whole: bool
    read: bool
    overlap: Overlap


def decide(facts: Facts) -> Bin:
    """The first bin that applies, in the order of :class:`eval.row.Bin`."""
    rules = (
        (Bin.RIGHT, facts.right),
        (Bin.SHOULD_HAVE_DECLINED, not facts.answerable),
        (Bin.NOT_IN_INDEX, not facts.held),
        (Bin.SPLIT_APART, not facts.whole),
        (Bin.NOT_RETRIEVED, not facts.read),
        (Bin.WRONGLY_DECLINED, facts.declined),
        (Bin.SPAN_TOO_LONG, facts.overlap is Overlap.LONGER),
        (Bin.SPAN_TOO_SHORT, facts.overlap is Overlap.SHORTER),
    )
    return next((bin_ for bin_, applies in rules if applies), Bin.NOT_READ)


def facts_of(row: Row, gold: Gold, *, exact: bool) -> Facts:
    """The facts about a row.

    Args:
        exact: the prediction is an accepted answer, as the measures compare them.
    """
    given = None if row.declined or not row.candidates else row.candidates[0]
    return Facts(
        answerable=row.answerable,
        right=exact if row.answerable else row.declined,
        declined=row.declined,
        held=gold.held,
        whole=bool(gold.passages),
        read=any(rank <= row.read for rank in row.ranks),
        overlap=Overlap.NONE if given is None else overlap(given, row.answers),
    )


def overlap(cited: Cited, answers: Iterable[str]) -> Overlap:
    """How a span lies to the accepted answers that stand, by their words, in its surroundings.

    A span that holds one is too long, one that lies within one too short; of two that merely share some characters
    the longer one decides. What holds an answer and lies within another is too long.
    """
    found = Overlap.NONE
    for answer in answers:
        for start, end in occurrences(cited.context, answer):
            if end <= cited.start or cited.end <= start:
                continue
            within = start <= cited.start and cited.end <= end
            holds = cited.start <= start and end <= cited.end
            if holds or (not within and cited.end - cited.start >= end - start):
                return Overlap.LONGER
            found = Overlap.SHORTER
    return found
