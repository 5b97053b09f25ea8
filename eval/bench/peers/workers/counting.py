"""Counts the tokens that really go through transformer encoders, whoever calls them."""

from __future__ import annotations

import functools
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.bench.peers.floor import Encoded, encoder_operations

if TYPE_CHECKING:
    import torch


class Counter:
    """Sums up what the encoder classes of the watched models encode, in all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sum = Encoded()
        self._watched: set[type] = set()

    def watch(self, folder: Path) -> None:
        """Counts every call of the encoder class that the model in ``folder`` is made of.

        The class is changed, not an instance: so it is the same for every system, wherever it keeps its models.
        """
        from transformers import AutoConfig
        from transformers.models.auto.modeling_auto import MODEL_MAPPING

        encoder: Any = MODEL_MAPPING[type(AutoConfig.from_pretrained(folder))]
        if encoder in self._watched:
            return
        self._watched.add(encoder)
        forward = encoder.forward
        counter = self

        @functools.wraps(forward)
        def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
            counter._note(self.config, args, kwargs)
            return forward(self, *args, **kwargs)

        encoder.forward = counted

    def take(self) -> Encoded:
        """What was encoded since the last call."""
        with self._lock:
            taken, self._sum = self._sum, Encoded()
        return taken

    def _note(self, config: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        inputs = kwargs.get("input_ids")
        if inputs is None:
            inputs = args[0] if args else kwargs["inputs_embeds"]
        mask = kwargs.get("attention_mask", args[1] if len(args) > 1 else None)
        texts, longest = inputs.shape[:2]
        lengths = [longest] * texts if mask is None else _lengths(mask)
        operations = encoder_operations(
            lengths,
            layers=config.num_hidden_layers,
            hidden=config.hidden_size,
            inner=config.intermediate_size,
        )
        noted = Encoded(texts=texts, tokens=sum(lengths), padded=texts * longest, operations=operations)
        with self._lock:
            self._sum += noted


def _lengths(mask: torch.Tensor) -> list[int]:
    return [int(length) for length in mask.sum(dim=1).tolist()]
