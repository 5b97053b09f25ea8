"""People, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from api.depends import Administering, Ctx
from api.problems import PROBLEMS
from api.schemas_access import GrantBody, NewUserBody, UserBody, UserChangeBody, UserPasswordBody
from api.schemas_page import LARGEST, AfterNumber, Limit, PageBody
from api.security.secrets import new_password
from api.state.audit import Action

router = APIRouter(prefix="/v1/users", tags=["用户"], responses=PROBLEMS)

Number = Annotated[int, Path(ge=1, le=LARGEST, description="用户编号")]


@router.get("", response_model=PageBody[UserBody], summary="所有用户")
def list_users(
    context: Ctx, _: Administering, limit: Limit = 50, after: AfterNumber = None
) -> PageBody[UserBody]:
    """In the order in which they were added."""
    page = context.accounts.users(limit=limit, after=0 if after is None else after)
    return PageBody(items=[UserBody.of(user) for user in page.items], next=page.next)


@router.post("", response_model=UserPasswordBody, status_code=201, summary="添加用户")
async def create_user(
    body: NewUserBody, request: Request, context: Ctx, principal: Administering
) -> UserPasswordBody:
    """With a password that is told once, and that they must change."""

    def create() -> UserPasswordBody:
        password = new_password()
        user = context.accounts.create(
            body.name, password, body.role, grants=_grants(body.grants), by=principal
        )
        details = {"name": user.name, "role": user.role, "grants": dict(user.grants)}
        context.audit.record(principal, Action.USER_CREATED, f"user:{user.id}", details, request)
        return UserPasswordBody(user=UserBody.of(user), password=password)

    return await context.passwords.run(create)


@router.get("/{user}", response_model=UserBody, summary="一个用户")
def get_user(user: Number, context: Ctx, _: Administering) -> UserBody:
    """With what they may use."""
    return UserBody.of(context.accounts.user(user))


@router.patch("/{user}", response_model=UserBody, summary="修改用户")
def change_user(
    user: Number, body: UserChangeBody, request: Request, context: Ctx, principal: Administering
) -> UserBody:
    """Role, whether they are disabled, collections; what they have signed in to follows at once."""
    grants = None if body.grants is None else _grants(body.grants)
    changed = context.accounts.change(
        user, by=principal, role=body.role, disabled=body.disabled, grants=grants
    )
    details = {
        name: value
        for name, value in (("role", body.role), ("disabled", body.disabled), ("grants", grants))
        if value is not None
    }
    context.audit.record(principal, Action.USER_CHANGED, f"user:{user}", details, request)
    return UserBody.of(changed)


@router.delete("/{user}", status_code=204, summary="删除用户")
def delete_user(user: Number, request: Request, context: Ctx, principal: Administering) -> None:
    """Their sessions and keys end."""
    removed = context.accounts.remove(user, by=principal)
    context.audit.record(principal, Action.USER_DELETED, f"user:{user}", {"name": removed.name}, request)


@router.post("/{user}/password", response_model=UserPasswordBody, summary="重设用户的密码")
async def reset_password(
    user: Number, request: Request, context: Ctx, principal: Administering
) -> UserPasswordBody:
    """To a fresh one that is told once, and that they must change; their sessions end."""

    def reset() -> UserPasswordBody:
        person, password = context.accounts.reset_password(user, by=principal)
        context.audit.record(principal, Action.USER_RESET, f"user:{user}", request=request)
        return UserPasswordBody(user=UserBody.of(person), password=password)

    return await context.passwords.run(reset)


def _grants(given: list[GrantBody]) -> dict[str, bool]:
    return {grant.collection: grant.access == "write" for grant in given}
