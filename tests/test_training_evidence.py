"""Fitting the evidence reader's models: what the training data look like, and that fitting finds what is there."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from rag.calibration import load_model
from rag.features import AGAINST, FEATURES, NEITHER
from rag.training.asking import Group, altered
from rag.training.evidence import ANSWER_COLUMNS
from rag.training.logistic import best_rows, fit, importance_of, promised, score, signs
from rag.training.squad import load_squad
from squad_files import write_squad


def test_answers_are_placed_in_the_clean_text(tmp_path: Path) -> None:
    context = "　　大会于2017年 9月 22日召开。共有100人参加。"
    answer = {"text": "2017年 9月 22日", "answer_start": context.index("2017")}
    wrong = {"text": "100人", "answer_start": 0}
    qas = [
        {"question": "哪天？", "answers": [answer]},
        {"question": "几人？", "answers": [wrong]},
        {"question": "谁？", "answers": [{"text": "没有的", "answer_start": 3}]},
        {"question": "为何？", "answers": [], "is_impossible": True},
    ]
    ((document, upload, examples),) = load_squad(
        write_squad(tmp_path / "s.json", [{"context": context, "qas": qas}])
    )
    assert upload.decode() == context
    assert document.title == "条目"
    assert [document.text[e.start : e.end] for e in examples] == ["2017年9月22日", "100人", ""]


def test_an_altered_question_is_about_another_year_or_name() -> None:
    rng = random.Random(0)
    assert altered("2017年几家？", [], [], rng) != "2017年几家？"
    assert altered("新疆有几家？", ["新疆"], ["新疆", "西藏"], rng) == "西藏有几家？"
    assert altered("有几家？", [], ["西藏"], rng) is None


def groups(kinds: list[str]) -> list[Group]:
    rng = np.random.default_rng(0)
    made = []
    for kind in kinds:
        features = rng.normal(size=(5, len(FEATURES)))
        right = np.zeros(5, dtype=bool)
        if kind == "asked":
            right[2] = True
            features[2, 0] += 6
        made.append(Group(features, right, kind, False, "set"))
    return made


def test_answerable_and_unanswerable_askings_weigh_the_same_in_total() -> None:
    weights = importance_of(groups(["asked"] * 6 + ["absent"] * 3 + ["altered"] * 2 + ["impossible"]))
    assert weights[:6].sum() == pytest.approx(6)
    assert [weights[6:9].sum(), weights[9:11].sum(), weights[11]] == pytest.approx([2, 2, 2])


def test_fitting_finds_the_column_that_tells_and_loads_as_the_reader_loads_it() -> None:
    made = groups(["asked"] * 40 + ["absent"] * 40)
    asked = made[:40]
    rank = fit(
        np.concatenate([g.features for g in asked]), np.concatenate([g.right for g in asked]), strength=1.0
    )
    assert int(np.argmax(np.abs(rank["weights"]))) == 0
    rows, right = best_rows(made, rank)
    assert rows.shape == (80, len(FEATURES) + 2)
    assert right[:40].mean() > 0.9
    bounds = signs(ANSWER_COLUMNS, against=AGAINST, neither=NEITHER)
    answers = fit(rows, right, bounds=bounds, strength=0.3)
    columns = dict(zip(ANSWER_COLUMNS, answers["weights"], strict=True))
    assert all(w <= 0 if n in AGAINST else w >= 0 for n, w in columns.items() if n != "length")
    model = load_model(
        {"features": list(FEATURES), "rank": rank, "answers": answers, "thresholds": {}}, FEATURES
    )
    np.testing.assert_allclose(model.rank.score(made[0].features), score(rank, made[0].features))


def test_a_column_of_one_value_counts_for_nothing() -> None:
    rows = np.array([[0.5, float(n)] for n in range(20)])
    fitted = fit(rows, rows[:, 1] > 9, strength=1.0)
    assert fitted["weights"][0] == 0
    scores = score(fitted, rows)
    assert np.isfinite(scores).all()
    assert (np.diff(scores) > 0).all()


def test_promised_thresholds_keep_what_they_say_and_are_the_lowest_that_do() -> None:
    made = groups(["asked"] * 30 + ["absent"] * 30 + ["altered"] * 20)
    rank = fit(
        np.concatenate([g.features for g in made]), np.concatenate([g.right for g in made]), strength=1
    )
    rows, right = best_rows(made, rank)
    answers = fit(rows, right, strength=0.01)
    found = promised(made, rank, answers)
    probability = 1 / (1 + np.exp(-score(answers, rows)))
    importance = importance_of(made)

    def wrong(threshold: float) -> float:
        given = probability >= threshold
        return float((importance * ~right)[given].sum() / importance[given].sum()) if given.any() else 0.0

    for name, share in (("wrong-5%", 0.05), ("wrong-10%", 0.1), ("wrong-20%", 0.2)):
        assert wrong(found[name] - 1e-4) <= share + 0.02
        lower = [p for p in probability if p < found[name] - 1e-3]
        assert all(wrong(p) > share - 1e-6 for p in lower)
    assert found["wrong-5%"] >= found["wrong-10%"] >= found["wrong-20%"]
