"""Bodies of conversations, of feedback, and of what was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, model_validator
from pydantic.config import JsonDict, JsonValue

from api.schemas_ask import AskAnswerBody
from api.schemas_page import NO_NUL, SAID, PageBody
from api.state.conversations import TITLE_CHARS, Conversation, TurnRecord
from api.state.feedback import Feedback, Verdict
from api.state.questions import AskedQuestion

_Better = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=SAID)]
_Comment = Annotated[str, StringConstraints(max_length=2_000, pattern=NO_NUL)]


class NewConversationBody(BaseModel):
    """A conversation to begin."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"title": "年鉴"}]}
    )

    title: Annotated[str, StringConstraints(max_length=TITLE_CHARS, pattern=NO_NUL)] = Field(
        "", description="标题；不写就用第一个问题"
    )


class ConversationBody(BaseModel):
    """A conversation."""

    id: str
    title: str = Field(description="标题；还没有问题时可能是空的")
    created_at: datetime
    updated_at: datetime = Field(description="最后一次提问的时间")

    @classmethod
    def of(cls, one: Conversation) -> Self:
        """As it is sent."""
        return cls(id=one.id, title=one.title, created_at=one.created_at, updated_at=one.updated_at)


class TurnBody(BaseModel):
    """A question of a conversation, with its answer as it was given then."""

    asked_at: datetime
    verdict: Verdict | None = Field(None, description="评价；没有评价就是 null")
    answer: AskAnswerBody

    @classmethod
    def of(cls, turn: TurnRecord) -> Self:
        """As it is sent."""
        verdict = None if turn.verdict is None else Verdict(turn.verdict)
        return cls(asked_at=turn.asked_at, verdict=verdict, answer=AskAnswerBody.model_validate(turn.answer))


class ConversationTurnsBody(ConversationBody):
    """A conversation with a page of its questions."""

    turns: PageBody[TurnBody] = Field(description="提问，最近的在前")


def _where_verdict_is(verdict: Verdict, then: JsonDict, required: list[JsonValue] | None = None) -> JsonDict:
    """In JSON Schema what :meth:`JudgementBody._better_where_it_belongs` checks."""
    return {
        "if": {"properties": {"verdict": {"const": verdict.value}}},
        "then": {"properties": then, "required": [] if required is None else required},
    }


_HOLDS: list[JsonValue] = [
    _where_verdict_is(Verdict.BETTER, {"better": {"type": "string"}}, required=["better"]),
    _where_verdict_is(Verdict.HELPFUL, {"better": {"type": "null"}}),
]


class JudgementBody(BaseModel):
    """What somebody says of an answer."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"verdict": "better", "better": "9月22日上午"}], "allOf": _HOLDS},
    )

    verdict: Annotated[Verdict, Strict(False)] = Field(
        description="helpful 有用，wrong 不对，better 有更好的答案（写在 better 里）"
    )
    better: _Better | None = Field(None, description="更好的答案")
    comment: _Comment = ""

    @model_validator(mode="after")
    def _better_where_it_belongs(self) -> Self:
        if self.verdict is Verdict.BETTER and (self.better is None):
            raise ValueError("verdict 是 better 时，请在 better 里写出更好的答案")
        if self.verdict is Verdict.HELPFUL and self.better is not None:
            raise ValueError("verdict 是 helpful 时不用写 better")
        return self

    @property
    def answer(self) -> str:
        """The better one, "" where none is told."""
        return "" if self.better is None else self.better.strip()


class FeedbackBody(JudgementBody):
    """What somebody says of an answer that they got."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {"turn": "0198f1c2a3b4c5d6e7f80910111213aa", "verdict": "helpful"},
                {"turn": "0198f1c2a3b4c5d6e7f80910111213aa", "verdict": "better", "better": "9月22日上午"},
            ],
            "allOf": _HOLDS,
        },
    )

    turn: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_NUL)] = Field(
        description="提问时返回的 id"
    )


class GivenFeedbackBody(BaseModel):
    """Feedback that was kept."""

    id: int
    turn: str
    verdict: Verdict
    better: str = Field(description="更好的答案；没有就是空的")
    comment: str
    created_at: datetime
    question: str = Field(description="补全前文后的问题")
    text: str = Field(description="当时的答案；没有找到就是空的")
    abstained: bool

    @classmethod
    def of(cls, one: Feedback) -> Self:
        """As it is sent."""
        return cls(
            id=one.id,
            turn=one.turn,
            verdict=one.verdict,
            better=one.better,
            comment=one.comment,
            created_at=one.created_at,
            question=one.question,
            text=one.text,
            abstained=one.abstained,
        )


class AskerBody(BaseModel):
    """Where a question came from."""

    kind: Literal["user", "key", "widget", "local"]
    name: str | None = Field(
        description="密钥或挂件的名字，已删除的是 null；用户的名字只告诉管理员，对别人也是 null"
    )


class QuestionBody(BaseModel):
    """Something that was asked, by whomever."""

    id: str
    asked_by: AskerBody
    conversation: str | None
    asked_at: datetime
    question: str = Field(description="原话")
    understood: str = Field(description="补全前文后的问题")
    text: str = Field(description="答案；没有找到就是空的")
    abstained: bool
    probability: float
    milliseconds: float = Field(description="作答用了多久，不含排队")
    collections: list[str] | None = Field(description="在哪些文档集里找；null 为全部")
    verdict: Verdict | None
    better: str = Field(description="评价里写的更好的答案；没有就是空的")
    comment: str = Field(description="评价里的说明；没有就是空的")
    faq: int | None = Field(description="启用的问答里有这个问法的那一条；没有就是 null")
    request_id: str = Field(description="日志里同样有它")

    @classmethod
    def of(cls, turn: AskedQuestion, *, people: bool) -> Self:
        """As it is sent. ``people``: whether its reader may know who they are."""
        kind = turn.owner.partition(":")[0]
        name = turn.asker if people or kind != "user" else None
        return cls(
            id=turn.id,
            asked_by=AskerBody.model_validate({"kind": kind, "name": name}),
            conversation=turn.conversation,
            asked_at=turn.asked_at,
            question=turn.question,
            understood=turn.understood,
            text=turn.text,
            abstained=turn.abstained,
            probability=turn.probability,
            milliseconds=turn.milliseconds,
            collections=None if turn.collections is None else list(turn.collections),
            verdict=None if turn.verdict is None else Verdict(turn.verdict),
            better=turn.better,
            comment=turn.comment,
            faq=turn.faq,
            request_id=turn.request_id,
        )


class AskedQuestionBody(QuestionBody):
    """Something that was asked, with the whole answer as it was given then."""

    answer: AskAnswerBody
    feedback: GivenFeedbackBody | None = Field(description="评价和说明；没有评价就是 null")
