"""``yuanwen keys`` and ``yuanwen users``: on the database itself, so that no operator is ever locked out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api import output
from index.errors import NotFound

if TYPE_CHECKING:
    from api.state.accounts import Accounts, User
    from api.state.audit import Audit
    from api.state.keys import ApiKey, Keys
    from api.state.page import Page

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，便于脚本使用")]
Name = Annotated[str, typer.Argument(help="用户名")]

_PAGE = 200
_SCOPES = "ask、documents:read、documents:write、feedback、knowledge、evaluate、metrics、admin"
_ROLES = "admin、editor、reader"

keys_app = typer.Typer(name="keys", help="程序用的密钥。", no_args_is_help=True)
users_app = typer.Typer(name="users", help="用户和他们的密码。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.add_typer(keys_app)
    app.add_typer(users_app)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    accounts: Accounts
    keys: Keys
    audit: Audit


@contextlib.contextmanager
def _state() -> Iterator[_State]:
    from api.state.accounts import Accounts
    from api.state.audit import Audit
    from api.state.database import FILE, StateDatabase
    from api.state.home import serving
    from api.state.keys import Keys
    from rag.settings import load_settings

    settings = load_settings()
    with serving(settings.home), contextlib.closing(StateDatabase(settings.home / FILE)) as database:
        yield _State(
            accounts=Accounts(database),
            keys=Keys(database),
            audit=Audit(database, days=settings.audit_days),
        )


def _every(page_from: Callable[[int | None], Page[T]]) -> list[T]:
    """The items of all pages; ``page_from`` gives the one at a cursor, None for the first."""
    page = page_from(None)
    items = list(page.items)
    while page.next is not None:
        page = page_from(int(page.next))
        items += page.items
    return items


# --- keys ---


@keys_app.command(name="create")
def create_key(
    name: Annotated[str, typer.Argument(help="给人看的名字，例如用它的程序")],
    scope: Annotated[list[str], typer.Option("--scope", "-s", help=f"可做什么，可写多次：{_SCOPES}")],
    collection: Annotated[
        list[str] | None, typer.Option("--collection", "-c", help="可用的文档集，可写多次；不写就是全部")
    ] = None,
    days: Annotated[int | None, typer.Option(help="多少天后到期；不写就一直有效", min=1, max=3650)] = None,
    as_json: AsJson = False,
) -> None:
    """创建密钥；密钥只显示这一次。"""
    from datetime import timedelta

    from api.clock import now
    from api.security.principal import LOCAL, Scope
    from api.state.audit import Action

    unknown = sorted(set(scope) - {known.value for known in Scope})
    if unknown:
        raise typer.BadParameter(f"没有 {'、'.join(unknown)}；可用的有 {_SCOPES}。", param_hint="--scope")
    with _state() as state:
        key, token = state.keys.create(
            name,
            [Scope(one) for one in scope],
            maker=LOCAL,
            collections=collection or None,
            expires_at=None if days is None else now() + timedelta(days=days),
        )
        details = {"name": name, "scopes": sorted(scope), "collections": collection}
        state.audit.record(LOCAL, Action.KEY_CREATED, f"key:{key.id}", details)
    if as_json:
        output.print_json({"key": _key_object(key), "token": token})
    else:
        _print(f"已创建密钥 {key.id}：{name}\n{token}\n只显示这一次，请妥善保存。")


@keys_app.command(name="list")
def list_keys(as_json: AsJson = False) -> None:
    """列出密钥，新的在前。"""
    with _state() as state:
        keys = _every(lambda before: state.keys.keys(limit=_PAGE, before=before))
    if as_json:
        output.print_json({"keys": [_key_object(key) for key in keys]})
        return
    table = Table("编号", "名字", "开头", "权限", "文档集", "到期", "最近使用", box=None, pad_edge=False)
    for key in keys:
        shown = _key_object(key)
        table.add_row(
            str(key.id),
            escape(key.name),
            f"{key.prefix}…",
            " ".join(shown["scopes"]),
            "全部" if key.collections is None else escape("、".join(shown["collections"])),
            "已吊销" if key.revoked_at is not None else _day(key.expires_at),
            _day(key.used_at),
        )
    Console().print(table if keys else "还没有密钥。")


@keys_app.command(name="revoke")
def revoke_key(
    number: Annotated[int, typer.Argument(help="编号，见 yuanwen keys list")], as_json: AsJson = False
) -> None:
    """吊销密钥；立即失效，用它创建的密钥也一并失效。"""
    from api.security.principal import LOCAL
    from api.state.audit import Action

    with _state() as state:
        key = state.keys.revoke(number, by=LOCAL)
        state.audit.record(LOCAL, Action.KEY_REVOKED, f"key:{number}", {"name": key.name})
    if as_json:
        output.print_json({"key": _key_object(key)})
    else:
        _print(f"已吊销密钥 {number}:{key.name}")


# --- people ---


@users_app.command(name="create")
def create_user(
    name: Name,
    role: Annotated[str, typer.Option(help=f"角色：{_ROLES}")] = "reader",
    read: Annotated[list[str] | None, typer.Option("--read", help="可读的文档集，可写多次")] = None,
    write: Annotated[list[str] | None, typer.Option("--write", help="可读写的文档集，可写多次")] = None,
    as_json: AsJson = False,
) -> None:
    """添加用户；密码只显示这一次，登录后要先修改。"""
    from api.security.principal import LOCAL, Role
    from api.security.secrets import new_password
    from api.state.audit import Action

    if role not in {known.value for known in Role}:
        raise typer.BadParameter(f"没有 {role}；可用的有 {_ROLES}。", param_hint="--role")
    grants = {**dict.fromkeys(read or (), False), **dict.fromkeys(write or (), True)}
    password = new_password()
    with _state() as state:
        user = state.accounts.create(name, password, Role(role), grants=grants, by=LOCAL)
        details = {"name": user.name, "role": role, "grants": grants}
        state.audit.record(LOCAL, Action.USER_CREATED, f"user:{user.id}", details)
    _tell_password(user, password, f"已添加用户 {user.name}", as_json=as_json)


@users_app.command(name="list")
def list_users(as_json: AsJson = False) -> None:
    """列出用户。"""
    with _state() as state:
        people = _every(lambda after: state.accounts.users(limit=_PAGE, after=0 if after is None else after))
    if as_json:
        output.print_json({"users": [_user_object(user) for user in people]})
        return
    table = Table("编号", "用户名", "角色", "状态", "文档集", box=None, pad_edge=False)
    for user in people:
        held = "、".join(f"{name}{'(读写)' if write else ''}" for name, write in sorted(user.grants.items()))
        status = "已停用" if user.disabled else "要改密码" if user.must_change else "正常"
        everything = "全部" if user.role == "admin" else escape(held)
        table.add_row(str(user.id), escape(user.name), user.role, status, everything)
    Console().print(table if people else "还没有用户；首次运行 yuanwen serve 会创建管理员。")


@users_app.command(name="reset")
def reset_user(name: Name, as_json: AsJson = False) -> None:
    """重设用户的密码；密码只显示这一次，已有的登录全部失效。"""
    from api.security.principal import LOCAL
    from api.state.audit import Action

    with _state() as state:
        user, password = state.accounts.reset_password(_named(state, name).id, by=LOCAL)
        state.audit.record(LOCAL, Action.USER_RESET, f"user:{user.id}")
    _tell_password(user, password, f"已重设 {user.name} 的密码", as_json=as_json)


@users_app.command(name="disable")
def disable_user(
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="重新启用")] = False,
    as_json: AsJson = False,
) -> None:
    """停用用户；登录和密钥立即失效。"""
    from api.security.principal import LOCAL
    from api.state.audit import Action

    with _state() as state:
        user = state.accounts.change(_named(state, name).id, by=LOCAL, disabled=not undo)
        state.audit.record(LOCAL, Action.USER_CHANGED, f"user:{user.id}", {"disabled": user.disabled})
    if as_json:
        output.print_json({"user": _user_object(user)})
    else:
        _print(f"已{'启用' if undo else '停用'} {user.name}")


def _named(state: _State, name: str) -> User:
    user = state.accounts.user_named(name)
    if user is None:
        raise NotFound(f"没有用户 {name}。", remedy="运行 yuanwen users list 查看已有用户。")
    return user


def _tell_password(user: User, password: str, done: str, *, as_json: bool) -> None:
    if as_json:
        output.print_json({"user": _user_object(user), "password": password})
    else:
        _print(f"{done}\n密码  {password}\n只显示这一次，登录后要先修改。")


def _key_object(key: ApiKey) -> dict[str, Any]:
    from api.schemas_access import KeyBody

    return KeyBody.of(key).model_dump(mode="json")


def _user_object(user: User) -> dict[str, Any]:
    from api.schemas_access import UserBody

    return UserBody.of(user).model_dump(mode="json")


def _day(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d}"


def _print(text: str) -> None:
    Console().print(escape(text), highlight=False, soft_wrap=True)
