"""One question through the service, and what came of it as a row."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from eval.bins import decide, facts_of
from eval.dataset import YES_NO, EvalQuestion
from eval.measures import Measure
from eval.measures.text import contains
from eval.row import Cited, Row
from eval.run import Task
from eval.tasks.gold import Gold
from index.errors import NotFound, QuestionError
from index.retrieve import Found
from index.store.protocol import Filter
from rag.answer import Candidate
from rag.question import question_type
from rag.service import QAService

ABSENT = "absent"
"""Tag of a question whose own documents were kept out of the search."""

_AROUND = 120
"""Characters of context kept on either side of a candidate's evidence."""


class RowMaker:
    """Puts questions to a service and judges what comes back.

    Args:
        depth: ranks that *retrieve* looks at; the other tasks look as deep as their retrieval's pool, so that the
            first ranks are just the passages that were read.
        measures: whose values for single questions the rows carry.
        exact: the measure that says whether an answer is an accepted one.
        collections: ask only there; None means everywhere.
    """

    def __init__(
        self,
        service: QAService,
        *,
        task: Task,
        depth: int,
        measures: Sequence[Measure],
        exact: Measure,
        collections: frozenset[str] | None = None,
    ) -> None:
        self._service = service
        self._collections = collections
        self._task = task
        self._depth = depth if task == "retrieve" else max(service.settings.pool, service.settings.top_k)
        self._measures = measures
        self._exact = exact
        self._text = lru_cache(maxsize=64)(lambda document_id: service.store.content(document_id).text)

    def row(self, question: EvalQuestion, gold: Gold, *, without: frozenset[int] = frozenset()) -> Row:
        """The question's outcome, with its scores and, where it was answered, its bin.

        Args:
            without: ids of documents that are kept out of the search.
        """
        row = Row(
            id=question.id,
            question=question.question,
            kind=question.kind or question_type(question.question).value,
            tags=question.tags,
            answers=tuple(answer.text for answer in question.answers),
            evidences=question.evidences,
            relevant=_relevant(question, gold),
            depth=0 if YES_NO in question.tags else self._depth,  # no passage says a bare YES
            declined=self._task != "retrieve",
        )
        try:
            row = self._found(row, gold) if self._task == "retrieve" else self._answered(row, gold, without)
        except QuestionError:
            # Too long, say: it counts as declined, and the summary tells how many there were.
            row = replace(row, probability=None if self._task == "retrieve" else 0.0, timings_ms={})
        if self._task != "retrieve":
            exact = self._exact.of(row)
            row = replace(row, bin=decide(facts_of(row, gold, exact=exact is not None and exact >= 1)))
        values = {measure.name: measure.of(row) for measure in self._measures}
        return replace(row, scores={name: value for name, value in values.items() if value is not None})

    def _found(self, row: Row, gold: Gold) -> Row:
        started = time.perf_counter()
        everywhere = Filter(collections=self._collections)
        found = self._service.retrieve(row.question, top_k=self._depth, where=everywhere)
        milliseconds = round((time.perf_counter() - started) * 1000, 2)
        return replace(row, ranks=_ranks(found, gold), timings_ms={"total": milliseconds})

    def _answered(self, row: Row, gold: Gold, without: frozenset[int]) -> Row:
        where = gold.documents if self._task == "read" else None
        if without:
            where = self._everything - without
        answer = self._service.ask(row.question, collections=self._collections, document_ids=where)
        within = Filter(collections=self._collections, document_ids=where)
        found = self._service.retrieve(row.question, top_k=self._depth, where=within)
        read = found[: self._service.settings.top_k]
        return replace(
            row,
            prediction=answer.text,
            declined=answer.abstained,
            probability=answer.probability,
            candidates=tuple(self._all_cited(answer.candidates, row, gold)),
            ranks=_ranks(found, gold),
            read=len(read),
            timings_ms=answer.timings_ms,
        )

    def _all_cited(self, candidates: Sequence[Candidate], row: Row, gold: Gold) -> Iterator[Cited]:
        for candidate in candidates:
            try:
                yield self._cited(candidate, row, gold)
            except NotFound:  # its document was deleted since it answered
                continue

    def _cited(self, candidate: Candidate, row: Row, gold: Gold) -> Cited:
        citation = candidate.citation
        text = self._text(citation.document_id)
        first = max(0, citation.evidence_start - _AROUND)
        right_place = gold.documents is None or citation.document_id in gold.documents
        sayable = YES_NO not in row.tags  # no sentence says a bare YES
        return Cited(
            text=candidate.text,
            probability=candidate.probability,
            context=text[first : citation.evidence_end + _AROUND],
            start=citation.start - first,
            end=citation.end - first,
            evidence_start=citation.evidence_start - first,
            evidence_end=citation.evidence_end - first,
            document=citation.document,
            heading_path=citation.heading_path,
            page=citation.page,
            first_line=citation.first_line if citation.first_line > 0 else None,
            holds_answer=right_place and sayable and contains(citation.evidence, row.answers),
            verified=citation.verified,
        )

    @cached_property
    def _everything(self) -> frozenset[int]:
        return frozenset(record.id for record in self._service.list())


def absent(question: EvalQuestion) -> EvalQuestion:
    """The question as it is when its documents are kept out: there is no answer to be found."""
    return replace(
        question,
        id=f"{question.id}#{ABSENT}",
        answers=(),
        evidences=(),
        passage=None,
        document=None,
        tags=(*question.tags, ABSENT),
    )


def _relevant(question: EvalQuestion, gold: Gold) -> int | None:
    """Passages that hold an answer; None where there is none to look for, as for a bare YES."""
    return len(gold.passages) if question.answerable and YES_NO not in question.tags else None


def _ranks(found: Sequence[Found], gold: Gold) -> tuple[int, ...]:
    return tuple(rank for rank, item in enumerate(found, start=1) if item.passage.id in gold.passages)
