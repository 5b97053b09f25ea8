"""The span reader and what the service makes of its marks: lists, joined places, thresholds, a better order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from fakes import FindingSpanModel, HashingEmbedder
from index.errors import ModelError, SettingsError
from index.segment import HanAnalyzer
from index.store.embedded import open_store
from rag.answer import answer_key
from rag.build import make_reader
from rag.read import Reader
from rag.reader.candidates import COLUMNS
from rag.reader.reader import SpanReader
from rag.service import QAService
from rag.settings import Settings
from reader_contract import TEXT, ReaderContract, ask, found, ones


@pytest.fixture
def calibration(tmp_path: Path) -> Path:
    """Ranks by margin alone; the probability is the margin's logistic."""

    def weights(columns: tuple[str, ...]) -> dict[str, object]:
        by_margin = [float(name == "margin") for name in columns]
        return {"mean": [0] * len(columns), "scale": [1] * len(columns), "weights": by_margin, "bias": 0}

    content = {
        "features": COLUMNS,
        "rank": weights(COLUMNS),
        "answers": weights(("rank", "margin_above", *COLUMNS)),
        "thresholds": {"default": 0.5, "wrong-5%": 0.9},
    }
    file = tmp_path / "span.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def reader(answers: Mapping[str, float], calibration: Path) -> SpanReader:
    return SpanReader(
        FindingSpanModel(answers), term_weights=ones, names=HanAnalyzer().names, calibration=calibration
    )


class TestSpanReader(ReaderContract):
    @pytest.fixture
    def reader(self, calibration: Path) -> Reader:
        return reader({"27家": 4.0, "13家": 1.0}, calibration)


def test_the_best_span_is_marked_in_the_document_and_in_its_sentence(calibration: Path) -> None:
    mark = reader({"27家": 4.0, "13家": 1.0}, calibration).read(ask("达到多少家?"), [found()])[0]
    assert TEXT[mark.start - 100 : mark.end - 100] == "27家"
    assert TEXT[mark.evidence_start - 100 : mark.evidence_end - 100].startswith("2017年")
    assert mark.probability > 0.95


def test_spans_that_are_not_there_have_little_probability(calibration: Path) -> None:
    assert reader({}, calibration).read(ask("谁?"), [found()])[0].probability < 0.01


def test_only_a_question_for_several_gets_the_whole_list_with_its_items(calibration: Path) -> None:
    text = "在北京、深圳、上海等地设立孵化器。"
    marks = reader({"深圳": 4.0}, calibration)
    alone = marks.read(ask("在哪座城市设立?"), [found(text)])[0]
    assert text[alone.start - 100 : alone.end - 100] == "深圳"
    assert alone.items == ()
    listed = marks.read(ask("在哪些城市设立?"), [found(text)])[0]
    assert [text[a - 100 : b - 100] for a, b in listed.items] == ["北京", "深圳", "上海"]


def test_reranking_puts_the_passage_with_the_best_span_first(calibration: Path) -> None:
    other = found("别的事情。", start=900, passage_id=2)
    marks = reader({"27家": 4.0}, calibration)
    assert marks.rerank("多少家?", [other, found()])[0].passage.id == 1
    assert marks.rerank("多少家?", []) == []


def test_calibration_that_cannot_be_read_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    for content in ("", "{}", '{"features": ["else"]}'):
        (tmp_path / "bad.json").write_text(content, encoding="utf-8")
        with pytest.raises(ModelError) as caught:
            reader({}, tmp_path / "bad.json").threshold("default")
        assert caught.value.remedy


@pytest.fixture
def service(settings: Settings, calibration: Path) -> QAService:
    embedder = HashingEmbedder()
    store = open_store(settings.home, analyzer=HanAnalyzer(), embedder=embedder.info)
    marking = reader({"27家": 4.0, "北京、深圳": 3.0}, calibration)
    chosen = settings.model_copy(update={"threshold": "default"})
    return QAService(chosen, store=store, embedder=embedder, reader=marking)


