"""Bins: the decision from facts, how spans lie to answers, and every bin met by a real question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import outcomes
from eval.bins import Facts, Overlap, decide, overlap
from eval.dataset import Dataset, EvalQuestion, GoldAnswer
from eval.measures import parse
from eval.row import Bin, Cited, Row
from eval.tasks.gold import GoldFinder
from eval.tasks.rows import RowMaker
from rag.service import QAService

SOUND = Facts(
    answerable=True, right=False, declined=False, held=True, whole=True, read=True, overlap=Overlap.NONE
)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(SOUND, right=True), Bin.RIGHT),
        (replace(SOUND, answerable=False, right=True, declined=True, held=False), Bin.RIGHT),
        (replace(SOUND, answerable=False, held=False), Bin.SHOULD_HAVE_DECLINED),
        (replace(SOUND, held=False, whole=False, read=False, declined=True), Bin.NOT_IN_INDEX),
        (replace(SOUND, whole=False, read=False, declined=True), Bin.SPLIT_APART),
        (replace(SOUND, read=False, declined=True), Bin.NOT_RETRIEVED),
        (replace(SOUND, read=False, overlap=Overlap.LONGER), Bin.NOT_RETRIEVED),
        (replace(SOUND, declined=True), Bin.WRONGLY_DECLINED),
        (replace(SOUND, overlap=Overlap.LONGER), Bin.SPAN_TOO_LONG),
        (replace(SOUND, overlap=Overlap.SHORTER), Bin.SPAN_TOO_SHORT),
        (SOUND, Bin.NOT_READ),
    ],
)
def test_the_first_bin_that_applies_is_taken(facts: Facts, expected: Bin) -> None:
    assert decide(facts) is expected


CONTEXT = "会议于2017年 9月 22日上午召开。次年9月再开,共3天,2013年未开。"


def _cited(span: str, *, nth: int = 0) -> Cited:
    start = -1
    for _ in range(nth + 1):
        start = CONTEXT.index(span, start + 1)
    whole = outcomes.cited(span, evidence=CONTEXT, holds=True)
    return replace(whole, start=start, end=start + len(span))


@pytest.mark.parametrize(
    ("cited", "answers", "expected"),
    [
        (_cited("于2017年 9月 22日上午召开"), ["2017年9月22日"], Overlap.LONGER),
        (_cited("9月"), ["2017年9月22日"], Overlap.SHORTER),
        (_cited("9月", nth=1), ["2017年9月22日"], Overlap.NONE),  # the same words, but elsewhere
        (_cited("3天"), ["2013年"], Overlap.NONE),
        (_cited("3年"), ["2013年"], Overlap.SHORTER),
        (_cited("22日上午召开。次年9月"), ["2017年9月22日"], Overlap.LONGER),  # shares some, and is longer
        (_cited("22日上午"), ["2017年9月22日"], Overlap.SHORTER),  # shares some, and is shorter
        (_cited("9月 22日"), ["2017年9月22日", "22日"], Overlap.LONGER),  # lies within one, holds the other
        (_cited("召开"), ["", " "], Overlap.NONE),
    ],
)
def test_how_a_span_lies_to_the_accepted_answers(cited: Cited, answers: list[str], expected: Overlap) -> None:
    assert overlap(cited, answers) is expected


def _row(
    service: QAService, question: str, *answers: str, document: str | None = None, **settings: float
) -> Row:
    """The row of a question that names no passage, with some settings changed."""
    changed = QAService(
        service.settings.model_copy(update=settings),
        store=service.store,
        embedder=service.embedder,
        reader=service.reader,
    )
    asked = EvalQuestion(
        id="1",
        question=question,
        answers=tuple(GoldAnswer(text=a) for a in answers),
        row=1,
        document=document,
    )
    dataset = Dataset(name="d", format="table", sha256="", passages=(), questions=(asked,))
    maker = RowMaker(changed, task="ask", depth=100, measures=[parse("Contains")], exact=parse("EM"))
    return maker.row(asked, GoldFinder(service.store, dataset, [asked]).find(asked))


SPACES = "自治区众创空间达到多少家?"


@pytest.fixture
def filled(service: QAService, yearbook: Path) -> QAService:
    list(service.add([yearbook]))
    return service


def test_right_when_the_answer_is_an_accepted_one(filled: QAService) -> None:
    given = _row(filled, SPACES, "无").prediction
    assert given
    assert _row(filled, SPACES, "无", given).bin is Bin.RIGHT


def test_right_when_an_unanswerable_question_is_declined(filled: QAService) -> None:
    assert _row(filled, SPACES, threshold=1.0).bin is Bin.RIGHT


def test_should_have_declined_when_an_unanswerable_question_is_answered(filled: QAService) -> None:
    assert _row(filled, SPACES).bin is Bin.SHOULD_HAVE_DECLINED


def test_not_in_index_when_no_document_holds_an_accepted_answer(filled: QAService) -> None:
    row = _row(filled, SPACES, "九十九家")
    assert (row.bin, row.relevant, row.ranks) == (Bin.NOT_IN_INDEX, 0, ())


def test_not_in_index_when_the_document_named_is_not_stored(filled: QAService) -> None:
    assert _row(filled, SPACES, "27家", document="别的.txt").bin is Bin.NOT_IN_INDEX
    assert _row(filled, SPACES, "27家", document="年鉴.txt").bin is not Bin.NOT_IN_INDEX


def test_split_apart_when_no_passage_holds_the_answer_whole(service: QAService) -> None:
    text = "".join(
        f"第{number}届大会在第{number}会场召开,到会代表共{number}百人。" for number in range(1, 41)
    )
    service.add_bytes(text.encode(), source="大会.txt")
    row = _row(service, "历届大会在哪里召开?", text)
    assert (row.bin, row.relevant) == (Bin.SPLIT_APART, 0)


def test_not_retrieved_keeps_the_rank_that_it_had(filled: QAService) -> None:
    for number in range(12):
        filled.add_bytes(
            f"自治区众创空间达到{number}家,众创空间达到多少家。".encode(), source=f"{number}.txt"
        )
    filled.add_bytes("牧民在草原放羊,羊共有五百只。".encode(), source="羊.txt")
    row = _row(filled, SPACES, "五百只", top_k=2)
    assert row.bin is Bin.NOT_RETRIEVED
    assert row.read == 2
    assert row.ranks and row.ranks[0] > 2


def test_wrongly_declined_when_the_answer_was_read(filled: QAService) -> None:
    row = _row(filled, SPACES, "27家", threshold=1.0)
    assert (row.bin, row.prediction, row.declined) == (Bin.WRONGLY_DECLINED, "", True)
    assert row.best


def test_span_too_long_and_too_short(filled: QAService) -> None:
    first = _row(filled, SPACES, "无")
    cited = first.candidates[0]
    assert _row(filled, SPACES, cited.text[5:-3]).bin is Bin.SPAN_TOO_LONG
    wider = cited.context[max(cited.start - 2, 0) : cited.end + 2].strip()
    assert _row(filled, SPACES, wider).bin is Bin.SPAN_TOO_SHORT


def test_not_read_when_the_answer_came_from_elsewhere(filled: QAService) -> None:
    row = _row(filled, SPACES, "热娜·卡斯木")
    assert row.candidates[0].document == "年鉴.txt"
    assert row.bin is Bin.NOT_READ


def test_a_row_tells_what_was_offered_and_where(filled: QAService) -> None:
    row = _row(filled, SPACES, "27家")
    assert row.kind == "how_many"
    for cited in row.candidates:
        assert cited.context[cited.start : cited.end] == cited.text
        assert cited.text in cited.evidence
        assert cited.holds_answer == ("27家" in cited.evidence)
        assert cited.verified
    assert row.depth == filled.settings.pool
    assert set(row.timings_ms) >= {"total", "retrieve", "read"}
    assert row.scores.keys() == {"Contains"}
