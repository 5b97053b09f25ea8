"""What routes ask for by type: the context, and who is asking."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from api.asker import Place
from api.context import Context
from api.errors import MustChangePassword, NotAllowed, NotSignedIn, WrongCsrf
from api.security.origins import comes_from
from api.security.principal import Principal, Scope
from api.security.secrets import KEY, VISITOR
from api.state.sessions import Session

COOKIE = "yuanwen_session"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# For the description only; what they hold is judged below, so that every refusal has our own shape.
_bearer = HTTPBearer(auto_error=False, scheme_name="key", description="密钥 ywk_… 或挂件会话 ywv_…")
_cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="session",
    description=f"登录后的会话；修改类请求还要带 {CSRF_HEADER} 头",
)


def context_of(request: Request) -> Context:
    """The process's context."""
    context: Context = request.app.state.context
    return context


Ctx = Annotated[Context, Depends(context_of)]


async def placed(request: Request) -> AsyncIterator[Place]:
    """A place in the queue of questions until the response is sent. For whatever comes first: of hundreds that come
    at once, those that must be refused are to be refused before anything is looked up for them.

    Raises:
        Overloaded: too many questions wait.
    """
    with context_of(request).place() as place:
        yield place


Placed = Annotated[Place, Depends(placed)]


def session_of(request: Request, context: Ctx) -> Session | None:
    """The signed-in session of the request's cookie.

    Raises:
        WrongCsrf: a request that changes something without the session's CSRF token.
    """
    token = request.cookies.get(COOKIE)
    session = None if token is None else context.sessions.session(token)
    if session is None:
        return None
    request.state.principal = session.user.principal()
    if request.method in _SAFE:
        return session
    given = request.headers.get(CSRF_HEADER, "")
    if not secrets.compare_digest(given.encode(), session.csrf.encode()):
        raise WrongCsrf("请求没有带上会话的 CSRF 令牌。")
    return session


def signed_in(
    session: Annotated[Session | None, Depends(session_of)],
    _described: Annotated[Any, Security(_cookie)] = None,
) -> Session:
    """The session, whether its password must be changed or not.

    Raises:
        NotSignedIn: there is none. WrongCsrf: see :func:`session_of`.
    """
    if session is None:
        raise NotSignedIn("没有登录。", remedy="请登录。")
    return session


SignedIn = Annotated[Session, Depends(signed_in)]


def principal_of(
    request: Request,
    context: Ctx,
    _described: Annotated[Any, Security(_bearer)] = None,
    _too: Annotated[Any, Security(_cookie)] = None,
) -> Principal:
    """Who asks: by the ``Authorization`` header if there is one, else by the session's cookie.

    Raises:
        NotSignedIn: neither holds. WrongCsrf: see :func:`session_of`.
        MustChangePassword: so far that session is good for nothing else.
    """
    header = request.headers.get("Authorization")
    if header is not None:
        principal = _by_token(header, request, context)
    else:
        session = session_of(request, context)
        if session is not None and session.user.must_change:
            raise MustChangePassword("密码是别人给的，要先改过才能使用。")
        principal = None if session is None else session.user.principal()
    if principal is None:
        raise NotSignedIn("需要登录或密钥。")
    request.state.principal = principal
    return principal


def bearer(header: str, kind: str) -> str | None:
    """The token of an ``Authorization`` header (RFC 6750), if it is one of that kind."""
    scheme, _, token = header.partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.startswith(kind) else None


def _by_token(header: str, request: Request, context: Context) -> Principal | None:
    if (key := bearer(header, KEY)) is not None:
        return context.keys.principal_of(key)
    if (visitor := bearer(header, VISITOR)) is not None:
        visit = context.visits.visit(visitor)
        return visit.principal() if visit is not None and comes_from(request, visit.origin) else None
    return None


def allowed(scope: Scope) -> Any:
    """A dependency: the principal, who must have ``scope``."""

    def checked(principal: Annotated[Principal, Depends(principal_of)]) -> Principal:
        principal.require(scope)
        return principal

    check: Callable[..., Principal] = checked
    return Depends(check)


Asking = Annotated[Principal, allowed(Scope.ASK)]
Reading = Annotated[Principal, allowed(Scope.READ)]


def _browsing(principal: Reading) -> Principal:
    if principal.channel is not None:
        raise NotAllowed("挂件的访客只能查看答案引用的地方。", remedy="请登录后再浏览文档。")
    return principal


Browsing = Annotated[Principal, Depends(_browsing)]
"""Reading whole collections: a widget's visitors follow citations, and may not list or take documents away."""
Writing = Annotated[Principal, allowed(Scope.WRITE)]
GivingFeedback = Annotated[Principal, allowed(Scope.FEEDBACK)]
Curating = Annotated[Principal, allowed(Scope.KNOWLEDGE)]
Evaluating = Annotated[Principal, allowed(Scope.EVALUATE)]
Measuring = Annotated[Principal, allowed(Scope.METRICS)]
Administering = Annotated[Principal, allowed(Scope.ADMIN)]
