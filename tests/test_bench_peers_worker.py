"""The worker's side of the side-by-side benchmark. Run as a program, this file is a worker with a made-up system."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.bench.peers.floor import Encoded, encoder_operations, share_of_floor
from eval.bench.peers.workers import bootstrap
from eval.bench.peers.workers.cutting import at_sentences, fixed
from eval.bench.peers.workers.serve import Document, Given, Options, Server

Json = dict[str, Any]


class Parrot:
    """Answers with the first text that holds the question's first two characters."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def load(self, options: Options) -> Json:
        if options.state is not None:
            self.texts = json.loads((options.state / "texts.json").read_text(encoding="utf-8"))
        return {"texts": len(self.texts)}

    def ingest(self, documents: Sequence[Document]) -> int:
        self.texts += [document.text for document in documents]
        return len(documents)

    def ask(self, question: str) -> Given:
        if question == "坏":
            raise ValueError("bad question")
        text = next((text for text in self.texts if question[:2] in text), "")
        return Given(text=text[:4], context=text, start=0 if text else None)

    def save(self, folder: Path) -> None:
        (folder / "texts.json").write_text(json.dumps(self.texts), encoding="utf-8")


class ParrotServer(Server):
    """Loads without torch, and goes wrong as the environment tells: PARROT="die:ask" or "hang:ask" or "fail:ask"."""

    def run(self, requests: Any, replies: Any) -> None:
        super().run(self._troubled(requests), replies)

    def _troubled(self, requests: Any) -> Iterator[str]:
        how, _, where = os.environ.get("PARROT", "").partition(":")
        for line in requests:
            if json.loads(line)["op"] == where:
                if how == "die":
                    sys.stderr.write("out of memory, say\n")
                    sys.stderr.flush()
                    os._exit(7)
                if how == "hang":
                    time.sleep(60)
            yield line

    def _load(self, request: Json) -> Json:
        if os.environ.get("PARROT") == "fail:load":
            raise OSError("no such model")
        state = request["state"]
        options = Options(embedder=Path(), reader=None, threads=1, state=Path(state) if state else None)
        return {"seconds": 0.1, "versions": {"parrot": "1"}, "configuration": self._system.load(options)}

    def _ingest(self, request: Json) -> Json:
        encoded = {"texts": 1, "tokens": 50, "padded": 100, "operations": 1e9}
        return {**super()._ingest(request), "seconds": float(os.environ["SECONDS"]), "encoded": encoded}

    def _rates(self, request: Json) -> Json:
        return {"float32": 1e10, "int8": 2e10}


def served(*requests: Json) -> list[Json]:
    replies = io.StringIO()
    Server(Parrot(), ()).run([json.dumps(request) for request in requests], replies)
    return [json.loads(line) for line in replies.getvalue().splitlines()]


PASSAGE = {"id": "1", "text": "众创空间共有13家。", "name": ""}


def test_a_worker_takes_in_and_answers() -> None:
    taken, answered, _ = served(
        {"op": "ingest", "documents": [PASSAGE]},
        {"op": "ask", "questions": ["众创空间几家?"]},
        {"op": "quit"},
    )
    assert taken["documents"] == taken["passages"] == 1
    [answer] = answered["answers"]
    assert (answer["text"], answer["start"], answer["error"]) == ("众创空间", 0, "")
    assert answer["milliseconds"] > 0


def test_a_question_that_fails_spoils_no_other() -> None:
    _, answered = served(
        {"op": "ingest", "documents": [PASSAGE]}, {"op": "ask", "questions": ["坏", "众创空间?"]}
    )
    assert [answer["error"] for answer in answered["answers"]] == ["ValueError: bad question", ""]
    assert answered["answers"][1]["text"] == "众创空间"


def test_clients_ask_every_question_once_and_tell_what_failed() -> None:
    [reply] = served({"op": "clients", "questions": ["一", "二", "坏", "三", "四"], "clients": 2})
    assert len(reply["milliseconds"]) == 5
    assert reply["errors"] == ["ValueError: bad question"]


def test_a_request_that_fails_is_told_and_the_next_one_served() -> None:
    failed, stats = served({"op": "nonsense"}, {"op": "stats"})
    assert not failed["ok"]
    assert failed["error"].startswith("KeyError")
    assert stats["peak_mb"] >= stats["rss_mb"] > 1


def test_workers_import_where_none_of_our_packages_are(tmp_path: Path) -> None:
    program = Path(bootstrap.__file__)
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(program), "serve"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_cuts_lose_nothing_and_keep_to_the_size() -> None:
    text = "第一句。第二句有些长，长到要切开才行，不然放不下。第三句！\n\n没有句号的一行"
    for cut in (fixed, at_sentences):
        pieces = cut(text, 12)
        assert "".join(pieces) == text
        assert max(map(len, pieces)) <= 12
    assert at_sentences(text, 12)[0] == "第一句。"
    assert fixed(text, 12)[0] == text[:12]


def test_operations_are_those_of_every_product_in_the_encoder() -> None:
    lengths, layers, hidden, inner = [5, 9], 3, 8, 32

    def product(rows: int, middle: int, columns: int) -> int:
        return 2 * rows * middle * columns

    expected = sum(
        4 * product(length, hidden, hidden)
        + product(length, hidden, inner)
        + product(length, inner, hidden)
        + product(length, hidden, length)
        + product(length, length, hidden)
        for length in lengths
        for _ in range(layers)
    )
    assert encoder_operations(lengths, layers=layers, hidden=hidden, inner=inner) == expected
    assert share_of_floor(6e9, rate=2e9, seconds=4.0) == 0.75


def test_real_tokens_are_counted_and_padding_apart(tiny_model: Path, monkeypatch: Any) -> None:
    from transformers import AutoConfig, AutoModel, AutoTokenizer, BertModel

    from eval.bench.peers.workers.counting import Counter

    monkeypatch.setattr(BertModel, "forward", BertModel.forward)  # put back after the test
    counter = Counter()
    counter.watch(tiny_model)
    counter.watch(tiny_model)  # a reader made from the same encoder
    tokenizer, model = AutoTokenizer.from_pretrained(tiny_model), AutoModel.from_pretrained(tiny_model)
    texts = ["奖励大会", "奖励大会在三月召开,表彰先进个人"]
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    model(**batch)
    lengths = [len(ids) for ids in tokenizer(texts)["input_ids"]]
    config = AutoConfig.from_pretrained(tiny_model)
    assert counter.take() == Encoded(
        texts=2,
        tokens=sum(lengths),
        padded=2 * max(lengths),
        operations=encoder_operations(
            lengths,
            layers=config.num_hidden_layers,
            hidden=config.hidden_size,
            inner=config.intermediate_size,
        ),
    )
    assert counter.take() == Encoded()


if __name__ == "__main__":
    ParrotServer(Parrot(), ()).run(sys.stdin, sys.stdout)
