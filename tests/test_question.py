"""What kind of answer a question asks for."""

from __future__ import annotations

import pytest

from rag.question import QuestionType, answering_expressions, question_type


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("大会是什么时候召开的？", QuestionType.WHEN),
        ("方案是哪年印发的", QuestionType.WHEN),
        ("任务分工方案的文号是什么？", QuestionType.DOCUMENT_NUMBER),
        ("有多少家孵化器", QuestionType.HOW_MANY),
        ("在孵企業有幾家", QuestionType.HOW_MANY),
        ("會議是誰主持的", QuestionType.WHO),
        ("会议在哪里召开", QuestionType.WHERE),
        ("《意见》主要包括哪些内容", QuestionType.LIST),
        ("什么是星创天地", QuestionType.OTHER),
    ],
)
def test_kind_is_told_from_the_asking_words(question: str, kind: QuestionType) -> None:
    assert question_type(question) is kind


def test_a_date_that_the_question_names_itself_is_no_answer() -> None:
    text = "2017年9月22日上午,2016年度大会召开"
    found = answering_expressions(QuestionType.WHEN, text, "2016年度大会是哪天召开的")
    assert [text[start:end] for start, end in found] == ["2017年9月22日"]


@pytest.mark.parametrize("number", ["新政办发〔2017〕55号", "新党办[2017]4号"])
def test_document_numbers_in_both_kinds_of_brackets_are_found(number: str) -> None:
    assert answering_expressions(QuestionType.DOCUMENT_NUMBER, f"方案({number})", "文号是什么")


def test_nothing_is_looked_for_when_the_kind_is_unknown() -> None:
    assert answering_expressions(QuestionType.OTHER, "2017年", "为什么") == []
