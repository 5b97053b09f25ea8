"""The driver of the side-by-side benchmark, with real worker processes that have a made-up system in them."""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import test_bench_peers_worker
from eval.bench.peers import install
from eval.bench.peers.drive import Bench, Budget, Samples
from eval.bench.peers.plan import Sizes, choose_passages, choose_questions, choose_samples, deal, turns
from eval.bench.peers.process import Worker, WorkerError
from eval.bench.peers.quality import judge, to_row
from eval.bench.peers.ratios import percentile, ratio, round_ratios
from eval.bench.peers.records import Records, RecordsError
from eval.bench.peers.report import render
from eval.bench.peers.summary import summarise
from eval.bench.peers.systems import System
from eval.dataset import Dataset, EvalQuestion, GoldAnswer, GoldPassage
from index.errors import DatasetError
from index.sentences import around, sentences

PROGRAM = Path(test_bench_peers_worker.__file__)
SYSTEMS = (
    System(name="fast", title="快", worker="parrot", precision="int8", ours=True),
    System(name="slow", title="慢", worker="parrot"),
)
SECONDS = {"fast": "0.5", "slow": "2.0"}
SIZES = Sizes(
    passages=6,
    questions=4,
    ingest_rounds=3,
    ask_rounds=2,
    client_rounds=1,
    client_questions=2,
    clients=(2,),
    warm_up=1,
    threads=(1,),
)


def worker(folder: Path, name: str = "fast", trouble: str = "") -> Worker:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROGRAM.parent.parent),
        "PYTHONUTF8": "1",
        "SECONDS": SECONDS[name],
        "PARROT": trouble,
    }
    return Worker(name, [sys.executable, str(PROGRAM)], environment=environment, log=folder / f"{name}.log")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    passages = tuple(GoldPassage(id=f"p{n}", text=f"{n}号楼有{n}层。它在河边。") for n in range(10, 18))
    questions = tuple(
        EvalQuestion(
            id=f"{passage.id}/{n}",
            question=f"{passage.text[:2]}号楼的第{n}个问题?",
            answers=(GoldAnswer(text=passage.text[:4]),),
            row=n + 1,
            passage=passage.id,
        )
        for passage in passages[:6]
        for n in range(3)
    )
    return Dataset(name="楼", format="squad", sha256="0", passages=passages, questions=questions)


def bench(folder: Path, dataset: Dataset, trouble: Callable[[str], str] = lambda _: "", **more: Any) -> Bench:
    return Bench(
        systems=[system.name for system in SYSTEMS],
        launch=lambda name, threads: worker(folder, name, trouble(name)),
        dataset=dataset,
        sizes=SIZES,
        models={"embedder": "", "reader": None},
        records=Records(folder, {"seed": 0}),
        state=folder / "state",
        budget=more.pop("budget", Budget(10, SIZES.threads)),
        timeout=20,
        **more,
    )


def test_a_run_measures_every_system_in_every_round_and_reports(tmp_path: Path, dataset: Dataset) -> None:
    told: list[str] = []
    samples = Samples(documents={"年鉴.txt": "年鉴共有九卷。"}, questions=(dataset.questions[0],))
    bench(tmp_path, dataset, tell=told.append, samples=samples).run()
    records = Records(tmp_path, {"seed": 0})
    ingest = records.rounds("ingest", 1)
    assert [list(one["replies"]) for one in ingest] == [["fast", "slow"], ["slow", "fast"], ["fast", "slow"]]
    result = summarise(
        records,
        systems=SYSTEMS,
        threads=(1,),
        clients=(2,),
        questions={question.id: question for question in dataset.questions},
        samples=samples.questions,
        seed=0,
    )
    figures = result["threads"]["1"]["systems"]
    assert figures["fast"]["passages_per_second"] == 6 / 1.5
    assert figures["fast"]["ingest_floor"] == pytest.approx(3 * 1e9 / 2e10 / 1.5)  # its rate is that of int8
    assert figures["slow"]["ingest_floor"] == pytest.approx(3 * 1e9 / 1e10 / 6)
    assert figures["slow"]["ingest_padding"] == 0.5
    assert figures["slow"]["questions"] == 4
    assert figures["slow"]["failed_2"] == 0
    assert result["threads"]["1"]["ratios"]["fast"]["slow"]["ingest"]["value"] == pytest.approx(4.0)
    exact = {figure["measure"]: figure["value"] for figure in result["quality"]["slow"]}["EM"]
    assert exact == 1.0
    [sample] = result["samples"]
    assert sample["answers"]["fast"]["text"] == dataset.questions[0].answers[0].text
    described = {"machine": {"cpu": "x"}, "configuration": {"seed": 0}, "command": "run"}
    text = render({**described, **json.loads(json.dumps(result))})
    assert "4.00（4.00–4.00）" in text
    assert dataset.questions[0].question in text
    assert sum("ingest" in line for line in told) == 6


