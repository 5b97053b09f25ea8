"""Rerankers: any cross-encoder on this machine, and which one the settings choose."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.errors import ModelError, SettingsError
from index.models.runtime import quiet_loading
from rag.build import make_reranker
from rag.rerank import CrossEncoderReranker
from rag.settings import Settings
from reader_contract import found


def cross_encoder(tiny_model: Path, folder: Path, *, labels: int) -> Path:
    """A real sequence classification folder with random weights."""
    import torch
    from transformers import BertForSequenceClassification

    torch.manual_seed(0)
    with quiet_loading():
        model = BertForSequenceClassification.from_pretrained(tiny_model, num_labels=labels)
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny_model / name, folder / name)
    return folder


def test_a_cross_encoder_orders_by_its_own_score(tiny_model: Path, tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder

    folder = cross_encoder(tiny_model, tmp_path / "ce", labels=1)
    passages = [found(text, passage_id=n) for n, text in enumerate(["天气很好。", "众创空间27家。", "短"], 1)]
    scores = CrossEncoder(str(folder), device="cpu").predict([("几家?", p.passage.text) for p in passages])
    wanted = [passages[i].passage.id for i in (-scores).argsort(kind="stable")]
    reranker = CrossEncoderReranker(str(folder))
    assert [one.passage.id for one in reranker.rerank("几家?", passages)] == wanted
    assert reranker.rerank("几家?", []) == []


def test_a_model_with_several_outputs_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(str(cross_encoder(tiny_model, tmp_path / "ce", labels=3)))
    with pytest.raises(ModelError, match="3 个分数"):
        reranker.rerank("几家?", [found()])


def test_a_model_of_another_kind_is_refused(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="交叉编码器"):
        CrossEncoderReranker(str(tiny_model)).rerank("几家?", [found()])


def test_a_model_that_is_not_there_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        CrossEncoderReranker(str(tmp_path / "none")).rerank("几家?", [found()])
    assert caught.value.remedy


def test_a_reader_that_cannot_rerank_is_refused(settings: Settings, service: object) -> None:
    chosen = settings.model_copy(update={"reranker": "reader"})
    with pytest.raises(SettingsError):
        make_reranker(chosen, service.reader)  # type: ignore[attr-defined]
    assert make_reranker(settings, service.reader) is None  # type: ignore[attr-defined]
