"""Shared fixtures: a tiny real model, and a service over a real store in a temporary folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import hypothesis
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.context import Context, open_context
from api.security.principal import LOCAL, Scope
from fakes import HashingEmbedder
from index.segment import HanAnalyzer
from index.store.embedded import open_store
from rag.evidence import EvidenceReader
from rag.read import SENTENCES
from rag.service import QAService
from rag.settings import Settings
from tiny_model import make_tiny_model

hypothesis.settings.register_profile(
    "yuanwen", deadline=None
)  # on a busy machine anything takes long at times
hypothesis.settings.load_profile("yuanwen")

YEARBOOK = (
    "第三章\n科技服务\n\n一、众创空间\n"
    "2017年新认定众创空间13家，自治区众创空间达到27家，其中国家级14家。众创空间场地面积76595平方米，服\n"
    "务的创业团队1011个。\n\n"
    "二、奖励大会\n"
    "2017年 9月 22日上午，自治区在乌鲁木齐市召开科学技术奖励大会。自治区党委副书记孙金龙主持大会。热娜·\n"
    "卡斯木、肖刚代表获奖者发言。\n"
)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the settings of whoever runs it, nor touches their data."""
    for key in [key for key in os.environ if key.startswith("YUANWEN_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("YUANWEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("YUANWEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("YUANWEN_READER", SENTENCES)  # the other one needs the real encoder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real sentence-transformers folder with random weights."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache", threshold=0.0)


_ANALYZER = HanAnalyzer()
"""One for all: it never changes, and each would load the dictionary for itself."""


def make_service(settings: Settings) -> QAService:
    """A service over the real store, with vectors that are quick to make."""
    embedder = HashingEmbedder()
    store = open_store(settings.home, analyzer=_ANALYZER, embedder=embedder.info)
    reader = EvidenceReader(embedder, term_weights=store.term_weights, names=_ANALYZER.names)
    return QAService(settings, store=store, embedder=embedder, reader=reader, analyzer=_ANALYZER)


@pytest.fixture
def service(settings: Settings) -> Iterator[QAService]:
    with make_service(settings) as service:
        yield service


@pytest.fixture
def yearbook(tmp_path: Path) -> Path:
    """A text as it comes out of a PDF: lines broken in the middle of sentences, stray spaces in dates."""
    path = tmp_path / "年鉴.txt"
    path.write_text(YEARBOOK, encoding="gb18030")
    return path


@pytest.fixture
def context(settings: Settings, service: QAService) -> Iterator[Context]:
    """What one process of the HTTP service holds, over the quick service."""
    context = open_context(settings, service)
    yield context
    context.close()


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    """A caller without credentials; unexpected errors come back as responses, as they do to real callers."""
    with TestClient(
        create_app(context), base_url="http://localhost", raise_server_exceptions=False
    ) as client:
        yield client


KeyFor = Callable[..., dict[str, str]]
"""Makes a key with the scopes given (all without any) and returns the headers that carry it."""


@pytest.fixture
def key_for(context: Context) -> KeyFor:
    def make(*scopes: Scope, collections: Iterable[str] | None = None) -> dict[str, str]:
        _, token = context.keys.create("测试", scopes or tuple(Scope), collections=collections, maker=LOCAL)
        return {"Authorization": f"Bearer {token}"}

    return make
