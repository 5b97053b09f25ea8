"""Runs and comparisons on disk: what is written is read again, and damage is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.compare import compare
from eval.row import Bin, Cited, Row
from eval.run import DataFile, Figure, Run, Summary
from eval.store import (
    COMPARISON,
    RowLog,
    begin,
    load_comparison,
    load_rows,
    load_run,
    render_again,
    require_free,
    row_json,
    save_comparison,
    save_run,
    unfinished,
)
from index.errors import InputError

CITED = Cited(
    text="27家",
    probability=0.1 + 0.2,
    context="达到27家。",
    start=2,
    end=5,
    evidence_start=0,
    evidence_end=6,
    document="年鉴.txt",
    heading_path=("第三章", "一、众创空间"),
    page=None,
    first_line=5,
    holds_answer=True,
    verified=True,
)
ROW = Row(
    id="1",
    question="多少家?",
    kind="how_many",
    tags=("formal",),
    answers=("27家",),
    evidences=("达到27家。",),
    prediction="27家",
    probability=0.1 + 0.2,
    candidates=(CITED,),
    ranks=(1, 7),
    relevant=2,
    depth=50,
    read=8,
    timings_ms={"total": 12.34},
    scores={"EM": 1.0},
    bin=Bin.RIGHT,
)
FIGURE = Figure(measure="EM", value=1.0, low=None, high=None, n=1)
SUMMARY = Summary(
    task="ask",
    name="问题",
    started_at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
    seconds=1.5,
    command=("yuanwen", "eval", "ask"),
    data=(
        DataFile(
            name="问题.jsonl",
            role="questions",
            sha256="0" * 64,
            format="table",
            questions=1,
            passages=0,
            notes=("一",),
        ),
    ),
    settings={"top_k": "8"},
    versions={"python": "3.11"},
    machine={"cpu": "x", "cores": "2", "memory_gb": "4", "system": "Linux"},
    models={"embedder": "e", "embedder_fingerprint": "f"},
    index={"documents": 1, "passages": 3, "generation": 1},
    questions=1,
    figures=(FIGURE,),
    by_kind={"how_many": (FIGURE,)},
    by_tag={},
    bins={"right": 1},
    bins_by_kind={"how_many": {"right": 1}},
)
RUN = Run(summary=SUMMARY, rows=(ROW,))


def test_a_run_is_read_again_just_as_it_was(tmp_path: Path) -> None:
    save_run(RUN, tmp_path / "新" / "out")
    assert load_run(tmp_path / "新" / "out") == RUN
    assert json.loads((tmp_path / "新" / "out" / "predictions.json").read_text(encoding="utf-8")) == {
        "1": "27家"
    }
    assert not list((tmp_path / "新" / "out").glob("*.tmp"))


@given(
    st.lists(
        st.builds(
            Row,
            id=st.just("1"),
            question=st.text(),
            kind=st.text(max_size=5),
            answers=st.lists(st.text(), max_size=2).map(tuple),
            prediction=st.text(),
            declined=st.booleans(),
            probability=st.none() | st.floats(0, 1),
            candidates=st.lists(
                st.builds(
                    lambda text, probability: replace(CITED, text=text, probability=probability),
                    st.text(),
                    st.floats(0, 1),
                ),
                max_size=2,
            ).map(tuple),
            ranks=st.lists(st.integers(1, 1000), max_size=3).map(tuple),
            relevant=st.none() | st.integers(0, 9),
            timings_ms=st.dictionaries(st.text(max_size=5), st.floats(0, 1e6), max_size=2),
            bin=st.none() | st.sampled_from(Bin),
        ),
        max_size=3,
    )
)
def test_any_rows_are_read_again_just_as_they_were(rows: list[Row]) -> None:
    with TemporaryDirectory() as folder:
        log = RowLog(Path(folder), rows[:1])
        for row in rows[1:]:
            log.append(row)
        log.close()
        assert load_rows(Path(folder)) == rows
        lines = (Path(folder) / "rows.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(lines) == len(rows)  # whatever takes U+2028 for a line's end


def test_a_row_stays_on_one_line_for_every_reader() -> None:
    row = replace(ROW, question="一\u2028二\u2029三\x85四\n五")
    assert len(row_json(row).splitlines()) == 1
    assert json.loads(row_json(row))["question"] == row.question


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 99}, "更新的版本"),
        ({"schema": "1"}, "版本号"),
        ({"format": "other"}, "不是 yuanwen eval 写的"),
        ({"questions": "many"}, "questions"),
        ({"task": "sing"}, "task"),
        ({"questions": 2}, "应有 2 行"),
    ],
)
def test_a_newer_or_damaged_summary_is_a_clear_error(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    save_run(RUN, tmp_path)
    path = tmp_path / "summary.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, **change}), encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_run(tmp_path)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("summary.json", b"{", "不是 JSON"),
        ("summary.json", b"\xff\xfe", "不是 JSON"),
        ("summary.json", b"[]", "不是 yuanwen eval 写的"),
        ("rows.jsonl", b"{}\n", "第 1 行"),
        ("rows.jsonl", row_json(ROW).encode(), "最后一行不完整"),
        ("rows.jsonl", b"", "有 0 行"),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    save_run(RUN, tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        load_run(tmp_path)
    assert name in caught.value.message


@pytest.mark.parametrize("name", ["summary.json", "rows.jsonl"])
def test_missing_files_are_named(tmp_path: Path, name: str) -> None:
    save_run(RUN, tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(InputError, match=name):
        load_run(tmp_path)


def test_a_comparison_is_read_again_and_rendered_again(tmp_path: Path) -> None:
    other = Run(summary=SUMMARY, rows=(replace(ROW, prediction="", declined=True, bin=Bin.WRONGLY_DECLINED),))
    comparison = compare(RUN, other)
    save_comparison(comparison, tmp_path)
    assert load_comparison(tmp_path) == comparison
    before = (tmp_path / "report.html").read_bytes()
    (tmp_path / "report.html").unlink()
    html, markdown = render_again(tmp_path)
    assert html.read_bytes() == before
    assert markdown.exists()


def test_a_folder_is_free_if_new_empty_or_of_the_same_kind(tmp_path: Path) -> None:
    run, comparison, foreign = tmp_path / "run", tmp_path / "comparison", tmp_path / "foreign"
    save_run(RUN, run)
    save_comparison(compare(RUN, RUN), comparison)
    foreign.mkdir()
    require_free(foreign)
    (foreign / "summary.json").write_text("{}", encoding="utf-8")
    require_free(tmp_path / "new")
    require_free(run)
    require_free(comparison, kind=COMPARISON)
    for folder, kind in ((foreign, "summary.json"), (comparison, "summary.json"), (run, COMPARISON)):
        with pytest.raises(InputError, match="别的文件"):
            require_free(folder, kind=kind)


def test_beginning_clears_the_earlier_run_before_it_names_the_new_one(tmp_path: Path) -> None:
    save_run(RUN, tmp_path)
    begin(tmp_path, {"task": "read"})
    assert unfinished(tmp_path) == {"task": "read"}
    assert [path.name for path in tmp_path.iterdir()] == ["unfinished.json"]
    assert load_rows(tmp_path) == []
    begin(tmp_path, {"task": "ask"})
    assert unfinished(tmp_path) == {"task": "ask"}


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="写不了"):
        save_run(RUN, tmp_path / "file" / "out")
