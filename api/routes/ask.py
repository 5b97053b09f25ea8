"""Ask, at once or as a stream, and retrieve only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.answering import Admission, admitted, answer, retrieve
from api.depends import Asking, Ctx, Placed
from api.errors import error_response, request_id_of
from api.exchange import Asked
from api.presenting import answer_body, understood_body
from api.problems import PROBLEMS
from api.schemas_ask import EVENTS, AskAnswerBody, AskBody, PassageBody, PassagesBody, RetrieveBody
from api.security.limits import Kind, limited

router = APIRouter(prefix="/v1", tags=["问答"], responses=PROBLEMS)


@router.post(
    "/ask",
    response_model=AskAnswerBody,
    dependencies=[limited(Kind.ASK)],
    summary="提问",
    description="用文档中的原文回答，并注明出处；文档里没有就明说。位置都按 Unicode 码位计，半开区间。",
)
async def ask(
    body: AskBody, request: Request, context: Ctx, principal: Asking, place: Placed
) -> AskAnswerBody:
    """Answers a question with verbatim text and its citations."""
    answered = await answer(context, principal, _asked(body), place, request_id=request_id_of(request))
    return answer_body(answered)


async def _admission(
    body: AskBody, context: Ctx, principal: Asking, place: Placed
) -> AsyncIterator[Admission]:
    """What is refused is refused before the stream begins, with a status of its own."""
    async with admitted(context, principal, _asked(body), place) as admission:
        yield admission


@router.post(
    "/ask/stream",
    response_class=EventSourceResponse,
    dependencies=[limited(Kind.ASK)],
    responses={200: EVENTS},
    summary="提问，边做边答",
    description="同“提问”，但找到段落就先送出段落。请求已经开始以后的错误以 error 事件送出。",
)
async def ask_stream(
    request: Request, admission: Annotated[Admission, Depends(_admission)]
) -> AsyncIterator[ServerSentEvent]:
    """Answers a question as server-sent events; a client that leaves gives up its place in the queue."""
    yield ServerSentEvent(event="understood", data=understood_body(admission.understood))
    request_id, loop = request_id_of(request), asyncio.get_running_loop()
    found: asyncio.Queue[Sequence[PassageBody] | None] = asyncio.Queue()

    def on_found(passages: Sequence[PassageBody]) -> None:
        loop.call_soon_threadsafe(found.put_nowait, passages)

    answering = asyncio.create_task(admission.answer(request_id=request_id, on_found=on_found))
    answering.add_done_callback(lambda _: found.put_nowait(None))
    try:
        while (passages := await found.get()) is not None:
            yield ServerSentEvent(event="passages", data=PassagesBody(passages=list(passages)))
        yield ServerSentEvent(event="answer", data=answer_body(await answering))
    except Exception as error:  # noqa: BLE001 - the response has begun: nobody further out could still tell
        problem = error_response(error, request_id=request_id).body
        yield ServerSentEvent(event="error", raw_data=bytes(problem).decode())
    finally:
        answering.cancel()


@router.post(
    "/retrieve",
    response_model=PassagesBody,
    dependencies=[limited(Kind.ASK)],
    summary="只检索",
    description="回答时会阅读的段落，最好的在前，不作回答。",
)
async def retrieve_passages(
    body: RetrieveBody, context: Ctx, principal: Asking, place: Placed
) -> PassagesBody:
    """The passages that an answer would be looked for in."""
    passages = await retrieve(
        context,
        principal,
        body.question,
        place,
        collections=body.collections,
        documents=body.documents,
        top_k=body.top_k,
    )
    return PassagesBody(passages=passages)


def _asked(body: AskBody) -> Asked:
    return Asked(
        question=body.question,
        conversation=body.conversation,
        collections=body.collections,
        documents=body.documents,
        top_k=body.top_k,
        explain=body.explain,
    )