def test_a_run_that_was_stopped_goes_on_after_the_last_complete_round(
    tmp_path: Path, dataset: Dataset
) -> None:
    with pytest.raises(WorkerError, match="代码 7"):
        bench(tmp_path, dataset, lambda name: "die:ask" if name == "slow" else "").run()
    before = (tmp_path / "rounds.jsonl").read_text(encoding="utf-8")
    bench(tmp_path, dataset).run()
    after = (tmp_path / "rounds.jsonl").read_text(encoding="utf-8")
    assert after.startswith(before)
    records = Records(tmp_path, {"seed": 0})
    assert [len(records.rounds(phase, 1)) for phase in ("ingest", "ask", "clients-2", "end")] == [3, 2, 1, 1]
    assert all(
        given["text"] for one in records.rounds("ask", 1) for given in one["replies"]["slow"]["answers"]
    )
    bench(tmp_path, dataset, lambda _: "die:load").run()  # nothing is left to do, so nothing is started


def test_what_was_taken_in_before_the_stop_is_there_again(tmp_path: Path, dataset: Dataset) -> None:
    with pytest.raises(WorkerError):
        bench(tmp_path, dataset, lambda name: "die:ask" if name == "fast" else "").run()
    bench(tmp_path, dataset).run()
    for one in Records(tmp_path, {"seed": 0}).rounds("ask", 1):
        assert all(given["text"] for reply in one["replies"].values() for given in reply["answers"])


def test_a_system_that_dies_of_many_clients_has_answered_none_and_goes_on(
    tmp_path: Path, dataset: Dataset
) -> None:
    shown = Samples(documents={"文.txt": "张三说了话。"}, questions=dataset.questions[:1])
    bench(tmp_path, dataset, lambda name: "die:clients" if name == "slow" else "", samples=shown).run()
    (one,) = Records(tmp_path, {"seed": 0}).rounds("clients-2", 1)
    assert len(one["replies"]["slow"]["errors"]) == SIZES.client_questions
    assert one["replies"]["fast"]["errors"] == []
    assert Records(tmp_path, {"seed": 0}).rounds("end", 1)  # started again, it took part in the rest


def test_a_run_that_failed_at_once_still_has_a_report(tmp_path: Path, dataset: Dataset) -> None:
    with pytest.raises(WorkerError, match="no such model"):
        bench(tmp_path, dataset, lambda _: "fail:load").run()
    records = Records(tmp_path, {"seed": 0})
    result = summarise(records, systems=SYSTEMS, threads=(1,), clients=(2,), questions={}, samples=(), seed=0)
    assert "还没有问到" in render({"machine": {}, "configuration": {}, "command": "run", **result})


def test_a_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    Records(tmp_path, {"seed": 0, "data": "a"})
    with pytest.raises(RecordsError, match="data、seed"):
        Records(tmp_path, {"seed": 1, "data": "b"})


