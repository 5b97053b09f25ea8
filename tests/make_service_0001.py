"""Writes ``tests/service_0001.sql``: what a service of the first version keeps after a little use.

Run once, ``python tests/make_service_0001.py``, before the first release; from then on neither that file nor the
migration ``0001`` may change, for there are databases made by it.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE), str(_HERE.parent)]

from fastapi.testclient import TestClient  # noqa: E402

from api.app import create_app  # noqa: E402
from api.context import open_context  # noqa: E402
from api.security.principal import LOCAL, Scope  # noqa: E402
from api.security.secrets import token_hash  # noqa: E402
from api.state.database import FILE, head  # noqa: E402
from conftest import YEARBOOK  # noqa: E402
from fakes import HashingEmbedder  # noqa: E402
from index.segment import HanAnalyzer  # noqa: E402
from index.store.embedded import open_store  # noqa: E402
from rag.evidence import EvidenceReader  # noqa: E402
from rag.service import QAService  # noqa: E402
from rag.settings import Settings  # noqa: E402
from test_upgrade import FIRST, FIRST_KEY  # noqa: E402


def main() -> None:
    """Uses a service, then writes its database down."""
    assert head() == "0001", "the first version is released: its file may not be made anew"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _use(home)
        with closing(sqlite3.connect(home / FILE)) as connection:
            connection.execute("UPDATE api_keys SET token_hash = ?", (token_hash(FIRST_KEY),))
            FIRST.write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8")


def _use(home: Path) -> None:
    os.environ["YUANWEN_HOME"] = str(home)
    settings, embedder = Settings(home=home, threshold=0.0), HashingEmbedder()
    store = open_store(home, analyzer=HanAnalyzer(), embedder=embedder.info)
    reader = EvidenceReader(embedder, term_weights=store.term_weights, names=HanAnalyzer().names)
    context = open_context(settings, QAService(settings, store=store, embedder=embedder, reader=reader))
    context.accounts.create_first()
    _, token = context.keys.create("第一把密钥", tuple(Scope), maker=LOCAL)
    context.service.add_bytes(YEARBOOK.encode(), source="年鉴.txt")
    with TestClient(create_app(context), base_url="http://localhost") as client:
        client.headers["Authorization"] = f"Bearer {token}"
        pair = {"questions": ["怎样联系管理员？"], "answer": "请拨打总机。"}
        client.post("/v1/faq", json=pair).raise_for_status()
        asked = client.post("/v1/ask", json={"question": "谁主持大会？", "conversation": "new"})
        turn = asked.raise_for_status().json()["id"]
        client.post("/v1/feedback", json={"turn": turn, "verdict": "helpful"}).raise_for_status()


if __name__ == "__main__":
    main()
