"""Callers served side by side: each gets to the last bit what it would get alone, in its turn, and its own errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from embedder_contract import TEXTS, EmbedderContract
from fakes import FindingSpanModel, HashingEmbedder
from index.embed import Embedder, FloatArray
from index.errors import ModelClosed, ModelError
from index.models.workers import ModelWorkers, usable_cores
from index.parallel import ParallelEmbedder
from index.sentence_transformer import SentenceTransformerEmbedder
from rag.build import make_embedder, make_span_model
from rag.reader.builtin import BuiltinSpanModel
from rag.reader.huggingface import HuggingFaceSpanModel
from rag.reader.model import SpanModel, WindowScores
from rag.reader.parallel import ParallelSpanModel
from rag.settings import Settings
from span_model_contract import PASSAGE, SpanModelContract
from test_span_models import qa_folder, tiny_weights  # noqa: F401, fixtures

QUESTIONS = ["何时召开?", "谁主持?", "在哪里召开的?", "为什么" * 60, "几日?", "谁?"]


@pytest.fixture(scope="module", params=["none", "int8"])
def embedder(tiny_model: Path, request: pytest.FixtureRequest) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(
        str(tiny_model), cache_dir=tiny_model, quantize=request.param, threads=1, at_once=3
    )


@pytest.fixture(params=["none", "int8"])
def span_model(
    tiny_model: Path,
    tiny_weights: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> BuiltinSpanModel:
    monkeypatch.setattr("rag.reader.builtin.ensure_default_model", lambda *_, **__: tiny_model)
    return BuiltinSpanModel(
        cache_dir=tiny_model, weights=tiny_weights, quantize=request.param, threads=1, at_once=3
    )


class TestParallelEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, embedder: SentenceTransformerEmbedder) -> Iterator[Embedder]:
        parallel = ParallelEmbedder(embedder, workers=2)
        yield parallel
        parallel.close()


class TestParallelSpanModel(SpanModelContract):
    @pytest.fixture
    def model(self, span_model: BuiltinSpanModel) -> Iterator[SpanModel]:
        parallel = ParallelSpanModel(span_model, workers=2)
        yield parallel
        parallel.close()


class TestParallelHuggingFace(SpanModelContract):
    @pytest.fixture
    def model(self, qa_folder: Path) -> Iterator[SpanModel]:  # noqa: F811
        inner = HuggingFaceSpanModel(str(qa_folder), cache_dir=qa_folder, threads=1, at_once=2)
        parallel = ParallelSpanModel(inner, workers=2)
        yield parallel
        parallel.close()


def together(works: Sequence[Callable[[], object]]) -> list[object]:
    """What each gives, or the error that it raises; all started at the same moment, each in its own thread."""
    results: list[object] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(index: int) -> None:
        start.wait()
        try:
            results[index] = works[index]()
        except ModelError as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def bits(scored: object) -> list[list[tuple[int, bytes, bytes, float | None]]]:
    assert isinstance(scored, list)
    return [
        [(w.first, w.start.tobytes(), w.end.tobytes(), w.relevance) for w in windows] for windows in scored
    ]


def test_scores_are_to_the_last_bit_those_of_asking_alone(span_model: BuiltinSpanModel) -> None:
    asked = [(q, [PASSAGE[i:], "短", PASSAGE * (i + 1)]) for i, q in enumerate(QUESTIONS)]
    parallel = ParallelSpanModel(span_model, workers=3)
    alone = [bits(parallel.score(*one)) for one in asked]
    each = [[bits(span_model.score(q, [passage]))[0] for passage in passages] for q, passages in asked]
    for _ in range(5):
        results = together([lambda one=one: parallel.score(*one) for one in asked])  # type: ignore[misc]
        assert [bits(result) for result in results] == alone
    parallel.close()
    if span_model._quantize == "int8":  # in float32, short passages of one question share a batch
        assert alone == each == [bits(span_model.score(*one)) for one in asked]


def test_vectors_are_to_the_last_bit_those_of_asking_alone(embedder: SentenceTransformerEmbedder) -> None:
    parallel = ParallelEmbedder(embedder, workers=3)
    asked = [[f"{question}{i}"] for i in range(2) for question in QUESTIONS]
    works = [lambda texts=texts: parallel.embed_queries(texts) for texts in asked]
    works.append(lambda: parallel.embed_passages(TEXTS * 3))  # type: ignore[misc]
    alone = [work().tobytes() for work in works]
    for _ in range(3):
        assert [vectors.tobytes() for vectors in together(works)] == alone  # type: ignore[attr-defined]
    parallel.close()
    if embedder._quantize == "int8":
        assert alone[-1] == embedder.embed_passages(TEXTS * 3).tobytes()


class Watched(FindingSpanModel):
    """Counts calls that run at the same time; refuses some questions; ``gate`` holds all of them up."""

    def __init__(self) -> None:
        super().__init__({"孙金龙": 3.0})
        self.gate = threading.Event()
        self.gate.set()
        self.running = self.most = 0
        self.asked: list[str] = []
        self._lock = threading.Lock()

    def score(self, question: str, passages: Sequence[str]) -> list[list[WindowScores]]:
        with self._lock:
            self.asked.append(question)
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            assert self.gate.wait(60)
            time.sleep(0.002)
            if question == "坏":
                raise ModelError("坏问题。")
            return super().score(question, passages)
        finally:
            with self._lock:
                self.running -= 1


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


LONG = "长" * 600
"""A passage that makes a part of its own."""


def test_as_many_parts_are_read_at_once_as_there_are_workers_and_no_more() -> None:
    inner = Watched()
    model = ParallelSpanModel(inner, workers=3)
    inner.gate.clear()
    threads = [threading.Thread(target=model.score, args=(q, [LONG] * 4)) for q in QUESTIONS]
    for thread in threads:
        thread.start()
    wait_for(lambda: inner.running == 3)
    inner.gate.set()
    for thread in threads:
        thread.join()
    assert inner.most == 3
    assert len(inner.asked) == 4 * len(QUESTIONS)
    model.close()


def test_error_reaches_whose_question_it_is_and_nobody_else() -> None:
    inner = Watched()
    model = ParallelSpanModel(inner, workers=2)
    questions = ["谁?", "坏", "何人?", "坏", "哪位?"]
    works = [lambda q=q: model.score(q, [PASSAGE, LONG, PASSAGE]) for q in questions]
    results = together(works)  # type: ignore[arg-type]
    assert [isinstance(result, ModelError) for result in results] == [q == "坏" for q in questions]
    good = bits(inner.score("谁?", [PASSAGE, LONG, PASSAGE]))
    assert [bits(result) for result in results if not isinstance(result, ModelError)] == [good] * 3
    assert bits(model.score("谁?", [PASSAGE])) == good[:1]
    model.close()


def test_question_waits_for_a_few_parts_of_a_long_one_and_not_for_all() -> None:
    inner = Watched()
    model = ParallelSpanModel(inner, workers=1)
    inner.gate.clear()
    long = threading.Thread(target=model.score, args=("长", [LONG] * 200))
    long.start()
    wait_for(lambda: inner.running == 1)
    short = threading.Thread(target=model.score, args=("短", [LONG]))
    short.start()
    wait_for(lambda: model._workers._pool._work_queue.qsize() == 16)
    inner.gate.set()
    short.join()
    long.join()
    assert inner.asked.index("短") <= 17
    assert len(inner.asked) == 201
    model.close()


def test_questions_are_read_in_the_order_in_which_they_came() -> None:
    inner = Watched()
    model = ParallelSpanModel(inner, workers=1)
    inner.gate.clear()
    threads = []
    for number, question in enumerate(QUESTIONS):
        threads.append(threading.Thread(target=model.score, args=(question, [LONG] * 2)))
        threads[-1].start()
        wait_for(lambda n=number: model._workers._pool._work_queue.qsize() == 2 * n + 1)  # type: ignore[misc]
    inner.gate.set()
    for thread in threads:
        thread.join()
    assert inner.asked == [question for question in QUESTIONS for _ in range(2)]
    model.close()


def test_closing_gives_an_error_to_those_who_wait_and_to_those_who_come_later() -> None:
    inner = Watched()
    before = threading.active_count()
    model = ParallelSpanModel(inner, workers=1)
    inner.gate.clear()
    results: list[object] = []
    started = threading.Thread(
        target=lambda: results.extend(together([lambda: model.score("谁?", [LONG])] * 4))
    )
    started.start()
    wait_for(lambda: model._workers._pool._work_queue.qsize() == 3)
    closing = threading.Thread(target=model.close)
    closing.start()
    wait_for(lambda: model._workers._pool._work_queue.qsize() < 3)
    inner.gate.set()
    closing.join()
    started.join()
    assert sum(isinstance(result, ModelClosed) for result in results) == 3
    for _ in range(2):
        with pytest.raises(ModelClosed) as caught:
            model.score("谁?", [PASSAGE])
        assert caught.value.remedy
        model.close()
    assert threading.active_count() == before


def test_threads_end_with_the_object_even_if_nobody_closes_it() -> None:
    before = threading.active_count()
    workers = ModelWorkers(2, name="test")
    assert list(workers.run(len, ["一", "二二", ""], ahead=2)) == [1, 2, 0]
    assert threading.active_count() > before
    del workers
    wait_for(lambda: threading.active_count() == before)


def test_progress_is_told_in_the_thread_of_the_caller() -> None:
    parallel = ParallelEmbedder(HashingEmbedder(), workers=2)
    seen: list[tuple[int, int, threading.Thread]] = []
    parallel.embed_passages([LONG] * 5, progress=lambda d, t: seen.append((d, t, threading.current_thread())))
    assert seen == [(done, 5, threading.current_thread()) for done in range(1, 6)]
    parallel.close()


def test_question_is_embedded_while_a_file_is() -> None:
    class Slow(HashingEmbedder):
        def embed_passages(self, texts: Sequence[str], **_: object) -> FloatArray:
            time.sleep(0.002)
            return super().embed_passages(texts)

    parallel = ParallelEmbedder(Slow(), workers=1)
    finished: list[int] = []
    thread = threading.Thread(
        target=parallel.embed_passages,
        args=([LONG] * 1000,),
        kwargs={"progress": lambda done, _: finished.append(done)},
    )
    thread.start()
    wait_for(lambda: len(finished) > 2)
    parallel.embed_queries(["问题"])
    waited_for = len(finished)
    thread.join()
    assert waited_for < 1000 == len(finished)
    parallel.close()


def test_models_take_turns_unless_told_otherwise(
    tiny_model: Path,
    tiny_weights: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rag.reader import builtin

    running, most, score = [0], [0], builtin._score

    def counting(*arguments: object) -> list[WindowScores]:
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.005)
        running[0] -= 1
        return score(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(builtin, "ensure_default_model", lambda *_, **__: tiny_model)
    model = BuiltinSpanModel(cache_dir=tiny_model, weights=tiny_weights, threads=1)
    model.prepare()
    monkeypatch.setattr(builtin, "_score", counting)
    together([lambda: model.score("谁?", [PASSAGE])] * 4)
    assert most == [1]


def test_settings_say_how_many_are_served_at_once(tmp_path: Path, tiny_model: Path) -> None:
    def made(**values: int) -> tuple[Embedder, SpanModel]:
        settings = Settings(
            home=tmp_path, cache=tmp_path, embedder=str(tiny_model), reader=str(tiny_model), **values
        )
        return make_embedder(settings), make_span_model(settings)

    for values, workers in (({"threads": 3, "model_workers": 0}, 3), ({"model_workers": 2, "threads": 3}, 2)):
        embedder, model = made(**values)
        assert isinstance(embedder, ParallelEmbedder)
        assert isinstance(model, ParallelSpanModel)
        assert embedder._workers.count == model._workers.count == workers
    for values in ({}, {"threads": 1, "model_workers": 0}, {"model_workers": 1, "threads": 4}):
        embedder, model = made(**values)
        assert isinstance(embedder, SentenceTransformerEmbedder)
        assert isinstance(model, HuggingFaceSpanModel)
    assert usable_cores() >= 1
