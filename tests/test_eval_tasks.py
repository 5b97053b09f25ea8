"""The three tasks from end to end, over a tiny real model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.dataset import Dataset, EvalQuestion, GoldAnswer, GoldPassage
from eval.store import load_run
from eval.tasks.evaluate import evaluate, sample
from eval.tasks.gold import GoldFinder, answer_ranges, occurrences
from eval.tasks.options import Options
from index.document import Block, BlockKind
from index.errors import DatasetError, InputError, MeasureError
from index.offsets import OffsetMap
from index.retrieve import Mode
from index.store.protocol import DocumentContent
from rag.build import open_service
from rag.service import QAService
from rag.settings import Settings

SHEEP = "牧民在草原上放羊,羊群共有五百只。牧民名叫阿依,阿依住在昭苏县。"
SPACES = "自治区众创空间达到27家,其中国家级14家。众创空间由科技厅认定。"
PRIZES = "科学技术奖励大会于2017年9月22日召开,孙金龙主持大会。会上表彰了12人。"


def _squad(path: Path, passages: dict[str, list[dict[str, Any]]]) -> Path:
    paragraphs = [{"context": text, "qas": qas} for text, qas in passages.items()]
    path.write_text(
        json.dumps({"version": "1", "data": [{"title": "题", "paragraphs": paragraphs}]}, ensure_ascii=False),
        encoding="utf-8",
    )
    return path


def _qa(number: str, question: str, text: str, *answers: str) -> dict[str, Any]:
    return {
        "id": number,
        "question": question,
        "answers": [{"text": answer, "answer_start": text.index(answer)} for answer in answers],
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return _squad(
        tmp_path / "羊与奖.json",
        {
            SHEEP: [_qa("a", "羊群有多少只?", SHEEP, "五百只"), _qa("b", "牧民叫什么名字?", SHEEP, "阿依")],
            SPACES: [_qa("c", "众创空间达到多少家?", SPACES, "27家")],
            PRIZES: [_qa("d", "奖励大会是谁主持的?", PRIZES, "孙金龙")],
        },
    )


@pytest.fixture
def users(tmp_path: Path, tiny_model: Path) -> Settings:
    return Settings(
        home=tmp_path / "home",
        cache=tmp_path / "cache",
        embedder=str(tiny_model),
        quantize="none",
        threshold=0.9,
    )


def test_read_writes_everything_and_answers_from_the_passage_given(
    data: Path, users: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    told: list[tuple[str, int, int]] = []
    run = evaluate(
        Options(task="read", data=data),
        users,
        out,
        report=lambda what, n, total: told.append((what, n, total)),
    )
    assert {path.name for path in out.iterdir()} == {
        "predictions.json", "rows.jsonl", "summary.json", "report.html", "report.md",
    }  # fmt: skip
    assert load_run(out) == run
    predictions = json.loads((out / "predictions.json").read_text(encoding="utf-8"))
    assert predictions == {row.id: row.prediction for row in run.rows}
    texts = {"a": SHEEP, "b": SHEEP, "c": SPACES, "d": PRIZES}
    assert list(predictions) == list(texts)
    assert all(predictions[number] and predictions[number] in text for number, text in texts.items())
    assert all(row.relevant == 1 and row.ranks == (1,) for row in run.rows)
    assert told[-1][1] == told[-1][2]
    assert ("提问", 4, 4) in told


def test_a_summary_says_all_that_is_needed_to_do_it_again(
    data: Path, users: Settings, tmp_path: Path
) -> None:
    options = Options(task="read", data=data, top_k=3, measures=("EM", "Recall@5"), name="羊", seed=5)
    summary = evaluate(options, users, tmp_path / "out").summary
    assert summary.command == (
        "yuanwen", "eval", "read", "--data", str(data), "--out", str(tmp_path / "out"), "--measure", "EM",
        "--measure", "Recall@5", "--top-k", "3", "--seed", "5", "--name", "羊",
    )  # fmt: skip
    assert (summary.task, summary.name, summary.questions) == ("read", "羊", 4)
    assert [figure.measure for figure in summary.figures] == ["EM", "Recall@5"]
    assert summary.settings["top_k"] == "3"
    assert summary.versions.keys() >= {"python", "yuanwen", "torch", "numpy", "faiss", "tantivy"}
    assert summary.machine.keys() == {"cpu", "cores", "memory_gb", "system"}
    assert all(summary.machine.values())
    assert len(summary.models["embedder_fingerprint"]) >= 16
    assert len(summary.models["reader_fingerprint"]) == 64
    assert summary.index["documents"] == 3
    assert summary.index["others"] == 0
    (file,) = summary.data
    assert (file.role, file.questions, file.passages, len(file.sha256)) == ("questions", 4, 3, 64)
    assert sum(summary.bins.values()) == 4
    assert sum(sum(bins.values()) for bins in summary.bins_by_kind.values()) == 4
    assert set(summary.by_kind) == set(summary.bins_by_kind)
    assert "answerable" not in summary.by_tag  # there is nothing to tell apart


def test_where_all_questions_have_answers_read_always_answers_unless_told_otherwise(
    data: Path, users: Settings, tmp_path: Path
) -> None:
    always = evaluate(Options(task="read", data=data), users, tmp_path / "1").summary
    assert (always.settings["threshold"], always.settings["eval.threshold_from"]) == ("0.0", "always_answer")
    told = evaluate(Options(task="read", data=data, threshold=1.0), users, tmp_path / "2")
    assert told.summary.settings["eval.threshold_from"] == "option"
    assert all(row.declined and row.prediction == "" for row in told.rows)
    ask = evaluate(Options(task="ask", data=data), users, tmp_path / "3").summary
    assert (ask.settings["threshold"], ask.settings["eval.threshold_from"]) == ("0.9", "settings")


def test_a_question_without_an_answer_keeps_the_threshold_of_the_settings(
    users: Settings, tmp_path: Path
) -> None:
    mixed = _squad(
        tmp_path / "混.json",
        {
            SHEEP: [
                _qa("a", "羊群有多少只?", SHEEP, "五百只"),
                {**_qa("b", "牛有几头?", SHEEP), "is_impossible": True},
            ]
        },
    )
    run = evaluate(Options(task="read", data=mixed), users, tmp_path / "out")
    assert run.summary.settings["eval.threshold_from"] == "settings"
    assert set(run.summary.by_tag) >= {"answerable", "unanswerable"}
    assert run.rows[1].relevant is None


def test_retrieve_counts_only_the_passage_that_covers_the_answer(users: Settings, tmp_path: Path) -> None:
    filler = "".join(f"第{number}群羊在第{number}片草场,一共走了{number}天。" for number in range(60))
    text = f"羊群共有五百只。{filler}牧人数过,羊群共有五百只。"
    question = _qa("a", "羊群有多少只?", text, "五百只")
    question["answers"][0]["answer_start"] = text.rindex("五百只")
    path = _squad(tmp_path / "长.json", {text: [question], SPACES: []})
    run = evaluate(Options(task="retrieve", data=path, depth=50), users, tmp_path / "out")
    (row,) = run.rows
    assert run.summary.index["passages"] > 4
    assert (row.relevant, row.depth, row.read, row.bin) == (1, 50, 0, None)
    assert len(row.ranks) == 1
    assert row.timings_ms["total"] > 0
    assert run.summary.bins == {}
    assert json.loads((tmp_path / "out" / "predictions.json").read_text(encoding="utf-8")) == {"a": ""}


def test_a_corpus_widens_the_pool_and_an_index_is_completed_not_made_anew(
    data: Path, users: Settings, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    alone = evaluate(Options(task="retrieve", data=data, index=index), users, tmp_path / "1").summary
    more = _squad(
        tmp_path / "更多.json",
        {"天山雪莲开在高处。": [_qa("z", "雪莲开在哪里?", "天山雪莲开在高处。", "高处")]},
    )
    told: list[str] = []
    wide = evaluate(
        Options(task="retrieve", data=data, corpus=(more,), index=index),
        users,
        tmp_path / "2",
        report=lambda what, n, total: told.append(f"{what} {n}/{total}"),
    ).summary
    assert (alone.index["documents"], wide.index["documents"], wide.index["others"]) == (3, 4, 0)
    assert "建立段落索引 1/1" in told  # the other three were there
    assert [file.role for file in wide.data] == ["questions", "corpus"]
    again = evaluate(Options(task="retrieve", data=data, index=index), users, tmp_path / "3").summary
    assert again.index["others"] == 1


def test_an_index_that_was_cut_to_other_lengths_is_refused(
    data: Path, users: Settings, tmp_path: Path
) -> None:
    options = Options(task="retrieve", data=data, index=tmp_path / "index")
    evaluate(options, users, tmp_path / "1")
    other = users.model_copy(update={"passage_target": 220, "passage_maximum": 260})
    with pytest.raises(InputError, match="长度"):
        evaluate(options, other, tmp_path / "2")


def test_an_index_without_a_name_is_found_again_and_never_mixed(
    data: Path, users: Settings, tmp_path: Path
) -> None:
    first = evaluate(Options(task="retrieve", data=data), users, tmp_path / "1").summary
    second = evaluate(Options(task="ask", data=data), users, tmp_path / "2").summary
    assert Path(first.settings["home"]).is_relative_to(users.cache / "eval")
    assert first.settings["home"] == second.settings["home"]
    assert first.index == second.index
    shorter = users.model_copy(update={"passage_target": 220, "passage_maximum": 260})
    third = evaluate(Options(task="ask", data=data), shorter, tmp_path / "3").summary
    assert third.settings["home"] != first.settings["home"]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "我的问题.jsonl"
    lines = [
        {"id": "1", "question": "众创空间达到多少家?", "answers": ["27家"], "document": "年鉴.txt"},
        {"id": "2", "question": "谁主持大会？", "answers": ["孙金龙", "孙  金龙"]},
        {"id": "3", "question": "总统多大年纪?", "answers": []},
        {"id": "4", "question": "。。。", "answers": ["27家"]},
    ]
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    return path


def test_own_questions_are_asked_of_what_was_added(
    own: Path, yearbook: Path, users: Settings, tmp_path: Path
) -> None:
    with open_service(users) as service:
        list(service.add([yearbook]))
    run = evaluate(Options(task="ask", data=own, threshold=0.0), users, tmp_path / "out")
    spaces, host, president, dots = run.rows
    assert run.summary.settings["home"] == str(users.home)
    assert "others" not in run.summary.index
    assert (spaces.relevant, host.relevant) == (1, 1)
    assert spaces.candidates[0].document == "年鉴.txt"
    assert (president.relevant, president.bin) == (None, "should_have_declined")
    assert (dots.declined, dots.candidates, dots.bin) == (True, (), "not_retrieved")
    assert any("1 个问题不能提问" in note for note in run.summary.data[0].notes)
    assert set(run.summary.by_tag) >= {"answerable", "unanswerable"}


def test_wrong_combinations_are_told_apart(own: Path, data: Path, users: Settings, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="read 任务要给定段落"):
        evaluate(Options(task="read", data=own), users, tmp_path / "1")
    with pytest.raises(InputError, match="还没有文档") as empty:
        evaluate(Options(task="ask", data=own), users, tmp_path / "2")
    assert "yuanwen add" in empty.value.remedy
    with pytest.raises(DatasetError, match="没有段落"):
        evaluate(Options(task="retrieve", data=data, corpus=(own,)), users, tmp_path / "3")
    with pytest.raises(MeasureError):
        evaluate(Options(task="ask", data=data, measures=("EMM",)), users, tmp_path / "4")
    assert not any((tmp_path / name).exists() for name in "1234")


@pytest.mark.parametrize(
    "wrong", [{"top_k": 0}, {"threshold": 1.5}, {"depth": 5000}, {"limit": 0}, {"seed": -1}]
)
def test_numbers_out_of_range_are_refused(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="应"):
        Options(task="ask", data=tmp_path / "x.json", **wrong)


def test_an_interrupted_run_goes_on_where_it_stopped(data: Path, users: Settings, tmp_path: Path) -> None:
    out, options = tmp_path / "out", Options(task="ask", data=data, limit=3)

    def stop_after(count: int) -> Callable[[str, int, int], None]:
        def report(what: str, done: int, _total: int) -> None:
            if what == "提问" and done == count:
                raise KeyboardInterrupt

        return report

    with pytest.raises(KeyboardInterrupt):
        evaluate(options, users, out, report=stop_after(2))
    kept = (out / "rows.jsonl").read_bytes()
    assert kept.count(b"\n") == 2
    with pytest.raises(InputError, match="没有做完"):
        load_run(out)
    (out / "rows.jsonl").write_bytes(kept + b'{"id": "cut')  # as a crash would leave it

    with pytest.raises(InputError, match="top_k") as other:
        evaluate(Options(task="ask", data=data, limit=3, top_k=2), users, out, resume=True)
    assert "--out" in other.value.remedy
    with pytest.raises(InputError, match="measures"):
        evaluate(Options(task="ask", data=data, limit=3, measures=("EM",)), users, out, resume=True)

    with pytest.raises(
        InputError, match="没有做完"
    ) as again:  # what is done already isn't thrown away unasked
        evaluate(options, users, out)
    assert "--resume" in again.value.remedy
    assert (out / "rows.jsonl").read_bytes().startswith(kept)

    begun = json.loads((out / "unfinished.json").read_text(encoding="utf-8"))
    newer = {**begun, "versions.torch": "99.0"}
    (out / "unfinished.json").write_text(json.dumps(newer), encoding="utf-8")
    with pytest.raises(InputError, match=r"versions\.torch\(99\.0"):
        evaluate(options, users, out, resume=True)
    (out / "unfinished.json").write_text(json.dumps(begun), encoding="utf-8")

    run = evaluate(options, users, out, resume=True)
    assert run.summary.seconds >= sum(row.timings_ms["total"] for row in run.rows) / 1000
    assert (out / "rows.jsonl").read_bytes().startswith(kept)
    assert len(run.rows) == 3
    assert load_run(out) == run
    assert not (out / "unfinished.json").exists()
    assert evaluate(options, users, out, resume=True) == run  # there is nothing left to do
    with pytest.raises(InputError, match=r"eval\.limit"):
        evaluate(Options(task="ask", data=data), users, out, resume=True)


def test_an_earlier_run_is_replaced_and_nothing_else_is_touched(
    data: Path, users: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    evaluate(Options(task="read", data=data), users, out)
    (out / "笔记.txt").write_text("别动", encoding="utf-8")
    second = evaluate(Options(task="retrieve", data=data), users, out)
    assert load_run(out) == second
    assert (out / "笔记.txt").read_text(encoding="utf-8") == "别动"
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "rows.jsonl").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="别的文件"):
        evaluate(Options(task="read", data=data), users, foreign)
    assert (foreign / "rows.jsonl").read_text(encoding="utf-8") == "mine"
    with pytest.raises(InputError, match="不是目录"):
        evaluate(Options(task="read", data=data), users, foreign / "rows.jsonl")


def _questions(count: int) -> list[EvalQuestion]:
    return [EvalQuestion(id=str(n), question="问", answers=(), row=n) for n in range(count)]


def test_a_sample_is_drawn_once_for_a_seed_and_keeps_the_order() -> None:
    questions = _questions(50)
    drawn = sample(questions, 10, seed=3)
    assert drawn == sample(questions, 10, seed=3)
    assert drawn != sample(questions, 10, seed=4)
    assert len({question.id for question in drawn}) == 10
    assert [question.row for question in drawn] == sorted(question.row for question in drawn)
    assert sample(questions, 50, seed=0) == sample(questions, None, seed=0) == tuple(questions)


def test_the_settings_choose_how_passages_are_found(service: QAService, yearbook: Path) -> None:
    list(service.add([yearbook]))
    service.add_bytes("众创空间在草原上。牧民放羊。".encode(), source="羊.txt")

    def scored(mode: Mode) -> list[tuple[float, float, float]]:
        chosen = QAService(
            service.settings.model_copy(update={"retrieval": mode}),
            store=service.store,
            embedder=service.embedder,
            reader=service.reader,
        )
        return [(f.score, f.dense, f.sparse) for f in chosen.retrieve("众创空间有多少家？", top_k=5)]

    assert all(score == dense for score, dense, _ in scored(Mode.DENSE))
    assert all(score == sparse for score, _, sparse in scored(Mode.SPARSE))
    assert all(score == pytest.approx(2 * dense + sparse) for score, dense, sparse in scored(Mode.HYBRID))
    assert len(scored(Mode.HYBRID)) == 2


def test_the_passages_that_are_read_follow_the_setting(
    service: QAService, yearbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(service.add([yearbook]))
    modes: list[Mode] = []
    retrieve = service._retriever.retrieve

    def noted(*args: Any, **kwargs: Any) -> Any:
        modes.append(kwargs["mode"])
        return retrieve(*args, **kwargs)

    monkeypatch.setattr(service._retriever, "retrieve", noted)
    monkeypatch.setattr(service, "settings", service.settings.model_copy(update={"retrieval": Mode.SPARSE}))
    service.ask("众创空间有多少家？")
    assert modes == [Mode.SPARSE]


def _content(text: str, raw: list[int]) -> DocumentContent:
    return DocumentContent(
        text=text,
        blocks=(Block(start=0, end=len(text), kind=BlockKind.PARAGRAPH),),
        offsets=OffsetMap.from_indices(np.array(raw, dtype=np.int64)),
    )


def test_an_answer_with_a_start_stands_in_one_place_of_the_clean_text() -> None:
    # Raw text "  羊\n羊 五只羊": cleaning dropped the indent and the line break.
    content = _content("羊羊 五只羊", [2, 4, 5, 6, 7, 8])
    assert answer_ranges(content, GoldAnswer(text="羊", start=4)) == [(1, 2)]
    assert answer_ranges(content, GoldAnswer(text="羊\n羊", start=2)) == [(0, 2)]
    assert answer_ranges(content, GoldAnswer(text="羊 五", start=4)) == [(1, 4)]


def test_an_answer_without_a_start_or_with_a_wrong_one_stands_wherever_it_reads_the_same() -> None:
    content = _content("羊羊 五只羊", [2, 4, 5, 6, 7, 8])
    everywhere = [(0, 1), (1, 2), (5, 6)]
    assert answer_ranges(content, GoldAnswer(text="羊")) == everywhere
    assert answer_ranges(content, GoldAnswer(text="羊", start=3)) == everywhere
    assert answer_ranges(content, GoldAnswer(text="羊五")) == [(1, 4)]
    assert answer_ranges(content, GoldAnswer(text="牛", start=2)) == []
    assert occurrences("羊羊", " ") == []
    assert occurrences("哈哈哈", "哈哈") == [(0, 2), (1, 3)]


def test_gold_of_a_passage_that_could_not_be_stored_is_held_by_nothing(service: QAService) -> None:
    asked = EvalQuestion(id="1", question="问", answers=(GoldAnswer(text="羊", start=0),), row=1, passage="p")
    dataset = Dataset(
        name="d", format="squad", sha256="", passages=(GoldPassage(id="p", text="羊"),), questions=(asked,)
    )
    gold = GoldFinder(service.store, dataset, [asked]).find(asked)
    assert (gold.documents, gold.held, gold.passages) == (frozenset(), False, frozenset())


def test_every_document_is_read_once_for_all_questions(
    service: QAService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        service.add_bytes(f"第{number}群羊有{number}只,羊在草原。".encode(), source=f"{number}.txt")
    asked = [
        EvalQuestion(id=str(n), question="羊有几只?", answers=(GoldAnswer(text=f"{n} 只"),), row=n)
        for n in range(5)
    ]
    dataset = Dataset(name="d", format="table", sha256="", passages=(), questions=tuple(asked))
    read: list[int] = []
    content = service.store.content

    def noted(document_id: int) -> DocumentContent:
        read.append(document_id)
        return content(document_id)

    monkeypatch.setattr(service.store, "content", noted)
    told: list[tuple[int, int]] = []
    finder = GoldFinder(service.store, dataset, asked, on_done=lambda n, total: told.append((n, total)))
    golds = [finder.find(question) for question in asked]
    assert len(read) == len(set(read)) == 5
    assert told[-1] == (5, 5)
    assert [len(gold.passages) for gold in golds] == [1] * 5
    assert len(frozenset().union(*(gold.passages for gold in golds))) == 5


def test_absent_asks_every_question_again_without_its_document(
    data: Path, users: Settings, tmp_path: Path
) -> None:
    options = Options(task="ask", data=data, absent=True, threshold=0.0)
    run = evaluate(options, users, tmp_path / "out")
    assert [row.id for row in run.rows] == [
        "a",
        "a#absent",
        "b",
        "b#absent",
        "c",
        "c#absent",
        "d",
        "d#absent",
    ]
    asked, absent = run.rows[0::2], run.rows[1::2]
    assert all(row.answerable and row.ranks for row in asked)
    assert not any(row.answerable or row.ranks for row in absent)
    texts = {"a": SHEEP, "b": SHEEP, "c": SPACES, "d": PRIZES}
    for row in absent:
        own = texts[row.id[0]]
        assert row.candidates
        assert not any(candidate.evidence in own for candidate in row.candidates)
    assert run.summary.command[-1] == "--absent"
    assert run.summary.by_tag.keys() >= {"absent", "answerable", "unanswerable"}
    again = evaluate(options, users, tmp_path / "out", resume=True)
    assert again.rows == run.rows


def test_absent_is_for_asking_only(data: Path) -> None:
    with pytest.raises(InputError, match="--absent"):
        Options(task="read", data=data, absent=True)
