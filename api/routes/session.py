"""Signing in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.context import Context
from api.depends import COOKIE, Ctx, SignedIn
from api.errors import NotAllowed, NotSignedIn
from api.problems import PROBLEMS
from api.schemas_access import ChangePasswordBody, SessionBody, SignInBody
from api.security.limits import forgive_sign_in, take_sign_in
from api.security.principal import NOBODY
from api.state.audit import Action
from api.state.sessions import Session

router = APIRouter(prefix="/v1/session", tags=["登录"], responses=PROBLEMS)


@router.post("", response_model=SessionBody, summary="登录")
async def sign_in(body: SignInBody, request: Request, response: Response, context: Ctx) -> SessionBody:
    """Sets the session's cookie; whatever session the caller had before ends."""
    _require_own_page(request)
    await run_in_threadpool(take_sign_in, request, context, body.name)
    token, session = await context.passwords.run(lambda: _sign_in(body, request, context))
    _set_cookie(request, response, token)
    return SessionBody.of(session)


@router.get("", response_model=SessionBody, summary="我是谁")
def get_session(session: SignedIn) -> SessionBody:
    """The present session, and its CSRF token for pages that were loaded anew."""
    return SessionBody.of(session)


@router.delete("", status_code=204, summary="退出登录")
def sign_out(session: SignedIn, request: Request, response: Response, context: Ctx) -> None:
    """Ends the session, here and on the server."""
    context.sessions.sign_out(request.cookies[COOKIE])
    user = session.user.principal()
    context.audit.record(user, Action.SIGNED_OUT, user.id, request=request)
    _set_cookie(request, response, "", max_age=0)


@router.put("/password", status_code=204, summary="修改自己的密码")
async def change_password(
    body: ChangePasswordBody, session: SignedIn, request: Request, context: Ctx
) -> None:
    """Ends all other sessions of the same person."""
    user = session.user
    await run_in_threadpool(take_sign_in, request, context, user.name)

    def change() -> None:
        here = request.cookies[COOKIE]
        context.accounts.change_password(user.id, body.old, body.new, session=here)
        forgive_sign_in(context, user.name)
        principal = user.principal()
        context.audit.record(principal, Action.PASSWORD_CHANGED, principal.id, request=request)

    await context.passwords.run(change)


def _sign_in(body: SignInBody, request: Request, context: Context) -> tuple[str, Session]:
    try:
        earlier = request.cookies.get(COOKIE)
        token, session = context.sessions.sign_in(body.name, body.password, instead_of=earlier)
    except NotSignedIn:
        # A name that nobody has isn't written down: it may be a password in the wrong field.
        tried = context.accounts.user_named(body.name)
        target = "user:?" if tried is None else f"user:{tried.id}"
        context.audit.record(NOBODY, Action.SIGN_IN_FAILED, target, request=request)
        raise
    forgive_sign_in(context, body.name)
    user = session.user.principal()
    request.state.principal = user
    context.audit.record(user, Action.SIGNED_IN, user.id, request=request)
    return token, session


def _require_own_page(request: Request) -> None:
    """A foreign page could else sign its reader in as somebody else, and see later what they asked.

    Raises:
        NotAllowed: the browser says that another site sent the request.
    """
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise NotAllowed("不能从别的网站登录。", remedy="请打开服务自己的页面登录。")


def _set_cookie(request: Request, response: Response, token: str, *, max_age: int | None = None) -> None:
    """Out of reach of scripts, never sent along by other sites, gone with the browser."""
    https = request.url.scheme == "https"
    response.set_cookie(
        COOKIE, token, max_age=max_age, path="/", httponly=True, samesite="strict", secure=https
    )
