"""Ask, and retrieve only."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter

from api.depends import Asking, Ctx
from api.problems import PROBLEMS
from api.schemas import AnswerBody, AskBody

router = APIRouter(prefix="/v1", tags=["问答"], responses=PROBLEMS)


@router.post("/ask", response_model=AnswerBody)
async def ask(body: AskBody, context: Ctx, principal: Asking) -> AnswerBody:
    """Answers a question with verbatim text and its citations. Offsets count Unicode code points, half-open."""
    collections = principal.within(body.collections)
    answer = await context.asker.run(
        lambda: context.service.ask(
            body.question, collections=collections, document_ids=body.documents, top_k=body.top_k
        )
    )
    return AnswerBody.model_validate(asdict(answer))
