"""An evaluator's own questions: JSONL, a JSON list, CSV."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import eval.data.source as source
from eval.data import load_dataset
from eval.data.findings import text_id
from eval.dataset import YES_NO, Dataset, EvalQuestion, GoldAnswer, GoldPassage
from index.errors import DatasetError, UnreadableFile

PASSAGE = "2017年 9月 22日上午,自治区召开大会。\n众创空间达到27家。"


def _jsonl(folder: Path, *rows: Any, name: str = "own.jsonl") -> Path:
    path = folder / name
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _csv(folder: Path, *rows: list[str], encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    path = folder / "own.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def _problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(DatasetError) as caught:
        load_dataset(path)
    return caught.value.problems


def test_the_sample_questions_load_as_they_are() -> None:
    dataset = load_dataset(Path(__file__).parent.parent / "seeds" / "questions.jsonl")
    assert (dataset.format, len(dataset.questions), dataset.notes) == ("table", 253, ())
    assert sum(not question.answerable for question in dataset.questions) == 54
    first = dataset.questions[0]
    assert (first.id, first.kind, first.tags, first.row) == ("q001", "when", ("formal",), 1)
    assert first.answers[0] == GoldAnswer(text="2017年9月22日")


def test_every_key_of_a_line(tmp_path: Path) -> None:
    row = {
        "id": 7,
        "question": " 达到多少家? ",
        "answers": ["27家", " 27 家 "],
        "answerable": True,
        "document": "年鉴.txt",
        "passage": PASSAGE,
        "evidence": "众创空间达到27家。",
        "type": "数量",
        "tags": ["甲", "a|b"],
        "style": "formal",
        "why": "…",
    }
    dataset = load_dataset(_jsonl(tmp_path, row))
    assert dataset.passages == (GoldPassage(id=text_id(PASSAGE), text=PASSAGE),)
    assert dataset.questions == (
        EvalQuestion(
            id="7",
            question="达到多少家?",
            answers=(GoldAnswer(text="27家"), GoldAnswer(text="27 家")),
            row=1,
            passage=text_id(PASSAGE),
            document="年鉴.txt",
            evidences=("众创空间达到27家。",),
            kind="how_many",
            tags=("甲", "a|b", "formal"),
        ),
    )


def test_rows_with_the_same_passage_share_it(tmp_path: Path) -> None:
    rows = [{"question": f"问{n}", "answers": "27家", "passage": PASSAGE + "。" * (n // 2)} for n in range(4)]
    dataset = load_dataset(_jsonl(tmp_path, *rows))
    assert len(dataset.passages) == 2
    assert [question.passage for question in dataset.questions] == [
        p.id for p in dataset.passages for _ in "ab"
    ]


def test_a_json_list_is_an_own_file_and_counts_questions(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(json.dumps([{"question": "问", "answers": "答"}, {"question": ""}]), encoding="utf-8")
    assert _problems(path) == ("第 2 题: 问题为空。",)


def test_lines_of_json_under_the_ending_json(tmp_path: Path) -> None:
    path = _jsonl(
        tmp_path, {"question": "一", "answers": "1"}, {"question": "二", "answers": "2"}, name="own.json"
    )
    assert [question.question for question in load_dataset(path).questions] == ["一", "二"]


def test_rows_without_an_id_get_one_and_blank_lines_count_in_numbers_only(tmp_path: Path) -> None:
    path = _jsonl(
        tmp_path, "", {"question": "一", "answers": "1"}, " ", {"question": "二\u2028三", "answers": "2"}, ""
    )
    questions = load_dataset(path).questions
    assert [(question.id, question.row) for question in questions] == [("row2", 2), ("row4", 4)]
    assert questions[1].question == "二\u2028三"


def test_no_answers_and_no_word_on_it_means_declining_and_is_noted(tmp_path: Path) -> None:
    dataset = load_dataset(
        _jsonl(tmp_path, {"question": "一"}, {"question": "二", "answers": [], "answerable": False})
    )
    assert [question.answerable for question in dataset.questions] == [False, False]
    assert dataset.notes == ("1 题没有答案，也没有写明能否回答，按“应当拒答”计(第 1 行)",)


def test_a_bare_yes_is_tagged_and_not_looked_for(tmp_path: Path) -> None:
    dataset = load_dataset(_jsonl(tmp_path, {"question": "是吗?", "answers": ["YES"], "passage": PASSAGE}))
    assert dataset.questions[0].tags == (YES_NO,)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{oops", "不是合法的 JSON（第 2 个字符）"),
        ('{"question": "问", "answers": [' + "9" * 5000 + "]}", "数字过长"),
        ("3", "应是一个 JSON 对象"),
        ({"answers": ["27家"]}, "问题为空"),
        ({"question": "\u200b", "answers": ["27家"]}, "问题为空"),
        ({"question": 3, "answers": ["27家"]}, "question 应是文字，不是数字(3)"),
        ({"question": "问", "answers": [2017]}, "answers 应是文字，不是数字(2017)"),
        ({"question": "问", "answers": {"text": ["27家"]}}, "answers 应是文字，不是对象"),
        ({"question": "问", "answers": "答", "tags": [["x"]]}, "tags 应是文字，不是列表"),
        ({"question": "问", "answers": "答", "id": True}, "编号(id)应是文字或整数"),
        ({"question": "问\ud800", "answers": "答"}, "残缺的字符"),
        ({"question": "问", "answers": "答", "id": "\ud800"}, "残缺的字符"),
        ({"question": "问", "answers": "27家", "answerable": "也许"}, "不是“也许”"),
        ({"question": "问", "answers": "27家", "answerable": 1}, "不是“1”"),
        ({"question": "问", "answers": [], "answerable": True}, "写明能回答，却没有答案"),
        ({"question": "问", "answers": [" "], "answerable": "是"}, "写明能回答，却没有答案"),
        ({"question": "问", "answers": ["27家"], "answerable": False}, "写明不能回答，却有答案“27家”"),
        ({"question": "问", "answers": ["27家", "28家"], "passage": PASSAGE}, "答案“28家”不在本行的段落里"),
        (
            {"question": "问", "answers": "27家", "passage": PASSAGE, "evidence": ["无"]},
            "证据“无”不在本行的段落里",
        ),
        ({"question": "问", "anwsers": ["27家"]}, "不认识的列“anwsers”，是不是“answers”？"),
        ({"question": "问", "zzz": 1}, "不认识的列“zzz”。"),
        ({"question": "问", "问题": "再问"}, "“问题”与另一个键说的是同一件事(question)"),
    ],
)
def test_a_bad_line_is_told_with_its_number(tmp_path: Path, row: Any, told: str) -> None:
    path = tmp_path / "own.jsonl"
    line = row if isinstance(row, str) else json.dumps(row)
    path.write_text('{"question": "好", "answers": "答"}\n' + line + "\n", encoding="utf-8")
    (problem,) = _problems(path)
    assert problem.startswith("第 2 行: ")
    assert told in problem


def test_all_bad_rows_are_told_at_once_and_an_unknown_key_once(tmp_path: Path) -> None:
    rows: list[Any] = [{"id": "a", "question": "问", "answers": "答", "kid": 1} for _ in range(30)]
    rows[9] = "{"
    problems = _problems(_jsonl(tmp_path, *rows))
    assert len(problems) == 1 + 1 + 28
    assert problems[1] == "第 2 行: 编号“a”与第 1 行重复。"
    assert [problem for problem in problems if "kid" in problem] == [problems[0]]


def test_white_space_does_not_count_in_looking_for_an_answer(tmp_path: Path) -> None:
    row = {"question": "问", "answers": ["2017年9月22日", "召开大会。众创空间"], "passage": PASSAGE}
    assert len(load_dataset(_jsonl(tmp_path, row)).questions) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_with_chinese_headers_in_the_encodings_that_people_save(tmp_path: Path, encoding: str) -> None:
    path = _csv(
        tmp_path,
        ["编号", "问题(必填)", "答案", "能否回答", "文档", "段落", "证据", "类型", "标签", "备注"],
        [
            "1",
            "众创空间有多少家？",
            "27家\n 27 家|",
            "是",
            "年鉴.txt",
            PASSAGE,
            "众创空间达到27家。",
            "数量",
            "甲,乙、丙",
            "x",
        ],
        ["", "", "", "", "", "", "", "", "", ""],
        ["2", "手机屏幕碎了去哪儿修?", "", "否", "", "", "", "", "", ""],
        encoding=encoding,
    )
    dataset = load_dataset(path)
    first, second = dataset.questions
    assert [answer.text for answer in first.answers] == ["27家", "27 家"]
    assert (first.kind, first.tags, first.document) == ("how_many", ("甲", "乙", "丙"), "年鉴.txt")
    assert first.evidences == ("众创空间达到27家。",)
    assert dataset.passages[0].text == PASSAGE
    assert (second.id, second.row, second.answerable) == ("2", 4, False)
    assert dataset.notes == (
        () if "8" in encoding and "gb" not in encoding else (f"文件不是 UTF-8 编码，按 {encoding} 读取",)
    )


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_with_other_delimiters(tmp_path: Path, delimiter: str) -> None:
    path = _csv(tmp_path, ["question", "answers"], ["一,二;三", "甲"], delimiter=delimiter)
    assert load_dataset(path).questions[0].question == "一,二;三"


def test_numbered_answer_columns_are_taken_as_they_are(tmp_path: Path) -> None:
    path = _csv(
        tmp_path,
        ["问题", "答案", "答案1", "Answer_2"],
        ["问", "甲|乙", "丙|丁", "戊"],
        ["问二", "", "己", ""],
    )
    first, second = load_dataset(path).questions
    assert [answer.text for answer in first.answers] == ["甲", "乙", "丙|丁", "戊"]
    assert [answer.text for answer in second.answers] == ["己"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            [["问提", "答案"], ["问", "答"]],
            ["第 1 行: 不认识的列“问提”，是不是“问题”？", "第 1 行: 表头里没有“问题”（question）这一列。"],
        ),
        ([["question", "问题", "答案"], ["a", "b", "c"]], ["第 1 行: 有两列都是编号(question)。"]),
        ([["问题", "答案"], ["问", "答", "多出来的"]], ["第 2 行: 第 3 格没有表头，却有内容“多出来的”。"]),
        (
            [["问题", "", "答案"], ["问", "多出来的", "答"]],
            ["第 2 行: 第 2 格没有表头，却有内容“多出来的”。"],
        ),
        (
            [["问题", "答案"], ["", "答"], [" ", ""], ["", "答"]],
            ["第 2 行: 问题为空。", "第 4 行: 问题为空。"],
        ),
        ([["编号", "问题"], ["1", "问"], ["1", "问"]], ["第 3 行: 编号“1”与第 2 行重复。"]),
    ],
)
def test_a_bad_sheet_of_cells_tells_every_row(tmp_path: Path, rows: list[list[str]], told: list[str]) -> None:
    told = [line.replace("都是编号", "都是问题") for line in told]
    assert list(_problems(_csv(tmp_path, *rows))) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('问题,答案\n问,"答\n二,三\n', "第 2 行: 不是合法的 CSV(引号没有成对)"),
        ("问题\n" + "长" * 140_000, "单元格超过"),
    ],
)
def test_damaged_csv_is_a_bad_row(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    (problem,) = _problems(path)
    assert told in problem


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".xlsx"])
@pytest.mark.parametrize("data", [b"", b" \n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path: Path, suffix: str, data: bytes) -> None:
    path = tmp_path / f"own{suffix}"
    path.write_bytes(data)
    with pytest.raises(DatasetError):
        load_dataset(path)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_only_a_header_or_nothing_but_white_space_is_no_questions(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"own{suffix}"
    path.write_text("问题,答案\n" if suffix == ".csv" else "\n\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="没有问题"):
        load_dataset(path)


def test_bytes_that_are_no_text_are_refused_with_where(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes("问题,答案\n众创空间有多少家,27家\n".encode() + b"\xff\xff\xff,x\n")
    with pytest.raises(DatasetError, match=r"own\.csv: 第 \d+ 字节\(第 3 行,0xFF\)") as caught:
        load_dataset(path)
    assert "另存为 UTF-8" in caught.value.remedy
    path.write_bytes(b"%PDF-1.7 ...")
    with pytest.raises(DatasetError, match="内容是PDF"):
        load_dataset(path)


def test_an_unknown_ending_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    path = tmp_path / "own.docx"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(DatasetError, match=r"不认识的文件类型“\.docx”.*\.jsonl"):
        load_dataset(path)


def test_a_form_that_the_file_cannot_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="格式 squad 应当是一个 JSON 文档"):
        load_dataset(_csv(tmp_path, ["问题"], ["问"]), format="squad")


@pytest.mark.parametrize("name", ["missing.csv", "folder.csv", "pipe.csv", "nul\0.csv"])
def test_what_the_system_does_not_give_is_unreadable(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UnreadableFile):
        load_dataset(tmp_path / name)


def test_a_file_without_permission_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _csv(tmp_path, ["问题"], ["问"])

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)  # the tests may run as root, whom nothing is refused
    with pytest.raises(UnreadableFile, match="读不了：Permission denied"):
        load_dataset(path)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_BYTES", 10)
    with pytest.raises(DatasetError, match="上限"):
        load_dataset(_csv(tmp_path, ["问题"], ["一个很长的问题"]))


_words = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp", "Cf"], exclude_characters="|,，、;；_"
    ),
    min_size=1,
    max_size=12,
).map(str.strip)
words = _words.filter(lambda text: bool(text) and text not in {"YES", "NO"})


@st.composite
def own_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows as an evaluator writes them, each key left out at times."""
    rows = []
    for number in range(draw(st.integers(1, 4))):
        answers = draw(st.lists(words, max_size=3))
        row: dict[str, Any] = {"id": f"i{number}", "question": draw(words), "answers": answers}
        if draw(st.booleans()):
            row["answerable"] = bool(answers)
        if draw(st.booleans()):
            row["evidence"] = draw(st.lists(words, max_size=2))
            row["passage"] = "\n".join(["文", *answers, *row["evidence"], "字"])
        row |= {key: draw(words) for key in ("document", "type") if draw(st.booleans())}
        if draw(st.booleans()):
            row["tags"] = draw(st.lists(words, max_size=3, unique=True))
        rows.append(row)
    return rows


