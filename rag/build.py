"""Builds the service from settings: the one place where implementations are chosen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from index.embed import Embedder, EmbedderInfo, FloatArray, Progress
from index.errors import SettingsError
from index.ingest import passage_text
from index.isolation.process import ParseLimits
from index.models.workers import usable_cores
from index.parallel import ParallelEmbedder
from index.segment import HanAnalyzer
from index.sentence_transformer import SentenceTransformerEmbedder
from index.store.embedded import EmbeddedStore, open_store
from index.store.reembed import PassageSource
from rag.evidence import EvidenceReader
from rag.features import TermWeights
from rag.read import SENTENCES, SPANS, Reader
from rag.reader.builtin import BuiltinSpanModel
from rag.reader.huggingface import HuggingFaceSpanModel
from rag.reader.model import SpanModel
from rag.reader.parallel import ParallelSpanModel
from rag.reader.reader import SpanReader
from rag.rerank import BY_READER, NO_RERANKER, CrossEncoderReranker, Reranker
from rag.service import QAService
from rag.settings import Settings


def open_service(settings: Settings, *, progress: Progress | None = None) -> QAService:
    """The service over ``settings.home``, created if new. The model is made and loaded at its first use.

    Args:
        progress: of making the default model, when that has to be done first.

    Raises:
        ModelError: the embedder can't be made, found or loaded.
        EmbedderMismatch: the index was made with another embedder.
        NewerStore, DamagedStore, StoreError: the index can't be opened.
    """
    embedder = make_embedder(settings, progress=progress)
    analyzer = make_analyzer(settings)  # one for both: each would load the dictionary for itself
    store = open_embedded_store(settings, embedder.info, analyzer=analyzer)
    reader = make_reader(settings, embedder, store.term_weights, analyzer.names, progress=progress)
    return QAService(
        settings,
        store=store,
        embedder=embedder,
        reader=reader,
        reranker=make_reranker(settings, reader),
        analyzer=analyzer,
    )


def parse_limits(settings: Settings) -> ParseLimits:
    """What reading one file may take; see :class:`index.isolate.IsolatedParser`."""
    return ParseLimits(
        seconds=settings.parse_seconds,
        cpu_seconds=math.ceil(settings.parse_seconds),
        memory_bytes=settings.parse_memory_mb * 2**20,
    )


def make_reader(
    settings: Settings,
    embedder: Embedder,
    term_weights: TermWeights,
    names: Callable[[str], Sequence[str]],
    *,
    progress: Progress | None = None,
) -> Reader:
    """The reader of the settings; no model is loaded yet.

    Raises:
        SettingsError: a model of somebody else's without a calibration of its own.
    """
    if settings.reader == SENTENCES:
        return EvidenceReader(embedder, term_weights=term_weights, names=names)
    if settings.reader != SPANS and settings.calibration is None:
        raise SettingsError(
            f"阅读器 {settings.reader} 还没有校准，它的把握没有意义。",
            remedy="请运行 python -m rag.training.calibrate --reader … --out FILE，再设置 YUANWEN_CALIBRATION=FILE。",
        )
    return SpanReader(
        make_span_model(settings, progress=progress),
        term_weights=term_weights,
        names=names,
        calibration=settings.calibration,
    )


def make_span_model(
    settings: Settings, *, weights: Path | None = None, progress: Progress | None = None
) -> SpanModel:
    """The span model of the settings; nothing is loaded yet.

    Args:
        weights: of the built-in one, in place of those that ship.
    """
    cores = _cores(settings)
    model: SpanModel
    if settings.reader != SPANS:
        model = HuggingFaceSpanModel(
            settings.reader, cache_dir=settings.cache, threads=cores.threads, at_once=cores.workers
        )
    else:
        model = BuiltinSpanModel(
            cache_dir=settings.cache,
            weights=weights,
            quantize=settings.quantize,
            threads=cores.threads,
            at_once=cores.workers,
            progress=progress,
        )
    return model if cores.workers == 1 else ParallelSpanModel(model, workers=cores.workers)


def make_reranker(settings: Settings, reader: Reader) -> Reranker | None:
    """The reranker of the settings; None where the order of retrieval is to stand.

    Raises:
        SettingsError: the reader is to decide, and is of a kind that can't.
    """
    if settings.reranker == NO_RERANKER:
        return None
    if settings.reranker != BY_READER:
        threads = usable_cores() if settings.threads == 0 else settings.threads
        return CrossEncoderReranker(settings.reranker, threads=threads)
    if not isinstance(reader, SpanReader):
        raise SettingsError(
            f"阅读器 {settings.reader} 不能重排。", remedy="请把 reranker 设为 none 或一个模型。"
        )
    return reader


def make_embedder(settings: Settings, *, progress: Progress | None = None) -> Embedder:
    """The embedder of the settings; no model is loaded yet."""
    cores = _cores(settings)
    model = SentenceTransformerEmbedder(
        settings.embedder,
        cache_dir=settings.cache,
        quantize=settings.quantize,
        threads=cores.threads,
        at_once=cores.workers,
        progress=progress,
    )
    return model if cores.workers == 1 else ParallelEmbedder(model, workers=cores.workers)


@dataclass(frozen=True, slots=True)
class _Cores:
    """Parts that a model computes at once, and torch's threads in each (None: as torch has it)."""

    workers: int
    threads: int | None


