"""torch, set up for a busy machine with few cores. Nothing here imports it before being called."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch

Quantize = Literal["none", "int8"]

INT8_RECIPE = 1
"""Raise it when :func:`quantize_linear` comes to make other layers; part of an embedder's fingerprint."""

_INT8_STEPS = 127
"""On either side of zero."""


def prepare_torch(threads: int | None) -> None:
    """Import torch with passive waiting and, if told, a number of threads (for the whole process).

    OpenMP threads that spin while they wait cost a contended two-core machine more than half its speed; the
    policy is read once, when the library is loaded, so it must be set before torch is imported.
    """
    if "torch" not in sys.modules:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    if threads is not None and torch.get_num_threads() != threads:
        torch.set_num_threads(threads)


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Without transformers' progress bars and its report on weights that a model has no use for."""
    from transformers.utils import logging

    shown, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def quantize_linear(module: torch.nn.Module, probe: Callable[[], object]) -> list[str]:
    """Make the ``Linear`` layers of ``module`` int8, in place: weights per channel, activations on the fly.

    Activations share one scale per call: a row of the output depends a little on the rows beside it, and where a
    few are far out (Dettmers et al. 2022, https://arxiv.org/abs/2208.07339) all the others round to nothing.
    Layers where ``probe`` shows a peak above 127 times the root mean square, so that a usual value is smaller
    than one step of the scale, stay in float32.

    Args:
        probe: runs ``module`` on a few usual inputs.

    Returns:
        Names of the layers left in float32.
    """
    import torch
    from torch.ao.quantization import per_channel_dynamic_qconfig, quantize_dynamic

    layers = {name: layer for name, layer in module.named_modules() if isinstance(layer, torch.nn.Linear)}
    peaks = dict.fromkeys(layers, 0.0)

    def watch(name: str) -> Callable[[torch.nn.Module, tuple[torch.Tensor, ...]], None]:
        def note(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            values = inputs[0]
            usual = max(float(values.square().mean().sqrt()), torch.finfo(torch.float32).tiny)
            peaks[name] = max(peaks[name], float(values.abs().max()) / usual)

        return note

    hooks = [layer.register_forward_pre_hook(watch(name)) for name, layer in layers.items()]
    try:
        with torch.inference_mode():
            probe()
    finally:
        for hook in hooks:
            hook.remove()
    chosen = {name: per_channel_dynamic_qconfig for name, peak in peaks.items() if peak <= _INT8_STEPS}
    with warnings.catch_warnings():
        # Deprecated in favour of torchao, which has no CPU kernels for this.
        warnings.filterwarnings("ignore", "torch.ao.quantization is deprecated", DeprecationWarning)
        warnings.filterwarnings("ignore", r"torch\.quantize_per_tensor, torch\.quantize_per", UserWarning)
        quantize_dynamic(module, chosen, inplace=True)  # type: ignore[no-untyped-call]
    return [name for name in layers if name not in chosen]
