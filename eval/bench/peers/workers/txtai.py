"""txtai: hybrid embeddings with content, and its RAG pipeline ("Extractor") over an extractive model."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.bench.peers.workers.cutting import SIZE, at_sentences
from eval.bench.peers.workers.serve import Document, Given, Json, Options, serve


class Txtai:
    """Cut at sentence ends by us (its own Chinese-capable splitters need downloads); all else as it comes."""

    def __init__(self) -> None:
        self._embeddings: Any = None
        self._rag: Any = None
        self._read = threading.local()

    def load(self, options: Options) -> Json:
        from txtai import Embeddings  # type: ignore[import-not-found]
        from txtai.pipeline import Extractor  # type: ignore[import-not-found]

        self._embeddings = Embeddings(
            path=str(options.embedder),
            instructions={"query": "query: ", "data": "passage: "},
            hybrid=True,
            content=True,
            gpu=False,
        )
        if options.state is not None:
            self._embeddings.load(str(options.state / "index"))
        if options.reader is not None:
            self._rag = Extractor(self._embeddings, str(options.reader), gpu=False, task="question-answering")
            self._note_contexts()
        return {
            "splitter": f"sentences up to {SIZE} characters together",
            "embeddings": "hybrid=True, content=True, instructions query:/passage:",
            "context": str(self._rag.context if self._rag else 1),
            "reader": "Extractor -> Questions, defaults" if self._rag else "none: best-ranked piece",
        }

    def ingest(self, documents: Sequence[Document]) -> int:
        pieces = [
            (f"{document.id}/{number}", piece)
            for document in documents
            for number, piece in enumerate(at_sentences(document.text))
        ]
        self._embeddings.upsert(pieces)
        return len(pieces)

    def ask(self, question: str) -> Given:
        if self._rag is None:
            best = self._embeddings.search(question, 1)[0]
            return Given(text=best["text"], score=best["score"], context=best["text"], start=0)
        found = self._rag([{"query": question, "question": question}])[0]
        text = found["answer"] or ""
        return Given(text=text, context=self._read.context if text else "")

    def _note_contexts(self) -> None:
        """Keeps what the model is given, for the pipeline doesn't tell."""
        answers = self._rag.answers

        def noted(questions: list[str], contexts: list[str], **kwargs: Any) -> Any:
            self._read.context = contexts[0]
            return answers(questions, contexts, **kwargs)

        self._rag.answers = noted

    def save(self, folder: Path) -> None:
        self._embeddings.save(str(folder / "index"))


if __name__ == "__main__":
    serve(Txtai(), packages=("txtai", "faiss-cpu"))
