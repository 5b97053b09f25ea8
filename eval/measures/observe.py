"""What measures see of one question. None throughout: the measure doesn't apply to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval.measures import ranking, text
from eval.measures.measure import Observe
from eval.row import Cited, Row

Score = Callable[[str, Sequence[str]], float]


def attempted(row: Row) -> bool:
    """Whether the task answers questions at all: *retrieve* gives neither answer nor probability."""
    return bool(row.probability is not None or row.declined or row.prediction or row.candidates)


def given(row: Row) -> str:
    """The answer given; empty when it was declined."""
    return "" if row.declined else row.prediction


def cited(row: Row) -> Cited | None:
    """The citation of the answer given."""
    return row.candidates[0] if given(row) and row.candidates else None


def evidence_right(row: Row) -> bool:
    """Whether the best candidate's sentence holds an accepted answer; never where there is none to be found."""
    return row.answerable and bool(row.candidates) and row.candidates[0].holds_answer


def span_right(row: Row) -> bool:
    """Whether the best candidate is an accepted answer, to the letter; never where there is none to be found."""
    return row.answerable and bool(row.best) and text.exact_match(row.best, row.answers) == 1.0


def answer(score: Score) -> Observe:
    """A score of the answer given; as in SQuAD 2.0, declining what can't be answered is 1, answering it is 0."""

    def observe(row: Row) -> tuple[float, ...] | None:
        if not attempted(row):
            return None
        if not row.answerable:
            return (float(not given(row)),)
        return (score(given(row), row.answers),)

    return observe


def best(score: Score) -> Observe:
    """A score of the best candidate, of questions that have an answer."""

    def observe(row: Row) -> tuple[float, ...] | None:
        if not attempted(row) or not row.answerable:
            return None
        return (score(row.best, row.answers),)

    return observe


def holds(prediction: str, accepted: Sequence[str]) -> float:
    """:func:`eval.measures.text.contains` as a score."""
    return float(text.contains(prediction, accepted))


def contains(row: Row) -> tuple[float, ...] | None:
    """The answer given holds an accepted one."""
    return (holds(given(row), row.answers),) if attempted(row) and row.answerable else None


def evidence_hit(row: Row) -> tuple[float, ...] | None:
    """The answer given stands in a sentence that holds an accepted one."""
    if not attempted(row) or not row.answerable:
        return None
    return (float(cited(row) is not None and evidence_right(row)),)


def evidence_hit_best(row: Row) -> tuple[float, ...] | None:
    """The same for the best candidate, given or not."""
    return (float(evidence_right(row)),) if attempted(row) and row.answerable else None


def evidence_f1(*, declined_too: bool) -> Observe:
    """F1 of the evidence sentence against the accepted ones. ``declined_too``: of the best candidate's."""

    def observe(row: Row) -> tuple[float, ...] | None:
        if not attempted(row) or not row.evidences:
            return None
        source = next(iter(row.candidates), None) if declined_too else cited(row)
        return (text.f1_bag(source.evidence if source else "", row.evidences),)

    return observe


def all_f1(*, declined_too: bool) -> Observe:
    """F1 of the answer times F1 of its evidence."""
    evidence = evidence_f1(declined_too=declined_too)

    def observe(row: Row) -> tuple[float, ...] | None:
        found = evidence(row)
        if found is None or not row.answerable:
            return None
        prediction = row.best if declined_too else given(row)
        return (text.f1_bag(prediction, row.answers) * found[0],)

    return observe


def verified(row: Row) -> tuple[float, ...] | None:
    """The citation of the answer given says what the upload says."""
    source = cited(row)
    return None if source is None else (float(source.verified),)


def citation_right(row: Row) -> tuple[float, ...] | None:
    """… and its sentence holds an accepted answer."""
    source = cited(row)
    return None if source is None else (float(source.verified and evidence_right(row)),)


def answered(row: Row) -> tuple[float, ...] | None:
    """It wasn't declined."""
    return (float(bool(given(row))),) if attempted(row) else None


def declined_right(row: Row) -> tuple[float, ...] | None:
    """What can't be answered was declined."""
    return (float(not given(row)),) if attempted(row) and not row.answerable else None


def found_at(k: int) -> Observe:
    """One of the first k passages holds an accepted answer."""
    return _ranked(k, lambda row: ranking.found_at(row.ranks, k))


def reciprocal_rank_at(k: int) -> Observe:
    """1 / rank of the first passage that holds one, among the first k."""
    return _ranked(k, lambda row: ranking.reciprocal_rank_at(row.ranks, k))


def ndcg_at(k: int) -> Observe:
    """nDCG of the first k; it needs to be known how many passages hold one."""
    return _ranked(
        k, lambda row: None if row.relevant is None else ranking.ndcg_at(row.ranks, row.relevant, k)
    )


def _ranked(k: int, score: Callable[[Row], float | None]) -> Observe:
    def observe(row: Row) -> tuple[float, ...] | None:
        looked = row.depth > 0 and ranking.known_at(row.ranks, row.relevant, row.depth, k)
        found = score(row) if row.answerable and looked else None
        return None if found is None else (found,)

    return observe


def probability_and(outcome: Callable[[Row], bool]) -> Observe:
    """The best candidate's probability, and 1 or 0."""

    def observe(row: Row) -> tuple[float, ...] | None:
        return None if row.probability is None else (row.probability, float(outcome(row)))

    return observe


def total_ms(row: Row) -> tuple[float, ...] | None:
    """Milliseconds from question to answer."""
    total = row.timings_ms.get("total")
    return None if total is None else (total,)