def expected(rows: list[dict[str, Any]], first_row: int) -> tuple[EvalQuestion, ...]:
    """The questions that the rows are."""
    from eval.data.columns import TYPES

    return tuple(
        EvalQuestion(
            id=row["id"],
            question=row["question"],
            answers=tuple(GoldAnswer(text=answer) for answer in row["answers"]),
            row=number,
            passage=text_id(row["passage"]) if "passage" in row else None,
            document=row.get("document"),
            evidences=tuple(row.get("evidence", ())),
            kind=str(TYPES.get(row.get("type", ""), row.get("type", ""))),
            tags=tuple(row.get("tags", ())),
        )
        for number, row in enumerate(rows, first_row)
    )


COLUMNS = ("id", "question", "answers", "answerable", "document", "passage", "evidence", "type", "tags")


def as_cells(rows: list[dict[str, Any]]) -> list[list[str]]:
    """A header and a row of texts for each."""

    def cell(value: Any) -> str:
        if isinstance(value, bool):
            return "是" if value else "否"
        return "\n".join(value) if isinstance(value, list) else str(value)

    return [list(COLUMNS), *([cell(row.get(name, "")) for name in COLUMNS] for row in rows)]


def same(dataset: Dataset, rows: list[dict[str, Any]], first_row: int) -> None:
    """The dataset says what the rows say."""
    assert dataset.questions == expected(rows, first_row)
    assert {p.id: p.text for p in dataset.passages} == {
        text_id(row["passage"]): row["passage"] for row in rows if "passage" in row
    }


quick = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(own_rows())
def test_json_lines_read_back_as_they_were_written(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    same(load_dataset(_jsonl(tmp_path, *rows)), rows, 1)


@quick
@given(own_rows())
def test_csv_reads_back_as_it_was_written(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(as_cells(rows))
    path = tmp_path / "own.csv"
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    same(load_dataset(path), rows, 2)
