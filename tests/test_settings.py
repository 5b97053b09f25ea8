"""Settings: where they come from, and that wrong ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import SettingsError
from rag.settings import load_settings


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YUANWEN_HOME", str(tmp_path))
    (tmp_path / "settings.toml").write_text("top_k = 3\npool = 9\n", encoding="utf-8")
    monkeypatch.setenv("YUANWEN_TOP_K", "4")
    settings = load_settings()
    assert (settings.home, settings.top_k, settings.pool) == (tmp_path, 4, 9)


def test_an_argument_wins_over_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUANWEN_PORT", "9000")
    assert load_settings(port=9001, host=None).port == 9001


@pytest.mark.parametrize(
    ("name", "value"),
    [("YUANWEN_TOPK", "3"), ("YUANWEN_TOP_K", "0"), ("YUANWEN_THRESHOLD", "2"), ("YUANWEN_QUANTIZE", "int4")],
)
def test_unknown_names_and_values_out_of_range_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError):
        load_settings()


@pytest.mark.parametrize(
    "content", ["topk = 3\n", "top_k = \n", "passage_target = 900\npassage_maximum = 400\n"]
)
def test_a_bad_settings_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    monkeypatch.setenv("YUANWEN_HOME", str(tmp_path))
    (tmp_path / "settings.toml").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError):
        load_settings()
