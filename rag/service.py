"""The one object that everything outside talks to: ask, add, delete, list, status."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from index.embed import Embedder
from index.ingest import Ingester, Limits, Load, Outcome, Upload, find_files, load_here
from index.retrieve import Found, Retriever
from index.segment import Analyzer, HanAnalyzer
from index.store.protocol import DocumentRecord, Filter, Listing, PassageRecord, Store, StoreStatus
from rag.answer import Answer, Citation
from rag.assemble import answer_from_documents, answer_from_pair, cite_marks, cite_place, excluding
from rag.cite import Citer
from rag.explain import Reading, explain_answer
from rag.faq import FaqMatch
from rag.in_force import NOTHING_IN_FORCE, Asked
from rag.knowledge import Knowledge
from rag.question import checked
from rag.read import Question, Reader
from rag.rerank import Reranker
from rag.reread import Rereader
from rag.settings import Settings

Timings = dict[str, float]


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
        analyzer: the store's; None for one without a user's dictionary.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        embedder: Embedder,
        reader: Reader,
        reranker: Reranker | None = None,
        analyzer: Analyzer | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.embedder = embedder
        self.reader = reader
        self.analyzer = HanAnalyzer() if analyzer is None else analyzer
        self._reranker = reranker
        self._retriever = Retriever(store, embedder, pool=settings.pool, weight=settings.dense_weight)
        self._reread = Rereader()
        self._in_force = NOTHING_IN_FORCE

    @property
    def knowledge(self) -> Knowledge:
        """What is in force beside the documents."""
        return self._in_force.knowledge

    def use(self, knowledge: Knowledge) -> None:
        """Puts ``knowledge`` in force in place of what was, for every question asked from here on.

        Questions of pairs that weren't in force before are embedded first. Questions being answered meanwhile, by
        other threads, are answered by what was in force when they were asked.

        Raises:
            ModelError: the embedder can't be loaded; what was in force stays.
        """
        self._in_force = self._in_force.then(knowledge, self.embedder.embed_queries)

    def under(self, settings: Settings) -> QAService:
        """One that answers under other settings, over the same store and models, with what is in force now.

        Only what decides over answers may differ: the retrieval, how many passages are read, the threshold. Close
        this one, not that one; it is of no use afterwards.
        """
        other = QAService(
            settings,
            store=self.store,
            embedder=self.embedder,
            reader=self.reader,
            reranker=self._reranker,
            analyzer=self.analyzer,
        )
        other._reread = self._reread
        other._in_force = self._in_force
        return other

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
        exclude: Sequence[str] = (),
        on_found: Callable[[Sequence[Found]], None] | None = None,
        explain: bool = False,
    ) -> Answer:
        """Answers from what administrators wrote or else from the documents, or says that they hold no answer.

        Args:
            collections, document_ids: look only there; None means everywhere.
            top_k: passages that are read, in place of the settings'.
            exclude: answers that must not be given (again), compared by :func:`rag.answer.answer_key`; neither as
                candidates.
            on_found: called once with the passages that are about to be read, best first; not where a pair of an
                administrator's answers, for then none is.
            explain: tell how the answer came about, as its ``explanation``.

        Raises:
            QuestionError: nothing in it to look for, or too long.
        """
        text = checked(question, longest=self.settings.max_question_chars)
        where = Filter(
            collections=None if collections is None else frozenset(collections),
            document_ids=None if document_ids is None else frozenset(document_ids),
        )
        in_force, is_excluded = self._in_force, excluding(exclude)
        timings: Timings = {}
        reading = match = None
        with _timed(timings, "total"):
            with _timed(timings, "embed"):
                vector = self._retriever.embed(text)
            asked = in_force.asked(text, vector, where)
            if len(in_force.faq) > 0:
                with _timed(timings, "faq"):
                    match = in_force.match(asked)
            if match is not None and not is_excluded(match.pair.answer):
                answer = self._from_pair(text, match, timings)
            else:
                reading = self._read(asked, top_k, timings, on_found)
                with _timed(timings, "cite"):
                    cited = cite_marks(Citer(self.store, self._reread), reading.marks, is_excluded, text)
                answer = answer_from_documents(text, cited, threshold=self.threshold, timings=timings)
                if not reading.retrieved:
                    answer = replace(answer, nothing_to_search=self._is_empty(where))
        if not explain:
            return answer
        nearest = in_force.faq.nearest(vector, where=where) if match is None else match
        explanation = explain_answer(
            asked,
            reading,
            nearest,
            is_excluded=is_excluded,
            term_weights=self.store.term_weights,
            threshold=self.threshold,
            chosen=self.settings.threshold,
        )
        return replace(answer, explanation=explanation)

    def _from_pair(self, question: str, match: FaqMatch, timings: Timings) -> Answer:
        citations: tuple[Citation, ...] = ()
        if match.pair.place is not None:
            with _timed(timings, "cite"):
                citations = cite_place(self.store, match.pair.place)
        return answer_from_pair(question, match, citations=citations, timings=timings)

    def _is_empty(self, where: Filter) -> bool:
        wanted = Listing(collections=where.collections, limit=1)
        return where.document_ids is None and not self.store.listing(wanted)

    def _read(
        self,
        asked: Asked,
        top_k: int | None,
        timings: Timings,
        on_found: Callable[[Sequence[Found]], None] | None,
    ) -> Reading:
        k = self.settings.top_k if top_k is None else top_k
        with _timed(timings, "retrieve"):
            found = retrieved = self._retrieve(asked, self._depth(k))
        if self._reranker is not None:
            with _timed(timings, "rerank"):
                found = self._rerank(asked.question.text, retrieved)
        if on_found is not None:
            on_found(found[:k])
        with _timed(timings, "read"):
            marks = self.reader.read(asked.question, found[:k])
        return Reading(retrieved=tuple(retrieved), found=tuple(found), read=k, marks=tuple(marks))

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
        text = checked(question, longest=self.settings.max_question_chars)
        asked = self._in_force.asked(text, self._retriever.embed(text), where or Filter())
        return self._rerank(text, self._retrieve(asked, self._depth(top_k)))[:top_k]

    def _retrieve(self, asked: Asked, k: int) -> list[Found]:
        return self._retriever.retrieve(
            asked.question.text,
            k,
            where=asked.where,
            mode=self.settings.retrieval,
            vector=asked.question.vector,
            also=asked.also,
        )

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
        load: Load = load_here,
    ) -> Generator[Outcome, None, None]:
        """Takes in files, and in folders every supported file below; see :meth:`index.ingest.Ingester.add`."""
        ingester = self._ingester(collection, encoding, load)
        return ingester.add(find_files(paths), on_embedded=on_embedded)

    def add_bytes(
        self,
        data: bytes,
        *,
        source: str,
        collection: str = "default",
        encoding: str | None = None,
        title: str | None = None,
        on_embedded: Callable[[int], None] | None = None,
        before_storing: Callable[[], object] = lambda: None,
        load: Load = load_here,
    ) -> Outcome:
        """Takes in one upload; see :meth:`index.ingest.Ingester.add_bytes`."""
        ingester = self._ingester(collection, encoding, load)
        return ingester.add_bytes(
            data, source=source, title=title, on_embedded=on_embedded, before_storing=before_storing
        )

    def add_uploads(
        self,
        uploads: Iterable[Upload],
        *,
        collection: str = "default",
        encoding: str | None = None,
        on_embedded: Callable[[int], None] | None = None,
        load: Load = load_here,
    ) -> Generator[Outcome, None, None]:
        """Takes in many uploads, small ones together; see :meth:`index.ingest.Ingester.add_uploads`."""
        return self._ingester(collection, encoding, load).add_uploads(uploads, on_embedded=on_embedded)

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

    def _ingester(self, collection: str, encoding: str | None, load: Load = load_here) -> Ingester:
        limits = Limits(
            upload_bytes=self.settings.max_upload_mb * 2**20,
            passage_target=self.settings.passage_target,
            passage_maximum=self.settings.passage_maximum,
        )
        return Ingester(
            self.store, self.embedder, limits=limits, collection=collection, encoding=encoding, load=load
        )


def threshold_of(settings: Settings, reader: Reader) -> float:
    """The settings' threshold as a number; one named by its promise is the reader's to tell.

    Raises:
        SettingsError: the reader keeps no promise of that name.
        ModelError: the reader's calibration can't be read.
    """
    chosen = settings.threshold
    return reader.threshold(chosen) if isinstance(chosen, str) else chosen
