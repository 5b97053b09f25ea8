"""What every store promises (``index/store/protocol.py``), as tests that each implementation runs.

Subclass :class:`StoreContract` in a test module and give it a ``make_store`` fixture.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.document import Block, BlockKind, Document, Passage
from index.embed import EmbedderInfo, FloatArray
from index.errors import NotFound
from index.offsets import OffsetMap
from index.store.protocol import CollectionCounts, DocumentRecord, Filter, Listing, Order, Store, position

DIMENSION = 8
MakeStore = Callable[[], Store]

EMBEDDER = EmbedderInfo(
    id="test/vectors",
    revision="1",
    dimension=DIMENSION,
    query_prefix="",
    passage_prefix="",
    fingerprint="a1" * 16,
)


class PlainAnalyzer:
    """Single characters and pairs of them; white space separates."""

    def __init__(self, fingerprint: str = "plain-1") -> None:
        self._fingerprint = fingerprint

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def grams(self, text: str) -> list[str]:
        runs = text.split()
        return [run[i : i + n] for n in (1, 2) for run in runs for i in range(len(run) - n + 1)]

    def words(self, text: str) -> list[str]:
        return text.split()


def make_document(source: str, texts: Sequence[str], *, title: str = "-") -> tuple[Document, bytes]:
    """A document of one paragraph per text, and its upload."""
    text = "\n".join(texts)
    upload = text.encode()
    blocks, start = [], 0
    for paragraph in texts:
        end = start + len(paragraph)
        blocks.append(Block(start=start, end=end, kind=BlockKind.PARAGRAPH, heading_path=("第一章", "总则")))
        start = end + 1
    document = Document(
        source=source,
        title=title,
        text=text,
        blocks=tuple(blocks),
        offsets=OffsetMap.identity(len(text)),
        media_type="text/plain",
        encoding="utf-8",
        sha256=hashlib.sha256(upload).hexdigest(),
        size=len(upload),
    )
    return document, upload


def passages_of(document: Document, *, heading_path: tuple[str, ...] = ()) -> list[Passage]:
    """One passage per paragraph."""
    return [
        Passage(start=b.start, end=b.end, text=document.text[b.start : b.end], heading_path=heading_path)
        for b in document.blocks
    ]


def unit_vectors(count: int, *, seed: int = 0, dimension: int = DIMENSION) -> FloatArray:
    """Random rows of unit length, shape (count, dimension)."""
    rows = np.random.default_rng(seed).standard_normal((count, dimension))
    unit: FloatArray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def put(
    store: Store,
    source: str,
    texts: Sequence[str],
    *,
    vectors: FloatArray | None = None,
    collection: str = "default",
    seed: int = 0,
) -> tuple[int, list[int]]:
    """Adds a document; gives its id and its passages' ids."""
    document, upload = make_document(source, texts)
    passages = passages_of(document)
    rows = unit_vectors(len(passages), seed=seed) if vectors is None else vectors
    record = store.add(document, passages, rows, upload=upload, collection=collection)
    return record.id, [passage.id for passage in store.document_passages(record.id)]


def dense_ids(store: Store, vector: FloatArray, k: int = 100, **filters: frozenset[object]) -> list[int]:
    """Ids found by dense search, best first."""
    where = Filter(**filters)  # type: ignore[arg-type]
    return [hit.passage_id for hit in store.search_dense(vector, k, where=where)]


def sparse_ids(store: Store, query: str, k: int = 100, **filters: frozenset[object]) -> list[int]:
    """Ids found by sparse search, best first."""
    where = Filter(**filters)  # type: ignore[arg-type]
    return [hit.passage_id for hit in store.search_sparse(query, k, where=where)]


