"""The reader's weights on disk: how far each has moved from the encoder that training began with.

The encoder is on the machine already, as the embedder, and training moves it little: four bits for each difference,
with one scale a row, leave a smaller error than eight bits for the weights themselves would (decision 010), at half
the size. Symmetric, ``weight = base + scale * integer`` with integers in [-7, 7], two to a byte. What is small or new
is kept whole in float16; the word embeddings are not among them, they are the embedder's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embed import FloatArray
from index.errors import ModelError

FILE = "reader.safetensors"
_SCALE = ".scale"
_STEPS = 7
_SMALL = 64 * 1024
"""Matrices with fewer values are kept whole: they cost next to nothing."""

Packed = dict[str, NDArray[Any]]


def pack(
    weights: Mapping[str, FloatArray], base: Mapping[str, FloatArray], file: Path, *, base_name: str
) -> None:
    """Writes the weights; the file's metadata holds a hash of what is in it, and what it is to be added to.

    Args:
        base: the weights that training began with, by the same names. base_name: tells them from others.

    Raises:
        KeyError, ValueError: a large matrix is not in the base, or of another shape there.
    """
    from safetensors.numpy import save_file

    packed: Packed = {}
    for name, value in sorted(weights.items()):
        large = value.ndim == 2 and value.size >= _SMALL and "embeddings" not in name
        if large and value.shape != base[name].shape:
            raise ValueError(f"{name} isn't of the shape of the base's")
        if large:
            moved = value - base[name]
            scale = np.abs(moved).max(axis=1, keepdims=True) / _STEPS
            scale[scale == 0] = 1.0
            packed[name] = to_nibbles(np.rint(moved / scale).astype(np.int8))
            packed[name + _SCALE] = scale.astype(np.float32)
        else:
            packed[name] = value.astype(np.float16)
    save_file(packed, file, metadata={"sha256": _digest(packed), "base": base_name})


def read_weights(
    file: Path | None, base: Mapping[str, FloatArray], *, base_name: str
) -> dict[str, FloatArray]:
    """All weights as float32 by name; None reads those that ship.

    Raises:
        ModelError: the file is missing, damaged, isn't of this kind, or is to be added to another base.
    """
    with _opened(file) as opened:
        packed: Packed = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
        recorded = _metadata(opened)
    if recorded.get("sha256") != _digest(packed):
        raise ModelError("阅读器的权重文件损坏了。", remedy=_remedy(file))
    if recorded.get("base") != base_name:
        raise ModelError(
            f"阅读器的权重要配编码器 {recorded.get('base')}，这里的是 {base_name}。", remedy=_remedy(file)
        )
    return {name: _whole(name, packed, base, file) for name in packed if not name.endswith(_SCALE)}


def _whole(name: str, packed: Packed, base: Mapping[str, FloatArray], file: Path | None) -> FloatArray:
    if name + _SCALE not in packed:
        return packed[name].astype(np.float32)
    moved = from_nibbles(packed[name]).astype(np.float32) * packed[name + _SCALE]
    if name not in base or base[name].shape != moved.shape:
        raise misfit([name], file)
    whole: FloatArray = (base[name] + moved).astype(np.float32)
    return whole


def misfit(names: list[str], file: Path | None) -> ModelError:
    """What to say of weights that the network has no place for, or that it lacks."""
    return ModelError(f"阅读器的权重和编码器对不上({'、'.join(names[:3])} 等)。", remedy=_remedy(file))


def to_nibbles(values: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Integers in [-8, 7], shape (rows, columns), columns even, two to a byte: shape (rows, columns / 2)."""
    shifted = (values + 8).astype(np.uint8)
    packed: NDArray[np.uint8] = shifted[:, ::2] | np.left_shift(shifted[:, 1::2], 4, dtype=np.uint8)
    return packed


def from_nibbles(packed: NDArray[np.uint8]) -> NDArray[np.int8]:
    """What :func:`to_nibbles` was given."""
    values = np.empty((packed.shape[0], 2 * packed.shape[1]), dtype=np.int8)
    values[:, ::2] = packed & 0x0F
    values[:, 1::2] = packed >> 4
    values -= 8
    return values


def weights_digest(file: Path | None) -> str:
    """The hash that the file holds of what is in it; empty where it holds none. Reads the file's head only.

    Raises:
        ModelError: the file is missing or isn't of this kind.
    """
    with _opened(file) as opened:
        return _metadata(opened).get("sha256", "")


def _metadata(opened: Any) -> dict[str, str]:
    metadata: dict[str, str] | None = opened.metadata()
    return {} if metadata is None else metadata


@contextmanager
def _opened(file: Path | None) -> Iterator[Any]:
    from safetensors import SafetensorError, safe_open

    try:
        with (
            resources.as_file(resources.files("rag.data").joinpath(FILE)) as shipped,
            safe_open(shipped if file is None else file, framework="np") as opened,
        ):
            yield opened
    except (OSError, SafetensorError) as error:
        raise ModelError(f"阅读器的权重读不了：{error}。", remedy=_remedy(file)) from error


def _remedy(file: Path | None) -> str:
    return "请重新安装 yuanwen。" if file is None else "请检查这个权重文件，或换一个。"


def _digest(packed: Packed) -> str:
    digest = hashlib.sha256()
    for name in sorted(packed):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(packed[name]).tobytes())
    return digest.hexdigest()
