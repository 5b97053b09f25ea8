"""``yuanwen eval`` as a script sees it: files written, JSON, exit codes, errors; with a tiny real model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.cli import main

TEXT = "牧民在草原上放羊,羊群共有五百只。牧民名叫阿依,阿依住在昭苏县。"


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> None:
    monkeypatch.setenv("YUANWEN_EMBEDDER", str(tiny_model))
    monkeypatch.setenv("YUANWEN_QUANTIZE", "none")


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["yuanwen", "eval", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call


@pytest.fixture
def data(tmp_path: Path) -> Path:
    qas = [
        {"id": str(number), "question": question, "answers": [{"text": a, "answer_start": TEXT.index(a)}]}
        for number, (question, a) in enumerate((("羊群有多少只?", "五百只"), ("牧民叫什么名字?", "阿依")))
    ]
    content = {"data": [{"title": "羊", "paragraphs": [{"context": TEXT, "qas": qas}]}]}
    path = tmp_path / "羊.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("task", ["read", "retrieve", "ask"])
def test_each_task_writes_its_files_and_prints_the_summary(
    run: Any, data: Path, tmp_path: Path, task: str
) -> None:
    out = tmp_path / "out"
    result = run(task, "--data", data, "--out", out, "--retrieval", "dense", "--name", "羊群", "--json")
    assert result.code == 0
    assert result.err == ""
    assert result.json == json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (result.json["task"], result.json["name"], result.json["questions"]) == (task, "羊群", 2)
    assert result.json["settings"]["retrieval"] == "dense"
    assert {path.name for path in out.iterdir()} == {
        "predictions.json", "rows.jsonl", "summary.json", "report.html", "report.md",
    }  # fmt: skip
    assert "羊群" in (out / "report.html").read_text(encoding="utf-8")


def test_output_for_people_names_figures_bins_and_the_report(run: Any, data: Path, tmp_path: Path) -> None:
    shown = run("read", "--data", data, "--out", tmp_path / "out", "--limit", 1, "--threshold", 1)
    assert shown.code == 0
    assert "“羊”：1 题" in shown.out
    assert "完全一致（EM）" in shown.out
    assert "AURC" not in shown.out  # is in the report
    assert "误拒 1 题" in shown.out
    assert "report.html" in shown.out
    asked, answer = ("羊群有多少只?", "五百只") if "羊群" in shown.out else ("牧民叫什么名字?", "阿依")
    assert asked in shown.out
    assert f"应为“{answer}”，没有作答" in shown.out
    assert "替换" not in shown.err


def test_an_earlier_result_is_told_of_before_it_goes(run: Any, data: Path, tmp_path: Path) -> None:
    arguments = ("read", "--data", data, "--out", tmp_path / "out", "--measure", "AURC")
    assert "替换" not in run(*arguments).err
    again = run(*arguments)
    assert "会替换它" in again.err
    assert "AURC" in again.out
    assert "替换" not in run(*arguments, "--resume").err


def test_runs_are_compared_and_reports_made_again(run: Any, data: Path, tmp_path: Path) -> None:
    first, second, out = tmp_path / "甲", tmp_path / "乙", tmp_path / "比较"
    run("read", "--data", data, "--out", first)
    run("read", "--data", data, "--out", second, "--threshold", 1)
    compared = run("compare", first, second, "--out", out, "--json")
    assert compared.code == 0
    assert compared.json == json.loads((out / "comparison.json").read_text(encoding="utf-8"))
    assert {path.name for path in out.iterdir()} == {"comparison.json", "report.html", "report.md"}
    answered = next(d for d in compared.json["differences"] if d["measure"] == "Answered")
    assert (answered["a"], answered["b"]) == (1.0, 0.0)
    assert "Answered" in run("compare", first, second, "--out", out).out
    for folder in (first, out):
        (folder / "report.html").unlink()
        assert run("report", folder, "--json").json["written"] == [
            str(folder / "report.html"), str(folder / "report.md"),
        ]  # fmt: skip
        assert (folder / "report.html").stat().st_size > 1000
    refused = run("compare", first, second, "--out", first, "--json")
    assert (refused.code, refused.json["error"]["type"]) == (1, "InputError")


def test_a_run_goes_on_only_as_it_began(run: Any, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run("ask", "--data", data, "--out", out, "--json").json
    assert run("ask", "--data", data, "--out", out, "--resume", "--json").json == first
    other = run("ask", "--data", data, "--out", out, "--resume", "--top-k", 2, "--json")
    assert other.code == 1
    assert "top_k" in other.json["error"]["message"]


def test_a_template_can_be_filled_in(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "问题.xlsx"
    assert run("template", file, "--json").json == {"written": [str(file)]}
    assert file.read_bytes().startswith(b"PK")
    assert "yuanwen eval ask" in run("template", tmp_path / "另一个.xlsx").out


def test_every_measure_is_listed_with_its_definition(run: Any) -> None:
    listed = run("measures", "--json").json["measures"]
    assert {"EM", "F1@lcs", "Recall@k", "EM:best", "AUROC"} <= {one["name"] for one in listed}
    assert all(one["title"] and one["unit"] in ("share", "ms") for one in listed)
    assert all("{n}" not in one["title"] for one in listed)
    assert next(one["definition"] for one in listed if one["name"] == "EM")
    assert "F1@lcs" in run("measures").out


def test_check_ends_with_1_on_a_drift_and_update_writes_what_came_out(
    run: Any, data: Path, tmp_path: Path, tiny_model: Path
) -> None:
    file = tmp_path / "期望.yaml"
    content = {
        "id": "tiny",
        "about": "两个问题",
        "task": "read",
        "data": {"path": data.name},
        "settings": {"embedder": str(tiny_model), "quantize": "none", "reader": "yuanwen/sentences"},
        "figures": {"Answered": {}},
    }
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    updated = run("check", "--update", file, "--root", tmp_path)
    assert updated.code == 0
    assert "已更新 tiny" in updated.out
    assert run("check", file, "--root", tmp_path, "--json").json["checks"][0]["passed"] is True
    file.write_text(file.read_text(encoding="utf-8").replace("value: 1.0", "value: 0.5"), encoding="utf-8")
    drifted = run("check", file, "--root", tmp_path, "--json")
    assert drifted.code == 1
    assert drifted.json["checks"][0]["lines"][0]["got"] == 1.0


def test_a_check_that_could_check_nothing_ends_with_1(run: Any, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "期望.yaml"
    content = {
        "id": "public", "about": "公开数据", "needs": "另行下载", "task": "read",
        "data": {"path": "没有.json"}, "figures": {"EM": {"value": 0.5, "questions": 2}},
    }  # fmt: skip
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    skipped = run("check", file, "--root", tmp_path)
    assert skipped.code == 1
    assert "跳过 public" in skipped.out
    assert "没有核对任何一项" in skipped.err


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (("ask", "--data", "没有.json", "--out", "out", "--json"), 1, "UnreadableFile"),
        (("ask", "--data", "{data}", "--out", "{data}", "--json"), 1, "InputError"),
        (("ask", "--data", "{data}", "--out", "out", "--measure", "EN", "--json"), 1, "MeasureError"),
        (("report", "没有", "--json"), 1, "InputError"),
        (("compare", "没有", "没有", "--out", "out", "--json"), 1, "InputError"),
        (("check", "没有.yaml", "--json"), 1, "InputError"),
    ],
)
def test_errors_are_json_with_a_remedy_and_an_exit_code(
    run: Any,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: Any,
    code: int,
    kind: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*(argument.format(data=data) for argument in arguments))
    assert result.code == code
    assert result.json["error"]["type"] == kind
    assert result.json["error"]["remedy"]


@pytest.mark.parametrize(
    "arguments", [("ask",), ("sing",), ("ask", "--data", "x", "--out", "y", "--retrieval", "magic")]
)
def test_wrong_usage_ends_with_2(run: Any, arguments: Any) -> None:
    assert run(*arguments).code == 2


def test_the_command_line_starts_without_loading_the_evaluation() -> None:
    script = (
        "import sys, api.cli\n"
        "heavy = {'eval', 'jinja2', 'openpyxl', 'yaml', 'scipy', 'torch'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
