"""Training questions asked through the code that users run: hard negatives, and the span reader's calibration."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

import pytest

from eval.corpus import index_passages, passage_source
from fakes import FindingSpanModel, HashingEmbedder
from index.retrieve import Retriever
from index.segment import HanAnalyzer, fold
from index.store.embedded import open_store
from rag.read import Question
from rag.reader.reader import SpanReader
from rag.service import QAService
from rag.training import calibrate, negatives
from rag.training.asking import UNANSWERABLE
from rag.training.mixture import load_mined
from rag.training.negatives import PER_QUESTION, load_sought, mine
from squad_files import paragraph, write_squad

PLACES = ("昭苏县", "伊宁市", "塔城", "和田", "喀什", "哈密", "库车", "若羌", "且末", "乌鲁木齐")


def context(number: int) -> str:
    place = PLACES[number % len(PLACES)]
    return f"{place}第{number}届赛马会共有{1100 + 7 * number}人参加。开幕式由本地主持,天气很好。"


def question(number: int) -> str:
    return f"{PLACES[number % len(PLACES)]}第{number}届赛马会共有多少人参加?"


def answer(number: int) -> str:
    return f"{1100 + 7 * number}人"


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    """Eight paragraphs; one more says the first one's answer too, in full-width digits."""
    copied = f"据{PLACES[0]}介绍,第0届赛马会共有１１００人参加。"
    paragraphs = [paragraph(context(n), {question(n): answer(n), f"谁{n}?": None}) for n in range(8)]
    return write_squad(tmp_path / "cmrc.json", [*paragraphs, paragraph(copied, {})])


def test_negatives_come_from_other_training_paragraphs_and_never_say_the_answer(
    service: QAService, squad: Path
) -> None:
    sought, sources = load_sought([squad])
    assert [(one.question, one.answer) for one in sought] == [(question(n), answer(n)) for n in range(8)]
    assert len(sources) == 9
    assert {one.source for one in sought} == {passage_source(context(n)) for n in range(8)}
    measured = f"{question(0)}这一段是用来评测的。"
    paragraphs = [p["context"] for p in json.loads(squad.read_text())["data"][0]["paragraphs"]]
    index_passages(service, [*paragraphs, measured])
    mined = list(mine(service, sought, sources=sources))
    assert [len(passages) for passages in mined] == [PER_QUESTION] * 8
    for one, passages in zip(sought, mined, strict=True):
        assert not any(fold(one.answer) in fold(text) for text in passages)
        assert set(passages) <= set(paragraphs)
    best = [item.passage.text for item in service.retrieve(question(0), top_k=3)]
    assert measured in best  # so it wasn't for want of likeness
    assert paragraphs[-1] in best


def test_the_miner_writes_what_the_training_reads(
    service: QAService, squad: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "negatives.jsonl"
    index_passages(service, [context(n) for n in range(8)])
    monkeypatch.setattr(negatives, "open_service", lambda settings: service)
    folders = ["--data", str(tmp_path), "--index", str(service.settings.home), "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["negatives", *folders, "--questions", "3", squad.name])
    negatives.main()
    items = load_mined(out)
    assert len({item.question for item in items}) == 3
    assert len(items) == 3 * PER_QUESTION
    assert {item.text for item in items} <= {context(n) for n in range(8)}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The sets of the calibration: held-out questions, and paragraphs beside them."""
    folder = tmp_path / "data"
    folder.mkdir()
    trial, rest, drcd = (name for name, _, _ in calibrate.SETS)
    asked = [paragraph(context(n), {question(n): answer(n)}) for n in range(30)]
    asked += [paragraph(f"第{n}段说的是别的事情。", {f"{question(n)}为何?": None}) for n in range(45, 54)]
    write_squad(folder / trial, asked)
    write_squad(folder / rest, [paragraph(context(n), {question(n): answer(n)}) for n in range(60, 66)])
    write_squad(folder / drcd, [paragraph(context(n), {}) for n in range(66, 70)])
    return folder


def test_the_calibration_tells_answers_that_are_there_from_those_that_are_not(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model, embedder = FindingSpanModel({answer(n): 3.0 for n in range(70)}), HashingEmbedder()
    monkeypatch.setattr(calibrate, "make_span_model", lambda *_, **__: model)
    monkeypatch.setattr(calibrate, "make_embedder", lambda _: embedder)
    file, work = tmp_path / "span.json", tmp_path / "work"
    folders = ["--data", str(data), "--work", str(work), "--out", str(file)]
    monkeypatch.setattr(sys, "argv", ["calibrate", *folders])
    calibrate.main()
    figures = json.loads(file.read_text(encoding="utf-8"))["held_out"]
    shown = json.loads(capsys.readouterr().out)
    assert {name: shown[name] for name in figures} == figures
    assert set(figures["questions"]) == {"asked", "reworded", *UNANSWERABLE}
    assert figures["questions"]["asked"] == figures["questions"]["absent"] == 10  # one in three is held out
    assert figures["first_sentence_right"]["cmrc2018_trial"] > 0.9
    assert figures["auroc_answerable_against"]["absent"] > 0.8

    analyzer = HanAnalyzer()
    with closing(open_store(work, analyzer=analyzer, embedder=embedder.info)) as store:
        reader = SpanReader(model, term_weights=store.term_weights, names=analyzer.names, calibration=file)
        for number in range(0, 30, 6):
            vector = embedder.embed_queries([question(number)])[0]
            asked = Question(text=question(number), vector=vector)
            found = Retriever(store, embedder).retrieve(asked.text, 8, vector=vector)
            there = reader.read(asked, found)[0]
            assert context(number)[there.start : there.end] == answer(number)
            without = [item for item in found if item.passage.text != context(number)]
            assert reader.read(asked, without)[0].probability < there.probability
