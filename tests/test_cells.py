"""Answers out of tables are one cell."""

from __future__ import annotations

import pytest

from index.document import BlockKind, Document
from index.ingest import load_here
from index.store.protocol import DocumentContent, PassageRecord
from rag.cells import within_cell
from rag.read import Mark

CSV = "指标,2015年,2016年\n众创空间,12,20\n孵化器,9,13\n".encode()
ROW = "众创空间 2015年：12；众创空间 2016年：20"


def cut(document: Document, words: str, question: str = "？") -> str:
    content = DocumentContent(text=document.text, blocks=document.blocks, offsets=document.offsets)
    start = document.text.index(words)
    passage = PassageRecord(
        id=1, document_id=1, ordinal=0, start=0, end=len(document.text), text=document.text, heading_path=()
    )
    mark = Mark(
        passage=passage, start=start, end=start + len(words), evidence_start=0, evidence_end=start + len(words),
        score=1.0, probability=0.9,
    )  # fmt: skip
    return within_cell(content, mark, question).text


@pytest.mark.parametrize(
    ("marked", "answer"),
    [
        ("12", "12"),
        ("2015年：12", "12"),
        ("12；众创空间 2016年：20", "12"),
        ("众创空间 2016年：2", "2"),
        ("2016年", "2016年"),
        (ROW, "12"),
        ("20\n孵化器", "20"),
    ],
)
def test_a_mark_over_several_cells_is_cut_to_the_value(marked: str, answer: str) -> None:
    document = load_here(CSV, source="a.csv")
    assert document.blocks[0].kind is BlockKind.ROW
    assert ROW in document.text
    assert cut(document, marked) == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("2016年众创空间有多少家？", "20"),
        ("2015年众创空间有多少家？", "12"),
        ("2016年的孵化器呢？", "13"),
        ("2017年众创空间有多少家？", "12"),  # no such column: what the reader marked stays
        ("有多少家？", "12"),
    ],
)
def test_the_cell_is_the_one_whose_label_and_header_the_question_names(question: str, answer: str) -> None:
    document = load_here(CSV, source="a.csv")
    assert cut(document, "12；众创空间 2016年：20", question) == answer


def test_running_text_keeps_its_marks() -> None:
    document = load_here("数量：12；面积：20。".encode(), source="a.txt")
    assert cut(document, "12；面积：20") == "12；面积：20"
