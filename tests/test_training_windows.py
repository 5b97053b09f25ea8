"""Training examples cut out of paragraphs: where the answer stands in them, and where it doesn't."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import around, sentences
from rag.training.squad import Example
from rag.training.windows import SHORTEST, WHOLE, Asked, answered, believable, elsewhere, load_asked
from squad_files import paragraph, write_squad

seeds = st.integers(0, 2**32).map(random.Random)


def asked_of(text: str, answer: str = "", *, question: str = "何时?", translated: bool = False) -> Asked:
    start = text.index(answer)
    example = Example(source="s.txt", question=question, start=start, end=start + len(answer))
    return Asked(example=example, text=text, translated=translated)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Sentences in which no character but the punctuation comes twice, so that every stretch has one place."""
    lengths = draw(st.lists(st.integers(1, 180), min_size=1, max_size=9))
    characters = map(chr, range(0x4E00, 0xA000))
    ends = st.sampled_from(("。", "！", "？\n", "\n", "。 ", "\n\n"))
    return "".join("".join(next(characters) for _ in range(n)) + draw(ends) for n in lengths)


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    """Answerable ones; answers may reach over the end of a sentence."""
    text = draw(texts())
    start = draw(st.integers(0, len(text) - 1).filter(lambda at: not text[at].isspace()))
    length = draw(st.integers(1, 60))
    return asked_of(text, text[start : start + length].rstrip())


def place(text: str, piece: str) -> tuple[int, int]:
    assert text.count(piece) == 1
    start = text.index(piece)
    return start, start + len(piece)


@given(questions(), seeds)
def test_a_window_holds_its_answer_at_the_offsets_it_gives(asked: Asked, rng: random.Random) -> None:
    item = answered(asked, rng)
    assert item.text[item.start : item.end] == asked.text[asked.example.start : asked.example.end]
    assert item.answerable
    assert (item.question, item.kind) == ("何时?", "asked")


@given(questions(), seeds)
def test_a_window_is_whole_sentences_and_as_long_as_it_may_be(asked: Asked, rng: random.Random) -> None:
    bounds = sentences(asked.text)
    start, end = place(asked.text, answered(asked, rng).text)
    assert start in {a for a, _ in bounds}
    assert end in {b for _, b in bounds}
    core = around(bounds, asked.example.start, asked.example.end)
    assert end - start <= max(WHOLE, core[1] - core[0])
    assert all(end - a > SHORTEST for a, b in bounds if b <= start)
    assert all(b - start > SHORTEST for a, b in bounds if a >= end)


@given(texts(), seeds)
def test_a_window_for_a_question_without_an_answer_is_whole_sentences_too(
    text: str, rng: random.Random
) -> None:
    item = answered(asked_of(text), rng)
    assert (item.start, item.end, item.answerable, item.kind) == (0, 0, False, "impossible")
    start, end = place(text, item.text)
    assert start in {a for a, _ in sentences(text)}
    assert end in {b for _, b in sentences(text)}


def test_no_window_is_blank_wherever_it_is_drawn() -> None:
    asked = asked_of("大会在北京召开。" + "\n" * 30 + "天气很好。" + " " * 30)
    drawn = {answered(asked, random.Random(seed)).text.strip() for seed in range(40)}
    assert all(text.endswith("。") for text in drawn)


@given(questions(), seeds)
def test_elsewhere_is_whole_sentences_with_nothing_of_the_answer(asked: Asked, rng: random.Random) -> None:
    item = elsewhere(asked, rng)
    if item is None:
        return
    bounds = sentences(asked.text)
    start, end = place(asked.text, item.text)
    assert end <= asked.example.start or start >= asked.example.end
    assert start in {a for a, _ in bounds}
    assert end in {b for _, b in bounds}
    assert SHORTEST // 2 <= end - start <= max(WHOLE, *(b - a for a, b in bounds))
    assert not item.answerable


@given(seeds)
def test_elsewhere_is_found_on_either_side_but_not_where_the_answer_stands_again(rng: random.Random) -> None:
    long = ("草" * 70 + "。", "木" * 70 + "。")
    there = elsewhere(asked_of(f"{long[0]}会议在二月召开。{long[1]}", "二月"), rng)
    assert there is not None
    assert there.text in long
    again = elsewhere(asked_of(f"会议在二月召开。{long[0]}二月闭幕。{long[1]}", "二月"), rng)
    assert again is None or "二月" not in again.text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("会议在二月召开。", "二月"),  # nothing else there
        ("会议在二月召开。很短。", "二月"),  # too little
        ("草" * 70 + "。", ""),  # no answer to keep away from
    ],
)
def test_there_may_be_no_elsewhere(text: str, answer: str) -> None:
    assert elsewhere(asked_of(text, answer), random.Random(0)) is None


@given(questions(), st.integers(0, 99))
def test_the_same_seed_gives_the_same_windows(asked: Asked, seed: int) -> None:
    assert answered(asked, random.Random(seed)) == answered(asked, random.Random(seed))
    assert elsewhere(asked, random.Random(seed)) == elsewhere(asked, random.Random(seed))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("蒸汽机", True),
        ("", True),  # without an answer there is none to doubt
        ("瓦特改良了蒸汽机", True),
        ("的蒸汽机", False),
        ("蒸汽机，", False),
        ("，此后", False),
        ("1769年获得专利的蒸汽机，此后它改变了整个欧洲工业的全部面貌和许多人的生活", False),
        ("769年", False),  # inside a number
        ("att", False),  # inside a word
        ("帝国", False),  # its sentence shares nothing with the question
        ("瓦特公司", True),  # begins after a Latin letter, but not inside a word
        ("文件", False),  # so does this, in a sentence about something else
    ],
)
def test_a_translated_answer_is_believed_where_the_question_points_to_it(answer: str, expected: bool) -> None:
    text = (
        "1769年获得专利的蒸汽机，此后它改变了整个欧洲工业的全部面貌和许多人的生活。"
        "James Watt瓦特改良了蒸汽机，Watt瓦特公司也制造蒸汽机。帝国很大。PDF文件很多。"
    )
    assert believable(asked_of(text, answer, question="谁制造了蒸汽机的专利?")) is expected


def test_only_the_translated_files_are_looked_at_with_suspicion(tmp_path: Path) -> None:
    paragraphs = [
        paragraph("大会于2017年召开。天气晴。", {"大会于哪年召开?": "2017年", "谁?": "天气", "为何?": None})
    ]
    files = [write_squad(tmp_path / name, paragraphs) for name in ("cmrc.json", "squad2_zh_dev.json")]
    loaded = [(one.translated, one.text[one.example.start : one.example.end]) for one in load_asked(files)]
    assert loaded == [(False, "2017年"), (False, "天气"), (False, ""), (True, "2017年"), (True, "")]
