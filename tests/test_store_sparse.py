"""The lexical index with the real analyzer: weights, context, and the bound on scores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.segment import HanAnalyzer
from index.store.embedded import EmbeddedStore, open_store
from index.store.terms import FieldWeights
from tests.store_contract import EMBEDDER, make_document, passages_of, put, sparse_ids, unit_vectors

TEXTS = [
    "自治区科学技术奖励大会于2023年5月10日召开。",
    "全区有自治区级科技企业孵化器35家,科技企业120家。",
    "科技 科技 科技 科技 科技 科技 奖励 奖励",
    "第三条 纳税人应当依照法律、行政法规的规定缴纳税款。",
    "奖",
    "The quick brown fox; 科技 fox.",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    folder = tmp_path_factory.mktemp("store")
    store = open_store(folder, analyzer=HanAnalyzer(), embedder=EMBEDDER)
    with store.batch():
        for i, text in enumerate(TEXTS):
            put(store, f"{i}.txt", [text, text[: len(text) // 2 + 1], TEXTS[i - 1]])
    # Until they are merged away, deleted passages count in tantivy's frequencies.
    store.delete(store.documents()[2].id)
    yield store
    store.close()


@settings(max_examples=80)
@given(
    pieces=st.lists(
        st.sampled_from([*TEXTS, "科技", "奖励大会", "不存在的词", "fox", "?", "2023"]), max_size=4
    )
)
def test_no_score_exceeds_the_bound(store: EmbeddedStore, pieces: list[str]) -> None:
    query = "".join(pieces)
    bound = store.sparse_bound(query)
    assert all(0 < hit.score <= bound for hit in store.search_sparse(query, 100))


@pytest.mark.parametrize("text", TEXTS[:4])
def test_a_passage_that_equals_the_query_comes_near_the_bound(store: EmbeddedStore, text: str) -> None:
    (best, *_) = store.search_sparse(text, 1)
    (passage,) = store.passages([best.passage_id])
    assert passage.text == text
    assert best.score >= store.sparse_bound(text) / 4


def test_titles_and_headings_count(tmp_path: Path) -> None:
    store = open_store(tmp_path, analyzer=HanAnalyzer(), embedder=EMBEDDER)
    ids = []
    for source, title, heading in [
        ("a", "招标办法", "总则"),
        ("b", "采购办法", "附则"),
        ("c", "采购办法", "总则"),
    ]:
        document, upload = make_document(source, ["本办法自公布之日起施行。"], title=title)
        record = store.add(
            document, passages_of(document, heading_path=(heading,)), unit_vectors(1), upload=upload
        )
        ids += [passage.id for passage in store.document_passages(record.id)]
    assert sparse_ids(store, "招标办法施行", 1) == ids[:1]
    assert sparse_ids(store, "附则的施行", 1) == ids[1:2]
    store.close()
    store = open_store(tmp_path, analyzer=HanAnalyzer(), embedder=EMBEDDER, weights=FieldWeights(context=0.0))
    assert sparse_ids(store, "招标") == []
    assert sparse_ids(store, "招标办法施行") == ids
    store.close()


def test_weights_scale_scores_and_bound(tmp_path: Path) -> None:
    scores, bounds = [], []
    for grams in (1.0, 2.0):
        weights = FieldWeights(grams=grams, words=0.0, context=0.0)
        folder = tmp_path / f"{grams}"
        store = open_store(folder, analyzer=HanAnalyzer(), embedder=EMBEDDER, weights=weights)
        put(store, "a.txt", TEXTS)
        scores.append(store.search_sparse("科技奖励", 1)[0].score)
        bounds.append(store.sparse_bound("科技奖励"))
        store.close()
    assert scores[1] == pytest.approx(2 * scores[0], abs=1e-3)
    assert bounds[1] == pytest.approx(2 * bounds[0])
    with pytest.raises(ValueError, match="weights"):
        FieldWeights(words=-1.0)
