"""Conversations: everybody's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.depends import Asking, Ctx
from api.problems import PROBLEMS
from api.schemas_conversations import (
    ConversationBody,
    ConversationTurnsBody,
    NewConversationBody,
    TurnBody,
)
from api.schemas_page import NO_NUL, After, Limit, PageBody

router = APIRouter(prefix="/v1/conversations", tags=["会话"], responses=PROBLEMS)

Key = Annotated[str, Path(max_length=64, pattern=NO_NUL, description="会话编号")]


@router.post("", response_model=ConversationBody, status_code=201, summary="新建会话")
def create_conversation(body: NewConversationBody, context: Ctx, principal: Asking) -> ConversationBody:
    """A conversation without questions; asking with ``conversation: "new"`` begins one, too."""
    return ConversationBody.of(context.conversations.create(principal.id, title=body.title.strip()))


@router.get("", response_model=PageBody[ConversationBody], summary="自己的会话，新的在前")
def list_conversations(
    context: Ctx, principal: Asking, limit: Limit = 50, after: After = None
) -> PageBody[ConversationBody]:
    """The one begun last first."""
    page = context.conversations.page(principal.id, limit=limit, after=after)
    return PageBody(items=[ConversationBody.of(one) for one in page.items], next=page.next)


@router.get("/{conversation}", response_model=ConversationTurnsBody, summary="一个会话和其中的提问")
def get_conversation(
    conversation: Key, context: Ctx, principal: Asking, limit: Limit = 50, after: After = None
) -> ConversationTurnsBody:
    """``limit`` and ``after`` are those of its questions, the latest of which comes first."""
    one = context.conversations.conversation(principal.id, conversation)
    page = context.conversations.turns(principal.id, conversation, limit=limit, after=after)
    turns = PageBody(items=[TurnBody.of(turn) for turn in page.items], next=page.next)
    return ConversationTurnsBody(**ConversationBody.of(one).model_dump(), turns=turns)


@router.delete("/{conversation}", status_code=204, summary="删除会话")
def delete_conversation(conversation: Key, context: Ctx, principal: Asking) -> None:
    """With its questions, and what was said of them."""
    context.conversations.remove(principal.id, conversation)
