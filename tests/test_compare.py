"""Two runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from eval.compare import compare
from eval.measures import DEFAULTS, figures
from eval.row import Bin, Row
from eval.run import DataFile, Run, Summary, Task
from index.errors import DatasetError
from outcomes import cited, ranked, row

QUESTIONS = DataFile(name="q", role="questions", sha256="aa", format="table", questions=4, passages=0)
CORPUS = DataFile(name="c", role="corpus", sha256="cc", format="squad", questions=0, passages=9)


def run(rows: Sequence[Row], task: Task = "ask", **rest: Any) -> Run:
    summary = Summary(
        task=task,
        name="试",
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        seconds=1.0,
        command=("eval", task),
        data=(QUESTIONS, CORPUS),
        settings={"threshold": "0.3", "k": "10"},
        versions={"python": "3.11"},
        machine={"cores": "2"},
        models={"reader": "e5 1a2b"},
        index={"documents": 1, "passages": 9, "generation": 1},
        questions=len(rows),
        figures=figures(rows, DEFAULTS[task]),
        by_kind={},
        by_tag={},
        bins={},
        bins_by_kind={},
    )
    return Run(summary=replace(summary, **rest), rows=tuple(rows))


def right(id: str, **rest: Any) -> Row:
    return row(best=cited("乌鲁木齐", holds=True), id=id, bin=Bin.RIGHT, **rest)


def wrong(id: str, **rest: Any) -> Row:
    return row(best=cited("喀什"), id=id, bin=Bin.NOT_READ, **rest)


BEFORE = [right("q1"), right("q2"), wrong("q3"), wrong("q4")]
AFTER = [right("q1"), wrong("q2"), right("q3"), right("q4")]


def test_differences_are_b_less_a_with_interval_and_chance() -> None:
    found = compare(run(BEFORE), run(AFTER)).difference("EM")
    assert found is not None
    assert (found.a, found.b, found.difference, found.n_a, found.n_b) == (0.5, 0.75, 0.25, 4, 4)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 0.25 <= found.high
    assert found.p is not None
    assert found.p > 0.5  # of 8 ways to swap the three that differ, all but none are as large
    assert found.better
    assert not found.significant


def test_lower_is_better_where_it_is() -> None:
    slow = [replace(one, timings_ms={"total": 90.0}) for one in BEFORE]
    fast = [replace(one, timings_ms={"total": 30.0}) for one in BEFORE]
    comparison = compare(run(slow), run(fast))
    found = comparison.difference("p50_ms")
    assert found is not None
    assert found.difference == -60.0
    assert found.better
    same = comparison.difference("EM")
    assert same is not None
    assert same.better is None


def test_questions_that_flipped_are_listed_with_both_answers() -> None:
    comparison = compare(run(BEFORE), run(AFTER))
    assert comparison.flipped_by == "EM"
    assert [one.id for one in comparison.gained] == ["q3", "q4"]
    (lost,) = comparison.lost
    assert (lost.id, lost.prediction_a, lost.prediction_b) == ("q2", "乌鲁木齐", "喀什")
    assert (lost.bin_a, lost.bin_b) == (Bin.RIGHT, Bin.NOT_READ)
    assert lost.answers == ("乌鲁木齐",)


def test_an_answer_that_should_have_been_declined_is_lost() -> None:
    silent = row(answers=(), best=cited("喀什"), declined=True)
    guessed = row(answers=(), best=cited("喀什"))
    comparison = compare(run([silent]), run([guessed]))
    assert [one.id for one in comparison.lost] == ["q1"]
    assert comparison.lost[0].prediction_a == ""


def test_retrieval_flips_by_the_first_k() -> None:
    before = [ranked((1,)), ranked((12,), id="q2"), ranked((), id="q3")]
    after = [ranked((30,)), ranked((9, 12), id="q2"), ranked((), id="q3")]
    comparison = compare(run(before, "retrieve"), run(after, "retrieve"))
    assert comparison.flipped_by == "Recall@10"
    assert [(one.id, one.rank_a, one.rank_b) for one in comparison.gained] == [("q2", 12, 9)]
    assert [(one.id, one.rank_a, one.rank_b) for one in comparison.lost] == [("q1", 1, 30)]
    shallow = [replace(one, depth=5) for one in before]
    assert compare(run(shallow, "retrieve"), run(after, "retrieve")).flipped_by == "Recall@5"


def test_bins_before_and_after() -> None:
    comparison = compare(run(BEFORE), run(AFTER))
    moves = {(move.before, move.after): move.questions for move in comparison.bins}
    assert moves == {
        (Bin.RIGHT, Bin.RIGHT): 1,
        (Bin.RIGHT, Bin.NOT_READ): 1,
        (Bin.NOT_READ, Bin.RIGHT): 2,
    }
    assert comparison.bin_counts() == {Bin.RIGHT: (2, 3), Bin.NOT_READ: (2, 1)}


def test_what_is_not_the_same_is_told() -> None:
    other = run(AFTER, settings={"threshold": "0.5", "k": "10", "rerank": "on"}, models={"reader": "e5 3c4d"})
    changes = {(one.what, one.name): (one.a, one.b) for one in compare(run(BEFORE), other).changes}
    assert changes == {
        ("setting", "threshold"): ("0.3", "0.5"),
        ("setting", "rerank"): (None, "on"),
        ("model", "reader"): ("e5 1a2b", "e5 3c4d"),
    }


def test_alike_runs_have_no_warnings() -> None:
    comparison = compare(run(BEFORE), run(AFTER))
    assert comparison.warnings == ()
    assert comparison.changes == ()
    assert comparison.common == 4


def test_other_files_are_warned_of() -> None:
    other = run(BEFORE, data=(replace(QUESTIONS, sha256="bb"), CORPUS))
    (warning,) = compare(run(BEFORE), other).warnings
    assert "问题文件" in warning
    other = run(BEFORE, data=(QUESTIONS, replace(CORPUS, sha256="dd")), index={"passages": 10})
    assert len(compare(run(BEFORE), other).warnings) == 2


def test_only_common_questions_are_compared_and_it_says_how_many() -> None:
    comparison = compare(run(BEFORE), run([*AFTER[1:], right("q9")]))
    assert comparison.common == 3
    assert any("共同的 3 个" in warning for warning in comparison.warnings)
    found = comparison.difference("EM")
    assert found is not None
    assert (found.a, found.n_a) == (pytest.approx(1 / 3), 3)
    assert comparison.a.figure("EM") != found.a  # the summary is still over all of its own


def test_the_same_id_with_other_words_is_another_question() -> None:
    reworded = [replace(AFTER[0], question="另一个问题?"), *AFTER[1:]]
    comparison = compare(run(BEFORE), run(reworded))
    assert comparison.common == 3
    assert any("不完全相同" in warning for warning in comparison.warnings)


def test_other_accepted_answers_are_warned_of() -> None:
    relabelled = [replace(AFTER[0], answers=("乌鲁木齐市",)), *AFTER[1:]]
    (warning,) = compare(run(BEFORE), run(relabelled)).warnings
    assert warning.startswith("1 个共同问题的标准答案不同")


def test_other_tasks_and_machines_are_warned_of() -> None:
    other = run(AFTER, "read", machine={"cores": "16"})
    comparison = compare(run(BEFORE), other)
    assert any("任务不同" in warning for warning in comparison.warnings)
    assert any("耗时不可比" in warning for warning in comparison.warnings)
    assert comparison.difference("Recall@5") is None  # only one of the two has it
    assert comparison.difference("EM") is not None


def test_nothing_in_common_is_an_error_with_a_remedy() -> None:
    with pytest.raises(DatasetError, match="没有共同的问题") as raised:
        compare(run(BEFORE), run([right("q9")]))
    assert "同一份问题文件" in raised.value.remedy


def test_one_common_question_has_a_difference_and_no_interval() -> None:
    found = compare(run([wrong("q1")]), run([right("q1")])).difference("EM")
    assert found is not None
    assert (found.difference, found.low, found.high, found.p) == (1.0, None, None, None)


def test_the_same_seed_gives_the_same_comparison() -> None:
    assert compare(run(BEFORE), run(AFTER), seed=3) == compare(run(BEFORE), run(AFTER), seed=3)
