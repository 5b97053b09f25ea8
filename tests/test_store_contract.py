"""The embedded store keeps the contract."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.store.embedded import EmbeddedStore, open_store
from index.store.protocol import Store
from tests.store_contract import EMBEDDER, MakeStore, PlainAnalyzer, StoreContract


class TestEmbeddedStore(StoreContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Iterator[MakeStore]:
        stores: list[EmbeddedStore] = []
        numbers = itertools.count()

        def make() -> Store:
            folder = tmp_path / f"store-{next(numbers)}"
            stores.append(open_store(folder, analyzer=PlainAnalyzer(), embedder=EMBEDDER))
            return stores[-1]

        yield make
        for store in stores:
            if not store.closed:
                assert store.verify() == []
                store.close()
