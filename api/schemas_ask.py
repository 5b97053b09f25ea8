"""Bodies of asking and retrieving."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas import AnswerBody, DocumentId
from api.schemas_page import NO_NUL, SAID, WHOLE, CollectionName
from rag.explanation import Explanation

Question = Annotated[
    str, StringConstraints(min_length=1, max_length=10_000, pattern=SAID), Field(description="中文问题")
]
Collections = Annotated[
    list[CollectionName] | None, Field(max_length=100, description="只在这些文档集里找；不写就是所有可读的")
]
Documents = Annotated[list[DocumentId] | None, Field(max_length=1000, description="只在这些编号的文档里找")]
TopK = Annotated[Annotated[int, Field(ge=1, le=100), WHOLE] | None, Field(description="阅读多少个段落")]
ConversationId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_NUL)]


class AskBody(BaseModel):
    """A question. Without ``collections`` and ``documents`` everything that may be read is searched."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {"question": "自治区科学技术奖励大会是哪天召开的？", "conversation": "new"},
                {"question": "谁主持的？", "conversation": "0198f1c2a3b4c5d6e7f80910111213aa"},
            ]
        },
    )

    question: Question
    conversation: ConversationId | None = Field(
        None, description="会话编号，追问时沿用前文；new 新建一个会话；不写则问题独立"
    )
    collections: Collections = None
    documents: Documents = None
    top_k: TopK = None
    explain: bool = Field(False, description="同时说明答案是怎样得出的；需要 knowledge 权限")


class UnderstoodBody(BaseModel):
    """The question as it was looked for."""

    question: str = Field(description="补全前文后的问题", examples=["自治区科学技术奖励大会是谁主持的？"])
    rewritten: bool = Field(description="是否根据前文改写过")
    because: str = Field(description="改写的理由；没有改写就是空的", examples=["沿用上一问的“大会”"])


class AskAnswerBody(AnswerBody):
    """An answer with what the conversation made of the question."""

    id: str = Field(description="这次提问的编号，反馈时用它")
    conversation: str | None = Field(None, description="所在的会话")
    understood: UnderstoodBody
    confidence: Literal["high", "medium", "low"] = Field(
        description="把握：high 这样的答案最多 5% 是错的，medium 最多 10%，其余 low"
    )
    message: str = Field(
        description="给人看的一句话；没有什么可说就是空的", examples=["文档中没有找到答案。"]
    )
    explanation: Explanation | None = Field(None, description="要求 explain 时，答案是怎样得出的")


class ScoresBody(BaseModel):
    """How well a passage fits."""

    dense: float = Field(description="向量的余弦，-1 到 1")
    sparse: float = Field(description="BM25 占可能最高分的比例，0 到 1")
    fused: float = Field(description="排序用的分数，只能在同一个问题内比较")


class PassageBody(BaseModel):
    """A passage that was found. Offsets count Unicode code points, half-open, in the document's text."""

    passage_id: int
    document: str = Field(description="文件名")
    document_id: int
    collection: str
    title: str
    heading_path: list[str]
    start: int = Field(description="Unicode 码位，半开区间")
    end: int
    text: str
    scores: ScoresBody


class PassagesBody(BaseModel):
    """Passages, best first."""

    passages: list[PassageBody]


class RetrieveBody(BaseModel):
    """A question whose passages are wanted."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"question": "科学技术奖励大会", "top_k": 5}]},
    )

    question: Question
    collections: Collections = None
    documents: Documents = None
    top_k: TopK = None


EVENTS: dict[str, Any] = {
    "description": (
        "事件流：understood(UnderstoodBody)、passages(PassagesBody，管理员写的问答作答时没有)、"
        "answer(AskAnswerBody)，或 error(Problem)。开始之前的拒绝是普通的错误响应。"
    )
}
