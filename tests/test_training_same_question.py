"""The figures behind the bar of question and answer pairs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fakes import HashingEmbedder
from rag.training.same_question import Asked, likest, load_questions, measure


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    def qa(question: str, *answers: str) -> dict[str, object]:
        return {"question": question, "answers": [{"text": answer} for answer in answers]}

    paragraphs = [
        {
            "qas": [
                qa("厅长是谁？", "张三"),
                qa("副厅长是谁？", "李四"),
                qa("谁是厅长？", "张三"),
                qa(" ", "无"),
            ]
        },
        {"qas": [qa("大会在哪里召开？", "乌鲁木齐"), qa("没有答案的问题？")]},
    ]
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}), encoding="utf-8")
    return path


def test_questions_with_an_answer_are_read_up_to_the_limit(squad: Path) -> None:
    asked = load_questions(squad, 100)
    assert [one.text for one in asked] == ["厅长是谁？", "副厅长是谁？", "谁是厅长？", "大会在哪里召开？"]
    assert asked[-1] == Asked(text="大会在哪里召开？", paragraph=1, answer="乌鲁木齐")
    assert load_questions(squad, 2) == asked[:2]


def test_the_likest_other_question_is_of_the_same_paragraph_with_another_answer(squad: Path) -> None:
    cosines = np.array([[1, 0.5, 0.9, 0.95], [0.5, 1, 0.6, 0], [0.9, 0.6, 1, 0], [0.95, 0, 0, 1]])
    assert likest(load_questions(squad, 100), cosines.astype(np.float32)) == [(0, 1), (1, 2), (2, 1)]


def test_every_rule_is_told(squad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measure("set", load_questions(squad, 100), HashingEmbedder().embed_queries)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[:5]] == [
        f"set cosine {bar}" for bar in ("0.92", "0.94", "0.96", "0.97", "0.98")
    ]
    assert lines[-1] == "set rule: 0 of 6 pairs of different questions"
