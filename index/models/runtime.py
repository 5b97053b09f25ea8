"""torch, set up for a busy machine with few cores. Nothing here imports it before being called."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch

Quantize = Literal["none", "int8"]


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
    """Without transformers' progress bars, which would be drawn over our own output."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def quantize_linear(module: torch.nn.Module) -> None:
    """Make every ``Linear`` of ``module`` int8, in place: weights per channel, activations on the fly.

    Activations share one scale per call, so a row of the output depends a little on the rows beside it.
    """
    import torch
    from torch.ao.quantization import per_channel_dynamic_qconfig, quantize_dynamic

    with warnings.catch_warnings():
        # Deprecated in favour of torchao, which has no CPU kernels for this.
        warnings.filterwarnings("ignore", "torch.ao.quantization is deprecated", DeprecationWarning)
        warnings.filterwarnings("ignore", r"torch\.quantize_per_tensor, torch\.quantize_per", UserWarning)
        spec = {torch.nn.Linear: per_channel_dynamic_qconfig}
        quantize_dynamic(module, spec, inplace=True)  # type: ignore[no-untyped-call]
