"""The evidence reader: features by their definitions, marks in the document's own coordinates."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from fakes import HashingEmbedder
from index.segment import HanAnalyzer
from rag.calibration import chain_probabilities, load_model
from rag.evidence import EvidenceReader, default_model, sentences_of
from rag.features import (
    FEATURES,
    Query,
    coverage,
    expression_columns,
    gaps,
    names_kept,
    numbers_in,
    numbers_kept,
    take_apart,
    terms_of,
)
from rag.question import QuestionType
from rag.service import QAService
from reader_contract import TEXT, ReaderContract, ask, found, ones


def reader() -> EvidenceReader:
    return EvidenceReader(HashingEmbedder(), term_weights=ones, names=HanAnalyzer().names)


class TestEvidenceReader(ReaderContract):
    @pytest.fixture
    def reader(self) -> EvidenceReader:
        return reader()


def test_a_mark_is_in_characters_of_the_document() -> None:
    mark = reader().read(ask("自治区众创空间达到多少家"), [found()])[0]
    assert (
        TEXT[mark.evidence_start - 100 : mark.evidence_end - 100]
        == "2017年新认定众创空间13家，自治区众创空间达到27家。"
    )
    assert mark.evidence_start <= mark.start < mark.end <= mark.evidence_end


def test_in_a_long_sentence_the_clause_that_fits_the_kind_is_the_answer() -> None:
    text = (
        "众创空间场地面积76595平方米，服务的创业团队1011个，服务的初创企业916家，举办创新创业活动568场，" * 2
    )
    text = text[:-1] + "。"
    mark = reader().read(ask("服务的初创企业有多少家"), [found(text)])[0]
    assert "服务的初创企业916家" in text[mark.start - 100 : mark.end - 100]
    assert mark.end - mark.start < 20


def test_sentences_that_overlapping_passages_share_come_once() -> None:
    first, second = found("甲是一。乙是二。", start=0), found("乙是二。丙是三。", start=4, passage_id=2)
    assert [(s.start, s.text, s.rank) for s in sentences_of([first, second])] == [
        (0, "甲是一。", 0),
        (4, "乙是二。", 0),
        (8, "丙是三。", 1),
    ]


def test_the_first_probability_is_the_logistic_of_its_columns() -> None:
    model = default_model().answers
    features = np.random.default_rng(0).normal(size=(3, len(FEATURES)))
    ranks = np.array([0.5, 2.0, -1.0])
    order = np.argsort(-ranks)
    columns = np.concatenate(([2.0, 1.5], features[1]))
    odds = model.bias + sum(
        w * (x - m) / s for w, x, m, s in zip(model.weights, columns, model.mean, model.scale, strict=True)
    )
    assert chain_probabilities(model, ranks, features, order)[0] == pytest.approx(1 / (1 + np.exp(-odds)))


def test_a_model_fitted_for_other_features_is_refused() -> None:
    with pytest.raises(ValueError, match="other features"):
        load_model({"features": ["cosine"], "rank": {}, "answers": {}}, FEATURES)


def test_question_is_taken_apart_without_its_asking_words() -> None:
    query = take_apart("2017年新疆众创空间有多少家？", ones, HanAnalyzer().names)
    assert query.kind is QuestionType.HOW_MANY
    assert query.numbers == {"2017"}
    assert query.names == {"新疆"}
    assert "多少" not in query.weights
    assert "众创" in query.weights


def query(text: str, kind: QuestionType = QuestionType.HOW_MANY) -> Query:
    return Query(
        text=text, kind=kind, weights={"众创": 2.0, "空间": 1.0, "几": 1.0}, numbers=numbers_in(text)
    )


def test_coverage_is_the_share_of_weight() -> None:
    assert coverage({"众创": 2.0, "空间": 1.0, "外星": 1.0}, terms_of("众创空间")) == pytest.approx(0.75)
    assert coverage({}, terms_of("众创空间")) == 0.0


def test_numbers_compare_without_thousands_separators_and_full_width() -> None:
    assert numbers_in("２０１７年2,926.7万") == {"2017", "2926.7"}
    assert numbers_kept(query("2017年和2018年"), "2017年") == 0.5
    assert numbers_kept(query("哪年"), "没有数字") == 1.0


def test_an_expression_that_the_question_holds_does_not_count() -> None:
    assert expression_columns(query("2017年有几家"), "2017年") == (0.0, 1.0, 0.0)
    assert expression_columns(query("2017年有几家"), "2017年有13家") == (0.0, 0.0, 0.0)
    assert expression_columns(query("哪天", QuestionType.WHEN), "没有日期") == (1.0, 0.0, 0.0)
    assert expression_columns(query("谁", QuestionType.WHO), "书记主持") == (0.0, 0.0, 1.0)


def test_names_that_the_passage_lacks_lower_the_share() -> None:
    asked = dataclasses.replace(query("几家"), names=frozenset({"新疆", "西藏"}))
    assert names_kept(asked, "新疆的众创空间") == 0.5
    assert names_kept(query("几家"), "无") == 1.0


def test_gaps_are_below_the_best() -> None:
    assert gaps([1.0, 3.0, 2.0]).tolist() == [-2.0, 0.0, -1.0]
    assert gaps([]).size == 0


def test_a_service_marks_the_sentence_that_holds_the_answer(service: QAService, yearbook: Path) -> None:
    list(service.add([yearbook]))
    answer = service.ask("自治区众创空间达到多少家？")
    assert "27家" in answer.citations[0].evidence