def test_a_line_that_was_cut_off_is_dropped(tmp_path: Path) -> None:
    records = Records(tmp_path, {})
    records.add("ask", 1, 0, {"fast": {"seconds": 1}})
    with (tmp_path / "rounds.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"phase": "ask", "thr')
    again = Records(tmp_path, {})
    again.add("ask", 1, 1, {"fast": {"seconds": 2}})
    assert [one["round"] for one in Records(tmp_path, {}).rounds("ask", 1)] == [0, 1]


def test_a_worker_that_dies_is_told_with_its_last_words(tmp_path: Path) -> None:
    with worker(tmp_path, trouble="die:stats") as one:
        one.start()
        with pytest.raises(WorkerError, match=r"fast：stats 时进程退出（代码 7）[\s\S]*out of memory, say"):
            one.request("stats", timeout=20)


def test_a_worker_that_hangs_is_ended_in_time(tmp_path: Path) -> None:
    with worker(tmp_path, trouble="hang:ingest") as one:
        one.start()
        assert one.request("stats", timeout=20)["ok"]
        started = time.monotonic()
        large = [{"id": "1", "text": "字" * 200_000, "name": ""}]  # more than a pipe holds, and nobody reads
        with pytest.raises(WorkerError, match="超过 1 秒"):
            one.request("ingest", timeout=1, documents=large)
        assert time.monotonic() - started < 10
        with pytest.raises(WorkerError, match="进程退出"):
            one.request("stats", timeout=5)


def test_a_worker_that_says_it_failed_goes_on(tmp_path: Path) -> None:
    with worker(tmp_path, trouble="fail:load") as one:
        one.start()
        with pytest.raises(WorkerError, match="no such model"):
            one.request("load", timeout=20, state=None)
        assert one.request("stats", timeout=20)["ok"]


def test_a_program_that_is_not_there_names_the_remedy(tmp_path: Path) -> None:
    missing = Worker("x", [str(tmp_path / "none" / "python")], environment={}, log=tmp_path / "log")
    with pytest.raises(WorkerError, match="setup"):
        missing.start()


def test_no_round_begins_that_would_not_end_in_time() -> None:
    now = [0.0]
    budget = Budget(10, (1, 2), clock=lambda: now[0])
    alone = 600 / 1.65
    assert budget.allows("ingest", 1, expected=alone * 0.47)
    assert not budget.allows("ingest", 1, expected=alone * 0.49)
    now[0] = alone * 0.8
    assert budget.allows("clients", 1, expected=1.0)
    assert not budget.allows(
        "clients", 1, expected=alone * 0.01, part=0.5
    )  # the rest is for the next clients
    assert not budget.allows("ask", 1, expected=1.0)
    assert budget.allows("ingest", 2, expected=1.0)
    now[0] = 600.0
    assert not budget.allows("clients", 2, expected=0.1)


def test_when_time_is_up_one_round_of_each_phase_is_done(tmp_path: Path, dataset: Dataset) -> None:
    bench(tmp_path, dataset, budget=Budget(0, SIZES.threads)).run()
    records = Records(tmp_path, {"seed": 0})
    assert [len(records.rounds(phase, 1)) for phase in ("ingest", "ask", "clients-2")] == [1, 1, 1]
    taken_in = {passage.id for passage in choose_passages(dataset, SIZES)[0]}
    assert {id.split("/")[0] for id in records.rounds("ask", 1)[0]["ids"]} <= taken_in


def test_every_question_is_asked_once(dataset: Dataset) -> None:
    sizes = Sizes(questions=6, ask_rounds=3, client_rounds=2, client_questions=2, clients=(2, 4), warm_up=2)
    chosen = choose_questions(dataset, {passage.id for passage in dataset.passages}, sizes)
    of_clients = [text for rounds in chosen.clients.values() for part in rounds for text in part]
    asked = [question.question for part in chosen.asked for question in part]
    everything = [*chosen.warm_up, *asked, *of_clients]
    assert (len(chosen.warm_up), len(asked), len(of_clients)) == (2, 6, 8)
    assert len(set(everything)) == len(everything)
    assert not chosen.repeated
    assert choose_questions(dataset, {passage.id for passage in dataset.passages}, sizes) == chosen


def test_clients_that_must_repeat_questions_say_so(dataset: Dataset) -> None:
    sizes = Sizes(questions=6, client_rounds=3, client_questions=24)
    chosen = choose_questions(dataset, {passage.id for passage in dataset.passages}, sizes)
    assert chosen.repeated
    assert [len(part) for rounds in chosen.clients.values() for part in rounds] == [24] * 6


def test_data_without_passages_or_questions_is_refused(dataset: Dataset) -> None:
    empty = Dataset(name="空", format="table", sha256="0", passages=(), questions=dataset.questions)
    with pytest.raises(DatasetError, match="没有段落"):
        choose_passages(empty, SIZES)
    with pytest.raises(DatasetError, match="太少"):
        choose_questions(dataset, {"p17"}, SIZES)


def test_passages_with_questions_come_first(dataset: Dataset) -> None:
    first = [passage.id for part in choose_passages(dataset, SIZES) for passage in part]
    assert sorted(first) == ["p10", "p11", "p12", "p13", "p14", "p15"]


def test_a_fifth_of_the_samples_has_no_answer(dataset: Dataset) -> None:
    without = tuple(EvalQuestion(id=f"n{n}", question="?", answers=(), row=n) for n in range(5))
    chosen = choose_samples((*dataset.questions, *without), 10, seed=3)
    assert [question.answerable for question in chosen] == [True] * 8 + [False] * 2


@given(st.lists(st.integers(), max_size=40), st.integers(1, 9))
def test_dealing_keeps_order_and_evens_out(items: list[int], rounds: int) -> None:
    parts = deal(items, rounds)
    assert [item for part in parts for item in part] == items
    assert not parts or max(map(len, parts)) - min(map(len, parts)) <= 1
    assert all(parts)


def test_turns_alternate() -> None:
    assert [turns(["a", "b", "c"], number) for number in (0, 1, 2)] == [list("abc"), list("cba"), list("abc")]


def test_ratio_is_the_geometric_mean_of_common_rounds() -> None:
    found = ratio({0: 2.0, 1: 8.0, 5: 1.0}, {0: 1.0, 1: 1.0, 2: 7.0})
    assert found is not None
    assert (found.value, found.low, found.high, found.rounds) == (pytest.approx(4.0), None, None, 2)
    assert ratio({0: 1.0}, {1: 1.0}) is None
    with pytest.raises(ValueError, match="above 0"):
        round_ratios({0: 0.0}, {0: 1.0})


@given(st.lists(st.floats(0.1, 10), min_size=3, max_size=8), st.floats(0.1, 10))
def test_the_interval_lies_within_the_rounds_and_scales_with_them(values: list[float], scale: float) -> None:
    ours = dict(enumerate(values))
    ones = dict.fromkeys(ours, 1.0)
    found = ratio(ours, ones)
    scaled = ratio({number: value * scale for number, value in ours.items()}, ones)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert scaled is not None
    assert min(values) * 0.999 <= found.low <= found.value * 1.001
    assert found.value * 0.999 <= found.high <= max(values) * 1.001
    assert scaled.value == pytest.approx(found.value * scale)
    assert scaled.low == pytest.approx(found.low * scale)


def test_the_interval_is_the_bootstraps() -> None:
    values = [1.0, 1.3, 2.0, 2.2, 4.0]
    found = ratio(dict(enumerate(values)), dict.fromkeys(range(5), 1.0))
    assert found is not None
    # all 3,125 resamples are equally likely
    means = [np.prod(drawn) ** 0.2 for drawn in itertools.product(values, repeat=5)]
    assert found.low == pytest.approx(np.quantile(means, 0.025), rel=0.02)
    assert found.high == pytest.approx(np.quantile(means, 0.975), rel=0.02)


def test_percentile_is_the_nearest_rank() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.51) == 3.0
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def answer(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "context": "", "start": None, "milliseconds": 5.0, "error": "", **more}


