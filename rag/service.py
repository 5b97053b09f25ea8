"""The one object that everything outside talks to: ask, add, delete, list, status."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from index.embed import Embedder, FloatArray
from index.errors import NotFound, QuestionError
from index.ingest import Ingester, Limits, Outcome, find_files
from index.retrieve import Found, Retriever
from index.store.protocol import DocumentRecord, Filter, PassageRecord, Store, StoreStatus
from rag.answer import Answer, Candidate, Citation, Item, answer_key
from rag.cite import Citer
from rag.read import Mark, Question, Reader
from rag.rerank import Reranker
from rag.settings import Settings

Timings = dict[str, float]

_CANDIDATES = 5
"""Marks that come back with an answer; more would be read by nobody."""


_SAMPLE = Found(
    passage=PassageRecord(id=0, document_id=0, ordinal=0, start=0, end=3, text="原文。", heading_path=()),
    dense=0.0,
    sparse=0.0,
    score=0.0,
)
"""Read to load a reader where nothing is indexed yet."""


@contextmanager
def _timed(timings: Timings, stage: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        timings[stage] = round((time.perf_counter() - started) * 1000, 2)


class QAService:
    """Question answering over one store. Safe to use from several threads; close it when done.

    Args:
        reader: what marks answers; the threshold under which none is given is the settings'.
        reranker: what orders the best passages found anew; None leaves them as they are.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        embedder: Embedder,
        reader: Reader,
        reranker: Reranker | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.embedder = embedder
        self.reader = reader
        self._reranker = reranker
        self._retriever = Retriever(store, embedder, pool=settings.pool, weight=settings.dense_weight)

    @property
    def threshold(self) -> float:
        """The probability below which no answer is given.

        Raises:
            SettingsError: the reader keeps no promise of that name.
            ModelError: the reader's calibration can't be read.
        """
        return threshold_of(self.settings, self.reader)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Releases the store; calling it twice is fine."""
        self.store.close()

    def ask(
        self,
        question: str,
        *,
        collections: Iterable[str] | None = None,
        document_ids: Iterable[int] | None = None,
        top_k: int | None = None,
    ) -> Answer:
        """Answers from the documents, or says that they hold no answer.

        Args:
            collections, document_ids: look only there; None means everywhere.
            top_k: passages that are read, in place of the settings'.

        Raises:
            QuestionError: nothing in it to look for, or too long.
        """
        question = self._checked(question)
        where = Filter(
            collections=None if collections is None else frozenset(collections),
            document_ids=None if document_ids is None else frozenset(document_ids),
        )
        timings: Timings = {}
        with _timed(timings, "total"):
            with _timed(timings, "embed"):
                vector = self._retriever.embed(question)
            with _timed(timings, "retrieve"):
                k = self.settings.top_k if top_k is None else top_k
                found = self._retrieve(question, self._depth(k), where, vector)
            if self._reranker is not None:
                with _timed(timings, "rerank"):
                    found = self._rerank(question, found)
            with _timed(timings, "read"):
                marks = self.reader.read(Question(text=question, vector=vector), found[:k])
            with _timed(timings, "cite"):
                cited = self._cite(marks)
        return self._answer(question, cited, timings)

    def warm(self) -> None:
        """Loads the models and both indexes now, so that the first question doesn't wait for them, or fail.

        Raises:
            ModelError: a model or the reader's calibration can't be loaded.
            SettingsError: the reader keeps no promise of the settings' name.
        """
        question = Question(text="原文", vector=self._retriever.embed("原文"))
        found = self._retriever.retrieve(question.text, 1, vector=question.vector) or [_SAMPLE]
        if self._reranker is not None:
            self._reranker.rerank(question.text, found)
        self.reader.read(question, found)
        _ = self.threshold

    def retrieve(self, question: str, *, top_k: int, where: Filter | None = None) -> list[Found]:
        """The passages that :meth:`ask` would read, best first."""
        question = self._checked(question)
        found = self._retrieve(
            question, self._depth(top_k), where or Filter(), self._retriever.embed(question)
        )
        return self._rerank(question, found)[:top_k]

    def _retrieve(self, question: str, k: int, where: Filter, vector: FloatArray) -> list[Found]:
        return self._retriever.retrieve(question, k, where=where, mode=self.settings.retrieval, vector=vector)

    def _depth(self, k: int) -> int:
        """How many passages must be found for ``k`` in their final order."""
        return k if self._reranker is None else max(k, self.settings.rerank_pool)

    def _rerank(self, question: str, found: Sequence[Found]) -> list[Found]:
        """The first of them in their final order, then the rest."""
        if self._reranker is None:
            return list(found)
        pool = self.settings.rerank_pool
        return [*self._reranker.rerank(question, found[:pool]), *found[pool:]]

    def add(
        self,
        paths: Sequence[Path],
        *,
        collection: str = "default",
        encoding: str | None = None,
        on_embedded: Callable[[int], None] | None = None,
    ) -> Generator[Outcome, None, None]:
        """Takes in files, and in folders every supported file below; see :meth:`index.ingest.Ingester.add`."""
        ingester = self._ingester(collection, encoding)
        return ingester.add(find_files(paths), on_embedded=on_embedded)

    def add_bytes(
        self,
        data: bytes,
        *,
        source: str,
        collection: str = "default",
        encoding: str | None = None,
        title: str | None = None,
    ) -> Outcome:
        """Takes in one upload; see :meth:`index.ingest.Ingester.add_bytes`."""
        return self._ingester(collection, encoding).add_bytes(data, source=source, title=title)

    def delete(self, document_id: int) -> DocumentRecord:
        """Removes a document and returns what it was.

        Raises:
            NotFound: no such document.
        """
        record = self.store.document(document_id)
        self.store.delete(document_id)
        return record

    def list(self, *, collection: str | None = None) -> list[DocumentRecord]:
        """All documents, by collection, then source."""
        return self.store.documents(collection=collection)

    def status(self) -> StoreStatus:
        """Counts and sizes."""
        return self.store.status()

    def _ingester(self, collection: str, encoding: str | None) -> Ingester:
        limits = Limits(
            upload_bytes=self.settings.max_upload_mb * 2**20,
            passage_target=self.settings.passage_target,
            passage_maximum=self.settings.passage_maximum,
        )
        return Ingester(self.store, self.embedder, limits=limits, collection=collection, encoding=encoding)

    def _checked(self, question: str) -> str:
        question = question.strip()
        if not question:
            raise QuestionError("问题是空的。")
        if len(question) > self.settings.max_question_chars:
            raise QuestionError(
                f"问题有 {len(question)} 个字,上限是 {self.settings.max_question_chars}。",
                remedy="请缩短问题,或调大设置 YUANWEN_MAX_QUESTION_CHARS。",
            )
        if any("\ud800" <= character <= "\udfff" for character in question):
            raise QuestionError("问题里有无效的字符。", remedy="请检查输入的编码,应为 UTF-8。")
        if not re.search(r"\w", question):
            raise QuestionError("问题里只有标点,没有可以查找的字词。")
        return question

    def _cite(self, marks: Sequence[Mark]) -> tuple[tuple[Candidate, Mark], ...]:
        citer = Citer(self.store)
        cited = []
        for mark in marks[:_CANDIDATES]:
            try:
                citation = citer.cite(mark)
            except NotFound:  # deleted since it was found: it must not answer
                continue
            one = Candidate(text=citation.quote, probability=mark.probability, citation=citation)
            cited.append((one, mark))
        return tuple(cited)

    def _answer(self, question: str, cited: Sequence[tuple[Candidate, Mark]], timings: Timings) -> Answer:
        candidates = tuple(candidate for candidate, _ in cited)
        best = candidates[0] if candidates else None
        if best is None or best.probability < self.threshold:
            return Answer(
                question=question,
                text="",
                probability=best.probability if best else 0.0,
                abstained=True,
                candidates=candidates,
                timings_ms=timings,
            )
        return Answer(
            question=question,
            text=best.text,
            probability=best.probability,
            abstained=False,
            citations=_agreeing(cited),
            items=_items(*cited[0]),
            candidates=candidates,
            timings_ms=timings,
        )


def _agreeing(cited: Sequence[tuple[Candidate, Mark]]) -> tuple[Citation, ...]:
    """Where the answer stands: the best place, then one in each other document that says the same.

    A place that the reader holds for wrong (a score below 0) may say the same by chance, of something else.
    """
    best = cited[0][0]
    wanted = answer_key(best.text)
    places = {best.citation.document_id: best.citation}
    for candidate, mark in cited[1:]:
        if mark.score > 0 and answer_key(candidate.text) == wanted:
            places.setdefault(candidate.citation.document_id, candidate.citation)
    return tuple(places.values())


def _items(candidate: Candidate, mark: Mark) -> tuple[Item, ...]:
    quote, first = candidate.text, mark.start
    return tuple(
        Item(text=quote[start - first : end - first], start=start, end=end) for start, end in mark.items
    )


def threshold_of(settings: Settings, reader: Reader) -> float:
    """The settings' threshold as a number; one named by its promise is the reader's to tell.

    Raises:
        SettingsError: the reader keeps no promise of that name.
        ModelError: the reader's calibration can't be read.
    """
    chosen = settings.threshold
    return reader.threshold(chosen) if isinstance(chosen, str) else chosen
