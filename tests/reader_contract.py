"""What every reader must do, whatever is behind it: subclass it and give a ``reader`` fixture."""

from __future__ import annotations

from typing import Any

import pytest

from fakes import HashingEmbedder
from index.errors import SettingsError
from index.retrieve import Found
from index.store.protocol import PassageRecord
from rag.read import Question, Reader

TEXT = "大会在乌鲁木齐市召开。2017年新认定众创空间13家，自治区众创空间达到27家。热娜·卡斯木发言。"


def found(
    text: str = TEXT, *, start: int = 100, passage_id: int = 1, document_id: int = 1, score: float = 1.0
) -> Found:
    """A passage of a document, found."""
    passage = PassageRecord(
        id=passage_id,
        document_id=document_id,
        ordinal=0,
        start=start,
        end=start + len(text),
        text=text,
        heading_path=("众创",),
    )
    return Found(passage=passage, dense=0.8, sparse=0.5, score=score)


def ones(terms: object) -> dict[str, float]:
    """Every term weighs the same."""
    return dict.fromkeys(terms, 1.0)  # type: ignore[call-overload, no-any-return]


def ask(text: str) -> Question:
    """A question with the vector of the tests' embedder."""
    return Question(text=text, vector=HashingEmbedder().embed_queries([text])[0])


class ReaderContract:
    """Inherit in a test class that has a fixture ``reader``."""

    @pytest.fixture
    def reader(self, *args: Any) -> Reader:
        raise NotImplementedError

    def test_marks_lie_in_their_passage_and_in_their_evidence(self, reader: Reader) -> None:
        passages = [found(), found("别的事情。天气很好。", start=900, passage_id=2)]
        marks = reader.read(ask("自治区众创空间达到多少家"), passages)
        assert marks
        for mark in marks:
            passage = mark.passage
            assert passage in [item.passage for item in passages]
            assert passage.start <= mark.evidence_start <= mark.start < mark.end
            assert mark.end <= mark.evidence_end <= passage.end

    def test_marks_come_best_first_with_probabilities_that_never_rise(self, reader: Reader) -> None:
        marks = reader.read(
            ask("众创空间有多少家"), [found(), found("别的事情。天气很好。", start=900, passage_id=2)]
        )
        assert [mark.score for mark in marks] == sorted((mark.score for mark in marks), reverse=True)
        probabilities = [mark.probability for mark in marks]
        assert probabilities == sorted(probabilities, reverse=True)
        assert all(0 <= p <= 1 for p in probabilities)

    def test_a_place_that_two_passages_share_is_marked_once(self, reader: Reader) -> None:
        later = found(TEXT[11:], start=111, passage_id=2)
        marks = reader.read(ask("自治区众创空间达到多少家"), [found(), later])
        places = [(mark.start, mark.end) for mark in marks]
        assert len(places) == len(set(places))

    def test_nothing_found_gives_no_marks(self, reader: Reader) -> None:
        assert reader.read(ask("什么"), []) == []

    def test_a_passage_of_one_character_can_be_read(self, reader: Reader) -> None:
        assert all(mark.end - mark.start == 1 for mark in reader.read(ask("谁?"), [found("短")]))

    def test_a_hundred_passages_can_be_read_at_once(self, reader: Reader) -> None:
        passages = [found(start=100 * n, passage_id=n, document_id=n) for n in range(1, 101)]
        assert reader.read(ask("众创空间有多少家"), passages)

    def test_the_default_threshold_is_a_probability_and_unknown_promises_are_refused(
        self, reader: Reader
    ) -> None:
        assert 0 <= reader.threshold("default") <= 1
        with pytest.raises(SettingsError) as caught:
            reader.threshold("wrong-1%")  # type: ignore[arg-type]
        assert caught.value.remedy

    def test_it_says_which_it_is(self, reader: Reader) -> None:
        assert reader.info.id
        assert reader.info.fingerprint == reader.info.fingerprint != ""
