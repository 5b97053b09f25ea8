"""Ours: the service as the command line opens it, settings from the environment, store and all on disk."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from eval.bench.peers.workers.serve import Document, Given, Json, Options, serve
from eval.corpus import index_passages
from rag.build import open_service
from rag.service import QAService
from rag.settings import load_settings


class Yuanwen:
    """Loose passages become documents without a title, files keep their names."""

    def __init__(self) -> None:
        self._service: QAService | None = None

    def load(self, options: Options) -> Json:
        settings = load_settings(threads=options.threads)
        if options.state is not None:
            shutil.copytree(options.state, settings.home, dirs_exist_ok=True)
        self._service = open_service(settings)
        self._service.warm()
        told = ("embedder", "reader", "quantize", "threads", "passage_target", "pool", "top_k", "threshold")
        return {name: str(getattr(settings, name)) for name in told}

    def ingest(self, documents: Sequence[Document]) -> int:
        before = self._opened.status().passages
        index_passages(self._opened, [document.text for document in documents if not document.name])
        for document in documents:
            if document.name:
                self._opened.add_bytes(document.text.encode(), source=document.name, encoding="utf-8")
        return self._opened.status().passages - before

    def ask(self, question: str) -> Given:
        answer = self._opened.ask(question)
        if not answer.citations:
            return Given(score=answer.probability)
        citation = answer.citations[0]
        at = citation.start - citation.evidence_start
        return Given(text=answer.text, score=answer.probability, context=citation.evidence, start=at)

    def save(self, folder: Path) -> None:
        shutil.copytree(self._opened.settings.home, folder, dirs_exist_ok=True)

    @property
    def _opened(self) -> QAService:
        if self._service is None:
            raise RuntimeError("load comes first")
        return self._service


if __name__ == "__main__":
    serve(Yuanwen(), packages=("sentence-transformers", "faiss-cpu", "tantivy"))
