"""Any ``AutoModelForQuestionAnswering`` that is on this machine, as a span model."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.embed import FloatArray
from index.errors import ModelError
from index.models.local import find_model, weights_hash
from index.models.runtime import prepare_torch, quiet_loading
from index.models.turns import Turns
from rag.read import ReaderInfo
from rag.reader.model import WindowScores

_STRIDE = 64
_LONGEST_QUESTION = 96
_LONGEST_WINDOW = 512


class HuggingFaceSpanModel:
    """A :class:`rag.reader.model.SpanModel` on transformers; nothing is loaded before the first question.

    Starts and ends fall on the model's own tokens. Models trained on SQuAD 2.0 and the like put the null answer on
    their first token; with others it is the least that a span can be measured against.

    Args:
        model: a folder, or the hub id of a model that is already on this machine.
        cache_dir: where hashes of model files are kept.
        threads: of torch, in each thread that scores; None leaves them as they are.
        at_once: calls that may compute at the same time, 1 or more; others wait.
    """

    def __init__(self, model: str, *, cache_dir: Path, threads: int | None = None, at_once: int = 1) -> None:
        self._id = model
        self._cache_dir = cache_dir
        self._threads = threads
        self._turn = threading.Lock()  # to load, and to use the tokenizer
        self._computing = Turns(at_once)
        self._loaded: tuple[Any, Any] | None = None

    @property
    def info(self) -> ReaderInfo:
        """See :class:`rag.reader.model.SpanModel`."""
        return ReaderInfo(id=self._id, fingerprint=weights_hash(find_model(self._id).folder, self._cache_dir))

    def prepare(self) -> None:
        """See :class:`rag.reader.model.SpanModel`."""
        with self._turn:
            self._load()

    def score(self, question: str, passages: Sequence[str]) -> list[list[WindowScores]]:
        """See :class:`rag.reader.model.SpanModel`."""
        with self._turn:
            model, tokenizer = self._load()
            encodings = [self._encode(tokenizer, question, passage) for passage in passages]
        results = []
        with self._computing:
            prepare_torch(self._threads)
            import torch  # not before it is prepared

            for passage, encoded in zip(passages, encodings, strict=True):
                inputs = {name: encoded[name] for name in tokenizer.model_input_names if name in encoded}
                with torch.inference_mode():
                    output = model(**{name: torch.tensor(values) for name, values in inputs.items()})
                starts, ends = output.start_logits.float().numpy(), output.end_logits.float().numpy()
                results.append(
                    [
                        _window(passage, encoded.encodings[i], starts[i], ends[i])
                        for i in range(len(encoded.encodings))
                    ]
                )
        return results

    @staticmethod
    def _encode(tokenizer: Any, question: str, passage: str) -> Any:
        window = min(tokenizer.model_max_length, _LONGEST_WINDOW)
        most = min(_LONGEST_QUESTION, window // 2)
        asked = tokenizer(question, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        tokens = len(asked["input_ids"])
        if tokens > most:
            question = question[asked["offset_mapping"][tokens - most][0] :]
        room = window - min(tokens, most) - tokenizer.num_special_tokens_to_add(pair=True)
        return tokenizer(
            question,
            passage,
            truncation="only_second",
            max_length=window,
            stride=min(_STRIDE, room // 2),
            padding=True,
            return_overflowing_tokens=True,
        )

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            folder = find_model(self._id).folder
            prepare_torch(self._threads)
            from safetensors import SafetensorError
            from transformers import AutoModelForQuestionAnswering, AutoTokenizer

            try:
                with quiet_loading():
                    tokenizer = AutoTokenizer.from_pretrained(
                        str(folder), use_fast=True, local_files_only=True
                    )
                    model, loading = AutoModelForQuestionAnswering.from_pretrained(
                        str(folder), local_files_only=True, output_loading_info=True
                    )
            except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
                raise ModelError(f"无法加载阅读模型 {self._id}:{error}") from error
            if loading["missing_keys"]:  # a model of another kind gets fresh, random heads
                raise ModelError(
                    f"{self._id} 不是训练过的抽取式问答模型。",
                    remedy="请换一个 AutoModelForQuestionAnswering 模型。",
                )
            if not tokenizer.is_fast:
                raise ModelError(
                    f"阅读模型 {self._id} 没有快速分词器，不能给出原文位置。", remedy="请换一个模型。"
                )
            self._loaded = model.eval(), tokenizer
        return self._loaded


def _window(passage: str, encoding: Any, starts: FloatArray, ends: FloatArray) -> WindowScores:
    """From tokens to the characters that they begin and end with."""
    tokens = [
        (index, *offsets)
        for index, (offsets, sequence) in enumerate(zip(encoding.offsets, encoding.sequence_ids, strict=True))
        if sequence == 1 and offsets[1] > offsets[0]
    ]
    first = tokens[0][1] if tokens else 0
    last = tokens[-1][2] if tokens else len(passage)
    start = np.full(last - first + 1, -np.inf, dtype=np.float32)
    end = start.copy()
    start[0], end[0] = starts[0], ends[0]
    for index, a, b in tokens:
        start[a - first + 1] = max(start[a - first + 1], starts[index])
        end[b - first] = max(end[b - first], ends[index])
    return WindowScores(first=first, start=start, end=end, relevance=None)
