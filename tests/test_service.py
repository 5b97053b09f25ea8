"""The service over a real store: answers are verbatim, cited, checked against the upload."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from index.errors import NotFound, QuestionError
from index.ingest import Status
from index.retrieve import Found
from rag.answer import answer_key
from rag.faq import FaqPair, FaqPlace
from rag.knowledge import Knowledge
from rag.question import QuestionType
from rag.read import Mark, Question
from rag.service import QAService
from rag.settings import Settings
from rag.synonyms import SynonymGroup, Synonyms


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


def pair(number: int, question: str, answer: str, **fields: Any) -> FaqPair:
    return FaqPair(id=number, questions=(question,), answer=answer, **fields)


def test_a_pair_answers_before_the_documents_and_says_so(filled: QAService) -> None:
    filled.use(Knowledge(faq=(pair(4, "众创空间有多少家？", "截至今日30家。"),)))
    answer = filled.ask("请问众创空间有多少家呢")
    assert (answer.text, answer.origin, answer.faq_id) == ("截至今日30家。", "faq", 4)
    assert (answer.abstained, answer.probability) == (False, 1.0)
    assert answer.citations == answer.items == answer.candidates == ()
    assert set(answer.timings_ms) == {"embed", "faq", "total"}


def test_a_question_that_no_pair_fits_is_answered_from_the_documents(filled: QAService) -> None:
    filled.use(Knowledge(faq=(pair(4, "2016年新认定众创空间多少家？", "9家。"),)))
    answer = filled.ask("2017年新认定众创空间多少家？")
    assert (answer.origin, answer.faq_id) == ("document", None)
    assert "13家" in answer.citations[0].evidence


def test_the_place_that_a_pair_names_is_cited_and_verified(filled: QAService) -> None:
    (document,) = filled.list()
    text = filled.store.content(document.id).text
    start = text.index("27家")
    place = FaqPlace(document_id=document.id, start=start, end=start + 3)
    filled.use(Knowledge(faq=(pair(4, "众创空间有多少家？", "一共27家。", place=place),)))
    answer = filled.ask("众创空间有多少家？")
    (citation,) = answer.citations
    assert (answer.text, citation.quote) == ("一共27家。", "27家")
    assert citation.verified
    assert citation.evidence.startswith("2017年新认定")
    assert citation.heading_path[-1] == "一、众创空间"


@pytest.mark.parametrize("gone", ["document", "text"])
def test_a_pair_whose_place_is_gone_answers_without_it(filled: QAService, gone: str) -> None:
    (document,) = filled.list()
    end = 10_000 if gone == "text" else 5
    place = FaqPlace(document_id=document.id, start=0, end=end)
    filled.use(Knowledge(faq=(pair(4, "众创空间有多少家？", "一共27家。", place=place),)))
    if gone == "document":
        filled.delete(document.id)
    answer = filled.ask("众创空间有多少家？")
    assert (answer.text, answer.citations) == ("一共27家。", ())


def test_answers_that_are_excluded_are_not_given_again(filled: QAService) -> None:
    question = "众创空间有多少家？"
    filled.use(Knowledge(faq=(pair(4, question, "30家"),)))
    first = filled.ask(question)
    second = filled.ask(question, exclude=[first.text])
    third = filled.ask(question, exclude=["３０家。", f" {second.text}"])
    assert (first.origin, second.origin, third.origin) == ("faq", "document", "document")
    keys = {answer_key(candidate.text) for candidate in third.candidates}
    assert keys
    assert answer_key(second.text) not in {*keys, answer_key(third.text)}


def test_what_will_be_read_is_told_before_it_is_read(
    filled: QAService, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[int]] = []
    read = filled.reader.read

    def noted(question: Question, found: Sequence[Found]) -> list[Mark]:
        assert told == [[item.passage.id for item in found]]
        return read(question, found)

    monkeypatch.setattr(filled.reader, "read", noted)
    filled.ask("众创空间有多少家？", on_found=lambda found: told.append([f.passage.id for f in found]))
    assert told[0]
    filled.use(Knowledge(faq=(pair(4, "众创空间有多少家？", "30家"),)))
    filled.ask("众创空间有多少家？", on_found=lambda _: pytest.fail("nothing is read"))


def test_synonyms_find_what_is_said_in_another_word(filled: QAService) -> None:
    question = "双创基地场地面积多少？"
    before = {item.passage.id: item.sparse for item in filled.retrieve(question, top_k=3)}
    filled.use(Knowledge(synonyms=Synonyms(groups=(SynonymGroup(words=("双创基地", "众创空间")),))))
    after = filled.retrieve(question, top_k=3)
    best = max(after, key=lambda item: item.sparse)
    assert "众创空间" in best.passage.text
    assert best.sparse > before[best.passage.id]


def test_an_explanation_tells_what_was_looked_for_found_and_weighed(filled: QAService) -> None:
    group = SynonymGroup(words=("双创基地", "众创空间"))
    filled.use(
        Knowledge(
            faq=(pair(4, "国家级双创基地有多少家？", "14家"),),
            synonyms=Synonyms(groups=(group,)),
            words=("双创基地",),
        )
    )
    plain = filled.ask("双创基地有多少家？")
    answer = filled.ask("双创基地有多少家？", explain=True)
    told = answer.explanation
    assert plain.explanation is None
    assert told is not None
    assert dataclasses.replace(answer, explanation=None, timings_ms={}) == dataclasses.replace(
        plain, timings_ms={}
    )
    assert [wording.startswith(word) for wording, word in zip(told.wordings, group.words, strict=True)]
    assert (told.kind, told.names) == (QuestionType.HOW_MANY, ("双创基地",))
    weights = {term.text: (term.weight, term.synonym) for term in told.terms}
    assert not weights["双创"][1]
    assert weights["众创"][1]
    assert min(weight for weight, _ in weights.values()) > 0
    assert [one.rank for one in told.found] == [*range(1, len(told.found) + 1)]
    assert [one.fused for one in told.found] == sorted((one.fused for one in told.found), reverse=True)
    assert all(one.read and one.rank == one.retrieved_rank for one in told.found)
    assert told.spans[0].text == answer.text
    assert told.spans[0].probability == answer.probability
    assert (told.threshold, told.promise) == (0.0, None)
    assert told.faq is not None
    assert (told.faq.faq_id, told.faq.same, told.faq.answered) == (4, False, False)


def test_an_explanation_tells_what_was_excluded_and_which_pair_answered(filled: QAService) -> None:
    question = "众创空间有多少家？"
    filled.use(Knowledge(faq=(pair(4, question, "30家"),)))
    answered = filled.ask(question, explain=True).explanation
    assert answered is not None
    assert answered.faq is not None
    assert (answered.faq.score, answered.faq.answered, answered.found) == (1.0, True, ())
    given = filled.ask(question, exclude=["30家"]).text
    told = filled.ask(question, exclude=["30家", given], explain=True).explanation
    assert told is not None
    assert told.faq is not None
    assert (told.faq.same, told.faq.answered) == (True, False)
    assert [span.excluded for span in told.spans] == [
        answer_key(span.text) == answer_key(given) for span in told.spans
    ]
    assert told.spans[0].excluded


def test_knowledge_is_put_in_force_whole_while_others_ask(filled: QAService) -> None:
    question, other = "众创空间有多少家？", "双创基地有多少家？"
    group = SynonymGroup(words=("双创基地", "众创空间"))
    states = [
        Knowledge(faq=(pair(n, question, f"{n}家"), pair(n + 100, other, f"{n}家"))) for n in (1, 2)
    ] + [Knowledge(synonyms=Synonyms(groups=(group,)))]
    seen: list[tuple[int | None, str]] = []
    failures: list[BaseException] = []
    stop = threading.Event()

    def keep_asking() -> None:
        try:
            while not stop.is_set():
                answer = filled.ask(question)
                seen.append((answer.faq_id, answer.text))
        except BaseException as error:  # noqa: BLE001 - handed to the main thread
            failures.append(error)

    threads = [threading.Thread(target=keep_asking) for _ in range(2)]
    for thread in threads:
        thread.start()
    for turn in range(30):
        filled.use(states[turn % 3])
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert filled.knowledge == states[2]
    assert {text for number, text in seen if number is not None} <= {"1家", "2家"}
    assert all(text == f"{number}家" for number, text in seen if number is not None)


def test_words_of_the_organisation_count_as_names(filled: QAService, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Question] = []
    read = filled.reader.read

    def noted(question: Question, found: Sequence[Found]) -> list[Mark]:
        asked.append(question)
        return read(question, found)

    monkeypatch.setattr(filled.reader, "read", noted)
    filled.use(Knowledge(words=("丝路云", "众创空间")))
    filled.ask("眾創空間有多少家？")
    assert asked[0].names == {"众创空间"}
