"""A trained reader on its way out: the file that ships, and the folder for other tools."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from index.models.folder import WEIGHTS_FILE
from index.models.runtime import quiet_loading
from rag.reader.builtin import load_network
from rag.reader.network import forward
from rag.reader.pieces import PieceTokenizer, collate
from rag.training import export, ship, span
from rag.training.checkpoint import trained_state
from tiny_model import make_tiny_model

QUESTION, PASSAGE = "大会于哪年召开", "科学技术奖励大会于2017年在北京召开。"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wide enough that its matrices ship as differences."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "wide", hidden=256)


@pytest.fixture(scope="module")
def trained(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run leaves: every weight has moved a little from the encoder's."""
    network, _ = span.load_network(encoder, threads=None)
    rng = np.random.default_rng(0)
    moved = {
        name: (value.numpy() + rng.normal(0, 0.01, value.shape)).astype(np.float32)
        for name, value in trained_state(network).items()
    }
    file = tmp_path_factory.mktemp("run") / "reader.safetensors"
    save_file(moved, file)
    return file


def test_shipped_weights_are_the_trained_ones_within_half_a_step(
    encoder: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "shipped.safetensors"
    monkeypatch.setattr(ship, "ensure_default_model", lambda _: encoder)
    monkeypatch.setattr(sys, "argv", ["ship", "--weights", str(trained), "--out", str(out)])
    ship.main()
    wanted, base = load_file(trained), load_file(encoder / WEIGHTS_FILE)
    got = {name: value.numpy() for name, value in load_network(encoder, out).state_dict().items()}
    as_differences = 0
    for name, value in wanted.items():
        if value.ndim == 2 and value.size >= 2**16 and "embeddings" not in name:
            step = np.abs(value - base[name.removeprefix("body.")]).max(axis=1, keepdims=True) / 7
            assert (np.abs(got[name] - value) <= step / 2 + 1e-6).all(), name
            assert not np.array_equal(got[name], value)
            as_differences += 1
        else:
            assert np.array_equal(got[name], value.astype(np.float16)), name
    assert as_differences == 2 * 6  # a layer has six matrices
    assert out.stat().st_size < trained.stat().st_size / 3


@pytest.mark.parametrize("kept", ["reader.safetensors", "checkpoint.pt"])
def test_an_exported_folder_scores_pieces_as_the_reader_does(
    encoder: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    import torch
    from safetensors.torch import load_file as load_tensors
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    weights = trained
    if kept.endswith(".pt"):
        weights = tmp_path / kept
        torch.save({"network": load_tensors(trained), "step": 7}, weights)
    monkeypatch.setattr(export, "ensure_default_model", lambda _: encoder)
    out = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["export", "--weights", str(weights), "--out", str(out)])
    export.main()

    network, _ = span.load_network(encoder, threads=None)
    network.load_state_dict(load_tensors(trained), strict=False)
    tokenizer = PieceTokenizer(encoder, max_pieces=128)
    row = tokenizer.encode(QUESTION, [PASSAGE])[0][0]
    with quiet_loading(), torch.inference_mode():
        ours = forward(network.eval(), collate([row], pad=tokenizer.pad))
        inputs = AutoTokenizer.from_pretrained(out)(QUESTION, PASSAGE, return_tensors="pt")
        theirs = AutoModelForQuestionAnswering.from_pretrained(out)(**inputs)
    assert inputs["input_ids"][0].tolist() == row.ids.tolist()
    readable = torch.isfinite(ours.piece_start[0])
    assert readable.sum() == len(PASSAGE) + 3  # word marker and end of the passage, and null
    for mine, other in ((ours.piece_start, theirs.start_logits), (ours.piece_end, theirs.end_logits)):
        torch.testing.assert_close(mine[0][readable], other[0][readable], rtol=1e-4, atol=1e-4)


def test_weights_that_lack_a_layer_are_not_exported(encoder: Path, trained: Path, tmp_path: Path) -> None:
    lacking = {name: value for name, value in load_file(trained).items() if "layer.1." not in name}
    save_file(lacking, tmp_path / "reader.safetensors")
    with pytest.raises(ValueError, match="isn't a reader for this encoder"):
        export.export(tmp_path / "reader.safetensors", tmp_path / "out", encoder=encoder)
    assert not (tmp_path / "out").exists()
