"""What people say of answers, and what was asked at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse

from api.context import Context
from api.depends import Ctx, Curating, GivingFeedback
from api.feedback import row_of
from api.problems import PROBLEMS
from api.schemas_ask import AskAnswerBody
from api.schemas_conversations import (
    AskedQuestionBody,
    FeedbackBody,
    GivenFeedbackBody,
    JudgementBody,
    QuestionBody,
)
from api.schemas_page import NO_NUL, After, AfterNumber, Limit, Moment, PageBody, Said
from api.security.principal import Scope
from api.state.audit import Action
from api.state.feedback import Feedback, Verdict
from api.state.questions import Asking

router = APIRouter(prefix="/v1", tags=["反馈"], responses=PROBLEMS)

_READ_AT_ONCE = 500
Key = Annotated[str, Path(max_length=64, pattern=NO_NUL, description="提问的编号")]
WantedVerdict = Annotated[Verdict | None, Query(description="只看这样评价的")]


@router.post("/feedback", response_model=GivenFeedbackBody, status_code=201, summary="评价一个回答")
def give_feedback(body: FeedbackBody, context: Ctx, principal: GivingFeedback) -> GivenFeedbackBody:
    """On an answer of one's own; what was said of it before is replaced."""
    given = context.feedback.give(
        principal.id, body.turn, body.verdict, better=body.answer, comment=body.comment.strip()
    )
    return GivenFeedbackBody.of(given)


@router.get("/feedback", response_model=PageBody[GivenFeedbackBody], summary="所有评价，新的在前")
def list_feedback(
    context: Ctx,
    principal: Curating,
    verdict: WantedVerdict = None,
    limit: Limit = 50,
    after: AfterNumber = None,
) -> PageBody[GivenFeedbackBody]:
    """Of questions within the collections that may be read."""
    page = context.feedback.page(principal.readable, verdict=verdict, limit=limit, after=after)
    return PageBody(items=[GivenFeedbackBody.of(one) for one in page.items], next=page.next)


class JsonLines(StreamingResponse):
    """An object a line."""

    media_type = "application/x-ndjson"


@router.get(
    "/feedback/export",
    response_class=JsonLines,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
    summary="把评价导出为评测题",
    description="每行一题，yuanwen eval ask --data 直接能读：评为有用的以当时的答案为准，写了更好答案的以它为准。",
)
def export_feedback(context: Ctx, principal: Curating) -> JsonLines:
    """Feedback as questions for an evaluation; "wrong" without a better answer tells none, and is left out."""
    lines = (
        json.dumps(row, ensure_ascii=False) + "\n"
        for one in _all(context, principal.readable)
        if (row := row_of(one)) is not None
    )
    return JsonLines(lines, headers={"Content-Disposition": 'attachment; filename="feedback.jsonl"'})


@router.get("/questions", response_model=PageBody[QuestionBody], summary="问过的问题，新的在前")
def list_questions(
    context: Ctx,
    principal: Curating,
    abstained: Annotated[bool | None, Query(description="只看没有找到答案的（或找到的）")] = None,
    verdict: WantedVerdict = None,
    since: Annotated[Moment | None, Query(description="只看这个时间以后的，带时区")] = None,
    q: Said = None,
    limit: Limit = 50,
    after: After = None,
) -> PageBody[QuestionBody]:
    """By whomever, within the collections that may be read."""
    wanted = Asking(abstained=abstained, verdict=verdict, since=since, said=q)
    page = context.questions.page(principal.readable, wanted, limit=limit, after=after)
    people = Scope.ADMIN in principal.scopes
    return PageBody(items=[QuestionBody.of(turn, people=people) for turn in page.items], next=page.next)


@router.get("/questions/{question}", response_model=AskedQuestionBody, summary="一次提问和当时的回答")
def get_question(question: Key, context: Ctx, principal: Curating) -> AskedQuestionBody:
    """With the whole answer as it was given then, and what was said of it."""
    turn = context.questions.question(principal.readable, question)
    answer = AskAnswerBody.model_validate(turn.answer)
    said = context.feedback.of(question)
    feedback = None if said is None else GivenFeedbackBody.of(said)
    told = QuestionBody.of(turn, people=Scope.ADMIN in principal.scopes)
    return AskedQuestionBody(**told.model_dump(), answer=answer, feedback=feedback)


@router.put(
    "/questions/{question}/feedback",
    response_model=GivenFeedbackBody,
    summary="评价任何人得到的回答",
    description="由管理文档的人核对，取代提问者的评价；评为有用的、写了更好答案的从此也是评测题。",
)
def judge_answer(
    question: Key, body: JudgementBody, request: Request, context: Ctx, principal: Curating
) -> GivenFeedbackBody:
    """Makes any question one for an evaluation."""
    given = context.feedback.judge(
        principal.id,
        principal.readable,
        question,
        body.verdict,
        better=body.answer,
        comment=body.comment.strip(),
    )
    details = {"verdict": body.verdict.value}
    context.audit.record(principal, Action.KNOWLEDGE_CHANGED, f"question:{question}", details, request)
    return GivenFeedbackBody.of(given)


def _all(context: Context, readable: frozenset[str] | None) -> Iterator[Feedback]:
    after: int | None = None
    while True:
        page = context.feedback.page(readable, limit=_READ_AT_ONCE, after=after)
        yield from page.items
        if page.next is None:
            return
        after = int(page.next)
