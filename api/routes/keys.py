"""Keys of programs, for administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request

from api.depends import Administering, Ctx
from api.problems import PROBLEMS
from api.schemas_access import KeyBody, MadeKeyBody, NewKeyBody
from api.schemas_page import LARGEST, AfterNumber, Limit, PageBody
from api.state.audit import Action

router = APIRouter(prefix="/v1/keys", tags=["密钥"], responses=PROBLEMS)

Number = Annotated[int, Path(ge=1, le=LARGEST, description="密钥编号")]


@router.get("", response_model=PageBody[KeyBody], summary="所有密钥，新的在前")
def list_keys(
    context: Ctx, _: Administering, limit: Limit = 50, after: AfterNumber = None
) -> PageBody[KeyBody]:
    """Revoked ones, too."""
    page = context.keys.keys(limit=limit, before=after)
    return PageBody(items=[KeyBody.of(key) for key in page.items], next=page.next)


@router.post("", response_model=MadeKeyBody, status_code=201, summary="创建密钥")
def create_key(body: NewKeyBody, request: Request, context: Ctx, principal: Administering) -> MadeKeyBody:
    """Told once. It can do no more than its maker, now and later."""
    key, token = context.keys.create(
        body.name,
        body.scopes,
        maker=principal,
        collections=body.collections,
        expires_at=None if body.days is None else context.clock() + timedelta(days=body.days),
    )
    shown = KeyBody.of(key)
    details = shown.model_dump(mode="json", include={"name", "prefix", "scopes", "collections", "expires_at"})
    context.audit.record(principal, Action.KEY_CREATED, f"key:{key.id}", details, request)
    return MadeKeyBody(key=shown, token=token)


@router.delete("/{key}", status_code=204, summary="吊销密钥")
def revoke_key(key: Number, request: Request, context: Ctx, principal: Administering) -> None:
    """It ends at once, and so do keys that were made with it."""
    revoked = context.keys.revoke(key, by=principal)
    context.audit.record(principal, Action.KEY_REVOKED, f"key:{key}", {"name": revoked.name}, request)
