"""Every setting with its value and where that comes from, on the command line and over HTTP."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import Field, SecretStr

from api.cli import main
from api.security.principal import Scope
from conftest import KeyFor
from index.store import schema
from rag.origins import Origin, SettingInForce, settings_in_force
from rag.settings import Settings, load_settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder that the settings' file is read from."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def told(settings: Settings) -> dict[str, SettingInForce]:
    return {setting.name: setting for setting in settings_in_force(settings)}


def test_each_value_is_told_with_where_it_comes_from(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "settings.toml").write_text("pool = 9\ntop_k = 3\n", encoding="utf-8")
    monkeypatch.setenv("YUANWEN_TOP_K", "4")
    monkeypatch.setenv("yuanwen_workers", "2")
    monkeypatch.setenv("YUANWEN_HOST", "10.0.0.1")
    found = told(load_settings(port=9001, host="10.0.0.2"))
    names = ("top_k", "workers", "pool", "port", "host")
    origins = {name: (found[name].value, found[name].origin) for name in names}
    assert origins == {
        "top_k": (4, Origin.ENVIRONMENT),  # which wins over the file
        "workers": (2, Origin.ENVIRONMENT),
        "pool": (9, Origin.FILE),
        "port": (9001, Origin.ARGUMENT),
        "host": ("10.0.0.2", Origin.ARGUMENT),  # which wins over the environment
    }
    assert (found["retrieval"].value, found["retrieval"].origin) == ("hybrid", Origin.DEFAULT)
    assert (found["top_k"].default, found["top_k"].variable) == (8, "YUANWEN_TOP_K")


def test_every_setting_is_there_described_and_fit_for_json() -> None:
    found = told(load_settings())
    assert found.keys() == Settings.model_fields.keys()
    assert all(setting.description for setting in found.values())
    json.dumps([(setting.value, setting.default) for setting in found.values()])


def test_what_was_written_after_the_start_changes_nothing(home: Path) -> None:
    settings = load_settings()
    (home / "settings.toml").write_text("pool = 9\n", encoding="utf-8")
    found = told(settings)["pool"]
    assert (found.value, found.origin) == (50, Origin.DEFAULT)


def test_a_secret_is_not_told() -> None:
    class WithSecret(Settings):
        password: SecretStr = Field(SecretStr("hunter2"), description="密码")

    settings = WithSecret()
    assert "hunter2" not in repr(settings_in_force(settings))
    assert told(settings)["password"].value == told(settings)["password"].default == "[…]"


def test_only_administrators_see_them(client: TestClient, key_for: KeyFor) -> None:
    assert client.get("/v1/settings").status_code == 401
    assert client.get("/v1/settings", headers=key_for(Scope.READ)).status_code == 403
    items = client.get("/v1/settings", headers=key_for(Scope.ADMIN)).json()["items"]
    threshold = next(item for item in items if item["name"] == "threshold")
    assert (threshold["value"], threshold["origin"], threshold["default"]) == (0.0, "argument", "default")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["yuanwen", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        try:
            main()
        except SystemExit as ended:
            return int(ended.code or 0), *capsys.readouterr()
        return 0, *capsys.readouterr()

    return call


def test_the_command_line_tells_them_too(run: Any, home: Path) -> None:
    (home / "settings.toml").write_text("pool = 9\n", encoding="utf-8")
    _, out, _ = run("settings", "--json")
    found = {setting["name"]: setting for setting in json.loads(out)["settings"]}
    assert (found["pool"]["value"], found["pool"]["origin"]) == (9, "file")
    assert json.loads(out)["file"] == str(home / "settings.toml")
    _, out, _ = run("settings")
    (line,) = (line for line in out.splitlines() if line.startswith("YUANWEN_POOL"))
    assert "settings.toml" in line


def test_backup_and_restore_by_command(run: Any, home: Path, tmp_path: Path, yearbook: Path) -> None:
    from fakes import HashingEmbedder
    from index.ingest import Ingester, Limits
    from index.segment import HanAnalyzer
    from index.store.embedded import open_store

    embedder = HashingEmbedder()
    store = open_store(home, analyzer=HanAnalyzer(), embedder=embedder.info)
    Ingester(store, embedder, limits=Limits()).add_bytes(yearbook.read_bytes(), source="年鉴.txt")
    store.close()

    code, out, _ = run("backup", tmp_path / "b.tar", "--json")
    assert (code, json.loads(out)["documents"]) == (0, 1)
    code, _, err = run("backup", tmp_path / "b.tar")
    assert (code, "已经存在" in err) == (1, True)
    code, _, err = run("restore", tmp_path / "b.tar")
    assert (code, "--replace" in err) == (1, True)
    code, out, _ = run("restore", tmp_path / "b.tar", "--home", tmp_path / "other")
    assert code == 0
    assert "1 个文档" in out
    assert f"索引版本 {schema.VERSION}" in out
    code, out, _ = run("list", "--json")
    assert [document["source"] for document in json.loads(out)["documents"]] == ["年鉴.txt"]
    (tmp_path / "b.tar").write_bytes(b"no backup")
    code, out, _ = run("restore", tmp_path / "b.tar", "--home", tmp_path / "third", "--json")
    assert (code, json.loads(out)["error"]["type"]) == (4, "DamagedBackup")


def test_upgrade_by_command_says_what_there_is_to_do(run: Any, home: Path) -> None:
    from api.state.database import FILE, StateDatabase

    assert "还没有" in run("upgrade")[1]
    StateDatabase(home / FILE).close()
    code, out, _ = run("upgrade", "--json")
    assert (code, json.loads(out)["done"]) == (0, False)
    assert json.loads(out)["service"]["now"] == json.loads(out)["service"]["wanted"]
    code, _, err = run("upgrade", "--to", "9999")
    assert (code, "0001" in err) == (4, True)
