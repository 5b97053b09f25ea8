"""The seam between finding passages and reading them: a reranker puts them in a better order."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.errors import ModelError
from index.models.local import find_model
from index.models.runtime import prepare_torch, quiet_loading
from index.retrieve import Found

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

NO_RERANKER, BY_READER = "none", "reader"
"""What the setting says besides a model: the order of retrieval stands, or the reader's own decides."""

_BATCH = 16


class Reranker(Protocol):
    """Orders passages that were found by how well they answer. Safe to share between threads."""

    def rerank(self, question: str, found: Sequence[Found]) -> list[Found]:
        """The same passages, best first; their scores stay those of the retrieval.

        Raises:
            ModelError: the model can't be loaded or run.
        """


class CrossEncoderReranker:
    """A :class:`Reranker` on any sentence-transformers cross-encoder; loaded at its first use.

    Args:
        model: a folder, or the hub id of a model that is already on this machine.
    """

    def __init__(self, model: str, *, threads: int | None = None) -> None:
        self._id = model
        self._threads = threads
        self._turn = threading.Lock()
        self._model: CrossEncoder | None = None

    def rerank(self, question: str, found: Sequence[Found]) -> list[Found]:
        """See :class:`Reranker`."""
        if not found:
            return []
        with self._turn:
            model = self._loaded()
            prepare_torch(self._threads)  # a number of each thread's own
            scores = model.predict(
                [(question, item.passage.text) for item in found], batch_size=_BATCH, show_progress_bar=False
            )
        values = np.asarray(scores, dtype=np.float64)
        if values.shape != (len(found),):
            raise ModelError(
                f"重排模型 {self._id} 对每个段落给出 {values.size // len(found)} 个分数，应为一个。",
                remedy="请换一个只有一个输出的交叉编码器。",
            )
        return [found[index] for index in np.argsort(-values, kind="stable").tolist()]

    def _loaded(self) -> CrossEncoder:
        if self._model is None:
            folder: Path = find_model(self._id).folder
            if not _scores_pairs(folder):
                raise ModelError(
                    f"{self._id} 不是交叉编码器。", remedy="请换一个 ForSequenceClassification 模型。"
                )
            prepare_torch(self._threads)
            from safetensors import SafetensorError
            from sentence_transformers import CrossEncoder

            try:
                with quiet_loading():
                    self._model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
            except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
                raise ModelError(f"无法加载重排模型 {self._id}:{error}") from error
        return self._model


def _scores_pairs(folder: Path) -> bool:
    """Whether a folder holds a trained classifier; of any other model one would get fresh, random heads."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return any(str(name).endswith("ForSequenceClassification") for name in config.get("architectures") or ())
