"""The reader that ships: the embedder's encoder, trained further, with heads for spans and relevance."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embed import Progress
from index.errors import ModelError
from index.models.batching import batches
from index.models.default import ensure_default_model
from index.models.runtime import Quantize, prepare_torch, quantize_linear, quiet_loading
from index.models.turns import Turns
from rag.read import SPANS, ReaderInfo
from rag.reader.model import WindowScores
from rag.reader.network import forward, make_network
from rag.reader.pieces import Pieces, PieceTokenizer, collate
from rag.reader.weights import misfit, read_weights, weights_digest

if TYPE_CHECKING:
    import torch

BATCH_PIECES = 2048
"""Padded pieces of a float32 batch."""

_PROBE_QUESTION = "奖励大会是哪天召开的?"
_PROBE = "第三条 本办法自2021年1月1日起施行。奖励大会于三月五日在北京召开,表彰先进个人。" * 6


class BuiltinSpanModel:
    """A :class:`rag.reader.model.SpanModel` on torch; nothing is loaded before the first question.

    With int8, windows go through one at a time: the activations of a batch share their scale, so a score would
    depend on the passages beside it. In float32 they are batched, sorted by length.

    Args:
        cache_dir: where the built-in embedder, whose word embeddings the reader shares, is made.
        weights: of the reader; None takes those that ship.
        threads: of torch, in each thread that scores; None leaves them as they are.
        at_once: calls that may compute at the same time, 1 or more; others wait.
    """

    def __init__(
        self,
        *,
        cache_dir: Path,
        weights: Path | None = None,
        quantize: Quantize = "int8",
        threads: int | None = None,
        at_once: int = 1,
        progress: Progress | None = None,
    ) -> None:
        self._cache_dir = cache_dir
        self._weights = weights
        self._quantize = quantize
        self._threads = threads
        self._progress = progress
        self._turn = threading.Lock()  # to load, and to use the tokenizer
        self._computing = Turns(at_once)
        self._network: torch.nn.ModuleDict | None = None
        self._tokenizer: PieceTokenizer | None = None

    @property
    def info(self) -> ReaderInfo:
        """See :class:`rag.reader.model.SpanModel`."""
        return ReaderInfo(id=SPANS, fingerprint=f"{weights_digest(self._weights)}:{self._quantize}")

    def prepare(self) -> None:
        """See :class:`rag.reader.model.SpanModel`."""
        with self._turn:
            self._loaded()

    def score(self, question: str, passages: Sequence[str]) -> list[list[WindowScores]]:
        """See :class:`rag.reader.model.SpanModel`."""
        with self._turn:
            network, tokenizer = self._loaded()
            windows = tokenizer.encode(question, passages)
        rows = [row for passage in windows for row in passage]
        scored: dict[int, WindowScores] = {}
        budget = 1 if self._quantize == "int8" else BATCH_PIECES
        with self._computing:
            prepare_torch(self._threads)
            for chosen in batches([len(row) for row in rows], budget):
                scored.update(
                    zip(chosen, _score(network, [rows[i] for i in chosen], tokenizer.pad), strict=True)
                )
        after = np.cumsum([len(passage) for passage in windows]).tolist()
        return [[scored[i] for i in range(end - len(p), end)] for p, end in zip(windows, after, strict=True)]

    def _loaded(self) -> tuple[torch.nn.ModuleDict, PieceTokenizer]:
        if self._network is None or self._tokenizer is None:
            folder = ensure_default_model(self._cache_dir, progress=self._progress)
            prepare_torch(self._threads)
            self._network = load_network(folder, self._weights)
            body: Any = self._network["body"]
            self._tokenizer = PieceTokenizer(folder, max_pieces=body.config.max_position_embeddings)
            if self._quantize == "int8":
                self._make_int8(self._network, self._tokenizer)
        return self._network, self._tokenizer

    @staticmethod
    def _make_int8(network: torch.nn.ModuleDict, tokenizer: PieceTokenizer) -> None:
        row = tokenizer.encode(_PROBE_QUESTION, [_PROBE])[0][:1]
        batch = collate(row, pad=tokenizer.pad)
        try:
            quantize_linear(network["body"], lambda: forward(network, batch))
        except (RuntimeError, ImportError, AttributeError) as error:
            raise ModelError(
                f"这台机器上的 torch 不能做 int8 量化:{error}", remedy="请设置 YUANWEN_QUANTIZE=none。"
            ) from error


def load_network(folder: Path, weights: Path | None) -> torch.nn.ModuleDict:
    """The encoder of ``folder`` with the reader's weights, in float32, for reading.

    Raises:
        ModelError: the weights are damaged, or of another encoder.
    """
    import torch
    from transformers import BertModel

    with quiet_loading():
        body = BertModel.from_pretrained(folder, add_pooling_layer=False)
    network = make_network(body, body.config.hidden_size)
    own = {name: value.numpy() for name, value in network.state_dict().items()}
    trained = read_weights(weights, own, base_name=folder.name)
    expected = {name for name in own if "word_embeddings" not in name}
    misfits = {name for name in expected if name not in trained or trained[name].shape != own[name].shape}
    if misfits or trained.keys() - expected:
        raise misfit(sorted(misfits | (trained.keys() - expected)), weights)
    network.load_state_dict({n: torch.from_numpy(v) for n, v in trained.items()}, strict=False)
    return network.eval()


def _score(network: torch.nn.ModuleDict, rows: list[Pieces], pad: int) -> list[WindowScores]:
    import torch

    with torch.inference_mode():
        scores = forward(network, collate(rows, pad=pad))
    start, end = scores.start.float().numpy(), scores.end.float().numpy()
    return [
        WindowScores(
            first=row.start,
            start=start[i, : len(row.piece_of) + 1],
            end=end[i, : len(row.piece_of) + 1],
            relevance=float(scores.relevance[i]),
        )
        for i, row in enumerate(rows)
    ]
