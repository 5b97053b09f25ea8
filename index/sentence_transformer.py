"""Any sentence-transformers model as an embedder; the built-in one by default."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embed import EmbedderInfo, FloatArray, Progress
from index.errors import ModelError
from index.models import build
from index.models.batching import batches
from index.models.default import DEFAULT_MODEL, ensure_default_model
from index.models.local import LocalModel, find_model, prompts_of, weights_hash
from index.models.runtime import INT8_RECIPE, Quantize, prepare_torch, quantize_linear, quiet_loading
from index.models.turns import Turns

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH_TOKENS = 1024
"""Padded tokens of a batch. Larger ones were no faster on a CPU, from 16,384 up a third slower."""

_TEXTS_AT_ONCE = 1024
_PROBE = (
    "奖励大会是哪天召开的?",
    "第三条 本办法自2021年1月1日起施行。奖励大会于三月五日在北京召开,表彰先进个人。" * 8,
)
"""A question and a passage: activations stand out further in longer texts."""


class SentenceTransformerEmbedder:
    """An :class:`index.embed.Embedder` on torch. Safe to share between threads, which by default take turns.

    Making one is cheap: torch is imported, and the model made or loaded, when the first text comes (or at
    :meth:`prepare`). A text longer than the model's window is embedded by its beginning. With int8, texts go
    through the model one at a time, because the activations of a batch share their scale: so a vector depends
    on its text alone, exactly; in float32 it depends on its batch by rounding (below 1e-5). Whoever embeds
    many texts gives way after each batch, so a question waits for one batch at most.

    Args:
        model: ``yuanwen/e5-small``, a folder, or the hub id of a model that is already on this machine.
        cache_dir: where the built-in model is made and hashes of others are kept.
        query_prefix, passage_prefix: None takes the model's own prompts ("query"; "passage" or "document"),
            which may be none.
        max_tokens: None takes the model's own window.
        quantize: ``int8`` makes the linear layers int8, twice as fast; ``none`` keeps float32.
        threads: of torch, in each thread that embeds; None leaves them as they are.
        at_once: batches that may be computed at the same time, 1 or more; others wait.
        batch_tokens: padded tokens of a float32 batch, 1 or more.
        progress: called while the built-in model is being made, if it has to be.
    """

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        *,
        cache_dir: Path,
        query_prefix: str | None = None,
        passage_prefix: str | None = None,
        max_tokens: int | None = None,
        quantize: Quantize = "int8",
        threads: int | None = None,
        at_once: int = 1,
        batch_tokens: int = BATCH_TOKENS,
        progress: Progress | None = None,
    ) -> None:
        self._id = model
        self._cache_dir = cache_dir
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix
        self._max_tokens = max_tokens
        self._quantize = quantize
        self._threads = threads
        self._progress = progress
        self._budget = 1 if quantize == "int8" else batch_tokens
        self._loading = threading.RLock()
        self._turn = threading.Lock()  # a fast tokenizer keeps its truncation and padding as state
        self._computing = Turns(at_once)
        self._info: EmbedderInfo | None = None
        self._local: LocalModel | None = None
        self._model: SentenceTransformer | None = None

    @property
    def info(self) -> EmbedderInfo:
        """For the built-in model known at once; another one is loaded for it.

        Raises:
            ModelError: the model isn't on this machine, or can't be loaded.
        """
        with self._loading:
            if self._info is None:
                self._info = self._builtin_info() if self._id == DEFAULT_MODEL else self._local_info()
            return self._info

    def prepare(self) -> None:
        """Make the built-in model if need be, and load the model now.

        Raises:
            ModelError: it can't be made, found or loaded.
        """
        self._loaded()

    def embed_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> FloatArray:
        return self._embed(texts, self.info.passage_prefix, progress)

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        return self._embed(texts, self.info.query_prefix, None)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each passage as the model sees it: with prefix and special tokens, cut to the window."""
        prefix = self.info.passage_prefix
        return self._lengths(self._loaded(), [prefix + _encodable(text) for text in texts])

    def _embed(self, texts: Sequence[str], prefix: str, progress: Progress | None) -> FloatArray:
        vectors = np.empty((len(texts), self.info.dimension), dtype=np.float32)
        if not texts:
            return vectors
        clean = [_encodable(text) for text in texts]
        model = self._loaded()
        done = 0
        for batch in batches(self._lengths(model, [prefix + text for text in clean]), self._budget):
            with self._computing:
                prepare_torch(self._threads)
                vectors[batch] = model.encode(
                    [clean[i] for i in batch],
                    prompt=prefix,
                    batch_size=len(batch),
                    show_progress_bar=False,
                    convert_to_numpy=True,
                    normalize_embeddings=True,
                )
            done += len(batch)
            if progress is not None:
                progress(done, len(texts))
        return vectors

    def _lengths(self, model: SentenceTransformer, texts: list[str]) -> list[int]:
        """Tokens of each text within the model's window; characters for models without such a tokenizer."""
        from transformers import PreTrainedTokenizerBase

        tokenizer = model.tokenizer
        if not isinstance(tokenizer, PreTrainedTokenizerBase):
            return [len(text) for text in texts]
        lengths: list[int] = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            with self._turn:
                encoded = tokenizer(
                    texts[start : start + _TEXTS_AT_ONCE],
                    truncation=True,
                    max_length=model.max_seq_length,
                    return_attention_mask=False,
                )
            lengths.extend(len(ids) for ids in encoded["input_ids"])
        return lengths

    def _loaded(self) -> SentenceTransformer:
        with self._loading:
            if self._model is None:
                if self._id == DEFAULT_MODEL:
                    folder = ensure_default_model(self._cache_dir, progress=self._progress)
                else:
                    folder = self._found().folder
                prepare_torch(self._threads)
                model = _load(folder, self._id, self._max_tokens)
                if self._quantize == "int8":
                    _make_int8(model)
                _tokenize_by_turns(model, self._turn)
                self._model = model
            return self._model

    def _found(self) -> LocalModel:
        if self._local is None:
            self._local = find_model(self._id)
        return self._local

    def _builtin_info(self) -> EmbedderInfo:
        return self._described(
            revision=build.REVISION,
            weights=build.identity(),
            dimension=build.DIMENSION,
            window=build.MAX_TOKENS,
            prompts={"query": build.QUERY_PREFIX, "passage": build.PASSAGE_PREFIX},
        )

    def _local_info(self) -> EmbedderInfo:
        local = self._found()
        weights = weights_hash(local.folder, self._cache_dir)
        model = self._loaded()
        dimension = model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"模型 {self._id} 没有说明向量维数。", remedy="请换一个句向量模型。")
        return self._described(
            revision=local.revision or weights[:12],
            weights=weights,
            dimension=dimension,
            window=model.max_seq_length,
            prompts=prompts_of(local.folder),
        )

    def _described(
        self, *, revision: str, weights: str, dimension: int, window: int | None, prompts: dict[str, str]
    ) -> EmbedderInfo:
        query, passage = self._query_prefix, self._passage_prefix
        if query is None:
            query = prompts.get("query", "")
        if passage is None:
            passage = prompts.get("passage", prompts.get("document", ""))
        decisive = {
            "weights": weights,
            "query": query,
            "passage": passage,
            "window": window if self._max_tokens is None else self._max_tokens,
            "quantize": f"int8/{INT8_RECIPE}" if self._quantize == "int8" else "none",
        }
        return EmbedderInfo(
            id=self._id,
            revision=revision,
            dimension=dimension,
            query_prefix=query,
            passage_prefix=passage,
            fingerprint=hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest(),
        )


def _load(folder: Path, name: str, max_tokens: int | None) -> SentenceTransformer:
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    try:
        with quiet_loading():
            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        raise ModelError(f"无法从 {folder} 加载模型 {name}:{error}") from error
    if max_tokens is not None:
        model.max_seq_length = max_tokens
    return model


def _tokenize_by_turns(model: SentenceTransformer, turn: threading.Lock) -> None:
    """Lets several threads ``encode`` at once: all but the tokenizer is theirs to share."""
    preprocess = model.preprocess

    def by_turns(*inputs: Any, **options: Any) -> Any:
        with turn:
            return preprocess(*inputs, **options)

    model.preprocess = by_turns  # type: ignore[method-assign]


def _make_int8(model: SentenceTransformer) -> None:
    try:
        quantize_linear(model, lambda: model.encode(_PROBE, show_progress_bar=False, batch_size=1))
    except (RuntimeError, ImportError, AttributeError) as error:
        raise ModelError(
            f"这台机器上的 torch 不能做 int8 量化:{error}", remedy="请设置 YUANWEN_QUANTIZE=none。"
        ) from error


def _encodable(text: str) -> str:
    """Lone surrogates, which no tokenizer takes, become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
