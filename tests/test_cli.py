"""The command line as a script sees it: JSON, exit codes, errors; with a tiny real model."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from api.cli import main


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> None:
    monkeypatch.setenv("YUANWEN_EMBEDDER", str(tiny_model))
    monkeypatch.setenv("YUANWEN_QUANTIZE", "none")
    monkeypatch.setenv("YUANWEN_THRESHOLD", "0")


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["yuanwen", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call


def test_add_ask_list_remove_from_end_to_end(run: Any, yearbook: Path) -> None:
    added = run("add", yearbook, "--json").json
    assert (added["added"], added["failed"]) == (1, 0)
    assert added["files"][0]["document"]["encoding"] == "gb18030"

    answer = run("ask", "自治区众创空间达到多少家？", "--json").json
    assert set(answer) >= {"text", "probability", "abstained", "citations", "candidates", "timings_ms"}
    citation = answer["citations"][0]
    assert set(citation) >= {
        "document", "heading_path", "page", "start", "end", "quote", "evidence", "verified",
    }  # fmt: skip
    assert citation["verified"] is True
    assert citation["quote"] == answer["text"]

    assert [d["source"] for d in run("list", "--json").json["documents"]] == [str(yearbook)]
    assert run("status", "--json").json["documents"] == 1
    assert run("remove", "年鉴.txt", "--json").json["removed"][0]["source"] == str(yearbook)
    assert run("list", "--json").json == {"documents": []}
    assert run("ask", "自治区众创空间达到多少家？", "--json").json["abstained"] is True


def test_output_for_people_names_the_answer_and_its_place(run: Any, yearbook: Path) -> None:
    assert "已添加 1" in run("add", yearbook).out
    shown = run("ask", "奖励大会是谁主持的？").out
    assert "已与原件核对" in shown
    assert "年鉴.txt" in shown
    assert "gb18030" in run("list").out
    assert "1,011" not in run("status").out
    assert run("list", "-c", "没有").out.startswith("还没有文档")


def test_a_file_of_questions_gives_one_object_a_line_in_order(
    run: Any, yearbook: Path, tmp_path: Path
) -> None:
    run("add", yearbook)
    questions = tmp_path / "问题.jsonl"
    lines = [
        {"id": "a", "question": "谁主持大会？"},
        {"id": "b", "question": "？？？"},
        {"question": "哪天召开？"},
    ]
    questions.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n", encoding="utf-8")
    result = run("ask", "--file", questions, "--json")
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "b", 3]
    assert answers[1]["abstained"] is True
    assert answers[1]["error"]["type"] == "QuestionError"
    assert result.code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (("ask", "？！", "--json"), 1, "QuestionError"),
        (("ask", "问" * 10_000, "--json"), 1, "QuestionError"),
        (("remove", "没有.txt", "--json"), 1, "NotFound"),
        (("ask", "--file", "没有.jsonl", "--json"), 1, "UnreadableFile"),
    ],
)
def test_errors_are_json_with_a_remedy_and_an_exit_code(
    run: Any, arguments: Any, code: int, kind: str
) -> None:
    result = run(*arguments)
    assert result.code == code
    assert result.json["error"]["type"] == kind
    assert result.json["error"]["remedy"]


def test_bad_lines_of_a_question_file_are_all_named(run: Any, tmp_path: Path) -> None:
    questions = tmp_path / "坏.jsonl"
    questions.write_text('{"question": "一"}\n{}\n[1]\n不是\n', encoding="utf-8")
    result = run("ask", "--file", questions)
    assert result.code == 1
    assert "第 2、3、4 行" in result.err
    assert "Traceback" not in result.err


def test_a_failed_file_gives_exit_code_1_and_the_rest_is_stored(
    run: Any, yearbook: Path, tmp_path: Path
) -> None:
    (tmp_path / "空.txt").touch()
    result = run("add", yearbook, tmp_path / "空.txt", tmp_path / "图.png")
    assert result.code == 1
    assert "空.txt" in result.err
    assert "图.png" in result.err
    assert "已添加 1,失败 2" in result.out


def test_asking_needs_a_question_or_a_file_but_not_both(run: Any) -> None:
    assert run("ask").code == 2
    assert run("ask", "问题", "--file", "甲.jsonl").code == 2


def test_a_wrong_setting_ends_with_its_own_code(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUANWEN_TOPK", "3")
    result = run("status")
    assert result.code == 2
    assert "YUANWEN_TOPK" in result.err


def test_another_embedder_is_refused_until_reindexed(
    run: Any, yearbook: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tiny_model import make_tiny_model

    run("add", yearbook)
    other = make_tiny_model(tmp_path / "other", seed=1)
    monkeypatch.setenv("YUANWEN_EMBEDDER", str(other))
    refused = run("ask", "谁主持大会？", "--json")
    assert refused.code == 4
    assert refused.json["error"]["type"] == "EmbedderMismatch"
    assert "reindex" in refused.json["error"]["remedy"]
    assert run("reindex", "--json").json["documents"] == 1
    assert run("ask", "谁主持大会？", "--json").json["citations"]


def test_a_model_that_is_not_here_is_a_clear_error(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUANWEN_EMBEDDER", "nobody/no-such-model")
    result = run("ask", "谁主持大会？", "--json")
    assert result.code == 3
    assert result.json["error"]["type"] == "ModelError"


def test_doctor_finds_a_sound_installation_sound(run: Any, yearbook: Path) -> None:
    run("add", yearbook)
    checks = run("doctor", "--json").json["checks"]
    assert {check["name"]: check["ok"] for check in checks} == {
        "设置": True,
        "磁盘": True,
        "模型": True,
        "格式": True,
        "阅读器": True,
        "索引": True,
    }
    told = run("doctor")
    assert told.code == 0
    assert ".pdf" in told.out
    (formats,) = [check["detail"] for check in checks if check["name"] == "格式"]
    assert "".join(formats.split()) in "".join(told.out.split())  # nothing in it is taken for markup


def test_doctor_tells_of_a_machine_without_chinese_fonts(run: Any, yearbook: Path, monkeypatch: Any) -> None:
    run("add", yearbook)
    monkeypatch.setattr("rag.doctor.has_chinese_font", lambda: False)
    told = run("doctor")
    assert told.code == 0
    assert "fonts-wqy-microhei" in "".join(told.out.split())


def test_doctor_says_what_is_wrong(run: Any, yearbook: Path, tmp_path: Path) -> None:
    run("add", yearbook)
    for kept in (tmp_path / "home" / "uploads").rglob("*"):
        if kept.is_file():
            kept.unlink()
    result = run("doctor", "--json")
    assert result.code == 4
    assert {check["name"] for check in result.json["checks"] if not check["ok"]} == {"索引"}


def test_without_documents_it_says_so_and_how_to_add_some(run: Any, yearbook: Path) -> None:
    asked = run("ask", "自治区众创空间达到多少家？")
    assert asked.code == 0
    for told in ("还没有文档", "yuanwen add", "home", "YUANWEN_HOME"):
        assert told in asked.out
    assert "没有找到" not in asked.out
    assert "把握" not in asked.out
    assert run("ask", "多少家？", "--json").json["nothing_to_search"] is True
    run("add", yearbook)
    assert "文档集“没有”里还没有文档" in run("ask", "多少家？", "-c", "没有").out
    assert run("ask", "自治区众创空间达到多少家？", "--json").json["nothing_to_search"] is False


def test_a_list_of_documents_tells_the_names_of_files_whole(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    folder = tmp_path / ("很长的文件夹名字" * 4)
    folder.mkdir(parents=True)
    (folder / "二〇一七年度科学技术年鉴.txt").write_text("众创空间达到27家。", encoding="utf-8")
    run("add", folder)
    listed = "".join(run("list").out.split())
    assert "…" not in listed
    assert listed.count("鉴") == 1


def test_a_file_that_takes_too_much_memory_fails_alone(
    run: Any, yearbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUANWEN_PARSE_MEMORY_MB", "512")
    large = tmp_path / "大.txt"
    large.write_text("自治区科技厅。\n" * 2_000_000, encoding="utf-8")
    result = run("add", large, yearbook, "--json")
    assert result.code == 1
    assert [one["status"] for one in result.json["files"]] == ["failed", "added"]
    assert "内存超过了上限" in result.json["files"][0]["error"]["message"]
