"""The one way from a question to its recorded answer, whichever door it came through."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from starlette.concurrency import run_in_threadpool

from api.asker import Place
from api.confidence import confidence_of
from api.context import Context
from api.exchange import NEW, Answered, Asked
from api.presenting import answer_body, passage_bodies
from api.schemas_ask import PassageBody
from api.security.principal import Principal, Scope
from api.state.conversations import TurnRecord
from api.state.ids import new_id
from index.errors import NotFound
from index.store.protocol import Filter
from rag.dialogue import Turn, Understood, understand
from rag.question import checked

_REMEMBERED = 10
"""Turns of a conversation that a question may lean on."""

OnFound = Callable[[Sequence[PassageBody]], None]


async def answer(
    context: Context,
    principal: Principal,
    asked: Asked,
    place: Place,
    *,
    request_id: str,
    on_found: OnFound | None = None,
) -> Answered:
    """Asks, and keeps question and answer.

    Args:
        place: in the context's queue, as for all of these.
        on_found: called with the passages once they are found, on another thread; not where a pair of a curator's
            answers.

    Raises:
        NotAllowed: without the scope. NotFound: a conversation of somebody else's, a collection or document that may
        not be read. QuestionError: nothing to look for. Overloaded: it took too long.
    """
    async with admitted(context, principal, asked, place) as admission:
        return await admission.answer(request_id=request_id, on_found=on_found)


@asynccontextmanager
async def admitted(
    context: Context, principal: Principal, asked: Asked, place: Place
) -> AsyncIterator[Admission]:
    """A question that may be asked, understood: whatever there is to refuse is refused here, before an answer begins.

    Raises:
        As :func:`answer`.
    """
    with context.metrics.failing():
        principal.require(Scope.ASK)
        if asked.explain:
            principal.require(Scope.KNOWLEDGE)
        understood, where = await run_in_threadpool(_understood, context, principal, asked)
    yield Admission(context, principal, asked, understood, where, place)


class Admission:
    """A question let in; see :func:`admitted`."""

    def __init__(
        self,
        context: Context,
        principal: Principal,
        asked: Asked,
        understood: Understood,
        where: Filter,
        place: Place,
    ) -> None:
        self.understood = understood
        self._context = context
        self._principal = principal
        self._asked = asked
        self._where = where
        self._place = place

    async def answer(self, *, request_id: str, on_found: OnFound | None = None) -> Answered:
        """The recorded answer; see :func:`answer`. Once only."""
        with self._context.metrics.failing():
            return await self._place.run(lambda: self._work(request_id, on_found))

    def _work(self, request_id: str, on_found: OnFound | None) -> Answered:
        context, asked, understood = self._context, self._asked, self.understood
        moment, started = context.clock(), time.perf_counter()
        context.knowledge.refresh()
        given = context.service.ask(
            understood.question,
            collections=self._where.collections,
            document_ids=self._where.document_ids,
            top_k=asked.top_k,
            exclude=understood.exclude,
            on_found=None
            if on_found is None
            else lambda found: on_found(passage_bodies(context.service.store, found)),
            explain=asked.explain,
        )
        begins = asked.conversation == NEW
        answered = Answered(
            turn_id=new_id(moment),
            question=asked.question.strip(),
            conversation=new_id(moment) if begins else asked.conversation,
            asked_at=moment,
            understood=understood,
            answer=given,
            confidence=confidence_of(given, context.service.reader),
        )
        milliseconds = (time.perf_counter() - started) * 1000
        turn = _record_of(answered, self._principal, self._where, milliseconds, request_id)
        context.conversations.record(turn, begins=begins)
        context.metrics.answered(given, faq=given.origin == "faq")
        return answered


async def retrieve(
    context: Context,
    principal: Principal,
    question: str,
    place: Place,
    *,
    collections: Sequence[str] | None = None,
    documents: Sequence[int] | None = None,
    top_k: int | None = None,
) -> list[PassageBody]:
    """The passages that :func:`answer` would read, best first. Nothing is recorded.

    Raises:
        As :func:`answer`.
    """
    principal.require(Scope.ASK)
    where = await run_in_threadpool(_where, context, principal, collections, documents)
    k = context.settings.top_k if top_k is None else top_k

    def work() -> list[PassageBody]:
        context.knowledge.refresh()
        return passage_bodies(context.service.store, context.service.retrieve(question, top_k=k, where=where))

    return await place.run(work)


def _understood(context: Context, principal: Principal, asked: Asked) -> tuple[Understood, Filter]:
    """What is asked, and where to look for it."""
    where = _where(context, principal, asked.collections, asked.documents)
    question = checked(asked.question, longest=context.settings.max_question_chars)
    earlier: Sequence[Turn] = _retold(context, asked.told)
    if asked.conversation not in (None, NEW):
        latest = context.conversations.turns(principal.id, asked.conversation, limit=_REMEMBERED)
        earlier = [_turn_of(turn) for turn in reversed(latest.items)]
    analyzer = context.service.analyzer
    understood = understand(question, earlier, names=analyzer.names, words=analyzer.words)
    about = frozenset(n for n in understood.document_ids or () if _is_readable(context, principal, n))
    if where.document_ids is not None:
        about &= where.document_ids  # what somebody names goes before what a conversation was about
    return understood, replace(where, document_ids=about or where.document_ids)


def _retold(context: Context, told: Sequence[Turn]) -> list[Turn]:
    """The last turns that somebody tells of, each question understood from those before it."""
    longest, analyzer = context.settings.max_question_chars, context.service.analyzer
    turns: list[Turn] = []
    for turn in told[-_REMEMBERED:]:
        question = turn.question[:longest]
        understood = understand(question, turns, names=analyzer.names, words=analyzer.words)
        turns.append(replace(turn, question=understood.question, answer=turn.answer[:longest]))
    return turns


def _is_readable(context: Context, principal: Principal, number: int) -> bool:
    try:
        context.library.document(principal, number)
    except NotFound:  # deleted or replaced since it was cited: the question is asked everywhere
        return False
    return True


def _where(
    context: Context,
    principal: Principal,
    collections: Sequence[str] | None,
    documents: Sequence[int] | None,
) -> Filter:
    within = principal.within(None if collections is None else list(collections))
    for number in documents or ():
        context.library.document(principal, number)
    return Filter(collections=within, document_ids=None if documents is None else frozenset(documents))


def _turn_of(record: TurnRecord) -> Turn:
    citations = record.answer.get("citations", ())
    return Turn(
        question=record.understood,
        answer=record.text,
        document_ids=tuple(dict.fromkeys(citation["document_id"] for citation in citations)),
        title=citations[0]["title"] if citations else "",
    )


def _record_of(
    answered: Answered, principal: Principal, where: Filter, milliseconds: float, request_id: str
) -> TurnRecord:
    given = answered.answer
    return TurnRecord(
        id=answered.turn_id,
        conversation=answered.conversation,
        owner=principal.id,
        asked_at=answered.asked_at,
        question=answered.question,
        understood=answered.understood.question,
        text=given.text,
        abstained=given.abstained,
        probability=given.probability,
        milliseconds=round(milliseconds, 1),
        collections=None if where.collections is None else tuple(sorted(where.collections)),
        answer=answer_body(answered).model_dump(mode="json", exclude={"explanation"}),
        request_id=request_id,
    )
