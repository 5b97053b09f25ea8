"""Bodies of signing in, of people and of keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints

from api.schemas_page import NO_NUL, WHOLE, CollectionName
from api.security.principal import Role, Scope
from api.security.secrets import LONGEST_PASSWORD, SHORTEST_PASSWORD
from api.state.accounts import NAME, User
from api.state.audit import Entry
from api.state.keys import ApiKey
from api.state.sessions import Session

ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
Label = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=ONE_LINE)]
"""A name for people to read."""

_Given = Annotated[str, StringConstraints(max_length=LONGEST_PASSWORD)]
"""A password to be checked; whatever was allowed once."""


class SignInBody(BaseModel):
    """A name and a password."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"name": "admin", "password": "correct horse"}]},
    )

    name: Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
    password: _Given


class ChangePasswordBody(BaseModel):
    """The old password and the new one."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"old": "correct horse", "new": "battery staple"}]},
    )

    old: _Given
    new: Annotated[str, StringConstraints(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD)]


class GrantBody(BaseModel):
    """What somebody may do with a collection."""

    model_config = ConfigDict(extra="forbid", strict=True)

    collection: CollectionName = Field(examples=["年鉴"])
    access: Literal["read", "write"] = Field(description="只读，或可读写（读者角色总是只读）")


Grants = Annotated[list[GrantBody], Field(max_length=1000, description="可用的文档集；管理员不需要")]


class UserBody(BaseModel):
    """A person."""

    id: int
    name: str
    role: Role
    disabled: bool
    must_change: bool = Field(description="密码是别人给的，登录后要先修改")
    created_at: datetime
    grants: list[GrantBody]

    @classmethod
    def of(cls, user: User) -> Self:
        """As it is sent."""
        return cls(
            id=user.id,
            name=user.name,
            role=user.role,
            disabled=user.disabled,
            must_change=user.must_change,
            created_at=user.created_at,
            grants=[
                GrantBody(collection=name, access="write" if write else "read")
                for name, write in sorted(user.grants.items())
            ],
        )


class SessionBody(BaseModel):
    """Who is signed in."""

    user: UserBody
    scopes: list[Scope]
    csrf: str = Field(description="修改类请求要在 X-CSRF-Token 头里带上它")
    expires_at: datetime

    @classmethod
    def of(cls, session: Session) -> Self:
        """As it is sent."""
        return cls(
            user=UserBody.of(session.user),
            scopes=sorted(session.user.principal().scopes),
            csrf=session.csrf,
            expires_at=session.expires_at,
        )


class NewUserBody(BaseModel):
    """A person to add."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "wang",
                    "role": "editor",
                    "grants": [{"collection": "年鉴", "access": "write"}],
                }
            ]
        },
    )

    name: Annotated[str, StringConstraints(pattern=NAME)]
    role: Annotated[Role, Strict(False)]
    grants: Grants = []


class UserChangeBody(BaseModel):
    """What is to change; what isn't given stays."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"disabled": True}]}
    )

    role: Annotated[Role, Strict(False)] | None = None
    disabled: bool | None = None
    grants: Grants | None = None


class UserPasswordBody(BaseModel):
    """A person with a fresh password."""

    user: UserBody
    password: str = Field(description="只显示这一次；登录后要先修改")


class NewKeyBody(BaseModel):
    """A key to make."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [{"name": "官网", "scopes": ["ask"], "collections": ["年鉴"], "days": 365}]
        },
    )

    name: Label
    scopes: list[Annotated[Scope, Strict(False)]] = Field(
        min_length=1, max_length=len(Scope), description="可做什么"
    )
    collections: list[CollectionName] | None = Field(
        None, min_length=1, max_length=1000, description="可用的文档集；不写就是全部"
    )
    days: Annotated[int, Field(ge=1, le=3650), WHOLE] | None = Field(
        None, description="多少天后到期；不写就一直有效"
    )


class KeyBody(BaseModel):
    """A key, without its secret."""

    id: int
    name: str
    prefix: str = Field(description="密钥的开头，用来辨认", examples=["ywk_Xy12ab"])
    scopes: list[Scope]
    collections: list[str] | None = Field(description="可用的文档集；null 是全部")
    created_by: str = Field(examples=["user:1"])
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None = Field(description="最近一次使用，精确到分钟")

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """As it is sent."""
        return cls(
            id=key.id,
            name=key.name,
            prefix=key.prefix,
            scopes=sorted(key.scopes),
            collections=None if key.collections is None else sorted(key.collections),
            created_by=key.created_by,
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            used_at=key.used_at,
        )


class MadeKeyBody(BaseModel):
    """A new key with its secret."""

    key: KeyBody
    token: str = Field(description="密钥本身，只显示这一次", examples=["ywk_…"])


class EntryBody(BaseModel):
    """Something that was done."""

    id: int
    at: datetime
    actor: str = Field(description="谁：user:1、key:2、local(本机命令行)、nobody(未登录)")
    action: str = Field(examples=["user.create"])
    target: str = Field(description="对什么", examples=["user:3"])
    details: dict[str, Any]
    address: str = Field(description="来自哪个地址；后台任务和命令行为空")
    request_id: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """As it is sent."""
        return cls(
            id=entry.id,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            target=entry.target,
            details=dict(entry.details),
            address=entry.address,
            request_id=entry.request_id,
        )
