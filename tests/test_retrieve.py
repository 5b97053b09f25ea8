"""Dense, lexical and fused ranking, against a brute-force oracle."""

from __future__ import annotations

import numpy as np
import pytest

from fakes import HashingEmbedder
from index.document import Document
from index.ingest import passage_text
from index.loaders import loader_for
from index.retrieve import Found, Mode, Retriever, fuse
from index.segment import HanAnalyzer, without_asking
from index.split import split
from index.store.protocol import Filter
from memory_store import MemoryStore

TEXTS = {
    "甲.txt": "众创空间达到27家，其中国家级14家。",
    "乙.txt": "科技企业孵化器16家，孵化场地总面积579312平方米。",
    "丙.txt": "大会在乌鲁木齐市召开，张小雷作工作报告。",
    "丁.txt": "星创天地备案20家。",
}


def documents() -> list[tuple[Document, bytes]]:
    return [
        (loader_for(name).load(text.encode(), source=name), text.encode()) for name, text in TEXTS.items()
    ]


@pytest.fixture
def store() -> MemoryStore:
    embedder = HashingEmbedder()
    store = MemoryStore(analyzer=HanAnalyzer(), embedder=embedder.info)
    for document, upload in documents():
        passages = split(document)
        texts = [passage_text(document.title, p.heading_path, p.text) for p in passages]
        store.add(document, passages, embedder.embed_passages(texts), upload=upload)
    return store


def retriever(store: MemoryStore, *, pool: int = 50, weight: float = 2.0) -> Retriever:
    return Retriever(store, HashingEmbedder(), pool=pool, weight=weight)


def by_hand(store: MemoryStore, question: str, weight: float) -> dict[int, float]:
    """Every passage's score from the definitions, without any search."""
    embedder = HashingEmbedder()
    query = embedder.embed_queries([question])[0]
    wording = without_asking(question)
    sparse = {hit.passage_id: hit.score for hit in store.search_sparse(wording, 1000)}
    bound = store.sparse_bound(wording)
    scores = {}
    for record in store.documents():
        for passage in store.document_passages(record.id):
            vector = embedder.embed_passages(
                [passage_text(record.title, passage.heading_path, passage.text)]
            )[0]
            scores[passage.id] = weight * float(vector @ query) + sparse.get(passage.id, 0.0) / bound
    return scores


def test_hybrid_scores_are_those_of_the_definition_whatever_the_pool(store: MemoryStore) -> None:
    question = "众创空间有多少家？"
    expected = by_hand(store, question, 2.0)
    for pool in (1, 2, 50):
        found = retriever(store, pool=pool).retrieve(question, 4)
        for item in found:
            assert item.score == pytest.approx(expected[item.passage.id], abs=1e-5)
        assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)


def test_each_mode_ranks_by_its_own_score(store: MemoryStore) -> None:
    question = "孵化器有多少家"

    def ranked(mode: Mode) -> list[Found]:
        return retriever(store).retrieve(question, 4, mode=mode)

    assert all(item.score == item.dense for item in ranked(Mode.DENSE))
    assert all(item.score == item.sparse for item in ranked(Mode.SPARSE))
    assert ranked(Mode.SPARSE)[0].passage.text.startswith("科技企业孵化器")


def test_filters_hold_for_both_searches(store: MemoryStore) -> None:
    wanted = store.find("丁.txt")
    assert wanted is not None
    found = retriever(store).retrieve("众创空间", 10, where=Filter(document_ids=frozenset({wanted.id})))
    assert {item.passage.document_id for item in found} == {wanted.id}


def test_sparse_scores_are_shares_of_the_highest_possible(store: MemoryStore) -> None:
    for item in retriever(store).retrieve("众创空间达到27家，其中国家级14家", 4):
        assert 0 <= item.sparse <= 1


def test_an_empty_store_finds_nothing() -> None:
    empty = MemoryStore(analyzer=HanAnalyzer(), embedder=HashingEmbedder().info)
    assert retriever(empty).retrieve("众创空间", 5) == []


def test_fusion_is_a_weighted_sum() -> None:
    fused = fuse(np.array([0.8, 0.9]), np.array([0.5, 0.1]), weight=2.0)
    assert fused.tolist() == pytest.approx([2.1, 1.9])
