"""Bodies of the HTTP API."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from api.schemas_page import LARGEST, WHOLE
from index.document import PartKind

DocumentId = Annotated[int, Field(strict=True, ge=1, le=LARGEST), WHOLE]


def shown_source(source: str) -> str:
    """What a document is called for people: a file that was added on the server is there with its whole path, which
    is nobody's business; its folder tells it from others of its name."""
    path = PurePath(source)
    return "/".join(path.parts[1:][-2:]) if path.is_absolute() else source


ShownSource = Annotated[str, AfterValidator(shown_source)]


class BoxBody(BaseModel):
    """A rectangle on a page; see :class:`index.document.Box`."""

    page: int
    left: float = Field(ge=0, le=1, description="占页宽、页高的比例，从左上角起")
    top: float = Field(ge=0, le=1)
    right: float = Field(ge=0, le=1)
    bottom: float = Field(ge=0, le=1)


class PartBody(BaseModel):
    """One step of the way to a place inside an upload; see :class:`index.document.Part`."""

    kind: PartKind
    name: str


class CitationBody(BaseModel):
    """Where an answer stands; see :class:`rag.answer.Citation`."""

    document: str
    document_id: int
    collection: str
    source: ShownSource
    title: str
    heading_path: list[str]
    page: int | None
    first_line: int = Field(description="0：原件没有行")
    last_line: int
    start: int = Field(description="Unicode 码位，半开区间")
    end: int
    quote: str
    evidence: str
    evidence_start: int
    evidence_end: int
    verified: bool = Field(description="刚刚重新读过原件，一字不差")
    boxes: list[BoxBody] = Field([], description="在页面上的位置，每行一个（PDF、图片）")
    parts: list[PartBody] = Field([], description="在原件里的位置：工作表、单元格、幻灯片、段落……，从外到内")


class CandidateBody(BaseModel):
    """A span that was considered."""

    text: str
    probability: float
    citation: CitationBody


class ItemBody(BaseModel):
    """One part of an enumeration, in the first citation's document."""

    text: str
    start: int = Field(description="Unicode 码位，半开区间")
    end: int


class AnswerBody(BaseModel):
    """The answer, or ``abstained``; see :class:`rag.answer.Answer`."""

    question: str
    text: str
    probability: float = Field(ge=0, le=1)
    abstained: bool
    origin: Literal["document", "faq"] = Field("document", description="出自文档，或管理员写的问答")
    faq_id: int | None = Field(None, description="管理员写的问答的编号")
    nothing_to_search: bool = Field(False, description="没有找到，是因为所找的文档集里一个文档也没有")
    citations: list[CitationBody]
    items: list[ItemBody]
    candidates: list[CandidateBody]
    timings_ms: dict[str, float]


class Health(BaseModel):
    """The process answers."""

    status: str


class Ready(BaseModel):
    """Questions can be answered."""

    status: str
    documents: int
    passages: int


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    at: str
    message: str


class Problem(BaseModel):
    """An error, after RFC 9457."""

    type: str = Field(examples=["urn:yuanwen:NotFound"])
    title: str = Field(examples=["NotFound"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["没有编号为 7 的文档。"])
    remedy: str = Field(description="接下来可以怎么做", examples=["运行 yuanwen list 查看已有文档。"])
    request_id: str = Field(description="日志里同样有它", examples=["4f1d2c3b5a697887"])
    retry_after: int | None = Field(None, description="多少秒后再试；同 Retry-After 头", examples=[5])
    errors: list[FieldProblem] | None = Field(None, description="请求有误时，逐个字段")