def _cores(settings: Settings) -> _Cores:
    wanted = usable_cores() if settings.threads == 0 else settings.threads
    workers = wanted if settings.model_workers == 0 else settings.model_workers
    if workers > 1:  # one core each: figures in docs/decisions/014-batching-across-questions.md
        return _Cores(workers, 1)
    return _Cores(1, None if settings.threads == 0 else settings.threads)


def open_embedded_store(
    settings: Settings,
    embedder: EmbedderInfo | None,
    *,
    analyzer: HanAnalyzer | None = None,
    any_embedder: bool = False,
) -> EmbeddedStore:
    """The store in ``settings.home``; without an embedder it is taken as it is, for listing and removing.

    Args:
        analyzer: the settings', when the caller has made it already.

    Raises:
        EmbedderMismatch: the index was made with another embedder.
        NewerStore, DamagedStore, StoreError: it can't be opened.
    """
    return open_store(
        settings.home,
        analyzer=make_analyzer(settings) if analyzer is None else analyzer,
        embedder=embedder,
        any_embedder=any_embedder,
    )


def make_analyzer(settings: Settings) -> HanAnalyzer:
    """The analyzer with the user's dictionary.

    Raises:
        SettingsError: the dictionary can't be read.
    """
    if settings.user_dictionary is None:
        return HanAnalyzer()
    try:
        lines = settings.user_dictionary.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"读不了用户词典 {settings.user_dictionary}：{error}。", remedy="词典是 UTF-8 文本，每行一个词。"
        ) from error
    return HanAnalyzer([line.split()[0] for line in lines if line.strip()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexed:
    """How much was done again."""

    documents: int
    passages: int
    reembedded: bool


def reindex(
    settings: Settings,
    *,
    model_progress: Progress | None = None,
    progress: Progress | None = None,
) -> Reindexed:
    """Brings the whole index in line with the settings: vectors by another embedder, both derived indexes anew.

    The old vectors answer until the new ones are complete; killed half way, a second run goes on from there.

    Raises:
        ModelError, StoreError: as for :func:`open_service`.
    """
    embedder = make_embedder(settings, progress=model_progress)

    def vectors_for(sources: Sequence[PassageSource]) -> FloatArray:
        return embedder.embed_passages([passage_text(s.title, s.heading_path, s.text) for s in sources])

    with closing(open_embedded_store(settings, embedder.info, any_embedder=True)) as store:
        recorded = store.status().embedder
        reembedded = recorded is not None and recorded.fingerprint != embedder.info.fingerprint
        if reembedded:
            store.reembed(embedder.info, vectors_for, progress=progress)
        store.repair()
        state = store.status()
    return Reindexed(documents=state.documents, passages=state.passages, reembedded=reembedded)