def test_equal_answers_from_two_documents_are_one_answer_with_two_citations(service: QAService) -> None:
    with service:
        service.add_bytes("众创空间达到27家。".encode(), source="甲.txt")
        service.add_bytes("到年底,众创空间共有 27家。".encode(), source="乙.txt")
        service.add_bytes("天气很好。".encode(), source="丙.txt")
        answer = service.ask("众创空间有多少家？")
    assert answer.text == "27家"
    assert {citation.document for citation in answer.citations} == {"甲.txt", "乙.txt"}
    assert all(citation.verified for citation in answer.citations)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("《通知》", "通知", True),
        ("27 家。", "27家", True),
        ("热娜·卡斯木", "热娜卡斯木", True),
        ("3.5%", "35%", False),
        ("1.2亿元", "12亿元", False),
        ("5-10天", "510天", False),
        ("-5℃", "5℃", False),
        ("。", "!", False),
    ],
)
def test_answers_are_equal_that_differ_in_punctuation_but_not_in_their_numbers(
    one: str, other: str, same: bool
) -> None:
    assert (answer_key(one) == answer_key(other)) is same


def test_a_reader_without_its_own_calibration_is_refused(settings: Settings) -> None:
    chosen = settings.model_copy(update={"reader": "somebody/model"})
    with pytest.raises(SettingsError) as caught:
        make_reader(chosen, HashingEmbedder(), ones, HanAnalyzer().names)
    assert "calibrate" in caught.value.remedy


def test_items_of_an_answer_have_their_own_places(service: QAService) -> None:
    with service:
        service.add_bytes("在北京、深圳。".encode(), source="甲.txt")
        answer = service.ask("在哪些城市?")
        text = service.store.content(answer.citations[0].document_id).text
    assert [item.text for item in answer.items] == ["北京", "深圳"]
    assert all(text[item.start : item.end] == item.text for item in answer.items)


def test_a_threshold_can_be_named_by_what_it_promises(service: QAService) -> None:
    with service:
        assert service.threshold == 0.5
        strict = QAService(
            service.settings.model_copy(update={"threshold": "wrong-5%"}),
            store=service.store,
            embedder=service.embedder,
            reader=service.reader,
        )
        service.add_bytes("众创空间达到27家。".encode(), source="甲.txt")
        assert strict.threshold == 0.9
        assert not strict.ask("众创空间有多少家？").abstained


class Reversing:
    """A reranker that turns the order around."""

    def rerank(self, question: str, found: list[object]) -> list[object]:
        return found[::-1]


def test_a_reranker_orders_the_first_passages_and_leaves_the_rest(service: QAService) -> None:
    with service:
        for number in range(6):
            service.add_bytes(f"众创空间第{number}件事。".encode(), source=f"{number}.txt")
        before = [one.passage.id for one in service.retrieve("众创空间", top_k=6)]
        settings = service.settings.model_copy(update={"rerank_pool": 4, "top_k": 1})
        turned = QAService(
            settings,
            store=service.store,
            embedder=service.embedder,
            reader=service.reader,
            reranker=Reversing(),  # type: ignore[arg-type]
        )
        assert [one.passage.id for one in turned.retrieve("众创空间", top_k=6)] == [
            *before[3::-1],
            *before[4:],
        ]
        answer = turned.ask("众创空间")
        assert answer.candidates[0].citation.document_id == before[3]
        assert "rerank" in answer.timings_ms


def test_a_span_that_is_no_document_number_hardly_answers_a_question_for_one(calibration: Path) -> None:
    text = "《实施意见》由科技厅印发。"
    marks = reader({"《实施意见》": 4.0}, calibration)
    assert marks.read(ask("印发的是什么文件?"), [found(text)])[0].probability > 0.9
    assert marks.read(ask("《实施意见》的文号是什么?"), [found(text)])[0].probability < 0.1


def test_span_that_answers_how_many_carries_nothing_else(calibration: Path) -> None:
    long = "13家，自治区众创空间达到27家"
    assert long in TEXT
    one = reader({long: 4.0, "13家": 3.0}, calibration)
    first = one.read(ask("新增多少家?"), [found()])[0]
    assert TEXT[first.start - 100 : first.end - 100] == "13家"
    listed = one.read(ask("新增和达到的分别是多少家?"), [found()])[0]
    assert TEXT[listed.start - 100 : listed.end - 100] == long
