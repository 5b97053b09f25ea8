"""The span models behind the seam: ours on tiny weights, and any question answering model of transformers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from fakes import FindingSpanModel
from index.errors import ModelError
from index.models.runtime import quiet_loading
from rag.reader.builtin import BuiltinSpanModel, load_network
from rag.reader.huggingface import HuggingFaceSpanModel
from rag.reader.model import SpanModel
from rag.reader.network import make_network
from rag.reader.weights import from_nibbles, pack, read_weights, to_nibbles
from rag.training.checkpoint import trained_state
from span_model_contract import SpanModelContract


@pytest.fixture(scope="module")
def tiny_weights(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packed weights of random heads on the tiny encoder."""
    import torch
    from transformers import BertModel

    torch.manual_seed(0)
    with quiet_loading():
        body = BertModel.from_pretrained(tiny_model, add_pooling_layer=False)
    state = trained_state(make_network(body, body.config.hidden_size))
    file = tmp_path_factory.mktemp("reader") / "reader.safetensors"
    pack({name: value.numpy() for name, value in state.items()}, {}, file, base_name=tiny_model.name)
    return file


def builtin(
    tiny_model: Path, weights: Path, monkeypatch: pytest.MonkeyPatch, quantize: str
) -> BuiltinSpanModel:
    monkeypatch.setattr("rag.reader.builtin.ensure_default_model", lambda *_, **__: tiny_model)
    return BuiltinSpanModel(cache_dir=tiny_model, weights=weights, quantize=quantize)  # type: ignore[arg-type]


class TestBuiltin(SpanModelContract):
    @pytest.fixture(params=["none", "int8"])
    def model(
        self,
        tiny_model: Path,
        tiny_weights: Path,
        monkeypatch: pytest.MonkeyPatch,
        request: pytest.FixtureRequest,
    ) -> SpanModel:
        return builtin(tiny_model, tiny_weights, monkeypatch, request.param)


class TestHuggingFace(SpanModelContract):
    @pytest.fixture
    def model(self, qa_folder: Path) -> SpanModel:
        return HuggingFaceSpanModel(str(qa_folder), cache_dir=qa_folder)


class TestFinding(SpanModelContract):
    @pytest.fixture
    def model(self) -> SpanModel:
        return FindingSpanModel({"孙金龙": 3.0})


@pytest.fixture(scope="module")
def qa_folder(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A question answering folder of transformers' own making."""
    from transformers import BertForQuestionAnswering

    folder = tmp_path_factory.mktemp("qa")
    with quiet_loading():
        BertForQuestionAnswering.from_pretrained(tiny_model).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny_model / name, folder / name)
    return folder


def test_packed_weights_come_back_within_half_a_step_of_how_far_they_moved(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    base = {"layer.weight": rng.normal(size=(300, 400)).astype(np.float32)}
    moved = rng.normal(scale=0.01, size=(300, 400)).astype(np.float32)
    moved[7] = 0
    weights = {"layer.weight": base["layer.weight"] + moved, "b": np.ones(3, np.float32)}
    file = tmp_path / "w.safetensors"
    pack(weights, base, file, base_name="e5")
    assert file.stat().st_size < 300 * 400 * 0.55
    back = read_weights(file, base, base_name="e5")
    step = np.abs(moved).max(axis=1, keepdims=True) / 7
    assert (np.abs(back["layer.weight"] - weights["layer.weight"]) <= step / 2 + 1e-6).all()
    np.testing.assert_array_equal(back["b"], weights["b"])
    with pytest.raises(ModelError, match="要配编码器"):
        read_weights(file, base, base_name="another")
    for unfit in ({}, {"layer.weight": base["layer.weight"][:, :200]}):
        with pytest.raises(ModelError, match="对不上"):
            read_weights(file, unfit, base_name="e5")


@given(arrays(np.int8, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(-8, 7)))
def test_nibbles_come_back(values: NDArray[np.int8]) -> None:
    doubled = np.repeat(values, 2, axis=1)
    np.testing.assert_array_equal(from_nibbles(to_nibbles(doubled)), doubled)


@pytest.mark.parametrize("damage", ["cut", "flipped", "missing", "other"])
def test_damaged_weights_are_an_error_with_a_remedy(tiny_weights: Path, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "w.safetensors"
    data = bytearray(tiny_weights.read_bytes())
    if damage == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif damage == "flipped":
        data[-5] ^= 0xFF
        file.write_bytes(data)
    elif damage == "other":
        file.write_text(json.dumps({"not": "weights"}))
    with pytest.raises(ModelError) as caught:
        read_weights(file, {}, base_name="tiny")
    assert caught.value.remedy


def test_weights_of_another_size_are_an_error_that_says_so(
    tiny_model: Path, tiny_weights: Path, tmp_path: Path
) -> None:
    wrong = dict(read_weights(tiny_weights, {}, base_name=tiny_model.name))
    wrong["span.weight"] = np.zeros((2, 48), dtype=np.float32)
    pack(wrong, {}, tmp_path / "w.safetensors", base_name=tiny_model.name)
    with pytest.raises(ModelError, match="对不上"):
        load_network(tiny_model, tmp_path / "w.safetensors")


def test_model_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        HuggingFaceSpanModel(str(tmp_path / "none"), cache_dir=tmp_path).prepare()


def test_a_model_of_another_kind_is_an_error_and_gets_no_random_heads(
    tiny_model: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="问答模型"):
        HuggingFaceSpanModel(str(tiny_model), cache_dir=tmp_path).prepare()


def test_checkpoint_hash_covers_every_tensor(tiny_weights: Path, tmp_path: Path) -> None:
    tensors = load_file(tiny_weights)
    name = next(iter(tensors))
    changed = {**tensors, name: tensors[name] + np.ones_like(tensors[name])}
    from safetensors import safe_open

    with safe_open(tiny_weights, framework="np") as opened:
        metadata = opened.metadata()
    save_file(changed, tmp_path / "w.safetensors", metadata=metadata)
    with pytest.raises(ModelError, match="损坏"):
        read_weights(tmp_path / "w.safetensors", {}, base_name="tiny")
