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
from pathlib import Path

from index.segment import fold
from index.store.protocol import Filter
from rag.build import open_service
from rag.settings import load_settings
from rag.training.squad import load_squad

SEED = 20260101
PER_QUESTION = 3
DEPTH = 12


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
    texts: dict[str, str] = {}
    asked: list[tuple[str, str, str]] = []
    for file in options.files:
        for document, upload, examples in load_squad(options.data / file):
            source = f"{hashlib.sha256(upload).hexdigest()[:20]}.txt"
            texts[source] = document.text
            asked.extend(
                (source, e.question, document.text[e.start : e.end]) for e in examples if e.end > e.start
            )
    random.Random(SEED).shuffle(asked)
    with (
        open_service(load_settings(home=options.index)) as service,
        options.out.open("w", encoding="utf-8") as out,
    ):
        ids = {record.source: record.id for record in service.list() if record.source in texts}
        where = Filter(document_ids=frozenset(ids.values()))
        for number, (source, question, answer) in enumerate(asked[: options.questions]):
            found = service.retrieve(question, top_k=DEPTH, where=where)
            wrong = [
                item.passage.text
                for item in found
                if item.passage.document_id != ids.get(source) and fold(answer) not in fold(item.passage.text)
            ]
            line = {"question": question, "passages": wrong[:PER_QUESTION]}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            if number % 200 == 0:
                sys.stderr.write(f"\r{number}/{min(options.questions, len(asked))}")


if __name__ == "__main__":
    main()
