"""Expected scores: they hold, they drift, they are skipped by name, they are measured anew."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from eval.check import ExpectedFigure, Within, as_text, check, load_expected, shipped, update
from eval.measures import parse
from index.errors import InputError, UnsupportedFormat
from rag.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = (
    {"id": "1", "question": "众创空间达到多少家?", "answers": ["27家"]},
    {"id": "2", "question": "谁主持大会？", "answers": ["孙金龙"]},
    {"id": "3", "question": "谁代表获奖者发言?", "answers": ["肖刚"]},
    {"id": "4", "question": "总统多大年纪?", "answers": []},
)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def root(tmp_path: Path, yearbook: Path) -> Path:
    lines = [json.dumps(question, ensure_ascii=False) for question in QUESTIONS]
    (tmp_path / "问题.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


@pytest.fixture
def expected(root: Path, tiny_model: Path) -> Path:
    """Measures that a model of random weights gives all the same: what is found is the whole document."""
    return _write(
        root / "期望.yaml",
        {
            "id": "tiny",
            "about": "四个问题",
            "task": "ask",
            "data": {"path": "问题.jsonl", "sha256": _sha256(root / "问题.jsonl")},
            "documents": [{"path": "年鉴.txt", "sha256": _sha256(root / "年鉴.txt")}],
            "options": {"threshold": 0},
            "settings": {"embedder": str(tiny_model), "quantize": "none", "reader": "yuanwen/sentences"},
            "figures": {
                "Answered": {"value": 1.0, "questions": 4},
                "Recall@1": {"value": 1.0, "questions": 3},
                "DeclinedRight": {"value": 0.0, "questions": 1},
            },
        },
    )


def _write(path: Path, content: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def _changed(path: Path, **changes: Any) -> Path:
    return _write(path, {**yaml.safe_load(path.read_text(encoding="utf-8")), **changes})


def test_scores_that_come_out_pass(expected: Path, root: Path) -> None:
    outcome = check(expected, [root / "nowhere", root], load_settings())
    assert outcome.passed
    assert [(line.measure, line.got, line.questions) for line in outcome.lines] == [
        ("Answered", 1.0, 4),
        ("Recall@1", 1.0, 3),
        ("DeclinedRight", 0.0, 1),
    ]
    assert as_text(outcome).startswith("通过 tiny")


def test_a_score_that_is_off_by_one_question_fails(expected: Path, root: Path) -> None:
    figures = {"Answered": {"value": 0.75, "questions": 4}, "Recall@1": {"value": 1.0, "questions": 3}}
    outcome = check(_changed(expected, figures=figures), [root], load_settings())
    assert not outcome.passed
    assert [line.passed for line in outcome.lines] == [False, True]
    assert "不符" in as_text(outcome)


def test_a_score_may_be_off_as_far_as_the_file_allows(expected: Path, root: Path) -> None:
    figures = {"Answered": {"value": 0.5, "questions": 4, "within": {"questions": 2}}}
    assert check(_changed(expected, figures=figures), [root], load_settings()).passed
    figures = {"Answered": {"value": 0.97, "questions": 4, "within": {"absolute": 0.02}}}
    assert not check(_changed(expected, figures=figures), [root], load_settings()).passed


def test_a_score_over_another_number_of_questions_fails(expected: Path, root: Path) -> None:
    figures = {"Answered": {"value": 1.0, "questions": 5}}
    assert not check(_changed(expected, figures=figures), [root], load_settings()).passed


@pytest.mark.parametrize(
    ("within", "tolerance"),
    [(Within(), 0.05), (Within(questions=3), 0.3), (Within(absolute=0.02), 0.02), (Within(questions=0), 0.0)],
)
def test_less_than_one_question_is_the_tolerance_where_none_is_given(
    within: Within, tolerance: float
) -> None:
    assert ExpectedFigure(value=0.5, questions=10, within=within).tolerance == pytest.approx(tolerance)


def test_the_users_settings_make_no_difference(
    expected: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUANWEN_THRESHOLD", "1")
    monkeypatch.setenv("YUANWEN_TOP_K", "1")
    words = root / "词典.txt"
    words.write_text("众创空间\n", encoding="utf-8")
    monkeypatch.setenv("YUANWEN_USER_DICTIONARY", str(words))
    users = load_settings()
    assert check(expected, [root], users).passed
    assert not users.home.exists()


def test_data_that_is_not_shipped_is_skipped_by_name(expected: Path, root: Path) -> None:
    missing = {"data": {"path": "公开.json"}, "corpus": [{"path": "段落.json"}]}
    skipped = check(_changed(expected, **missing, needs="公开数据"), [root], load_settings())
    assert skipped.passed
    assert "公开.json、段落.json(公开数据)" in skipped.skipped
    failed = check(_changed(expected, **missing, needs=""), [root], load_settings())
    assert not failed.passed
    assert "公开.json" in as_text(failed)
    with pytest.raises(InputError, match=r"公开\.json"):
        update(expected, [root], load_settings())


def test_data_that_changed_fails_by_name(expected: Path, root: Path) -> None:
    (root / "年鉴.txt").write_text("改了。", encoding="utf-8")
    outcome = check(expected, [root], load_settings())
    assert not outcome.passed
    assert "年鉴.txt" in outcome.problem


def test_figures_not_yet_measured_are_skipped_and_filled_by_an_update(expected: Path, root: Path) -> None:
    _changed(
        expected,
        figures={"Answered": {}, "Recall@1": {"within": {"questions": 2}}},
        data={"path": "问题.jsonl"},
    )
    expected.write_text(f"# 说明\n# 两行\n{expected.read_text(encoding='utf-8')}", encoding="utf-8")
    assert "--update" in check(expected, [root], load_settings()).skipped
    outcome = update(expected, [root], load_settings())
    assert [(line.expected, line.got) for line in outcome.lines] == [(None, 1.0), (None, 1.0)]
    assert "变了" in as_text(outcome, change=True)
    text = expected.read_text(encoding="utf-8")
    assert text.startswith("# 说明\n# 两行\nid: tiny\n")
    written = load_expected(expected)
    assert written.data.sha256 == _sha256(root / "问题.jsonl")
    assert written.figures["Recall@1"] == ExpectedFigure(value=1.0, questions=3, within=Within(questions=2))
    assert written.measured_on.keys() >= {"date", "cpu", "torch", "embedder"}
    assert check(expected, [root], load_settings()).passed
    _changed(expected, figures={"Answered": {}})
    assert "--update" in check(expected, [root], load_settings()).skipped


def test_a_document_that_cannot_be_added_is_an_error(expected: Path, root: Path) -> None:
    (root / "片.mp4").write_bytes(b"\0ftyp")
    documents = [{"path": "片.mp4", "sha256": _sha256(root / "片.mp4")}]
    with pytest.raises(UnsupportedFormat):
        check(_changed(expected, documents=documents), [root], load_settings())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id: [", "不是 YAML"),
        ("- 1", "有误"),
        ("id: x\nabout: y\ntask: sing\ndata: {path: z}\nfigures: {}", "task"),
        ("id: x\nabout: y\ntask: ask\ndata: {path: z}\nfigures: {}\nfigure: {}", "figure"),
        ("id: x\nabout: y\ntask: ask\ndata: {path: z, size: 3}\nfigures: {}", "size"),
    ],
)
def test_a_bad_file_of_expected_scores_is_a_clear_error(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "坏.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_expected(path)
    with pytest.raises(InputError, match="读不了"):
        load_expected(tmp_path / "没有.yaml")


def test_the_shipped_files_are_sound() -> None:
    files = shipped()
    assert len(files) >= 6
    for path in files:
        expected = load_expected(path)
        assert expected.id == path.stem
        assert all(parse(name) for name in expected.figures)
        load_settings(**expected.settings)
        assert expected.needs or (ROOT / expected.data.path).is_file()


def test_the_sample_corpus_scores_as_it_did(tmp_path: Path) -> None:
    (path,) = (path for path in shipped() if path.stem == "seeds-ask-60")
    outcome = check(path, [ROOT], Settings(home=tmp_path / "home", cache=tmp_path / "cache"))
    assert outcome.passed, as_text(outcome)
    assert outcome.lines
