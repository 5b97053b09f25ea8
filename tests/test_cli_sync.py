"""``yuanwen sync`` as a script and a person see it, with a tiny real model."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from test_cli import _tiny, run  # noqa: F401, fixtures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "目录"
    path.mkdir()
    write(path / "甲.txt", "众创空间达到27家。")
    write(path / "乙.md", "# 大会\n\n奖励大会由孙金龙主持。")
    return path


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time.time() - 100,) * 2)


def test_a_dry_run_says_what_it_would_do_and_leaves_no_trace(
    run: Any,  # noqa: F811
    folder: Path,
    tmp_path: Path,
) -> None:
    result = run("sync", folder, "--dry-run", "--json")
    assert (result.code, result.json["added"], result.json["dry_run"]) == (0, 2, True)
    assert not (tmp_path / "home").exists()
    run("sync", folder)
    (folder / "乙.md").rename(folder / "丙.md")
    (folder / "甲.txt").unlink()
    before = sorted(
        (p, p.stat().st_mtime_ns) for p in (tmp_path / "home").rglob("*") if p.suffix != ".db-shm"
    )
    shown = run("sync", folder, "--dry-run").out
    assert "要改名 1" in shown
    assert "要删除 1" in shown
    after = sorted((p, p.stat().st_mtime_ns) for p in (tmp_path / "home").rglob("*") if p.suffix != ".db-shm")
    assert after == before


def test_the_report_names_each_file_with_how_it_was_read(
    run: Any,  # noqa: F811
    folder: Path,
    tmp_path: Path,
) -> None:
    (folder / "坏.txt").write_bytes(b"%PDF\x00\x01")
    report = tmp_path / "报告.json"
    result = run("sync", folder, "--report", report)
    assert result.code == 1
    assert "已添加 2，失败 1" in result.out
    assert "处理" in result.out
    assert "utf-8" in result.out
    told = json.loads(report.read_text(encoding="utf-8"))
    files = {Path(one["path"]).name: one for one in told["files"]}
    assert set(files["甲.txt"]) == {
        "path", "status", "before", "sha256", "size", "media_type", "encoding", "characters", "passages",
        "warnings", "error", "remedy", "seconds",
    }  # fmt: skip
    assert (files["甲.txt"]["status"], files["甲.txt"]["characters"]) == ("added", 10)
    assert (files["坏.txt"]["status"], files["坏.txt"]["sha256"]) == ("failed", None)
    assert files["坏.txt"]["remedy"]
    assert (told["added"], told["failed"], told["folder"]) == (2, 1, str(folder))
    again = run("sync", folder, "--json")
    assert (again.code, again.json["unchanged"], again.json["failed"]) == (1, 2, 1)


def test_an_emptied_folder_and_one_that_is_not_there_end_with_1(run: Any, folder: Path) -> None:  # noqa: F811
    run("sync", folder)
    for path in list(folder.iterdir()):
        path.unlink()
    emptied = run("sync", folder)
    assert emptied.code == 1
    assert "--allow-empty" in emptied.out
    assert run("status", "--json").json["documents"] == 2
    folder.rmdir()
    gone = run("sync", folder)
    assert gone.code == 1
    assert "没有这个目录" in gone.err
    folder.mkdir()
    assert run("sync", folder, "--allow-empty", "--json").json["removed"] == 2
    assert run("sync", folder, "--watch", "--dry-run").code == 2


def wait_for(home: Path, wanted: set[str], *, seconds: float = 60.0) -> None:
    deadline, names = time.monotonic() + seconds, set[str]()
    while names != wanted:
        assert time.monotonic() < deadline, names
        time.sleep(0.1)
        if (home / "yuanwen.db").exists():
            connection = sqlite3.connect(home / "yuanwen.db")
            try:
                names = {Path(row[0]).name for row in connection.execute("SELECT source FROM documents")}
            except sqlite3.OperationalError:  # being made
                names = set()
            finally:
                connection.close()


def test_watching_notices_changes_and_ends_when_told(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-c", "from api.cli import main; main()"]
    command += ["sync", str(folder), "--watch", "--interval", "0.5", "--json"]
    (folder / "坏.txt").write_bytes(b"%PDF\x00\x01")
    os.utime(folder / "坏.txt", (time.time() - 100,) * 2)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            wait_for(home, {"甲.txt", "乙.md"})
            write(folder / "丙.txt", "创业团队1011个。")
            wait_for(home, {"甲.txt", "乙.md", "丙.txt"})
            (folder / "甲.txt").unlink()
            wait_for(home, {"乙.md", "丙.txt"})
            away = folder.rename(tmp_path / "别处")  # the share is gone for a while
            time.sleep(1.2)
            away.rename(folder)
            write(folder / "丁.txt", "场地面积76595平方米。")
            wait_for(home, {"乙.md", "丙.txt", "丁.txt"})
        finally:
            process.send_signal(signal.SIGTERM)
            output = process.communicate(timeout=30)[0]
    assert process.returncode == 0
    lines = [json.loads(line) for line in output.splitlines()]
    assert [(one["added"], one["removed"]) for one in lines] == [(2, 0), (1, 0), (0, 1), (1, 0)]
    assert [one["failed"] for one in lines] == [1, 0, 0, 0]  # told once
