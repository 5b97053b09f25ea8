"""Rows of an evaluator's own file, whatever kind of file held them, into questions; strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eval.data.columns import NO, TYPES, YES
from eval.data.findings import (
    YES_NO_NOTE,
    YES_OR_NO,
    BadRow,
    Findings,
    Passages,
    Questions,
    blank,
    broken,
    says,
)
from eval.dataset import YES_NO, EvalQuestion, GoldAnswer

_NO_ANSWER = "{} 题没有答案，也没有写明能否回答，按“应当拒答”计"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row. ``fields``: by field of :data:`eval.data.columns.NAMES`, as found; blank ones left out."""

    row: int
    fields: Mapping[str, Any]


def read_records(records: Iterable[Record], findings: Findings) -> Questions:
    """Every row's question; a bad row is a problem and leaves none."""
    passages = Passages()
    questions: list[EvalQuestion] = []
    for record in records:
        try:
            questions.append(_question(record, passages, findings))
        except BadRow as error:
            findings.problem(record.row, str(error))
    return passages.all(), tuple(questions)


def _question(record: Record, passages: Passages, findings: Findings) -> EvalQuestion:
    fields, row = record.fields, record.row
    question_id = _identity(fields.get("id"), row)
    fresh = findings.claim(question_id, row)  # told even of a row that is bad in another way
    question = _text(fields, "question").strip()
    if blank(question):
        raise BadRow("问题为空。")
    answers = _texts(fields, "answers")
    evidences = _texts(fields, "evidence")
    passage = _text(fields, "passage")
    held = None if blank(passage) else passage
    _refuse_contradiction(fields.get("answerable"), answers)
    _refuse_absent(held, answers, evidences)
    tags = [*_texts(fields, "tags"), *_texts(fields, "style")]
    if fresh:
        if fields.get("answerable") is None and not answers:
            findings.tally(_NO_ANSWER, findings.place(row))
        if answers and YES_OR_NO.issuperset(answers):
            findings.tally(YES_NO_NOTE, findings.place(row))
            tags.append(YES_NO)
    kind = _text(fields, "type").strip()
    return EvalQuestion(
        id=question_id,
        question=question,
        answers=tuple(GoldAnswer(text=answer) for answer in answers),
        row=row,
        passage=None if held is None else passages.add(held),
        document=_text(fields, "document").strip() or None,
        evidences=tuple(evidences),
        kind=str(TYPES.get(kind, kind)),
        tags=tuple(dict.fromkeys(tags)),
    )


def _identity(value: Any, row: int) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise BadRow("编号(id)应是文字或整数。")
    if isinstance(value, str) and broken(value):
        raise BadRow("编号(id)里有残缺的字符。")
    given = "" if value is None else str(value).strip()
    return given or f"row{row}"


def _text(fields: Mapping[str, Any], field: str) -> str:
    value = fields.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRow(f"{field} 应是文字，不是{_named(value)}。")
    if broken(value):
        raise BadRow(f"{field} 里有残缺的字符。")
    return value


def _texts(fields: Mapping[str, Any], field: str) -> list[str]:
    """A list of texts, or one text; white space around each, and empty ones, left out."""
    value = fields.get(field)
    if not isinstance(value, list):
        value = [_text(fields, field)]
    texts = [_text({field: entry}, field).strip() for entry in value]
    return [text for text in texts if text]


def _named(value: Any) -> str:
    kinds = {bool: "真假值", int: "数字", float: "数字", list: "列表", dict: "对象"}
    return f"{kinds.get(type(value), type(value).__name__)}({str(value)[:20]})"


def _refuse_contradiction(stated: Any, answers: list[str]) -> None:
    if stated is None:
        return
    word = stated.strip().casefold() if isinstance(stated, str) else stated
    if not isinstance(word, bool):
        if not isinstance(word, str) or word not in YES | NO:
            raise BadRow(f"能否回答（answerable）应是“是”或“否”（true 或 false），不是“{stated}”。")
        word = word in YES
    if word and not answers:
        raise BadRow("写明能回答，却没有答案。")
    if not word and answers:
        raise BadRow(f"写明不能回答，却有答案“{answers[0]}”。")


def _refuse_absent(passage: str | None, answers: list[str], evidences: list[str]) -> None:
    if passage is None:
        return
    absent = [answer for answer in answers if answer not in YES_OR_NO and not says(passage, answer)]
    absent_evidence = [evidence for evidence in evidences if not says(passage, evidence)]
    told = [f"答案“{text}”不在本行的段落里。" for text in absent]
    told += [f"证据“{text}”不在本行的段落里。" for text in absent_evidence]
    if told:
        raise BadRow("".join(told))
