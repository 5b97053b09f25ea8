"""Bodies of the API that OpenAI's clients speak. https://platform.openai.com/docs/api-reference/chat"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints
from pydantic.config import JsonDict

from api.schemas_ask import AskAnswerBody
from api.schemas_page import NO_NUL

MODEL = "yuanwen"

_Text = Annotated[str, StringConstraints(max_length=1_000_000, pattern=NO_NUL)]


class PartBody(BaseModel):
    """A part of a message; only text is read."""

    type: Annotated[str, StringConstraints(max_length=64)] = Field(examples=["text"])
    text: _Text | None = None


class UrlCitationBody(BaseModel):
    """Where a part of the answer stands."""

    start_index: int = Field(description="在 content 中的位置：Unicode 码位，半开区间")
    end_index: int
    url: str = Field(description="这处出处在阅读页里的地址，打开的人要登录")
    title: str = Field(description="文档的标题")


class AnnotationBody(BaseModel):
    """A citation, as OpenAI's web search gives it."""

    type: Literal["url_citation"]
    url_citation: UrlCitationBody


class GivenCitationBody(BaseModel):
    """A citation as a client hands it back; not believed, only looked at."""

    url: Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NUL)] | None = None
    title: Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)] | None = None


class GivenAnnotationBody(BaseModel):
    """An annotation as a client hands it back; kinds other than ours are passed over."""

    url_citation: GivenCitationBody | None = None


class MessageBody(BaseModel):
    """A message of the conversation so far; what a client sends besides is not read."""

    role: Literal["user", "assistant", "system", "developer", "tool", "function"]
    content: _Text | Annotated[list[PartBody], Field(max_length=1000)] | None = None
    annotations: Annotated[list[GivenAnnotationBody], Field(max_length=100)] | None = Field(
        None, description="上一个回答带的出处；原样带回，追问“第二条”这类问题更准"
    )


class TextFormatBody(BaseModel):
    """The only format that there is."""

    type: Literal["text"]


class StreamOptionsBody(BaseModel):
    """Of a stream."""

    include_usage: StrictBool | None = None


_OF_THE_USER: JsonDict = {"type": "object", "properties": {"role": {"const": "user"}}, "required": ["role"]}
"""A message that asks; there must be one."""


class ChatBody(BaseModel):
    """A chat. Parameters of a language model (``temperature``, ``max_tokens``, ``tools``, …) are taken and not
    heeded: there is none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": MODEL, "messages": [{"role": "user", "content": "奖励大会是谁主持的？"}]},
                {
                    "model": f"{MODEL}:default",
                    "stream": True,
                    "messages": [
                        {"role": "user", "content": "自治区科学技术奖励大会是谁主持的？"},
                        {"role": "assistant", "content": "孙金龙"},
                        {"role": "user", "content": "它是哪天召开的？"},
                    ],
                },
            ]
        }
    )

    model: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=NO_NUL)] = Field(
        description="yuanwen，或 yuanwen:文档集"
    )
    messages: Annotated[
        list[MessageBody], Field(min_length=1, max_length=1000, json_schema_extra={"contains": _OF_THE_USER})
    ]
    stream: StrictBool | None = None
    stream_options: StreamOptionsBody | None = None
    n: Literal[1] | None = Field(None, description="只有一个答案")
    response_format: TextFormatBody | None = Field(None, description="答案是原文，不能是 JSON")
    tool_choice: Literal["none", "auto"] | None = Field(None, description="不调用工具")


class AnswerMessageBody(BaseModel):
    """The answer as a message."""

    role: Literal["assistant"] = "assistant"
    content: str = Field(description="原文，不多一个字；没有找到就明说")
    refusal: str | None = None
    annotations: list[AnnotationBody]


class ChoiceBody(BaseModel):
    """The only choice."""

    index: Literal[0] = 0
    message: AnswerMessageBody
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class UsageBody(BaseModel):
    """Characters, for there are no tokens."""

    prompt_tokens: int = Field(description="问题的字数（不是 token）")
    completion_tokens: int = Field(description="content 的字数（不是 token）")
    total_tokens: int


class CompletionBody(BaseModel):
    """A chat's answer."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="Unix 秒")
    model: str
    choices: list[ChoiceBody]
    usage: UsageBody
    yuanwen: AskAnswerBody = Field(description="同 /v1/ask 的回答；反馈用它的 id")


class DeltaBody(BaseModel):
    """What a chunk adds to the message."""

    role: Literal["assistant"] | None = None
    content: str | None = None
    annotations: list[AnnotationBody] | None = None


class ChunkChoiceBody(BaseModel):
    """The only choice, as far as it goes."""

    index: int
    delta: DeltaBody
    finish_reason: Literal["stop"] | None


class ChunkBody(BaseModel):
    """A piece of a streamed answer."""

    id: str
    object: str
    created: int
    model: str
    choices: list[ChunkChoiceBody]
    usage: UsageBody | None = None
    yuanwen: AskAnswerBody | None = None


class ModelBody(BaseModel):
    """Everything that may be read, or one collection of it."""

    id: str = Field(examples=[MODEL, f"{MODEL}:default"])
    object: Literal["model"] = "model"
    created: int = Field(default=0, description="Unix 秒；不知道就是 0")
    owned_by: Literal["yuanwen"] = "yuanwen"


class ModelsBody(BaseModel):
    """What may be put into ``model``."""

    object: Literal["list"] = "list"
    data: list[ModelBody]


class OpenAIErrorBody(BaseModel):
    """What went wrong."""

    message: str
    type: str = Field(examples=["invalid_request_error"])
    param: str | None = Field(None, examples=["messages"])
    code: str | None = Field(None, examples=["model_not_found"])


class OpenAIProblem(BaseModel):
    """An error as OpenAI's clients read it."""

    error: OpenAIErrorBody


_MEANINGS: dict[int | str, str] = {
    400: "请求有误",
    401: "没有登录，密钥无效",
    403: "没有权限",
    404: "没有这个模型（文档集）",
    413: "请求太大",
    429: "请求太频繁",
    503: "服务正忙",
    "default": "其他错误",  # also keeps FastAPI from describing a 422, which is a 400 here
}
OPENAI_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": meaning, "model": OpenAIProblem} for status, meaning in _MEANINGS.items()
}
STREAM: dict[str, Any] = {
    "description": "回答；stream 为真时是事件流，每个事件一个 chat.completion.chunk，最后是 [DONE]",
    "content": {
        "text/event-stream": {
            "itemSchema": {
                "type": "object",
                "properties": {"data": {"type": "string", "description": "chat.completion.chunk，或 [DONE]"}},
                "required": ["data"],
            }
        }
    },
}
