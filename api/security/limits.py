"""How much one caller may do, and the headers that tell what is left."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.context import Context
from api.depends import Ctx, Placed, principal_of
from api.security.address import address_of, network_of
from api.security.principal import Principal
from api.state.accounts import folded
from api.state.rates import Limit

_MINUTE, _DAY = 60, 86_400
_SIGN_IN_SECONDS = 300
_NAMES_AN_ADDRESS = 5
"""People behind one address that may sign in at the same time."""
_VISITS = 60
"""That may begin from one address in a minute."""


class Kind(StrEnum):
    """What is limited by what is known before the body is read; sign-ins also go by name."""

    ASK = "ask"  # of a principal; of a visitor by address, and by channel and day
    VISIT = "visit"  # of an address: beginning a widget's session


def limited(kind: Kind) -> Any:
    """A dependency: takes one use of each limit that applies. For a route's ``dependencies``.

    Its request fails with :class:`api.errors.TooManyRequests` where one is used up. A question takes its place in the
    queue beforehand, as :func:`api.depends.placed` says.
    """
    if kind is Kind.VISIT:
        return Depends(_visiting)
    return Depends(_asking)


def _asking(
    _first: Placed, request: Request, context: Ctx, principal: Annotated[Principal, Depends(principal_of)]
) -> None:
    take_question(request, context, principal)


def take_question(request: Request, context: Context, principal: Principal) -> None:
    """One question of ``principal``.

    Raises:
        TooManyRequests: no more for now. NotFound: a visitor's channel is gone.
    """
    if principal.channel is None:
        most = context.settings.asks_per_minute
        take(request, context, _limit(f"ask:{principal.id}", most, _MINUTE, "问题"))
        return
    channel = context.channels.channel(principal.channel)
    take(
        request,
        context,
        _limit(f"ask:{channel.id}:{_network(request)}", channel.minute_limit, _MINUTE, "问题"),
        _limit(f"day:{channel.id}", channel.day_limit, _DAY, "问题"),
    )


def _visiting(request: Request, context: Ctx) -> None:
    take(request, context, _limit(f"visit:{_network(request)}", _VISITS, _MINUTE, "会话"))


def take_sign_in(request: Request, context: Context, name: str) -> None:
    """One attempt at the password of ``name``, whether there is such a person or not.

    Raises:
        TooManyRequests: too many from this address, or at this name from wherever.
    """
    most = context.settings.sign_ins
    by_address = f"sign-in:{_network(request)}"
    take(
        request,
        context,
        _limit(by_address, most * _NAMES_AN_ADDRESS, _SIGN_IN_SECONDS, "登录"),
        _limit(_sign_in_key(name), most, _SIGN_IN_SECONDS, "登录"),
    )


def forgive_sign_in(context: Context, name: str) -> None:
    """After the right password: earlier slips don't count any more for the name, but do for the address; who owns one
    account could else go on guessing at others'."""
    context.rates.forget(_sign_in_key(name))


def take(request: Request, context: Context, *limits: Limit) -> None:
    """One use of each; the response will tell what is left of the tightest.

    Raises:
        TooManyRequests: one is used up; nothing was taken.
    """
    request.state.allowance = context.rates.take(limits)


def _limit(key: str, most: int, seconds: int, what: str) -> Limit:
    time = {_MINUTE: "每分钟", _DAY: "每天", _SIGN_IN_SECONDS: "每 5 分钟"}[seconds]
    return Limit(key=key, most=most, seconds=seconds, message=f"太频繁：{time}最多 {most} 次{what}。")


def _network(request: Request) -> str:
    return network_of(address_of(request))


def _sign_in_key(name: str) -> str:
    """Not the name itself, which may be of any length, and a password typed into the wrong field."""
    return f"name:{hashlib.sha256(folded(name).encode()).hexdigest()}"


class RateHeaders:
    """Tells what is left of a limit: ``RateLimit-Limit``, ``-Remaining`` and ``-Reset`` (seconds), as in
    draft-ietf-httpapi-ratelimit-headers-03, which most clients know."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def sending(message: Message) -> None:
            allowance = scope.get("state", {}).get("allowance")
            if message["type"] == "http.response.start" and allowance is not None:
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Limit"] = str(allowance.most)
                headers["RateLimit-Remaining"] = str(allowance.remaining)
                headers["RateLimit-Reset"] = str(allowance.seconds)
            await send(message)

        await self._app(scope, receive, sending)
