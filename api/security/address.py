"""Where a request comes from."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection

_HOME = 64
"""Bits of an IPv6 address that one subscriber shares with nobody; the rest is theirs to change at will."""


def address_of(request: HTTPConnection) -> str:
    """The caller's address, as told by the connection, or by a trusted proxy (uvicorn puts it there)."""
    return "" if request.client is None else request.client.host


def network_of(address: str) -> str:
    """What limits by address go by: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:  # a socket without addresses
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _HOME), strict=False))
    return str(parsed)
