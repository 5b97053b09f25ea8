"""Haystack: its hybrid retrieval tutorial with its extractive reader behind it, in its in-memory store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.bench.peers.workers.serve import Document, Given, Json, Options, serve

RETRIEVED = 10
"""Of each retriever: Haystack's default."""

READ = 5
"""Passages that the reader gets: more would take longer, in proportion."""

SEPARATORS = ["\n\n", "\n", "。", "，"]


class Haystack:
    """RecursiveDocumentSplitter by characters; reciprocal rank fusion; every other option as it comes."""

    def __init__(self) -> None:
        self._store: Any = None
        self._indexing: Any = None
        self._asking: Any = None
        self._reads = False

    def load(self, options: Options) -> Json:
        from haystack.document_stores.in_memory import (  # type: ignore[import-not-found]
            InMemoryDocumentStore,
        )

        if options.state is None:
            self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        else:
            self._store = InMemoryDocumentStore.load_from_disk(str(options.state / "store.json"))
        self._reads = options.reader is not None
        self._indexing = self._index_pipeline(str(options.embedder))
        self._asking = self._ask_pipeline(str(options.embedder), options.reader)
        self._indexing.warm_up()
        self._asking.warm_up()
        return {
            "splitter": f"RecursiveDocumentSplitter(split_length=300, split_unit='char', {SEPARATORS})",
            "store": "InMemoryDocumentStore, cosine",
            "bm25_tokenization_regex": self._store.bm25_tokenization_regex,
            "retrieval": f"BM25 {RETRIEVED} + embedding {RETRIEVED} -> reciprocal_rank_fusion, top {READ}",
            "reader": "TransformersExtractiveReader, defaults" if self._reads else "none: best-ranked piece",
        }

    def _index_pipeline(self, embedder: str) -> Any:
        from haystack import Pipeline  # type: ignore[import-not-found]
        from haystack.components.preprocessors import (  # type: ignore[import-not-found]
            RecursiveDocumentSplitter,
        )
        from haystack.components.writers import DocumentWriter  # type: ignore[import-not-found]
        from haystack_integrations.components.embedders.sentence_transformers import (  # type: ignore[import-not-found]
            SentenceTransformersDocumentEmbedder,
        )

        pipeline = Pipeline()
        pipeline.add_component(
            "splitter",
            RecursiveDocumentSplitter(split_length=300, split_unit="char", separators=SEPARATORS),
        )
        pipeline.add_component(
            "embedder",
            SentenceTransformersDocumentEmbedder(
                model=embedder, prefix="passage: ", progress_bar=False, normalize_embeddings=True
            ),
        )
        pipeline.add_component("writer", DocumentWriter(document_store=self._store))
        pipeline.connect("splitter", "embedder")
        pipeline.connect("embedder", "writer")
        return pipeline

    def _ask_pipeline(self, embedder: str, reader: Path | None) -> Any:
        from haystack import Pipeline
        from haystack.components.joiners import DocumentJoiner  # type: ignore[import-not-found]
        from haystack.components.retrievers.in_memory import (  # type: ignore[import-not-found]
            InMemoryBM25Retriever,
            InMemoryEmbeddingRetriever,
        )
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersTextEmbedder,
        )

        pipeline = Pipeline()
        pipeline.add_component(
            "embedder",
            SentenceTransformersTextEmbedder(
                model=embedder, prefix="query: ", progress_bar=False, normalize_embeddings=True
            ),
        )
        pipeline.add_component("dense", InMemoryEmbeddingRetriever(self._store, top_k=RETRIEVED))
        pipeline.add_component("bm25", InMemoryBM25Retriever(self._store, top_k=RETRIEVED))
        pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=READ))
        pipeline.connect("embedder", "dense.query_embedding")
        pipeline.connect("dense", "joiner")
        pipeline.connect("bm25", "joiner")
        if reader is not None:
            from haystack_integrations.components.readers.transformers import (  # type: ignore[import-not-found]
                TransformersExtractiveReader,
            )

            pipeline.add_component("reader", TransformersExtractiveReader(model=str(reader)))
            pipeline.connect("joiner.documents", "reader.documents")
        return pipeline

    def ingest(self, documents: Sequence[Document]) -> int:
        from haystack import Document as Piece

        before: int = self._store.count_documents()
        pieces = [Piece(content=document.text, meta={"source": document.id}) for document in documents]
        self._indexing.run({"splitter": {"documents": pieces}})
        after: int = self._store.count_documents()
        return after - before

    def ask(self, question: str) -> Given:
        wanted = {"embedder": {"text": question}, "bm25": {"query": question}}
        if not self._reads:
            found = self._asking.run(wanted)["joiner"]["documents"]
            return Given(text=found[0].content, score=found[0].score, context=found[0].content, start=0)
        answers = self._asking.run({**wanted, "reader": {"query": question}})["reader"]["answers"]
        best = answers[0]
        if best.data is None:  # "no answer" is one of the answers, with a score of its own
            return Given(score=best.score)
        offset = best.document_offset
        return Given(
            text=best.data,
            score=best.score,
            context=best.document.content,
            start=None if offset is None else offset.start,
        )

    def save(self, folder: Path) -> None:
        self._store.save_to_disk(str(folder / "store.json"))


if __name__ == "__main__":
    packages = (
        "haystack-ai",
        "transformers-haystack",
        "sentence-transformers-haystack",
        "sentence-transformers",
    )
    serve(Haystack(), packages=packages)
