"""What every embedder must do, real or fake."""

from __future__ import annotations

import numpy as np
import pytest

from index.embed import Embedder

TEXTS = (
    "奖励大会于三月五日召开。",
    "奖励大会三月五日在北京召开,表彰先进个人。",
    "今天的天气很好。",
    "The recommended intake is 46 g a day.",
    "",
    "长" * 3000,
)


class EmbedderContract:
    """Subclass it in a test module and give it an ``embedder`` fixture."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError

    def test_passages_become_unit_float32_rows_in_the_order_given(self, embedder: Embedder) -> None:
        vectors = embedder.embed_passages(TEXTS)
        assert vectors.shape == (len(TEXTS), embedder.info.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
        backwards = embedder.embed_passages(TEXTS[::-1])
        np.testing.assert_allclose(backwards[::-1], vectors, atol=1e-5)

    def test_queries_become_unit_float32_rows(self, embedder: Embedder) -> None:
        vectors = embedder.embed_queries(TEXTS)
        assert vectors.shape == (len(TEXTS), embedder.info.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)

    def test_no_texts_give_no_rows(self, embedder: Embedder) -> None:
        assert embedder.embed_passages([]).shape == (0, embedder.info.dimension)
        assert embedder.embed_queries([]).shape == (0, embedder.info.dimension)

    def test_a_vector_does_not_depend_on_the_texts_beside_it(self, embedder: Embedder) -> None:
        together = embedder.embed_passages(TEXTS)
        alone = np.concatenate([embedder.embed_passages([text]) for text in TEXTS])
        np.testing.assert_allclose(together, alone, atol=1e-5)

    def test_texts_that_share_words_are_nearer(self, embedder: Embedder) -> None:
        vectors = embedder.embed_passages(TEXTS)
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]

    def test_a_lone_surrogate_is_no_obstacle(self, embedder: Embedder) -> None:
        assert np.isfinite(embedder.embed_queries(["坏\ud800字"])).all()

    def test_progress_ends_at_the_number_of_texts(self, embedder: Embedder) -> None:
        seen: list[tuple[int, int]] = []
        embedder.embed_passages(TEXTS, progress=lambda done, total: seen.append((done, total)))
        assert seen[-1] == (len(TEXTS), len(TEXTS))
        assert seen == sorted(seen)

    def test_info_stays_the_same(self, embedder: Embedder) -> None:
        before = embedder.info
        embedder.embed_queries(TEXTS[:1])
        assert embedder.info == before
        assert len(before.fingerprint) == 64
