"""Inputs that the fuzzer kept, read as the product reads uploads: in a child process, within limits."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from eval.bench.child_memory import ChildMemory
from eval.bench.zoo.check import product_limits
from index.errors import DocumentError, ParsingFailed
from index.isolate import IsolatedParser

_PICTURES = frozenset({"png"})
_MOST_PICTURES = 60
"""Each may take seconds to be read by OCR, which here is the real one."""


@dataclass(slots=True)
class Replayed:
    """What came of them.

    Args:
        failed: names of those at which the child crashed, or took too much.
        peak_mb: of one child's memory, in MB.
    """

    files: int = 0
    refused: int = 0
    slowest: float = 0.0
    peak_mb: float = 0.0
    failed: list[str] = field(default_factory=list)


def replay(files: Iterable[Path], form: str) -> Replayed:
    """Reads each file in the same children, as the product does."""
    out = Replayed()
    paths = list(files)
    if form in _PICTURES:
        paths = paths[:: max(1, len(paths) // _MOST_PICTURES)]
    with IsolatedParser(product_limits()) as parser, ChildMemory() as memory:
        for path in paths:
            began = time.monotonic()
            try:
                parser.load(path.read_bytes(), source=f"{path.name}.{form}")
            except ParsingFailed as error:
                out.failed.append(f"{path}: {error.message}")
            except DocumentError:
                out.refused += 1
            out.slowest = max(out.slowest, time.monotonic() - began)
            out.files += 1
        out.peak_mb = memory.peak_mb()
    return out
