"""The in-memory stand-in keeps the contract of the real store."""

from __future__ import annotations

import pytest

from index.store.protocol import Store
from tests.memory_store import MemoryStore
from tests.store_contract import EMBEDDER, MakeStore, PlainAnalyzer, StoreContract


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def make_store(self) -> MakeStore:
        def make() -> Store:
            return MemoryStore(analyzer=PlainAnalyzer(), embedder=EMBEDDER)

        return make
