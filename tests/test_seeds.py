"""The sample corpus and its questions agree with each other and with their description."""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
CORPUS = SEEDS / "新疆科技年鉴_第一章.txt"
TYPES = {"who", "when", "where", "how_many", "doc_number", "list", "definition", "what", "how", "which"}
STYLES = {"formal", "colloquial"}


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def questions() -> list[dict[str, Any]]:
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def answerable(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [question for question in questions if question["answerable"]]


@pytest.fixture(scope="module")
def unanswerable(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [question for question in questions if not question["answerable"]]


@pytest.fixture(scope="module")
def dialogues() -> list[dict[str, Any]]:
    lines = (SEEDS / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_corpus_has_the_checksum_and_size_that_sources_states() -> None:
    raw = CORPUS.read_bytes()
    sources = (SEEDS / "SOURCES.md").read_text(encoding="utf-8")
    assert re.findall(r"[0-9a-f]{64}", sources) == [hashlib.sha256(raw).hexdigest()]
    assert f"{len(raw)} 字节，{len(raw.decode('utf-8'))} 个字符" in sources


def test_sources_states_the_counts_of_questions(
    questions: list[dict[str, Any]], answerable: list[dict[str, Any]], unanswerable: list[dict[str, Any]]
) -> None:
    sources = (SEEDS / "SOURCES.md").read_text(encoding="utf-8")
    style = Counter(question["style"] for question in answerable)
    assert f"{len(questions)} 个问题" in sources
    assert f"可回答的 {len(answerable)} 题（书面 {style['formal']}，口语 {style['colloquial']}）" in sources
    assert f"无答案的 {len(unanswerable)} 题" in sources


def test_every_question_has_exactly_the_described_fields(questions: list[dict[str, Any]]) -> None:
    fields = {"id", "question", "answers", "type", "style", "answerable"}
    for question in questions:
        expected = fields if question["answerable"] else fields | {"why"}
        assert set(question) == expected, question["id"]
        assert isinstance(question["answerable"], bool), question["id"]
        assert question["type"] in TYPES, question["id"]
        assert question["style"] in STYLES, question["id"]
        assert question["question"] == question["question"].strip() != "", question["id"]


def test_ids_are_consecutive_and_questions_unique(questions: list[dict[str, Any]]) -> None:
    assert [question["id"] for question in questions] == [f"q{n:03d}" for n in range(1, len(questions) + 1)]
    texts = Counter(squeeze(question["question"]) for question in questions)
    assert [text for text, count in texts.items() if count > 1] == []


def test_every_answer_is_verbatim_once_white_space_is_removed(answerable: list[dict[str, Any]]) -> None:
    document = squeeze(CORPUS.read_text(encoding="utf-8"))
    missing = [
        (question["id"], answer)
        for question in answerable
        for answer in question["answers"]
        if squeeze(answer) not in document
    ]
    assert missing == []


def test_every_answerable_question_has_distinct_clean_answers(answerable: list[dict[str, Any]]) -> None:
    for question in answerable:
        answers = question["answers"]
        assert answers, question["id"]
        assert all(squeeze(answer) == answer != "" for answer in answers), question["id"]
        assert len(set(answers)) == len(answers), question["id"]


def test_unanswerable_questions_have_a_reason_and_no_answer(unanswerable: list[dict[str, Any]]) -> None:
    for question in unanswerable:
        assert question["answers"] == [], question["id"]
        assert question["why"].startswith("文档") and question["why"].endswith("。"), question["id"]


def test_set_is_large_and_varied_enough(
    answerable: list[dict[str, Any]], unanswerable: list[dict[str, Any]]
) -> None:
    assert len(answerable) >= 80
    assert len(unanswerable) >= 20
    assert {question["type"] for question in answerable} == TYPES
    colloquial = sum(question["style"] == "colloquial" for question in answerable)
    assert 0.25 <= colloquial / len(answerable) <= 0.4


def test_unambiguous_answers_cover_the_whole_document(answerable: list[dict[str, Any]]) -> None:
    document = squeeze(CORPUS.read_text(encoding="utf-8"))
    starts = sorted(
        document.index(answer)
        for question in answerable
        for answer in question["answers"]
        if document.count(answer) == 1
    )
    longest_gap = max(b - a for a, b in zip([0, *starts], [*starts, len(document)], strict=True))
    assert longest_gap < len(document) / 20


def test_sources_states_the_counts_of_dialogues(dialogues: list[dict[str, Any]]) -> None:
    sources = (SEEDS / "SOURCES.md").read_text(encoding="utf-8")
    corpus = Counter(dialogue["corpus"] for dialogue in dialogues)
    split = Counter(dialogue["split"] for dialogue in dialogues)
    later = sum(len(dialogue["turns"]) - 1 for dialogue in dialogues)
    assert f"{len(dialogues)} 段对话（年鉴 {corpus['sample']} 段，法律 {corpus['laws']} 段）" in sources
    assert f"{later} 个追问" in sources
    assert f"`dev` {split['dev']} 段" in sources
    assert f"`test` {split['test']} 段" in sources


def test_every_dialogue_has_exactly_the_described_fields(dialogues: list[dict[str, Any]]) -> None:
    for dialogue in dialogues:
        named = {"document"} if dialogue["corpus"] == "laws" else set()
        assert set(dialogue) == {"id", "corpus", "split", "turns"}, dialogue["id"]
        assert dialogue["corpus"] in {"sample", "laws"} and dialogue["split"] in {"dev", "test"}, dialogue[
            "id"
        ]
        assert 2 <= len(dialogue["turns"]) <= 3, dialogue["id"]
        for turn in dialogue["turns"]:
            assert set(turn) == {"question", "standalone", "answers"} | named, dialogue["id"]
            assert turn["question"].strip() == turn["question"] != "", dialogue["id"]
            assert turn["standalone"].endswith("？"), dialogue["id"]
        first = dialogue["turns"][0]
        assert first["question"] == first["standalone"] and first["answers"], dialogue["id"]


def test_dialogues_are_numbered_and_all_different(dialogues: list[dict[str, Any]]) -> None:
    assert [dialogue["id"] for dialogue in dialogues] == [f"d{n:02d}" for n in range(1, len(dialogues) + 1)]
    texts = Counter(tuple(turn["question"] for turn in dialogue["turns"]) for dialogue in dialogues)
    assert [text for text, count in texts.items() if count > 1] == []


def test_every_answer_in_a_dialogue_on_the_sample_is_verbatim(dialogues: list[dict[str, Any]]) -> None:
    document = squeeze(CORPUS.read_text(encoding="utf-8"))
    missing = [
        (dialogue["id"], answer)
        for dialogue in dialogues
        if dialogue["corpus"] == "sample"
        for turn in dialogue["turns"]
        for answer in turn["answers"]
        if squeeze(answer) not in document
    ]
    assert missing == []
