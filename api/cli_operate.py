"""``yuanwen settings | backup | restore | upgrade``: what who runs a service needs beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api import output

if TYPE_CHECKING:
    from api.archive import Manifest
    from api.upgrade import Change
    from rag.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，便于脚本使用")]
Home = Annotated[Path | None, typer.Option("--home", help="数据目录；不写就用设置里的")]

_ORIGINS = {"default": "默认", "environment": "环境变量", "file": "settings.toml", "argument": "命令行"}


def register(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    for command in (settings, backup, restore, upgrade):
        app.command()(command)


def settings(as_json: AsJson = False) -> None:
    """列出每项设置：现在的值、来自哪里、含义。"""
    from rag.origins import settings_in_force
    from rag.settings import load_settings, settings_file

    told = settings_in_force(load_settings())
    if as_json:
        output.print_json(
            {"file": str(settings_file()), "settings": [output.setting_object(s) for s in told]}
        )
        return
    table = Table("变量", "值", "来自", "含义", box=None, pad_edge=False)
    for one in told:
        table.add_row(one.variable, escape(str(one.value)), _ORIGINS[one.origin], one.description)
    Console().print(table)
    Console().print(f"设置文件：{settings_file()}", highlight=False, soft_wrap=True)


def backup(
    target: Annotated[Path, typer.Argument(help="….tar、….tar.gz，或一个新目录")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """备份全部数据；服务可以照常运行。"""
    from api.backup import back_up

    with output.files_progress(quiet=as_json) as progress:
        manifest = back_up(_settings(home).home, target, progress=progress)
    if as_json:
        output.print_json({"backup": str(target), **_manifest_object(manifest)})
    else:
        _print(f"已备份到 {target}:{_manifest_words(manifest)}。")


def restore(
    source: Annotated[Path, typer.Argument(help="备份文件或目录")],
    home: Home = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="目录里有数据也恢复；原有的数据会移到一边")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """核对备份并恢复到数据目录；要先停止服务。"""
    from api.backup import restore as run

    folder = _settings(home).home
    restored = run(source, folder, replace=replace)
    if as_json:
        kept = None if restored.kept is None else str(restored.kept)
        output.print_json({"home": str(folder), "kept": kept, **_manifest_object(restored.manifest)})
        return
    _print(f"已恢复到 {folder}:{_manifest_words(restored.manifest)}。检索索引会在下次启动时重建。")
    if restored.kept is not None:
        _print(f"原有的数据在 {restored.kept}，确认无误后可以删除。")


def upgrade(
    to: Annotated[str | None, typer.Option("--to", help="服务数据库的版本，可以更旧；不写就是最新")] = None,
    index_to: Annotated[int | None, typer.Option(help="索引的版本，可以更旧；不写就是最新", min=1)] = None,
    backup: Annotated[Path | None, typer.Option(help="先备份到这里；不写就在数据目录的 backups/ 里")] = None,
    no_backup: Annotated[bool, typer.Option("--no-backup", help="不备份")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说要做什么")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """把两个数据库升级到此程序的版本，或退回旧版本；先备份，要先停止服务。"""
    from api.upgrade import backup_name, carry_out, plan

    folder = _settings(home).home
    wanted = plan(folder, service=to, index=index_to)
    place: Path | None = None
    if not wanted.empty and not dry_run:
        if not no_backup:
            place = backup_name(folder, wanted) if backup is None else backup
        with output.files_progress(quiet=as_json) as progress:
            carry_out(folder, wanted, backup=place, progress=progress)
    done = not dry_run and not wanted.empty
    if as_json:
        changes = {"index": _change_object(wanted.index), "service": _change_object(wanted.service)}
        output.print_json({**changes, "done": done, "backup": None if place is None else str(place)})
        return
    _print_change("索引", wanted.index)
    _print_change("服务数据库", wanted.service)
    if place is not None:
        _print(f"之前的数据备份在 {place}")
    _print("已完成。" if done else "没有要做的。" if wanted.empty else "以上还没有做(--dry-run)。")


def _settings(home: Path | None) -> Settings:
    from rag.settings import load_settings

    return load_settings(home=home)


def _print(text: str) -> None:
    Console().print(escape(text), highlight=False, soft_wrap=True)


def _manifest_object(manifest: Manifest) -> dict[str, object]:
    return {
        "yuanwen": manifest.yuanwen,
        "made_at": manifest.made_at.isoformat(),
        "index": manifest.index,
        "service": manifest.service,
        "documents": manifest.documents,
        "passages": manifest.passages,
        "files": len(manifest.files),
        "bytes": manifest.bytes,
    }


def _manifest_words(manifest: Manifest) -> str:
    return (
        f"{manifest.documents} 个文档，{manifest.passages} 个段落，{manifest.bytes / 2**20:.1f} MB;"
        f"yuanwen {manifest.yuanwen} 于 {manifest.made_at.astimezone():%Y-%m-%d %H:%M:%S} 所做，"
        f"索引版本 {manifest.index or '无'}，服务数据库版本 {manifest.service or '无'}"
    )


def _change_object(change: Change) -> dict[str, object]:
    return {"now": change.now, "wanted": change.wanted, "steps": list(change.steps)}


def _print_change(name: str, change: Change) -> None:
    if change.now is None:
        _print(f"{name}：还没有")
    elif change.now == change.wanted:
        _print(f"{name}：版本 {change.now}，不用变")
    else:
        _print(f"{name}：版本 {change.now} → {change.wanted}")
        for step in change.steps:
            _print(f"  {step}")
