"""What routes ask for by type: the context, and who is asking."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from api.context import Context
from api.errors import NotAllowed, NotSignedIn
from api.security.principal import Principal, Scope
from api.security.secrets import KEY
from api.state.accounts import Session

COOKIE = "yuanwen_session"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# For the description only; what they hold is judged below, so that every refusal has our own shape.
_bearer = HTTPBearer(auto_error=False, scheme_name="key", description="密钥 ywk_… 或挂件会话 ywv_…")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="session", description="登录后的会话")


def context_of(request: Request) -> Context:
    """The process's context."""
    context: Context = request.app.state.context
    return context


Ctx = Annotated[Context, Depends(context_of)]


def session_of(request: Request, context: Ctx) -> Session | None:
    """The signed-in session of the request's cookie.

    Raises:
        NotAllowed: a request that changes something without the session's CSRF token.
    """
    token = request.cookies.get(COOKIE)
    session = None if token is None else context.accounts.session(token)
    if session is None or request.method in _SAFE:
        return session
    given = request.headers.get(CSRF_HEADER, "")
    if not secrets.compare_digest(given.encode(), session.csrf.encode()):
        raise NotAllowed(
            "请求没有带上会话的 CSRF 令牌。", remedy=f"请在 {CSRF_HEADER} 头里带上登录时得到的 csrf。"
        )
    return session


def principal_of(
    request: Request,
    context: Ctx,
    _described: Annotated[Any, Security(_bearer)] = None,
    _too: Annotated[Any, Security(_cookie)] = None,
) -> Principal:
    """Who asks: by the ``Authorization`` header if there is one, else by the session's cookie.

    Raises:
        NotSignedIn: neither holds. NotAllowed: see :func:`session_of`.
    """
    header = request.headers.get("Authorization")
    if header is not None:
        principal = _by_token(header, context)
    else:
        session = session_of(request, context)
        principal = None if session is None else session.user.principal()
    if principal is None:
        raise NotSignedIn("需要登录或密钥。")
    request.state.principal = principal
    return principal


def _by_token(header: str, context: Context) -> Principal | None:
    kind, _, token = header.partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token.startswith(KEY):
        return None
    key = context.keys.key_of(token)
    return None if key is None else key.principal()


def allowed(scope: Scope) -> Any:
    """A dependency: the principal, who must have ``scope``."""

    def checked(principal: Annotated[Principal, Depends(principal_of)]) -> Principal:
        principal.require(scope)
        return principal

    check: Callable[..., Principal] = checked
    return Depends(check)


Asking = Annotated[Principal, allowed(Scope.ASK)]
Reading = Annotated[Principal, allowed(Scope.READ)]
Writing = Annotated[Principal, allowed(Scope.WRITE)]
GivingFeedback = Annotated[Principal, allowed(Scope.FEEDBACK)]
Curating = Annotated[Principal, allowed(Scope.KNOWLEDGE)]
Evaluating = Annotated[Principal, allowed(Scope.EVALUATE)]
Measuring = Annotated[Principal, allowed(Scope.METRICS)]
Administering = Annotated[Principal, allowed(Scope.ADMIN)]
