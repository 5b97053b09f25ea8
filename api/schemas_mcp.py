"""What the tools of the Model Context Protocol give back: less than over HTTP, for a model has to read it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, Field

from api.exchange import Answered
from api.presenting import answer_body
from api.schemas import CandidateBody, CitationBody, ShownSource
from api.schemas_documents import TextBody
from index.store.protocol import DocumentContent, DocumentRecord

_NEAREST = 3


class FoundAnswer(BaseModel):
    """An answer in the words of a document, or the honest lack of one."""

    found: bool = Field(description="文档里有没有答案；没有就不要自己编")
    answer: str = Field(description="文档的原文，一字不差；没有找到就是空的")
    question: str = Field(description="实际查找的问题")
    confidence: Literal["high", "medium", "low"] = Field(
        description="把握：high 这样的答案最多 5% 是错的，medium 最多 10%，其余 low"
    )
    probability: float = Field(ge=0, le=1)
    message: str = Field(description="给人看的一句话；没有什么可说就是空的")
    citations: list[CitationBody] = Field(description="答案的出处，最好的在前")
    nearest: list[CandidateBody] = Field(description="没有找到时，最接近的地方")

    @classmethod
    def of(cls, answered: Answered) -> Self:
        """As it is handed to a model."""
        body = answer_body(answered)
        return cls(
            found=not body.abstained,
            answer=body.text,
            question=body.understood.question,
            confidence=body.confidence,
            probability=body.probability,
            message=body.message,
            citations=body.citations,
            nearest=body.candidates[:_NEAREST] if body.abstained else [],
        )


class DocumentPart(TextBody):
    """A piece of a document's clean text, with its outline."""

    title: str
    source: ShownSource = Field(description="文件名")
    collection: str

    @classmethod
    def part_of(cls, record: DocumentRecord, content: DocumentContent, start: int, end: int) -> Self:
        """``[start, end)``."""
        body = TextBody.of(record.id, content, start, end)
        return cls(
            **body.model_dump(), title=record.title, source=record.source, collection=record.collection
        )
