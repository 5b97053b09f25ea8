"""The script that people write first: fixed cuts, a flat FAISS index, one reader over the best few pieces."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.bench.peers.workers.cutting import SIZE, fixed
from eval.bench.peers.workers.serve import Document, Given, Json, Options, serve

READ = 5
LONGEST = 30
"""Tokens of an answer, as in the question-answering examples of transformers."""


class Bare:
    """sentence-transformers, ``IndexFlatIP`` and ``AutoModelForQuestionAnswering``, and no more than that."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._index: Any = None
        self._encoder: Any = None
        self._reader: Any = None
        self._tokenizer: Any = None

    def load(self, options: Options) -> Json:
        import faiss
        from sentence_transformers import SentenceTransformer
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self._encoder = SentenceTransformer(str(options.embedder), device="cpu")
        self._index = faiss.IndexFlatIP(self._encoder.get_embedding_dimension())
        if options.state is not None:
            self._index = faiss.read_index(str(options.state / "index.faiss"))
            self._pieces = json.loads((options.state / "pieces.json").read_text(encoding="utf-8"))
        if options.reader is not None:
            self._tokenizer = AutoTokenizer.from_pretrained(options.reader)
            self._reader = AutoModelForQuestionAnswering.from_pretrained(options.reader).eval()
        return {
            "splitter": f"every {SIZE} characters",
            "index": "IndexFlatIP",
            "reader": f"best span over the top {READ}" if self._reader else "none: best-ranked piece",
        }

    def ingest(self, documents: Sequence[Document]) -> int:
        pieces = [piece for document in documents for piece in fixed(document.text)]
        texts = [f"passage: {piece}" for piece in pieces]
        self._index.add(self._encoder.encode(texts, normalize_embeddings=True, show_progress_bar=False))
        self._pieces += pieces
        return len(pieces)

    def ask(self, question: str) -> Given:
        vector = self._encoder.encode(
            [f"query: {question}"], normalize_embeddings=True, show_progress_bar=False
        )
        scores, numbers = self._index.search(vector, READ)
        pieces = [self._pieces[number] for number in numbers[0] if number >= 0]
        if self._reader is None:
            return Given(text=pieces[0], score=float(scores[0][0]), context=pieces[0], start=0)
        return self._read(question, pieces)

    def _read(self, question: str, pieces: list[str]) -> Given:
        """Of the pieces that the reader finds an answer in, the one with the highest start plus end."""
        import torch

        inputs = self._tokenizer(
            [question] * len(pieces),
            pieces,
            truncation="only_second",
            max_length=512,
            padding=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = inputs.pop("offset_mapping")
        with torch.inference_mode():
            output = self._reader(**inputs)
        best, highest = Given(), float("-inf")
        for row, piece in enumerate(pieces):
            of_piece = torch.tensor([part == 1 for part in inputs.sequence_ids(row)])
            allowed = of_piece.clone()
            allowed[0] = True
            start = int(output.start_logits[row].masked_fill(~allowed, -1e9).argmax())
            ends = output.end_logits[row].masked_fill(~allowed, -1e9)[start : start + LONGEST]
            end = start + int(ends.argmax())
            score = float(output.start_logits[row][start] + output.end_logits[row][end])
            if start and score > highest:  # the first token stands for "not in this piece"
                first, last = int(offsets[row][start][0]), int(offsets[row][end][1])
                best, highest = Given(text=piece[first:last], score=score, context=piece, start=first), score
        return best

    def save(self, folder: Path) -> None:
        import faiss

        faiss.write_index(self._index, str(folder / "index.faiss"))
        (folder / "pieces.json").write_text(json.dumps(self._pieces, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    serve(Bare(), packages=("sentence-transformers", "faiss-cpu"))
