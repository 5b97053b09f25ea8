"""Dify's external knowledge API: passages of a collection for somebody else's language model."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from api.answering import retrieve
from api.depends import Asking, Ctx, Placed, bearer
from api.presenting import place_url
from api.schemas_ask import PassageBody
from api.schemas_dify import (
    DIFY_ERRORS,
    EVERYWHERE,
    RecordBody,
    RecordMetadataBody,
    RecordsBody,
    RetrievalBody,
)
from api.security.limits import Kind, limited
from index.retrieve import Mode
from rag.settings import Settings

router = APIRouter(tags=["Dify 外部知识库"], responses=DIFY_ERRORS)

RETRIEVAL = "/retrieval"

_NO_HEADER, _REFUSED, _NO_KNOWLEDGE = 1001, 1002, 2001


def dify_error(problem: dict[str, Any], headers: Headers) -> tuple[int, dict[str, Any]]:
    """A problem with Dify's codes where it has one, else its status. Dify takes a 401 for a key that works."""
    status = problem["status"]
    if status == 401:
        code = _REFUSED if bearer(headers.get("Authorization", ""), "") else _NO_HEADER
        status = 403
    else:
        code = {403: _REFUSED, 404: _NO_KNOWLEDGE}.get(status, status)
    return status, {"error_code": code, "error_msg": f"{problem['detail']} {problem['remedy']}".strip()}


@router.post(
    RETRIEVAL,
    response_model=RecordsBody,
    dependencies=[limited(Kind.ASK)],
    summary="检索（Dify 外部知识库）",
    description="knowledge_id 是文档集的名字或 *。错误按 Dify 的格式。",
)
async def retrieval(
    body: RetrievalBody, request: Request, context: Ctx, principal: Asking, place: Placed
) -> RecordsBody:
    """The passages of a collection that fit best, from a score up."""
    collections = None
    if body.knowledge_id != EVERYWHERE:
        shelf = await run_in_threadpool(context.library.shelf, principal, body.knowledge_id)
        collections = [shelf.name]
    wanted = body.retrieval_setting
    passages = await retrieve(
        context, principal, body.query, place, collections=collections, top_k=wanted.top_k
    )
    records = [_record(passage, request, context.settings) for passage in passages]
    least = 0.0 if wanted.score_threshold is None else wanted.score_threshold
    return RecordsBody(records=[record for record in records if record.score >= least])


def score_of(fused: float, settings: Settings) -> float:
    """What a passage was ranked by as a share of the most that it could be, [0, 1]; no probability."""
    most = settings.dense_weight + 1 if settings.retrieval is Mode.HYBRID else 1.0
    return min(max(fused / most, 0.0), 1.0)


def _record(passage: PassageBody, request: Request, settings: Settings) -> RecordBody:
    return RecordBody(
        content=passage.text,
        score=score_of(passage.scores.fused, settings),
        title=passage.title,
        metadata=RecordMetadataBody(
            path=passage.document,
            description=" > ".join(passage.heading_path),
            collection=passage.collection,
            document_id=passage.document_id,
            start=passage.start,
            end=passage.end,
            url=place_url(request, passage.document_id, passage.start, passage.end),
        ),
    )
