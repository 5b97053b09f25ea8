"""Names under which the service answers, and what people are told of them."""

from __future__ import annotations

from rag.settings import Settings

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})
"""Not addresses: to listen on one of these is to listen on all that the machine has."""
_NOBODYS = _EVERYWHERE.union(LOCAL_NAMES, ("[::]",))
"""Names that lead nobody else here."""


def allowed_hosts(settings: Settings) -> list[str]:
    """Names under which the service may be asked for; a page elsewhere could else reach one that listens on
    loopback, by a name of its own that leads there (DNS rebinding)."""
    if settings.allowed_hosts:
        return list(settings.allowed_hosts)
    return sorted({_name(settings.host), *LOCAL_NAMES})


def told_addresses(settings: Settings) -> str:
    """Where people find a service that answers; and, where it listens for others and refuses them all, why."""
    everywhere = settings.host in _EVERYWHERE
    here = "127.0.0.1" if everywhere else _name(settings.host)
    others = [name for name in allowed_hosts(settings) if "*" not in name and name not in _NOBODYS]
    if here in LOCAL_NAMES and not everywhere and others:
        return f"可以用了，监听 {here}:{settings.port}。请经反向代理，用这里的主机名打开：{'、'.join(others)}"
    addresses = [f"http://{name}:{settings.port}/" for name in others or [here]]
    told = f"可以用了：{'、'.join(addresses)}"
    if everywhere and not settings.allowed_hosts:
        told += (
            "\n现在只有本机能打开。请把同事在浏览器里用的主机名或 IP 写进 YUANWEN_ALLOWED_HOSTS，例如"
            """ YUANWEN_ALLOWED_HOSTS='["192.168.1.20"]'，再重新启动。"""
        )
    return told


def _name(host: str) -> str:
    """As it stands in an address."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
