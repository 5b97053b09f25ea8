"""How fast this machine multiplies matrices right now: what a compute floor is counted against."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

SHAPES = ((512, 384, 1536), (1024, 1024, 1024), (2048, 1024, 1024))
"""(rows, inner, columns): the feed-forward product of a small encoder over a few passages, and larger ones."""

SECONDS = 0.15
"""For each shape and precision."""


def measure() -> dict[str, float]:
    """Operations a second, the best over :data:`SHAPES`, with torch's threads as they are.

    ``float32`` is a plain product; ``int8`` a dynamically quantised linear layer, as in our default embedder,
    rounding of its input included.
    """
    import torch

    best = {"float32": 0.0, "int8": 0.0}
    with torch.inference_mode():
        for rows, inner, columns in SHAPES:
            operations = 2.0 * rows * inner * columns
            left, right = torch.randn(rows, inner), torch.randn(inner, columns)
            layer = _int8_layer(inner, columns)
            best["float32"] = max(best["float32"], operations / _fastest(partial(torch.matmul, left, right)))
            best["int8"] = max(best["int8"], operations / _fastest(partial(layer, left)))
    return best


def _int8_layer(inner: int, columns: int) -> Any:
    import torch
    from torch.ao.quantization import per_channel_dynamic_qconfig, quantize_dynamic

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated in favour of torchao, which has no CPU kernels for this
        model = torch.nn.Sequential(torch.nn.Linear(inner, columns))
        quantized: Any = quantize_dynamic(model, {"0": per_channel_dynamic_qconfig})  # type: ignore[no-untyped-call]
    return quantized


def _fastest(product: Callable[[], object]) -> float:
    """Seconds of the fastest call; the first one doesn't count."""
    product()
    fastest = float("inf")
    end = time.perf_counter() + SECONDS
    while (started := time.perf_counter()) < end:
        product()
        fastest = min(fastest, time.perf_counter() - started)
    return fastest
