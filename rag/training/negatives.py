"""Hard negatives: passages that our own retriever ranks high for a question, but that don't hold its answer.

    python -m rag.training.negatives --data DIR --index HOME --out negatives.jsonl [--questions 6000]

``HOME`` is a service home with (at least) the paragraphs of the training files, named as ``eval.corpus`` names
them; passages of any other document are left out, so a pool that also holds measuring sets teaches nothing of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.segment import fold
from index.store.protocol import Filter
from rag.build import open_service
from rag.service import QAService
from rag.settings import load_settings
from rag.training.squad import load_squad

SEED = 20260101
PER_QUESTION = 3
DEPTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A question, its answer, and the document that holds it, as ``eval.corpus`` names it."""

    source: str
    question: str
    answer: str


def load_sought(files: Sequence[Path]) -> tuple[list[Sought], set[str]]:
    """All answerable questions of SQuAD-form files, and the sources of all paragraphs in them."""
    sought: list[Sought] = []
    sources: set[str] = set()
    for document, upload, examples in (loaded for file in files for loaded in load_squad(file)):
        source = f"{hashlib.sha256(upload).hexdigest()[:20]}.txt"
        sources.add(source)
        sought.extend(
            Sought(source=source, question=e.question, answer=document.text[e.start : e.end])
            for e in examples
            if e.end > e.start
        )
    return sought, sources


def mine(service: QAService, sought: Sequence[Sought], *, sources: Collection[str]) -> Iterator[list[str]]:
    """For each question up to :data:`PER_QUESTION` passages of other documents that don't say its answer.

    Args:
        sources: of the documents that they may come from.
    """
    ids = {record.source: record.id for record in service.list() if record.source in sources}
    where = Filter(document_ids=frozenset(ids.values()))
    for one in sought:
        found = service.retrieve(one.question, top_k=DEPTH, where=where)
        wrong = [
            item.passage.text
            for item in found
            if item.passage.document_id != ids.get(one.source)
            and fold(one.answer) not in fold(item.passage.text)
        ]
        yield wrong[:PER_QUESTION]


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Mine hard negatives for the span reader.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=6000)
    parser.add_argument(
        "files", nargs="*", default=["cmrc2018_train_evidence.json", "drcd_dev.json", "drcd_test.json"]
    )
    options = parser.parse_args()
    everything, sources = load_sought([options.data / file for file in options.files])
    random.Random(SEED).shuffle(everything)
    sought = everything[: options.questions]
    with (
        open_service(load_settings(home=options.index)) as service,
        options.out.open("w", encoding="utf-8") as out,
    ):
        for number, passages in enumerate(mine(service, sought, sources=sources)):
            line = {"question": sought[number].question, "passages": passages}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            if number % 200 == 0:
                sys.stderr.write(f"\r{number}/{len(sought)}")


if __name__ == "__main__":
    main()
