"""The API that OpenAI's clients speak, so that they can ask here."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from starlette.concurrency import run_in_threadpool

from api.answering import Admission, admitted
from api.chatting import Reply, openai_error, question_of
from api.context import Context
from api.depends import Asking, Ctx, Placed
from api.errors import error_response, request_id_of
from api.exchange import Asked
from api.schemas_openai import (
    MODEL,
    OPENAI_ERRORS,
    STREAM,
    ChatBody,
    ChunkBody,
    CompletionBody,
    ModelBody,
    ModelsBody,
)
from api.schemas_page import NO_NUL
from api.security.limits import Kind, limited
from api.security.principal import Principal, Scope
from index.errors import NotFound

router = APIRouter(prefix="/v1", tags=["OpenAI 兼容"], responses=OPENAI_ERRORS)

CHAT, MODELS = "/v1/chat/completions", "/v1/models"


@dataclass(frozen=True, slots=True)
class _Chat:
    body: ChatBody
    admission: Admission


async def _chat(body: ChatBody, context: Ctx, principal: Asking, place: Placed) -> AsyncIterator[_Chat]:
    """What is refused is refused before a stream begins, with a status of its own."""
    collection = await run_in_threadpool(_collection, context, principal, body.model)
    question, told = question_of(body.messages)
    collections = None if collection is None else [collection]
    asked = Asked(question=question, told=told, collections=collections)
    async with admitted(context, principal, asked, place) as admission:
        yield _Chat(body, admission)


@router.post(
    "/chat/completions",
    response_model=CompletionBody,
    dependencies=[limited(Kind.ASK)],
    responses={200: STREAM},
    summary="对话（OpenAI 格式）",
    description=(
        "最后一条用户消息是问题，之前的消息用来理解追问；content 就是原文，出处在 annotations，完整的回答在 yuanwen。"
        "没有语言模型：temperature、max_tokens、tools 等参数不起作用，system 消息也不读。错误按 OpenAI 的格式。"
    ),
)
async def chat_completions(
    request: Request, context: Ctx, chat: Annotated[_Chat, Depends(_chat)]
) -> CompletionBody | StreamingResponse:
    """Answers the last question of a chat."""
    reply = Reply(chat.body, request, created=int(context.clock().timestamp()))
    if chat.body.stream:
        return StreamingResponse(
            _stream(chat.admission, reply, request),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )
    return reply.whole(await chat.admission.answer(request_id=request_id_of(request)))


async def _stream(admission: Admission, reply: Reply, request: Request) -> AsyncIterator[bytes]:
    """A client that leaves gives up its place in the queue."""
    yield _event(reply.opening())
    request_id = request_id_of(request)
    try:
        answered = await admission.answer(request_id=request_id)
        for piece in reply.pieces(answered):
            yield _event(piece)
    except Exception as error:  # noqa: BLE001 - the response has begun: nobody further out could still tell
        problem = json.loads(bytes(error_response(error, request_id=request_id).body))
        _, told = openai_error(problem, request.headers)
        yield format_sse_event(data_str=json.dumps(told, ensure_ascii=False))
    yield format_sse_event(data_str="[DONE]")


def _event(chunk: ChunkBody) -> bytes:
    return format_sse_event(data_str=chunk.model_dump_json(exclude_unset=True))


@router.get("/models", response_model=ModelsBody, summary="可用的模型（OpenAI 格式）")
def list_models(context: Ctx, principal: Asking) -> ModelsBody:
    """Everything as one model, and each collection as one where the caller may know of them."""
    models = [ModelBody(id=MODEL)]
    if Scope.READ in principal.scopes:
        for shelf in context.library.shelves(principal):
            created = 0 if shelf.created_at is None else int(shelf.created_at.timestamp())
            models.append(ModelBody(id=f"{MODEL}:{shelf.name}", created=created))
    return ModelsBody(data=models)


@router.get("/models/{model:path}", response_model=ModelBody, summary="一个模型（OpenAI 格式）")
def get_model(
    model: Annotated[str, Path(min_length=1, max_length=300, pattern=NO_NUL)],
    context: Ctx,
    principal: Asking,
) -> ModelBody:
    """Whether there is such a model."""
    _collection(context, principal, model)
    return ModelBody(id=model)


def _collection(context: Context, principal: Principal, model: str) -> str | None:
    """The collection that a model stands for; None for all.

    Raises:
        NotFound: no such model, or a collection that may not be read.
    """
    kind, colon, name = model.partition(":")
    if kind != MODEL or (colon and not name):
        raise NotFound(f"没有模型 {model}。", remedy=f"请用 {MODEL}，或 {MODEL}：文档集。")
    return context.library.shelf(principal, name).name if colon else None
