"""The service over a real store: answers are verbatim, cited, checked against the upload."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import NotFound, QuestionError
from index.ingest import Status
from rag.service import QAService
from rag.settings import Settings


@pytest.fixture
def filled(service: QAService, yearbook: Path) -> QAService:
    (outcome,) = service.add([yearbook])
    assert outcome.status is Status.ADDED
    return service


def test_an_answer_is_verbatim_and_verified_with_its_place(filled: QAService, yearbook: Path) -> None:
    answer = filled.ask("科学技术奖励大会是哪天召开的？")
    citation = answer.citations[0]
    text = filled.store.content(citation.document_id).text
    assert not answer.abstained
    assert answer.text == citation.quote == text[citation.start : citation.end]
    assert citation.evidence == text[citation.evidence_start : citation.evidence_end]
    assert "2017年9月22日" in citation.evidence
    assert citation.verified
    assert citation.document == "年鉴.txt"
    assert citation.heading_path[-1] == "二、奖励大会"
    assert citation.first_line == 9
    assert set(answer.timings_ms) == {"embed", "retrieve", "read", "cite", "total"}


def test_every_candidate_verifies(filled: QAService) -> None:
    answer = filled.ask("奖励大会是谁主持的？")
    assert len(answer.candidates) > 1
    assert all(candidate.citation.verified for candidate in answer.candidates)


def test_a_changed_upload_is_never_returned_as_verified(filled: QAService, settings: Settings) -> None:
    (kept,) = (path for path in (settings.home / "uploads").rglob("*") if path.is_file())
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes().replace(b"27", b"28"))
    assert not filled.ask("自治区众创空间达到多少家？").citations[0].verified


def test_a_lost_upload_is_never_returned_as_verified(filled: QAService, settings: Settings) -> None:
    (kept,) = (path for path in (settings.home / "uploads").rglob("*") if path.is_file())
    kept.unlink()
    assert not filled.ask("自治区众创空间达到多少家？").citations[0].verified


def test_weak_evidence_is_declined_with_the_nearest_places(filled: QAService) -> None:
    strict = QAService(
        filled.settings.model_copy(update={"threshold": 1.0}),
        store=filled.store,
        embedder=filled.embedder,
        reader=filled.reader,
    )
    answer = strict.ask("总统的年龄是多少？")
    assert answer.abstained
    assert (answer.text, answer.citations) == ("", ())
    assert answer.candidates


def test_an_empty_index_declines(service: QAService) -> None:
    answer = service.ask("众创空间有多少家？")
    assert answer.abstained
    assert answer.candidates == ()


@pytest.mark.parametrize("question", ["", "   ", "？！。，", "问" * 10_000, "谁\ud800"])
def test_a_question_that_cannot_be_looked_for_is_an_error(filled: QAService, question: str) -> None:
    with pytest.raises(QuestionError) as caught:
        filled.ask(question)
    assert caught.value.remedy


def test_a_question_in_english_is_answered_or_declined(filled: QAService) -> None:
    assert filled.ask("How many makerspaces are there?").question


def test_a_deleted_document_never_answers(filled: QAService) -> None:
    filled.delete(filled.list()[0].id)
    assert filled.ask("众创空间有多少家？").candidates == ()
    assert filled.list() == []
    with pytest.raises(NotFound):
        filled.delete(1)


def test_a_document_deleted_while_it_is_being_read_is_left_out(
    filled: QAService, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = filled.reader.read

    def read_and_delete(*args: object) -> object:
        marks = read(*args)  # type: ignore[arg-type]
        filled.delete(filled.list()[0].id)
        return marks

    monkeypatch.setattr(filled.reader, "read", read_and_delete)
    assert filled.ask("众创空间有多少家？").abstained


def test_a_question_looks_only_in_the_collection_named(filled: QAService, tmp_path: Path) -> None:
    other = tmp_path / "别的.txt"
    other.write_text("众创空间达到99家。", encoding="utf-8")
    list(filled.add([other], collection="别处"))
    asked = filled.ask("众创空间达到多少家？", collections=["别处"])
    assert {candidate.citation.collection for candidate in asked.candidates} == {"别处"}


def test_uploads_that_are_no_files_here_are_taken_too(service: QAService) -> None:
    outcome = service.add_bytes("众创空间达到27家。".encode(), source="粘贴.txt")
    assert outcome.status is Status.ADDED
    assert service.add_bytes("众创空间达到27家。".encode(), source="粘贴.txt").status is Status.UNCHANGED
    assert service.ask("众创空间达到多少家？").citations[0].verified
