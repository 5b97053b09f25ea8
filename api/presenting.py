"""Answers and passages as they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import PurePath

from starlette.requests import Request

from api.exchange import Answered
from api.schemas_ask import AskAnswerBody, PassageBody, ScoresBody, UnderstoodBody
from index.errors import NotFound
from index.retrieve import Found
from index.store.protocol import Store
from rag.answer import Answer
from rag.dialogue import Understood

NOT_FOUND = "文档中没有找到答案。"
NOTHING_TO_SEARCH = "这里还没有文档，要先添加文档才能回答。"


def passage_bodies(store: Store, found: Sequence[Found]) -> list[PassageBody]:
    """What was found, as it is sent; less what was deleted since."""
    bodies = []
    for one in found:
        passage = one.passage
        try:
            record = store.document(passage.document_id)
        except NotFound:
            continue
        bodies.append(
            PassageBody(
                passage_id=passage.id,
                document=PurePath(record.source).name,
                document_id=record.id,
                collection=record.collection,
                title=record.title,
                heading_path=list(passage.heading_path),
                start=passage.start,
                end=passage.end,
                text=passage.text,
                scores=ScoresBody(dense=one.dense, sparse=one.sparse, fused=one.score),
            )
        )
    return bodies


def answer_body(answered: Answered) -> AskAnswerBody:
    """An answer as it is sent."""
    return AskAnswerBody.model_validate(
        {
            **asdict(replace(answered.answer, explanation=None)),
            "question": answered.question,
            "explanation": answered.answer.explanation,
            "id": answered.turn_id,
            "conversation": answered.conversation,
            "understood": understood_body(answered.understood),
            "confidence": answered.confidence,
            "message": message_of(answered.answer),
        }
    )


def place_url(request: Request, document_id: int, start: int, end: int) -> str:
    """Where people read the place ``[start, end)`` of a document."""
    url = request.url_for("viewer", document_id=document_id)
    return str(url.replace(fragment=f"start={start}&end={end}"))


def understood_body(understood: Understood) -> UnderstoodBody:
    """What was made of a question, as it is sent."""
    return UnderstoodBody(
        question=understood.question, rewritten=understood.rewritten, because=understood.because
    )


def message_of(answer: Answer) -> str:
    """What there is to say of an answer in words, "" for nothing."""
    if answer.nothing_to_search:
        return NOTHING_TO_SEARCH
    if answer.abstained:
        return NOT_FOUND + ("下面是最接近的地方。" if answer.candidates else "")
    if answer.origin == "faq":
        return "这是管理员写好的答案。"
    if not all(citation.verified for citation in answer.citations):
        return "有的原件已经改动或丢失，引文没能重新核对。"
    return ""
