"""Chat widgets, for administrators, and the sessions of their visitors."""

from __future__ import annotations

import html
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response

from api.context import Context
from api.depends import Administering, Ctx, bearer
from api.errors import NotAllowed, NotSignedIn
from api.problems import PROBLEMS
from api.schemas_access import ONE_LINE
from api.schemas_channels import (
    Appearance,
    ChannelBody,
    ChannelChangeBody,
    NewChannelBody,
    PublishedChannelBody,
    VisitBody,
    VisitTokenBody,
)
from api.schemas_page import LARGEST, AfterNumber, Limit, PageBody
from api.security.limits import Kind, limited
from api.security.origins import is_own
from api.security.secrets import CHANNEL
from api.state.audit import Action
from api.state.channels import Channel

router = APIRouter(prefix="/v1", tags=["挂件"], responses=PROBLEMS)

Number = Annotated[int, Path(ge=1, le=LARGEST, description="渠道编号")]
Authorization = Annotated[str | None, Header(pattern=ONE_LINE, description="Bearer ywc_…")]


@router.get("/channels", response_model=PageBody[ChannelBody], summary="所有渠道")
def list_channels(
    context: Ctx, _: Administering, limit: Limit = 50, after: AfterNumber = None
) -> PageBody[ChannelBody]:
    """In the order in which they were made."""
    page = context.channels.channels(limit=limit, after=0 if after is None else after)
    return PageBody(items=[ChannelBody.of(channel) for channel in page.items], next=page.next)


@router.post("/channels", response_model=PublishedChannelBody, status_code=201, summary="创建渠道")
def create_channel(
    body: NewChannelBody, request: Request, context: Ctx, principal: Administering
) -> PublishedChannelBody:
    """With the code for the pages that are to hold the widget."""
    channel, token = context.channels.create(
        body.name,
        origins=body.origins,
        collections=body.collections,
        appearance=body.appearance.model_dump(),
        minute_limit=body.minute_limit,
        day_limit=body.day_limit,
        by=principal,
    )
    details = ChannelBody.of(channel).model_dump(mode="json", include={"name", "origins", "collections"})
    context.audit.record(principal, Action.CHANNEL_CREATED, f"channel:{channel.id}", details, request)
    return _published(channel, token, request)


@router.get("/channels/{channel}", response_model=ChannelBody, summary="一个渠道")
def get_channel(channel: Number, context: Ctx, _: Administering) -> ChannelBody:
    """Without its publish token."""
    return ChannelBody.of(context.channels.channel(channel))


@router.patch("/channels/{channel}", response_model=ChannelBody, summary="修改渠道")
def change_channel(
    channel: Number, body: ChannelChangeBody, request: Request, context: Ctx, principal: Administering
) -> ChannelBody:
    """Visitors' sessions end where it is shut, or moves to other pages."""
    given = body.model_dump(exclude_none=True)
    changed = context.channels.change(channel, by=principal, **given)
    context.audit.record(principal, Action.CHANNEL_CHANGED, f"channel:{channel}", given, request)
    return ChannelBody.of(changed)


@router.delete("/channels/{channel}", status_code=204, summary="删除渠道")
def delete_channel(channel: Number, request: Request, context: Ctx, principal: Administering) -> None:
    """Its publish token and its visitors' sessions end."""
    removed = context.channels.remove(channel, by=principal)
    details = {"name": removed.name}
    context.audit.record(principal, Action.CHANNEL_DELETED, f"channel:{channel}", details, request)


@router.post("/channels/{channel}/token", response_model=PublishedChannelBody, summary="更换发布令牌")
def rotate_channel(
    channel: Number, request: Request, context: Ctx, principal: Administering
) -> PublishedChannelBody:
    """The old one and all visitors' sessions end at once."""
    rotated, token = context.channels.rotate(channel, by=principal)
    context.audit.record(principal, Action.CHANNEL_ROTATED, f"channel:{channel}", request=request)
    return _published(rotated, token, request)


@router.post(
    "/widget/session",
    response_model=VisitTokenBody,
    status_code=201,
    dependencies=[limited(Kind.VISIT)],
    summary="访客会话",
    description="网页用发布令牌换 30 分钟的访客令牌；发布令牌放在 Authorization 头里，Origin 必须是渠道允许的来源。",
)
def begin_visit(
    request: Request,
    context: Ctx,
    body: VisitBody | None = None,
    authorization: Authorization = None,
    origin: Annotated[str | None, Header(pattern=ONE_LINE, description="由浏览器填写")] = None,
) -> VisitTokenBody:
    """A token for the page that asks, good there only."""
    channel = _channel_of(authorization, context)
    if origin is None or not (origin in channel.origins or is_own(origin, request)):
        raise NotAllowed("这个网页来源不能使用挂件。", remedy="请管理员把它加入渠道允许的来源。")
    again = None if body is None else body.again
    token, visit = context.visits.begin(channel, origin, again=again)
    request.state.principal = visit.principal()
    return VisitTokenBody(
        token=token,
        expires_at=visit.expires_at,
        appearance=ChannelBody.of(channel).appearance,
        question_chars=context.settings.max_question_chars,
    )


@router.get("/widget/appearance", response_model=Appearance, summary="挂件的外观")
def get_appearance(response: Response, context: Ctx, authorization: Authorization = None) -> Appearance:
    """What the button looks like before anybody presses it: everybody can see that, and no visit begins."""
    channel = _channel_of(authorization, context)
    response.headers.update({"Cache-Control": "private, max-age=300", "Vary": "Authorization"})
    return ChannelBody.of(channel).appearance


def _channel_of(authorization: str | None, context: Context) -> Channel:
    """The open channel of a publish token.

    Raises:
        NotSignedIn: the token is none, or no longer one.
    """
    published = bearer(authorization or "", CHANNEL)
    channel = None if published is None else context.channels.of_token(published)
    if channel is None:
        raise NotSignedIn("挂件的发布令牌无效。", remedy="请让网站管理员更新网页里的代码。")
    return channel


def _published(channel: Channel, token: str, request: Request) -> PublishedChannelBody:
    shown = ChannelBody.of(channel)
    base = str(request.base_url).rstrip("/")
    source, embed = (html.escape(url) for url in (f"{base}/widget.js", f"{base}/embed/{channel.id}#{token}"))
    return PublishedChannelBody(
        channel=shown,
        token=token,
        snippet=f'<script src="{source}" data-token="{token}" defer></script>',
        frame=(
            f'<iframe src="{embed}" title="{html.escape(shown.appearance.title)}" width="400" height="640" '
            'frameborder="0" allow="clipboard-write" loading="lazy"></iframe>'
        ),
    )