def test_evidence_is_the_sentence_around_the_answer(dataset: Dataset) -> None:
    context = "第一句。答案在这里面。第三句。"
    assert context[slice(*around(sentences(context), 4, 6))] == "答案在这里面。"
    row = to_row(dataset.questions[0], answer("答案", context=context))
    assert row.candidates[0].evidence == "答案在这里面。"
    assert not row.candidates[0].holds_answer
    elsewhere = to_row(dataset.questions[0], answer("10号楼", context="没有它"))
    assert elsewhere.candidates[0].context == "10号楼"


def test_no_text_is_declining(dataset: Dataset) -> None:
    row = to_row(dataset.questions[0], answer(" ", error="ValueError: x"))
    assert row.declined
    assert row.prediction == ""
    assert row.candidates == ()


def test_answers_are_judged_by_the_measures(dataset: Dataset) -> None:
    asked = {question.id: question for question in dataset.questions[:2]}
    context = dataset.passages[0].text
    given = [answer(dataset.questions[0].answers[0].text, context=context), answer("")]
    rounds = [{"ids": list(asked), "replies": {"fast": {"answers": given}}}]
    found = {figure.measure: figure.value for figure in judge(asked, rounds, "fast", seed=0)}
    assert (found["EM"], found["Contains"], found["EvidenceHit"], found["Answered"]) == (0.5, 0.5, 0.5, 0.5)
    assert found["DeclinedRight"] is None


def test_every_peer_is_pinned_and_torch_goes_in_first() -> None:
    lines = install.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert all(line.count("==") == 1 for line in pinned)
    assert install.torch_requirement("\n".join(lines)) == pinned[0]
