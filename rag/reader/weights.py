"""The reader's weights on disk: int8 with one scale a row for matrices, float16 for the rest, in one file.

Symmetric, ``weight = scale * integer`` with integers in [-127, 127]: what the layers compute with anyway when the
model runs in int8. The word embeddings are not among them, they are the embedder's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import numpy as np

from index.embed import FloatArray
from index.errors import ModelError

FILE = "reader.safetensors"
_SCALE = ".scale"
_STEPS = 127
_SMALL = 64 * 1024
"""Matrices with fewer values stay float16: they cost next to nothing."""


def pack(weights: Mapping[str, FloatArray], file: Path) -> None:
    """Writes the weights, quantised; the file's metadata holds a hash of what is in it."""
    from safetensors.numpy import save_file

    packed: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {}
    for name, value in sorted(weights.items()):
        if value.ndim == 2 and value.size >= _SMALL and "embeddings" not in name:
            scale = np.abs(value).max(axis=1, keepdims=True) / _STEPS
            scale[scale == 0] = 1.0
            packed[name] = np.rint(value / scale).astype(np.int8)
            packed[name + _SCALE] = scale.astype(np.float32)
        else:
            packed[name] = value.astype(np.float16)
    save_file(packed, file, metadata={"sha256": _digest(packed)})


def read_weights(file: Path | None) -> dict[str, FloatArray]:
    """All weights as float32 by name; None reads those that ship.

    Raises:
        ModelError: the file is missing, damaged, or isn't of this kind.
    """
    from safetensors import SafetensorError, safe_open

    remedy = "请重新安装 yuanwen。" if file is None else "请检查这个权重文件,或换一个。"
    try:
        with resources.as_file(resources.files("rag.data").joinpath(FILE)) as shipped:
            path = shipped if file is None else file
            with safe_open(path, framework="np") as opened:
                packed = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
                recorded = (opened.metadata() or {}).get("sha256")
    except (OSError, SafetensorError) as error:
        raise ModelError(f"阅读器的权重读不了:{error}。", remedy=remedy) from error
    if recorded != _digest(packed):
        raise ModelError("阅读器的权重文件损坏了。", remedy=remedy)
    return {
        name: (value * packed[name + _SCALE] if name + _SCALE in packed else value).astype(np.float32)
        for name, value in packed.items()
        if not name.endswith(_SCALE)
    }


def _digest(packed: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(packed):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(packed[name]).tobytes())
    return digest.hexdigest()
