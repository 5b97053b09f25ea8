"""Published question sets in SQuAD's JSON and its kin."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.data import load_dataset
from eval.data.squad import DISPUTED, nearest
from eval.dataset import YES_NO, Dataset, Format, GoldAnswer
from index.errors import DatasetError

CONTEXT = "光荣开发了《战国无双3》。光荣和ω-force合作,本作有20张战场地图,光荣发行。"


def _write(folder: Path, document: Any, name: str = "set.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def _squad(*questions: dict[str, Any], context: str = CONTEXT, **article: Any) -> dict[str, Any]:
    return {
        "version": "1",
        "data": [{"paragraphs": [{"context": context, "qas": list(questions)}], **article}],
    }


def _question(answers: Any, *, id: str = "q1", question: str = "谁开发了它?", **more: Any) -> dict[str, Any]:
    return {"id": id, "question": question, "answers": answers, **more}


def _load(folder: Path, *questions: dict[str, Any], format: Format | None = None, **article: Any) -> Dataset:
    return load_dataset(_write(folder, _squad(*questions, **article)), format=format)


def test_cmrc_keeps_all_references_and_the_paragraphs_own_id_and_title(tmp_path: Path) -> None:
    answers: list[dict[str, Any]] = [
        {"text": "光荣", "answer_start": 0},
        {"text": "光荣", "answer_start": 13},
        {"text": "20张", "answer_start": CONTEXT.index("20张")},
    ]
    document = {
        "data": [
            {
                "id": "DEV_0",
                "title": "战国无双3",
                "paragraphs": [
                    {"id": "DEV_0", "context": CONTEXT, "qas": [_question(answers, id="DEV_0_QUERY_0")]}
                ],
            }
        ]
    }
    path = _write(tmp_path, document)
    dataset = load_dataset(path)
    assert (dataset.name, dataset.format, dataset.notes) == ("set", "squad", ())
    assert dataset.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [(p.id, p.title, p.text) for p in dataset.passages] == [("DEV_0", "战国无双3", CONTEXT)]
    (question,) = dataset.questions
    assert (question.id, question.passage, question.row) == ("DEV_0_QUERY_0", "DEV_0", 1)
    assert question.answers == tuple(GoldAnswer(text=a["text"], start=a["answer_start"]) for a in answers)


def test_the_older_cmrc_form(tmp_path: Path) -> None:
    document = [
        {
            "context_id": "TRIAL_1",
            "context_text": CONTEXT,
            "title": "战国无双3",
            "qas": [{"query_id": "TRIAL_1_Q", "query_text": "谁开发了它?", "answers": ["光荣", "ω-force"]}],
        }
    ]
    dataset = load_dataset(_write(tmp_path, document))
    assert dataset.passages[0].id == "TRIAL_1"
    assert [answer.start for answer in dataset.questions[0].answers] == [0, CONTEXT.index("ω")]
    assert dataset.notes == ("2 个答案没有起点，已取原文中第一处(TRIAL_1_Q)",)


def test_a_flat_form_with_answers_in_parallel_lists(tmp_path: Path) -> None:
    entry = {
        "id": "a",
        "context": CONTEXT,
        "question": "谁?",
        "answers": {"text": ["光荣"], "answer_start": [13]},
    }
    dataset = load_dataset(_write(tmp_path, {"data": [entry, {**entry, "id": "b"}]}))
    assert [q.answers for q in dataset.questions] == [(GoldAnswer(text="光荣", start=13),)] * 2
    assert len(dataset.passages) == 1


@pytest.mark.parametrize("start", [{}, {"answer_start": -1}, {"answer_start": None}])
def test_a_missing_offset_is_the_first_occurrence(tmp_path: Path, start: dict[str, Any]) -> None:
    dataset = _load(tmp_path, _question([{"text": "光荣", **start}]))
    assert dataset.questions[0].answers == (GoldAnswer(text="光荣", start=0),)
    assert dataset.notes == ("1 个答案没有起点，已取原文中第一处(q1)",)


def test_a_wrong_offset_is_the_nearest_occurrence(tmp_path: Path) -> None:
    dataset = _load(tmp_path, _question([{"text": "光荣", "answer_start": 15}]))
    assert dataset.questions[0].answers == (GoldAnswer(text="光荣", start=13),)
    assert dataset.notes == ("1 个答案的起点与原文不符，已取最近的一处(q1)",)


@given(st.text("ab", max_size=12), st.text("ab", min_size=1, max_size=3), st.integers(-2, 14))
def test_nearest_agrees_with_looking_everywhere(passage: str, answer: str, start: int) -> None:
    places = [at for at in range(len(passage)) if passage.startswith(answer, at)]
    aim = max(start, 0)
    best = min(places, key=lambda at: (abs(at - aim), at), default=None)
    assert nearest(answer, passage, start) == best


def test_an_answer_that_is_not_in_the_passage_is_kept_without_a_place(tmp_path: Path) -> None:
    dataset = _load(
        tmp_path,
        _question(
            [{"text": "39764.0", "answer_start": -1}, {"text": "20张", "answer_start": CONTEXT.index("20张")}]
        ),
    )
    assert dataset.questions[0].answers == (
        GoldAnswer(text="39764.0"),
        GoldAnswer(text="20张", start=CONTEXT.index("20张")),
    )
    assert dataset.notes == ("1 个标准答案不在原文里，照官方评测保留(q1)",)


def test_squad_2_declines_what_is_flagged_and_ignores_plausible_answers(tmp_path: Path) -> None:
    plausible = [{"text": "光荣", "answer_start": 0}]
    dataset = _load(
        tmp_path,
        _question([], is_impossible=True, plausible_answers=plausible),
        _question([{"text": "", "answer_start": -1}], id="q2", is_impossible=True),
        _question(plausible, id="q3", is_impossible=True),
        _question(plausible, id="q4", is_impossible=False),
    )
    assert [question.answerable for question in dataset.questions] == [False, False, False, True]
    assert dataset.notes == ("1 题标为无解却附有答案，按无解计(q3)",)


def test_checklist_types_are_tags_and_paragraph_titles_count(tmp_path: Path) -> None:
    paragraph = {
        "title": "段落题",
        "context": CONTEXT,
        "qas": [_question(["光荣"], type="in-domain", is_impossible=False)],
    }
    dataset = load_dataset(_write(tmp_path, {"data": [{"title": "", "paragraphs": [paragraph]}]}))
    assert (dataset.questions[0].tags, dataset.questions[0].kind) == (("in-domain",), "")
    assert dataset.passages[0].title == "段落题"


def test_expmrc_keeps_evidence(tmp_path: Path) -> None:
    evidence = "光荣开发了《战国无双3》。"
    dataset = _load(
        tmp_path,
        _question(["光荣"], evidences=[evidence, "没有这一句。"]),
        _question(["光荣"], id="q2", evidences=evidence),
    )
    assert dataset.format == "expmrc"
    assert [question.evidences for question in dataset.questions] == [(evidence, "没有这一句。"), (evidence,)]
    assert "1 个证据句不在原文里，照原样保留(q1)" in dataset.notes


def _cjrc(folder: Path, *questions: dict[str, Any]) -> Dataset:
    paragraph = {"context": CONTEXT + "案号NO.5", "casename": "变更抚养关系纠纷", "qas": list(questions)}
    document = {"data": [{"caseid": "1", "domain": "civil", "paragraphs": [paragraph]}]}
    return load_dataset(_write(folder, document))


def _said(*texts: str) -> list[dict[str, Any]]:
    return [{"text": text, "answer_start": CONTEXT.find(text) if text else -1} for text in texts]


def test_cjrc_yes_and_no_are_told_apart(tmp_path: Path) -> None:
    dataset = _cjrc(
        tmp_path,
        _question(_said("YES", "YES", "NO"), is_impossible="false"),
        _question(_said("光荣", "光荣", "YES"), id="q2", is_impossible="false"),
    )
    assert (dataset.format, dataset.passages[0].title) == ("cjrc", "变更抚养关系纠纷")
    assert dataset.questions[0].tags == ("civil", YES_NO)
    assert dataset.questions[0].answers == (
        GoldAnswer(text="YES"),
        GoldAnswer(text="YES"),
        GoldAnswer(text="NO"),
    )
    assert dataset.questions[1].tags == ("civil",)


@pytest.mark.parametrize(
    ("flag", "texts", "accepted", "disputed"),
    [
        ("true", ["", "", ""], 0, False),
        ("false", ["光荣", "光荣", "20张"], 3, False),
        ("true", ["光荣", "光荣", "光荣"], 3, True),
        ("true", ["", "光荣", "光荣"], 2, True),
        ("false", ["", "光荣", "光荣"], 2, True),
        ("true", ["", "", "光荣"], 0, True),
        ("false", ["", "", "光荣"], 0, True),
        ("true", ["", "光荣"], 0, True),
        ("false", ["", "光荣"], 1, True),
        ("true", [], 0, False),
    ],
)
def test_cjrc_goes_by_what_most_people_answered(
    tmp_path: Path, flag: str, texts: list[str], accepted: int, disputed: bool
) -> None:
    (question,) = _cjrc(tmp_path, _question(_said(*texts), is_impossible=flag)).questions
    assert len(question.answers) == accepted
    assert (DISPUTED in question.tags) is disputed


def test_a_question_without_words_is_left_out_and_noted(tmp_path: Path) -> None:
    dataset = _load(tmp_path, _question(["光荣"]), _question(["光荣"], id="q2", question=" \u3000"))
    assert [(question.id, question.row) for question in dataset.questions] == [("q1", 1)]
    assert "1 题没有问题文字，已略去(q2)" in dataset.notes


def test_the_same_text_is_one_passage_and_a_reused_id_is_not(tmp_path: Path) -> None:
    def paragraph(text: str, question: str, **more: Any) -> dict[str, Any]:
        return {"context": text, "qas": [_question(["光荣"], id=question)], **more}

    paragraphs = [
        paragraph(CONTEXT, "1"),
        paragraph(CONTEXT, "2"),
        paragraph(CONTEXT, "3", id="p"),
        paragraph("光荣另有一作。", "4", id="p"),
    ]
    dataset = load_dataset(_write(tmp_path, {"data": [{"title": "t", "paragraphs": paragraphs}]}))
    used = [question.passage for question in dataset.questions]
    assert used[0] == used[1] != used[2] == "p" != used[3]
    texts = {passage.id: passage.text for passage in dataset.passages}
    assert len(texts) == len(dataset.passages) == 3
    assert texts[str(used[3])] == "光荣另有一作。"
    assert "1 个段落与别的段落编号相同而文字不同，已另编号(p)" in dataset.notes


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (_question(["光荣"], question=None), "问题应是文字"),  # type: ignore[arg-type]
        (_question([]), "没有标准答案"),
        ({"id": "q1", "question": "谁?"}, "没有标准答案"),
        (_question([""], is_impossible=False), "没有标准答案"),
        (_question([], is_impossible="maybe"), "is_impossible"),
        (_question([], is_impossible=1), "is_impossible"),
        (_question("光荣"), "answers 应是"),
        (_question([1]), "answers 应是"),
        (_question([{"text": "光荣", "answer_start": "0"}]), "answers 应是"),
        (_question([{"text": "光荣", "answer_start": True}]), "answers 应是"),
        (_question({"text": ["光荣"], "answer_start": []}), "answers 应是"),
        (_question(["光荣"], evidences=[3]), "evidences 应是"),
    ],
)
def test_a_bad_question_is_named_by_its_number_and_id(
    tmp_path: Path, question: dict[str, Any], told: str
) -> None:
    with pytest.raises(DatasetError) as caught:
        _load(tmp_path, _question(["光荣"], id="fine"), question)
    (problem,) = caught.value.problems
    assert problem.startswith("第 2 题: (id=q1)")
    assert told in problem


def test_half_a_surrogate_pair_is_a_bad_question(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text(json.dumps(_squad(_question(["光荣"], question="谁\ud800?"))), encoding="utf-8")
    with pytest.raises(DatasetError, match="残缺的字符"):
        load_dataset(path)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    document = _squad(_question(["光荣"]), _question(["光荣"]), _question([], id="q3"))
    document["data"] += ["article", {"paragraphs": 3}, {"paragraphs": [{"context": " ", "qas": []}]}]
    document["data"].append({"paragraphs": [{"context": CONTEXT, "qas": ["?"]}]})
    with pytest.raises(DatasetError) as caught:
        load_dataset(_write(tmp_path, document))
    told = caught.value.problems
    assert len(told) == 6
    assert told[0] == "第 2 题: 编号“q1”与第 1 题重复。"
    assert told[1].startswith("第 3 题: (id=q3)")
    assert [problem[:3] for problem in told[2:]] == ["第 2", "第 3", "第 4", "第 5"]


def test_a_form_can_be_demanded(tmp_path: Path) -> None:
    disputed = _question(_said("光荣", "光荣", "光荣"), is_impossible="true")
    assert not _load(tmp_path, disputed).questions[0].answerable
    assert _load(tmp_path, disputed, format="cjrc").questions[0].answerable


@pytest.mark.parametrize("text", ['{"data": [', '{"data": [}', "[1, 2", "{'data': []}"])
def test_damaged_json_tells_where(tmp_path: Path, text: str) -> None:
    path = tmp_path / "set.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"不是合法的 JSON（第 1 行第 \d+ 个字符）"):
        load_dataset(path)


@pytest.mark.parametrize("text", ["[" * 100_000, "[" + "9" * 5000 + "]"])
def test_json_beyond_the_parser_is_an_error_of_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "set.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match="JSON"):
        load_dataset(path)


@pytest.mark.parametrize("document", [{"data": []}, {"data": [{"paragraphs": []}]}, []])
def test_a_set_without_questions_is_refused(tmp_path: Path, document: Any) -> None:
    with pytest.raises(DatasetError, match="没有问题"):
        load_dataset(_write(tmp_path, document))


def test_a_document_without_articles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="没有 data 列表"):
        load_dataset(_write(tmp_path, {"version": "1"}), format="squad")


def test_published_json_is_known_by_its_content_under_another_ending(tmp_path: Path) -> None:
    path = _write(tmp_path, _squad(_question(["光荣"])), name="set.jsonl")
    assert load_dataset(path).format == "squad"