class StoreContract:
    """Tests of the protocol alone; ``make_store`` gives a new, empty store each time it is called."""

    @pytest.fixture
    def store(self, make_store: MakeStore) -> Store:
        return make_store()

    # --- adding ---

    def test_a_new_store_is_empty(self, store: Store) -> None:
        status = store.status()
        assert (status.documents, status.passages, status.dense, status.sparse) == (0, 0, 0, 0)
        assert status.embedder == EMBEDDER
        assert store.documents() == []
        assert store.search_dense(unit_vectors(1)[0], 5) == []
        assert store.search_sparse("什么", 5) == []
        assert store.sparse_bound("什么") >= 0

    def test_a_document_comes_back_as_it_went_in(self, store: Store) -> None:
        texts = ["第一条 海关 NUL\x00之后", "𠮷野家 emoji 🙂 结束", "Ａ café ①"]
        document, upload = make_document("文件.txt", texts, title="标题")
        passages = passages_of(document, heading_path=("第一章", "第一节 “引号”"))
        record = store.add(document, passages, unit_vectors(3), upload=upload, collection="规章")
        content = store.content(record.id)
        assert content.text == document.text
        assert content.blocks == document.blocks
        assert content.offsets.ranges(0, len(document.text)) == ((0, len(document.text)),)
        assert store.upload(record.id) == upload
        stored = store.document_passages(record.id)
        assert [(p.start, p.end, p.text, p.heading_path) for p in stored] == [
            (p.start, p.end, p.text, p.heading_path) for p in passages
        ]
        assert [p.ordinal for p in stored] == [0, 1, 2]
        assert {p.document_id for p in stored} == {record.id}

    def test_a_record_says_what_was_added(self, store: Store) -> None:
        document, upload = make_document("a.txt", ["甲乙丙", "丁"], title="标题")
        before = datetime.now(UTC) - timedelta(seconds=2)
        record = store.add(document, passages_of(document), unit_vectors(2), upload=upload, collection="c")
        assert (record.collection, record.source, record.title) == ("c", "a.txt", "标题")
        assert (record.media_type, record.encoding) == ("text/plain", "utf-8")
        assert (record.sha256, record.size) == (document.sha256, len(upload))
        assert (record.characters, record.passages) == (5, 2)
        assert before <= record.added_at <= datetime.now(UTC) + timedelta(seconds=2)
        assert record.generation == store.generation
        assert store.document(record.id) == record
        assert store.find("a.txt", collection="c") == record
        assert store.find("a.txt") is None

    # One store takes all examples, each replacing the last; every subclass runs this same function.
    @settings(
        max_examples=25,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(
        texts=st.lists(
            st.text(
                st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=30
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_any_text_comes_back(self, store: Store, texts: list[str]) -> None:
        document_id, passage_ids = put(store, "any.txt", texts)
        assert store.content(document_id).text == "\n".join(texts)
        assert [p.text for p in store.passages(passage_ids)] == texts

    def test_passages_may_overlap_and_stand_in_any_order(self, store: Store) -> None:
        document, upload = make_document("a.txt", ["零一二三四五六七八九"])
        spans = [(4, 9), (0, 5), (2, 7)]
        passages = [Passage(start=s, end=e, text=document.text[s:e]) for s, e in spans]
        record = store.add(document, passages, unit_vectors(3), upload=upload)
        assert [p.text for p in store.document_passages(record.id)] == [
            "四五六七八",
            "零一二三四",
            "二三四五六",
        ]

    def test_status_counts(self, store: Store) -> None:
        put(store, "a.txt", ["甲乙", "丙"])
        put(store, "b.txt", ["丁"])
        status = store.status()
        assert (status.documents, status.passages, status.characters) == (2, 3, 5)
        assert (status.dense, status.sparse) == (3, 3)
        assert status.generation == store.generation

    def test_what_is_added_is_found_at_once(self, store: Store) -> None:
        vectors = unit_vectors(2)
        _, (first, second) = put(store, "a.txt", ["苹果很甜", "香蕉很长"], vectors=vectors)
        assert dense_ids(store, vectors[0], 1) == [first]
        assert dense_ids(store, vectors[1], 1) == [second]
        assert sparse_ids(store, "香蕉", 1) == [second]

    def test_a_replaced_document_leaves_nothing_behind(self, store: Store) -> None:
        old, new = unit_vectors(2, seed=1), unit_vectors(1, seed=2)
        old_id, old_passages = put(store, "a.txt", ["苹果", "香蕉"], vectors=old)
        new_id, new_passages = put(store, "a.txt", ["葡萄"], vectors=new)
        assert new_id != old_id
        assert not set(old_passages) & set(new_passages)
        assert [d.id for d in store.documents()] == [new_id]
        assert dense_ids(store, old[0]) == new_passages
        assert sparse_ids(store, "苹果 香蕉") == []
        assert sparse_ids(store, "葡萄") == new_passages
        assert store.passages(old_passages) == []
        with pytest.raises(NotFound):
            store.document(old_id)

    def test_the_same_source_in_two_collections_is_two_documents(self, store: Store) -> None:
        one, _ = put(store, "a.txt", ["苹果"], collection="甲")
        two, _ = put(store, "a.txt", ["苹果"], collection="乙")
        assert [d.id for d in store.documents(collection="甲")] == [one]
        assert [d.id for d in store.documents(collection="乙")] == [two]
        store.delete(one)
        assert store.upload(two) == "苹果".encode()

    @pytest.mark.parametrize(
        "vectors",
        [
            unit_vectors(1),
            unit_vectors(3),
            unit_vectors(2, dimension=DIMENSION + 1),
            np.zeros((2, DIMENSION), np.float32),
            np.full((2, DIMENSION), np.nan, np.float32),
            unit_vectors(2)[0],
        ],
        ids=["too few", "too many", "dimension", "zero", "nan", "one row"],
    )
    def test_vectors_that_do_not_fit_change_nothing(self, store: Store, vectors: FloatArray) -> None:
        document, upload = make_document("a.txt", ["苹果", "香蕉"])
        with pytest.raises(ValueError, match="vectors"):
            store.add(document, passages_of(document), vectors, upload=upload)
        assert store.generation == 0
        assert store.documents() == []

    def test_passages_that_are_not_in_the_text_are_refused(self, store: Store) -> None:
        document, upload = make_document("a.txt", ["苹果"])
        for passage in (Passage(start=0, end=2, text="香蕉"), Passage(start=1, end=9, text="果")):
            with pytest.raises(ValueError, match="passage"):
                store.add(document, [passage], unit_vectors(1), upload=upload)
        assert store.documents() == []

    # --- deleting ---

    def test_a_deleted_document_never_answers(self, store: Store) -> None:
        vectors = unit_vectors(2)
        gone, gone_passages = put(store, "a.txt", ["苹果"], vectors=vectors[:1])
        _, kept_passages = put(store, "b.txt", ["苹果和香蕉"], vectors=vectors[1:])
        store.delete(gone)
        assert dense_ids(store, vectors[0]) == kept_passages
        assert sparse_ids(store, "苹果") == kept_passages
        assert store.passages(gone_passages) == []
        assert store.document_passages(gone) == []
        assert store.find("a.txt") is None
        status = store.status()
        assert (status.documents, status.passages, status.dense, status.sparse) == (1, 1, 1, 1)

    def test_ids_are_never_used_again(self, store: Store) -> None:
        first, first_passages = put(store, "a.txt", ["苹果"])
        store.delete(first)
        second, second_passages = put(store, "a.txt", ["苹果"])
        assert second > first
        assert min(second_passages) > max(first_passages)

    def test_what_is_not_there_is_not_found(self, store: Store) -> None:
        actions: list[Callable[[int], object]] = [store.delete, store.document, store.content, store.upload]
        for action in actions:
            with pytest.raises(NotFound):
                action(7)
        assert store.generation == 0
        assert store.document_passages(7) == []

    # --- renaming ---

    def test_a_renamed_document_keeps_everything_but_its_source(self, store: Store) -> None:
        vectors = unit_vectors(2)
        document_id, passages = put(store, "旧.txt", ["苹果很甜", "香蕉很长"], vectors=vectors)
        before, content = store.document(document_id), store.content(document_id)
        _, others = put(store, "别的.txt", ["苹果不甜"], vectors=unit_vectors(1, seed=3))
        assert dense_ids(store, vectors[0], 1) == passages[:1]
        generation = store.generation
        renamed = store.rename(document_id, "目录/新.txt")
        assert store.generation == generation + 1
        assert renamed == replace(before, source="目录/新.txt") == store.document(document_id)
        assert store.find("旧.txt") is None
        assert store.find("目录/新.txt") == renamed
        assert store.content(document_id).text == content.text
        assert store.upload(document_id) == "苹果很甜\n香蕉很长".encode()
        assert sorted(dense_ids(store, vectors[0])) == sorted([*passages, *others])
        assert sorted(sparse_ids(store, "苹果")) == sorted([passages[0], *others])
        status = store.status()
        assert (status.passages, status.dense, status.sparse) == (3, 3, 3)

    def test_a_name_that_is_taken_is_refused(self, store: Store) -> None:
        one, _ = put(store, "a.txt", ["苹果"])
        put(store, "b.txt", ["香蕉"])
        put(store, "c.txt", ["香蕉"], collection="乙")
        generation = store.generation
        with pytest.raises(ValueError, match=r"b\.txt"):
            store.rename(one, "b.txt")
        with pytest.raises(NotFound):
            store.rename(99, "z.txt")
        assert store.rename(one, "a.txt").source == "a.txt"
        assert store.generation == generation
        assert store.rename(one, "c.txt").source == "c.txt"

    def test_a_name_given_up_may_be_taken_again(self, store: Store) -> None:
        with store.batch():
            one, _ = put(store, "a.txt", ["苹果"])
            two, _ = put(store, "b.txt", ["香蕉"])
            store.rename(one, "c.txt")
            store.rename(two, "a.txt")
            three, _ = put(store, "b.txt", ["葡萄"])
        assert [(d.source, d.id) for d in store.documents()] == [
            ("a.txt", two),
            ("b.txt", three),
            ("c.txt", one),
        ]

    # --- generation and batch ---

    def test_each_change_is_one_generation(self, store: Store) -> None:
        assert store.generation == 0
        first, _ = put(store, "a.txt", ["苹果"])
        assert store.generation == 1
        put(store, "a.txt", ["苹果", "香蕉"])
        assert store.generation == 2
        with pytest.raises(NotFound):
            store.delete(first)
        assert store.generation == 2
        store.delete(store.documents()[0].id)
        assert store.generation == 3

    def test_after_a_batch_everything_is_found(self, store: Store) -> None:
        vectors = unit_vectors(20)
        with store.batch():
            added = [
                put(store, f"{i}.txt", [f"文{chr(0x4E00 + i)}"], vectors=vectors[i : i + 1])
                for i in range(20)
            ]
            store.delete(added[3][0])
            # Dense search doesn't wait for the end of a batch.
            assert dense_ids(store, vectors[5], 1) == added[5][1]
        assert store.generation == 21
        expected = sorted(ids[0] for i, (_, ids) in enumerate(added) if i != 3)
        assert sorted(sparse_ids(store, "文")) == expected
        assert sorted(dense_ids(store, vectors[0])) == expected

    def test_a_batch_that_fails_keeps_what_was_added(self, store: Store) -> None:
        with pytest.raises(ZeroDivisionError), store.batch():
            _, passages = put(store, "a.txt", ["苹果"])
            raise ZeroDivisionError
        assert sparse_ids(store, "苹果") == passages
        put(store, "b.txt", ["香蕉"])

    # --- reading ---

    def test_passages_come_in_the_order_asked(self, store: Store) -> None:
        _, one = put(store, "a.txt", ["甲", "乙", "丙"])
        _, two = put(store, "b.txt", ["丁", "戊"])
        wanted = [two[1], one[2], 999, one[0], two[0]]
        assert [p.text for p in store.passages(wanted)] == ["戊", "丙", "甲", "丁"]
        assert store.passages([]) == []

    def test_documents_come_by_collection_then_source(self, store: Store) -> None:
        for collection, source in [("b", "1"), ("a", "2"), ("b", "0"), ("a", "1")]:
            put(store, source, ["文"], collection=collection)
        assert [(d.collection, d.source) for d in store.documents()] == [
            ("a", "1"),
            ("a", "2"),
            ("b", "0"),
            ("b", "1"),
        ]
        assert [d.source for d in store.documents(collection="b")] == ["0", "1"]
        assert store.documents(collection="none") == []

    @pytest.mark.parametrize("order", list(Order))
    @pytest.mark.parametrize("descending", [False, True])
    def test_pages_show_each_document_once_while_others_come_and_go(
        self, store: Store, order: Order, descending: bool
    ) -> None:
        for source in ("乙.txt", "a.txt", "b.txt", "甲.txt", "c.txt"):
            put(store, source, ["文" * (len(source) + ord(source[0]) % 3)])
        stayed = [record.id for record in store.documents()]
        passing, _ = put(store, "m.txt", ["过客"])
        seen: list[DocumentRecord] = []
        while True:
            after = position(seen[-1], order) if seen else None
            page = store.listing(Listing(order=order, descending=descending, after=after, limit=2))
            if not page:
                break
            if not seen:
                store.delete(passing)
            seen += page
            if len(seen) < 5:
                put(store, f"新{len(seen)}.txt", ["新来的"])
        positions = [position(record, order) for record in seen]
        assert positions == sorted(set(positions), reverse=descending)
        assert set(stayed) <= {record.id for record in seen}

    def test_a_listing_holds_what_it_asks_for(self, store: Store) -> None:
        for collection, source in [("甲", "Annual.txt"), ("乙", "annual.txt"), ("乙", "年_鉴.txt")]:
            put(store, source, ["文"], collection=collection)

        def sources(**wanted: object) -> list[str]:
            return [record.source for record in store.listing(Listing(**wanted))]  # type: ignore[arg-type]

        assert sources() == ["Annual.txt", "annual.txt", "年_鉴.txt"]
        assert sources(collections=frozenset({"乙", "无"})) == ["annual.txt", "年_鉴.txt"]
        assert sources(collections=frozenset()) == []
        assert sources(text="ANNUAL") == ["Annual.txt", "annual.txt"]
        assert sources(text="鉴", collections=frozenset({"甲"})) == []
        assert sources(text="_") == ["年_鉴.txt"]
        assert sources(text="%") == []

    def test_collections_are_counted_as_long_as_they_hold_anything(self, store: Store) -> None:
        assert store.collections() == {}
        put(store, "a", ["甲", "乙"], collection="乙")
        gone, _ = put(store, "b", ["丙"], collection="甲")
        put(store, "c", ["丙"], collection="乙")
        assert store.collections() == {
            "乙": CollectionCounts(documents=2, passages=3),
            "甲": CollectionCounts(documents=1, passages=1),
        }
        store.delete(gone)
        assert list(store.collections()) == ["乙"]

    def test_after_a_repair_the_same_is_found(self, store: Store) -> None:
        vectors = unit_vectors(3)
        put(store, "a.txt", ["苹果", "香蕉", "苹果和香蕉"], vectors=vectors)
        before = dense_ids(store, vectors[0]), sparse_ids(store, "苹果")
        store.repair()
        assert (dense_ids(store, vectors[0]), sparse_ids(store, "苹果")) == before

    # --- dense search ---

    def test_dense_scores_are_cosines(self, store: Store) -> None:
        vectors = unit_vectors(60, seed=5)
        ids: list[int] = []
        with store.batch():
            for i in range(0, 60, 4):
                ids += put(store, f"{i}.txt", [f"文{j}" for j in range(4)], vectors=vectors[i : i + 4])[1]
        query = unit_vectors(1, seed=6)[0]
        cosines = vectors.astype(np.float64) @ query.astype(np.float64)
        order = np.argsort(-cosines)[:10]
        hits = store.search_dense(query, 10)
        assert [hit.passage_id for hit in hits] == [ids[i] for i in order]
        np.testing.assert_allclose([hit.score for hit in hits], cosines[order], atol=1e-5)

    def test_dense_ties_go_to_the_lower_id(self, store: Store) -> None:
        near, far = unit_vectors(2, seed=8)
        rows = np.stack([far, *([near] * 40)])
        _, ids = put(store, "a.txt", [f"文{i}" for i in range(41)], vectors=rows)
        assert dense_ids(store, near, 5) == ids[1:6]
        assert dense_ids(store, near, 100) == [*ids[1:], ids[0]]

    def test_a_query_vector_that_does_not_fit_is_refused(self, store: Store) -> None:
        put(store, "a.txt", ["苹果"])
        with pytest.raises(ValueError, match="vector"):
            store.search_dense(unit_vectors(1, dimension=DIMENSION - 1)[0], 3)
        with pytest.raises(ValueError, match="vector"):
            store.search_dense(np.full(DIMENSION, np.nan, np.float32), 3)

    # --- sparse search ---

    def test_sparse_search_finds_shared_terms_only(self, store: Store) -> None:
        _, ids = put(store, "a.txt", ["海关总署公告", "科技奖励大会", "奖励办法和奖励标准"])
        assert set(sparse_ids(store, "奖励")) == {ids[1], ids[2]}
        assert sparse_ids(store, "科技奖励")[0] == ids[1]
        assert sparse_ids(store, "足球") == []
        assert sparse_ids(store, "") == []

    def test_sparse_scores_fall_and_stay_within_the_bound(self, store: Store) -> None:
        texts = ["奖励大会", "奖励大会 奖励大会 奖励", "大会堂", "奖金", "会", "别的内容"]
        _, ids = put(store, "a.txt", texts)
        for query in ("奖励大会", "大会", "奖励 奖励 奖励", "会"):
            hits = store.search_sparse(query, 10)
            scores = [hit.score for hit in hits]
            assert scores == sorted(scores, reverse=True)
            assert all(0 <= score <= store.sparse_bound(query) for score in scores)
        (best, *_) = store.search_sparse("奖励大会", 1)
        assert best.passage_id in ids[:2]
        assert best.score >= store.sparse_bound("奖励大会") / 4

    def test_sparse_ties_go_to_the_lower_id(self, store: Store) -> None:
        ids: list[int] = []
        for i in range(8):
            ids += put(store, f"{i}.txt", ["同样的文字"] * 5)[1]
        assert sparse_ids(store, "文字", 7) == ids[:7]
        assert sparse_ids(store, "同样", 100) == ids

    def test_rarer_terms_weigh_more_and_unknown_ones_most(self, store: Store) -> None:
        put(store, "a.txt", ["奖励大会", "奖励办法", "其他事情"])
        weights = store.term_weights(["奖励", "办法", "外星"])
        assert list(weights) == ["奖励", "办法", "外星"]
        assert 0 < weights["奖励"] < weights["办法"] < weights["外星"]

    def test_a_term_asked_twice_counts_once(self, store: Store) -> None:
        put(store, "a.txt", ["奖励大会", "别的"])
        assert store.search_sparse("奖 奖", 3) == store.search_sparse("奖", 3)
        assert store.sparse_bound("奖 奖") == store.sparse_bound("奖")

    def test_a_question_is_never_read_as_query_syntax(self, store: Store) -> None:
        texts = ['a:b AND (c OR "d") ~2', "百分之[5 TO 10]", "\\ + - && || ! ( ) { } ^ ? *", "普通"]
        _, ids = put(store, "a.txt", texts)
        for text, passage_id in zip(texts, ids, strict=True):
            assert sparse_ids(store, text, 1) == [passage_id]

    def test_a_long_question_is_fine(self, store: Store) -> None:
        text = "".join(chr(0x4E00 + i) for i in range(300))
        _, ids = put(store, "a.txt", [text, "其他"])
        assert sparse_ids(store, text, 1) == ids[:1]

    # --- filters ---

    def test_filters_let_through_what_they_name(self, store: Store) -> None:
        vector = unit_vectors(1)[0]
        a, a_ids = put(store, "a", ["文一", "文二"], collection="甲", seed=1)
        b, b_ids = put(store, "b", ["文三"], collection="甲", seed=2)
        c, c_ids = put(store, "c", ["文四", "文五"], collection="乙", seed=3)
        everything = frozenset((*a_ids, *b_ids, *c_ids))
        cases: list[tuple[dict[str, frozenset[object]], set[int]]] = [
            ({}, set(everything)),
            ({"collections": frozenset({"甲"})}, {*a_ids, *b_ids}),
            ({"collections": frozenset({"甲", "乙", "无"})}, set(everything)),
            ({"collections": frozenset({"无"})}, set()),
            ({"collections": frozenset()}, set()),
            ({"document_ids": frozenset({a, c})}, {*a_ids, *c_ids}),
            ({"document_ids": frozenset({999, -1, 0})}, set()),
            ({"document_ids": frozenset()}, set()),
            ({"passage_ids": frozenset({a_ids[1], c_ids[0], 999, -1, 0})}, {a_ids[1], c_ids[0]}),
            ({"passage_ids": frozenset()}, set()),
            ({"collections": frozenset({"甲"}), "document_ids": frozenset({b, c})}, set(b_ids)),
            ({"collections": frozenset({"乙"}), "passage_ids": frozenset({c_ids[1], *a_ids})}, {c_ids[1]}),
            ({"document_ids": frozenset({a}), "passage_ids": frozenset(b_ids)}, set()),
        ]
        for filters, expected in cases:
            assert set(dense_ids(store, vector, **filters)) == expected, filters
            assert set(sparse_ids(store, "文", **filters)) == expected, filters

    def test_filters_see_every_change(self, store: Store) -> None:
        vector = unit_vectors(1)[0]
        chosen = {"collections": frozenset({"甲"})}
        assert dense_ids(store, vector, **chosen) == sparse_ids(store, "文", **chosen) == []
        one, one_ids = put(store, "a", ["文一"], collection="甲")
        assert dense_ids(store, vector, **chosen) == sparse_ids(store, "文", **chosen) == one_ids
        _, two_ids = put(store, "b", ["文二"], collection="甲")
        store.delete(one)
        assert dense_ids(store, vector, **chosen) == sparse_ids(store, "文", **chosen) == two_ids

    def test_filters_leave_scores_alone(self, store: Store) -> None:
        vector = unit_vectors(1, seed=9)[0]
        _, ids = put(store, "a.txt", [f"文字 {i}" for i in range(30)], seed=4)
        chosen = frozenset(ids[::3])
        dense = {hit.passage_id: hit.score for hit in store.search_dense(vector, 100)}
        sparse = {hit.passage_id: hit.score for hit in store.search_sparse("文字 3", 100)}
        for hit in store.search_dense(vector, 100, where=Filter(passage_ids=chosen)):
            assert hit.score == pytest.approx(dense[hit.passage_id], abs=1e-6)
        for hit in store.search_sparse("文字 3", 100, where=Filter(passage_ids=chosen)):
            assert hit.score == pytest.approx(sparse[hit.passage_id], abs=1e-3)

    def test_k_limits_the_hits(self, store: Store) -> None:
        vector = unit_vectors(1)[0]
        put(store, "a.txt", [f"文{i}" for i in range(10)])
        for k in (0, 1, 9, 10, 11):
            assert len(store.search_dense(vector, k)) == min(k, 10)
            assert len(store.search_sparse("文", k)) == min(k, 10)

    # --- threads ---

    def test_threads_may_use_one_store(self, store: Store) -> None:
        vectors = unit_vectors(24)
        failures: list[BaseException] = []

        def work(worker: int) -> None:
            try:
                for i in range(worker * 6, worker * 6 + 6):
                    _, ids = put(store, f"{i}.txt", [f"线程 {i}"], vectors=vectors[i : i + 1])
                    assert dense_ids(store, vectors[i], 1) == ids
                    assert ids[0] in sparse_ids(store, f"线程 {i}")
            except BaseException as error:  # noqa: BLE001 - handed to the main thread
                failures.append(error)

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        status = store.status()
        assert (status.generation, status.passages, status.dense, status.sparse) == (24, 24, 24, 24)

    def test_closing_twice_is_fine(self, make_store: MakeStore) -> None:
        store = make_store()
        store.close()
        store.close()
