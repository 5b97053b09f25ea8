"""Bodies of chat widgets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from api.schemas_access import Label
from api.schemas_page import NO_NUL, WHOLE, CollectionName
from api.state.channels import Channel

_LETTER = r"[0-9A-Za-z\u4e00-\u9fa5]"
_LABEL = rf"([0-9A-Za-z]([0-9A-Za-z-]{{0,61}}[0-9A-Za-z])?|{_LETTER}{{1,15}})"
"""Of a host's name: an internationalised one becomes longer, and has to end with 63 letters, too (RFC 5890)."""
_PORT = "(:[1-5]?[0-9]{1,4})?"
_Origin = Annotated[
    str,
    StringConstraints(
        max_length=300,
        pattern=rf"^https?://({_LABEL}(\.{_LABEL})*|\[::1\]){_PORT}/?$",
    ),
]
_Line = Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)]


class Appearance(BaseModel):
    """What a widget looks like; everybody can see it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: _Line = "文档问答"
    greeting: Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)] = "您好，请问有什么可以帮您？"
    placeholder: _Line = "请输入问题"
    suggestions: Annotated[list[_Line], Field(max_length=6, description="推荐问题")] = []
    color: Annotated[str, StringConstraints(pattern="^#[0-9A-Fa-f]{6}$")] = "#1a56db"
    side: Annotated[Literal["right", "left"], Field(description="按钮在页面哪一侧")] = "right"


_EXAMPLE: JsonDict = {
    "name": "官网",
    "origins": ["https://www.example.cn"],
    "collections": ["年鉴"],
    "appearance": {"title": "年鉴问答", "suggestions": ["自治区有多少家众创空间？"]},
}

_Origins = Annotated[
    list[_Origin],
    Field(
        min_length=1, max_length=50, description="可放挂件的网页来源；http 的网页谁都能在路上改动，只用于内网"
    ),
]
_Collections = Annotated[
    list[CollectionName], Field(min_length=1, max_length=1000, description="访客可提问的文档集")
]
_MinuteLimit = Annotated[int, Field(ge=1, le=10_000, description="一个地址每分钟可提多少个问题"), WHOLE]
_DayLimit = Annotated[int, Field(ge=1, le=10_000_000, description="所有访客每天共可提多少个问题"), WHOLE]


class NewChannelBody(BaseModel):
    """A widget to make."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [_EXAMPLE]})

    name: Label
    origins: _Origins
    collections: _Collections
    appearance: Appearance = Appearance()
    minute_limit: _MinuteLimit = 10
    day_limit: _DayLimit = 2000


class ChannelChangeBody(BaseModel):
    """What is to change; what isn't given stays. ``appearance`` is replaced whole."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"enabled": False}]}
    )

    name: Label | None = None
    origins: _Origins | None = None
    collections: _Collections | None = None
    appearance: Appearance | None = None
    enabled: bool | None = None
    minute_limit: _MinuteLimit | None = None
    day_limit: _DayLimit | None = None


class ChannelBody(BaseModel):
    """A widget, without its publish token."""

    id: int
    name: str
    prefix: str = Field(description="发布令牌的开头，用来辨认", examples=["ywc_Xy12ab"])
    origins: list[str]
    collections: list[str]
    appearance: Appearance
    enabled: bool
    minute_limit: int
    day_limit: int
    created_at: datetime

    @classmethod
    def of(cls, channel: Channel) -> Self:
        """As it is sent."""
        return cls(
            id=channel.id,
            name=channel.name,
            prefix=channel.prefix,
            origins=list(channel.origins),
            collections=sorted(channel.collections),
            appearance=Appearance.model_validate(channel.appearance),
            enabled=channel.enabled,
            minute_limit=channel.minute_limit,
            day_limit=channel.day_limit,
            created_at=channel.created_at,
        )


class PublishedChannelBody(BaseModel):
    """A widget with its publish token."""

    channel: ChannelBody
    token: str = Field(description="发布令牌，只显示这一次；丢失就换一个", examples=["ywc_…"])
    snippet: str = Field(description="贴到网页里的代码")
    frame: str = Field(description="不许运行脚本的网页用的内嵌框代码")


class VisitBody(BaseModel):
    """A visitor that was here before."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{}]})

    again: Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)] | None = Field(
        None, description="上一次的会话令牌；带上它，会话过期后仍是同一位访客"
    )


class VisitTokenBody(BaseModel):
    """A visitor's session."""

    token: str = Field(description="放在 Authorization 头里：Bearer ywv_…", examples=["ywv_…"])
    expires_at: datetime
    appearance: Appearance
    question_chars: int = Field(description="问题的字数上限", examples=[1000])
