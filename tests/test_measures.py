"""Measures by name: what each sees of a question, and what one that can't be is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eval.measures import DEFAULTS, figures, names, parse
from eval.measures.curves import recall_by_k, reliability, risk_coverage
from eval.row import Row
from index.errors import MeasureError
from outcomes import cited, ranked, row

EXAMPLES = [
    re.sub(r"pq_ms", "p95_ms", re.sub(r"@k\b", "@5", re.sub(r"@c%", "@80%", name))) for name in names()
]
RIGHT = row(best=cited("乌鲁木齐", evidence="大会在乌鲁木齐市召开。", holds=True), probability=0.9)
LONG = row(best=cited("乌鲁木齐市", evidence="大会在乌鲁木齐市召开。", holds=True), id="q2", probability=0.6)
WRONG = row(best=cited("喀什", evidence="孙金龙去了喀什。"), id="q3", probability=0.4)
DECLINED = row(
    best=cited("乌鲁木齐", evidence="大会在乌鲁木齐市召开。", holds=True),
    declined=True,
    id="q4",
    probability=0.2,
)
SILENT = row(answers=(), best=cited("喀什"), declined=True, id="q5", probability=0.1)
GUESSED = row(answers=(), best=cited("喀什"), id="q6", probability=0.7)
ALL = (RIGHT, LONG, WRONG, DECLINED, SILENT, GUESSED)


def of(name: str) -> list[float | None]:
    return [parse(name).of(one) for one in ALL]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_name_reads_back(name: str) -> None:
    measure = parse(name)
    assert str(measure) == name
    assert measure == parse(name)
    assert measure.unit == ("ms" if name.endswith("_ms") else "share")


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("em", "EM"),
        ("EM:Best", "EM:best"),
        ("F1", "F1@char"),
        ("F1@LCS", "F1@lcs"),
        ("recall@7", "Recall@7"),
        ("Recall@05", "Recall@5"),
        ("Risk@80", "Risk@80%coverage"),
        ("Risk@101%coverage", "Risk@80%coverage"),
        ("p99ms", "p99_ms"),
        ("ndcg@10", "nDCG@10"),
    ],
)
def test_an_unknown_name_is_told_the_nearest(written: str, nearest: str) -> None:
    with pytest.raises(MeasureError, match=re.escape(written)) as raised:
        parse(written)
    assert f" {nearest}？" in raised.value.remedy


@pytest.mark.parametrize("name", ["", "龘", "Verified:best", "Recall@0", "Recall@", "p0_ms", "EM:"])
def test_what_is_no_measure_is_an_error_with_a_remedy(name: str) -> None:
    with pytest.raises(MeasureError) as raised:
        parse(name)
    assert "docs/measures.md" in raised.value.remedy


def test_the_page_of_measures_has_every_name_and_no_other() -> None:
    page = (Path(__file__).parents[1] / "docs" / "measures.md").read_text(encoding="utf-8")
    headings = "\n".join(line for line in page.splitlines() if line.startswith("### `"))
    documented = re.findall(r"`([^`]+)`", headings)
    assert sorted(documented) == sorted(names())


@pytest.mark.parametrize("task", ["read", "retrieve", "ask"])
def test_every_default_is_a_measure(task: str) -> None:
    chosen = DEFAULTS[task]  # type: ignore[index]
    assert len(set(chosen)) == len(chosen)
    assert [parse(name).name for name in chosen] == list(chosen)


def test_asking_is_measured_by_all_that_reading_and_retrieving_are() -> None:
    assert set(DEFAULTS["ask"]) == set(DEFAULTS["read"]) | set(DEFAULTS["retrieve"])


def test_declining_what_has_no_answer_is_right_and_answering_it_wrong() -> None:
    assert of("EM") == [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    assert of("F1@char") == [1.0, pytest.approx(8 / 9), 0.0, 0.0, 1.0, 0.0]
    assert of("F1@lcs") == [1.0, pytest.approx(8 / 9), 0.0, 0.0, 1.0, 0.0]


def test_best_scores_what_was_declined_and_leaves_out_what_has_no_answer() -> None:
    assert of("EM:best") == [1.0, 0.0, 0.0, 1.0, None, None]
    assert of("Contains") == [1.0, 1.0, 0.0, 0.0, None, None]
    assert of("Contains:best") == [1.0, 1.0, 0.0, 1.0, None, None]
    assert of("EvidenceHit") == [1.0, 1.0, 0.0, 0.0, None, None]
    assert of("EvidenceHit:best") == [1.0, 1.0, 0.0, 1.0, None, None]


def test_declining_is_counted_by_what_it_should_have_done() -> None:
    assert of("Answered") == [1.0, 1.0, 1.0, 0.0, 0.0, 1.0]
    assert of("DeclinedRight") == [None, None, None, None, 1.0, 0.0]


def test_citations_are_those_of_answers_given() -> None:
    assert of("CitationPrecision") == [1.0, 1.0, 0.0, None, None, 0.0]
    assert of("Verified") == [1.0, 1.0, 1.0, None, None, 1.0]
    broken = row(best=cited("乌鲁木齐", holds=True, verified=False))
    assert parse("CitationPrecision").of(broken) == parse("Verified").of(broken) == 0.0


def test_evidence_is_scored_where_the_file_marks_it() -> None:
    evidence = "大会在乌鲁木齐召开。"  # 9 tokens of ours, one more
    marked = row(
        best=cited("乌鲁木齐市", evidence="大会在乌鲁木齐市召开。", holds=True), evidences=(evidence,)
    )
    evidence_f1 = 2 * 9 / 19
    assert parse("EvidenceF1").of(marked) == pytest.approx(evidence_f1)
    assert parse("AllF1").of(marked) == pytest.approx(evidence_f1 * 8 / 9)
    declined = row(best=marked.candidates[0], declined=True, evidences=(evidence,))
    assert parse("EvidenceF1").of(declined) == parse("AllF1").of(declined) == 0.0
    assert parse("EvidenceF1:best").of(declined) == pytest.approx(evidence_f1)
    assert parse("AllF1:best").of(declined) == pytest.approx(evidence_f1 * 8 / 9)
    assert of("EvidenceF1") == of("AllF1") == [None] * 6


def test_the_official_overall_score_is_the_mean_of_products() -> None:
    half = row(best=cited("甲乙"), answers=("甲",), evidences=("甲乙",))
    none = row(best=cited("丙"), answers=("甲",), evidences=("丙",), id="q2")
    assert parse("AllF1").over([half, none]) == pytest.approx((2 / 3 * 1.0 + 0.0 * 1.0) / 2)


def test_probability_is_judged_over_all_questions_declined_or_not() -> None:
    # .9 .6 .2 right, .4 wrong, and the two without an answer wrong whatever the candidate.
    assert parse("Risk@50%coverage").over(ALL) == pytest.approx(1 / 3)  # .9 right, .7 wrong, .6 right
    assert parse("Risk@100%coverage").over(ALL) == pytest.approx(3 / 6)
    assert parse("Risk@50%coverage:EM").over(ALL) == pytest.approx(2 / 3)  # .6 has a character too many
    # Answerable at .9 .6 .4 .2 against .7 .1: .9 beats both, the others one each.
    assert parse("AUROC").over(ALL) == pytest.approx(5 / 8)
    assert parse("ECE").over(ALL) == pytest.approx((0.1 + 0.7 + 0.4 + 0.4 + 0.8 + 0.1) / 6)


def test_a_question_without_an_answer_is_wrong_even_if_its_candidate_is_marked_right() -> None:
    marked = row(answers=(), best=cited("喀什", holds=True))
    assert parse("Risk@100%coverage").over([marked]) == 1.0
    assert parse("CitationPrecision").of(marked) == 0.0


def test_a_measure_of_many_has_no_value_for_one() -> None:
    assert [parse(name).of(RIGHT) for name in ("AUROC", "ECE", "p95_ms", "Risk@80%coverage")] == [None] * 4


def test_times_are_those_seen() -> None:
    rows = [
        Row(id=str(ms), question="?", kind="", timings_ms={"total": float(ms), "read": 1.0})
        for ms in range(1, 21)
    ]
    assert parse("p50_ms").over(rows) == 10.0
    assert parse("p95_ms").over(rows) == 19.0


def test_retrieval_alone_has_no_answers_to_score() -> None:
    found = ranked((1,))
    answers = [name for name in EXAMPLES if not re.match(r"Recall|MRR|nDCG|p95", name)]
    assert {name: parse(name).over([found]) for name in answers} == dict.fromkeys(answers)


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_rows_have_no_value(name: str) -> None:
    (figure,) = figures([], [name])
    assert (figure.value, figure.low, figure.high, figure.n) == (None, None, None, 0)


def test_where_everything_has_an_answer_telling_apart_is_not_defined() -> None:
    (auroc, declined) = figures([RIGHT, WRONG], ["AUROC", "DeclinedRight"])
    assert (auroc.value, auroc.low, auroc.n) == (None, None, 2)
    assert (declined.value, declined.n) == (None, 0)


def test_an_answer_without_any_candidate_scores_nothing() -> None:
    empty = row(best=None, probability=0.0)
    assert parse("EM").of(empty) == parse("EM:best").of(empty) == parse("EvidenceHit:best").of(empty) == 0.0
    assert parse("Verified").of(empty) is None
    assert parse("ECE").over([empty]) == 0.0


def test_risk_by_coverage_ends_at_the_share_of_wrong_ones() -> None:
    points = risk_coverage(ALL)
    assert points[0] == (pytest.approx(1 / 6), 0.0)
    assert points[1] == (pytest.approx(2 / 6), pytest.approx(1 / 2))
    assert points[-1] == (1.0, pytest.approx(3 / 6))
    assert [coverage for coverage, _ in points] == sorted(coverage for coverage, _ in points)
    assert risk_coverage([]) == risk_coverage([ranked((1,))]) == []


def test_a_long_curve_is_thinned_and_keeps_its_end() -> None:
    rows = [row(best=cited("喀什"), probability=place / 1000, id=str(place)) for place in range(1000)]
    points = risk_coverage(rows, points=50)
    assert len(points) == 50
    assert points[-1].coverage == 1.0


def test_reliability_bins_hold_every_question_once() -> None:
    bins = reliability(ALL, bins=3)
    assert [one.questions for one in bins] == [2, 2, 2]
    assert (bins[0].low, bins[0].high) == (0.1, 0.2)
    assert bins[0].probability == pytest.approx(0.15)
    assert bins[0].right == 0.5
    assert reliability([]) == []


def test_recall_by_k_is_recall_at_each() -> None:
    rows = [ranked((1,)), ranked((4,), id="q2"), ranked((), id="q3")]
    found = recall_by_k(rows, [1, 5, 100])
    assert [(point.k, point.questions) for point in found] == [(1, 3), (5, 3), (100, 0)]
    assert [point.recall for point in found] == [pytest.approx(1 / 3), pytest.approx(2 / 3), None]
