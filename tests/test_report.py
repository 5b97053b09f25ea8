"""Reports: everything is in them, nothing in them runs or loads, and the same run gives the same file."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from eval.compare import compare
from eval.measures import DEFAULTS, figures, parse
from eval.report import (
    markdown_comparison,
    markdown_run,
    render_comparison,
    render_run,
    rows,
    words,
)
from eval.row import Bin, Cited, Row
from eval.run import DataFile, Run, Summary, Task

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;\u2028\u202e😀"
TEXT = "大会于二〇一七年召开。会议由孙金龙主持。😀参加者共三百人。"


def cited(text: str, *, probability: float = 0.9, holds: bool = True, context: str = TEXT) -> Cited:
    start = context.index(text)
    sentence = next(match for match in re.finditer("[^。]+。?", context) if match.end() > start)
    return Cited(
        text=text,
        probability=probability,
        context=context,
        start=start,
        end=start + len(text),
        evidence_start=sentence.start(),
        evidence_end=max(sentence.end(), start + len(text)),
        document="年鉴.txt",
        heading_path=("第一章", "大会"),
        page=None,
        first_line=7,
        holds_answer=holds,
        verified=True,
    )


def answered(number: int, bin_: Bin, *, probability: float = 0.9, **changes: Any) -> Row:
    """A row of *ask* that fits its bin."""
    declined = bin_ is Bin.WRONGLY_DECLINED
    text = "孙金龙" if bin_ is Bin.RIGHT else "二〇一七年"
    row = Row(
        id=f"q{number}",
        question=f"第{number}问:谁主持会议?",
        kind=("who", "when", "自定")[number % 3],
        tags=("口语",) if number % 2 else (),
        answers=() if bin_ is Bin.SHOULD_HAVE_DECLINED else ("孙金龙",),
        prediction="" if declined else text,
        declined=declined,
        probability=probability,
        candidates=(
            cited(text, probability=probability, holds=bin_ is Bin.RIGHT),
            cited("三百人", probability=0.1, holds=False),
        ),
        ranks=(2,) if bin_ is not Bin.SHOULD_HAVE_DECLINED else (),
        relevant=1,
        depth=20,
        read=8,
        timings_ms={"total": 100.0 + number, "read": 80.0},
        bin=bin_,
    )
    return replace(row, **changes)


def run_of(listed: Sequence[Row], task: Task = "ask", **changes: Any) -> Run:
    names = DEFAULTS[task]
    scored = tuple(
        replace(row, scores={name: value for name in names if (value := parse(name).of(row)) is not None})
        for row in listed
    )
    kinds = dict.fromkeys(row.kind for row in scored)
    summary = Summary(
        task=task,
        name="小样",
        started_at=datetime(2025, 3, 4, 5, 6, tzinfo=UTC),
        seconds=75.0,
        command=("yuanwen", "eval", task, "--data", "我的 题.json"),
        data=(
            DataFile(
                name="题.json",
                role="questions",
                sha256="ab" * 32,
                format="squad",
                questions=len(scored),
                passages=3,
                notes=("补上了 2 个起点",),
            ),
        ),
        settings={"top_k": "8"},
        versions={"python": "3.11.7"},
        machine={"cores": "2"},
        models={"embedder": "e5-small · 1234"},
        index={"documents": 3, "passages": 12},
        questions=len(scored),
        figures=figures(scored, names),
        by_kind={kind: figures([row for row in scored if row.kind == kind], names) for kind in kinds},
        by_tag={},
        bins=dict(Counter(row.bin.value for row in scored if row.bin)),
        bins_by_kind={
            kind: dict(Counter(row.bin.value for row in scored if row.bin and row.kind == kind))
            for kind in kinds
        },
    )
    return Run(summary=replace(summary, **changes), rows=scored)


@pytest.fixture(scope="module")
def run() -> Run:
    """Every bin three times."""
    return run_of([answered(n, bin_, probability=n / 30) for n, bin_ in enumerate([*Bin] * 3)])


def retrieval() -> Run:
    found = [
        Row(
            id=f"r{n}",
            question=f"第{n}问",
            kind="who",
            answers=("孙金龙",),
            ranks=(n,) if n % 4 else (),
            relevant=1,
            depth=100,
            timings_ms={"total": 5.0 + n},
        )
        for n in range(40)
    ]
    return run_of(found, "retrieve")


class Page(HTMLParser):
    """What a browser would see: elements, their text, and the data that the script reads."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.shown: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside = tag
            self.scripts += [""] * (tag == "script")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif not self._inside:
            self.shown.append(data)

    @property
    def text(self) -> str:
        return "".join(self.shown)

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.scripts[0])
        return found


def test_the_page_shows_every_figure_and_every_bin(run: Run) -> None:
    text = Page(render_run(run)).text
    for figure in run.summary.figures:
        assert parse(figure.measure).title in text
        assert words.value(figure.measure, figure.value) in text
        assert words.interval(figure.measure, figure.low, figure.high) in text
    for bin_words in words.BINS.values():
        assert bin_words.title in text
        assert bin_words.meaning in text


def test_the_page_tells_what_was_measured_and_how_to_do_it_again(run: Run) -> None:
    text = Page(render_run(run)).text
    for told in (
        "题.json",
        "补上了 2 个起点",
        "1 分 15 秒",
        "2025-03-04 05:06",
        "e5-small · 1234",
        "3.11.7",
        "top_k",
    ):
        assert told in text
    assert "yuanwen eval ask --data '我的 题.json'" in text


def test_the_four_plots_are_drawn_without_a_script(run: Run) -> None:
    names = [attrs.get("aria-label") for tag, attrs in Page(render_run(run)).elements if tag == "svg"]
    assert {"风险—覆盖率曲线", "可靠性图", "召回率随 k 的变化", "耗时分布"} <= set(names)


def test_every_row_is_in_the_page_with_its_outcome(run: Run) -> None:
    data = Page(render_run(run)).data
    assert [row["i"] for row in data["rows"]] == [row.id for row in run.rows]
    assert [row["b"] for row in data["rows"]] == [row.bin.value for row in run.rows if row.bin]
    assert [row["i"] for row in data["rows"] if "o" in row] == [
        row.id for row in run.rows if row.bin is Bin.RIGHT
    ]
    place = data["scores"].index("EM")
    assert [row["s"][place] for row in data["rows"]] == [row.scores["EM"] for row in run.rows]


def test_confident_wrong_answers_come_first_and_wrong_evidence_before_long_spans() -> None:
    listed = [
        answered(1, Bin.NOT_READ, probability=0.6),
        answered(2, Bin.NOT_READ, probability=0.8),
        answered(3, Bin.SPAN_TOO_LONG, probability=0.99, candidates=(cited("孙金龙主持"),)),
        answered(4, Bin.RIGHT, probability=1.0),
        answered(5, Bin.WRONGLY_DECLINED, probability=0.95),
        answered(6, Bin.SHOULD_HAVE_DECLINED, probability=0.7),
    ]
    assert [row.id for row in rows.worst(listed)] == ["q2", "q6", "q1", "q3"]
    assert [row.id for row in rows.worst(listed, most=2)] == ["q2", "q6"]


def hostile_run() -> Run:
    text = f"前文。{HOSTILE}后文。"
    row = answered(1, Bin.NOT_READ)
    bad = replace(
        row,
        id=f"x{HOSTILE}",
        question=HOSTILE,
        kind=HOSTILE,
        tags=(HOSTILE,),
        answers=(HOSTILE, "后文"),
        prediction=HOSTILE,
        candidates=(replace(cited(HOSTILE, context=text), document=HOSTILE, heading_path=(HOSTILE,)),),
    )
    made = run_of([bad, row], name=HOSTILE, command=("yuanwen", HOSTILE), settings={HOSTILE: HOSTILE})
    file = replace(made.summary.data[0], name=HOSTILE, notes=(HOSTILE,), format=HOSTILE)
    return replace(made, summary=replace(made.summary, data=(file,), by_tag={HOSTILE: made.summary.figures}))


def test_hostile_text_is_shown_as_text() -> None:
    page = Page(render_run(hostile_run()))
    tags = Counter(tag for tag, _ in page.elements)
    assert tags["script"] == 2
    assert tags["img"] == 0
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert page.data["rows"][0]["q"] == HOSTILE
    assert page.data["texts"][page.data["rows"][0]["c"][0]["x"]] == f"前文。{HOSTILE}后文。"
    assert page.text.count(HOSTILE) >= 8  # title, files, command, kind, tag, worst case, settings
    assert "\u2028" not in page.scripts[0]


def test_hostile_text_stays_text_in_a_comparison() -> None:
    made = hostile_run()
    other = replace(made.rows[0], prediction="别处", bin=Bin.NOT_READ)  # the first is an accepted answer
    page = Page(render_comparison(compare(made, replace(made, rows=(other, made.rows[1])))))
    assert Counter(tag for tag, _ in page.elements)["script"] == 2
    assert page.data["rows"][0]["pa"] == HOSTILE
    assert page.data["rows"][0]["pb"] == "别处"


def test_half_a_surrogate_pair_can_still_be_written_to_a_file() -> None:
    made = run_of([replace(answered(1, Bin.NOT_READ), question="坏\ud83d字", prediction="\ud83d")])
    assert "坏?字" in render_run(made).encode("utf-8").decode("utf-8")


def pages(run: Run) -> list[str]:
    return [render_run(run), render_run(retrieval()), render_comparison(compare(run, run))]


def test_pages_load_nothing(run: Run) -> None:
    for html in pages(run):
        page = Page(html)
        metas = [attrs.get("content") for tag, attrs in page.elements if tag == "meta"]
        assert any(content and content.startswith("default-src 'none'") for content in metas)
        for tag, attrs in page.elements:
            assert tag not in ("link", "iframe", "img", "object", "embed", "base", "form", "audio", "video")
            assert "src" not in attrs
            assert "style" not in attrs or "url" not in str(attrs["style"])
            assert (attrs.get("href") or "#").startswith("#")
        for call in (
            "http://",
            "https://",
            "url(",
            "@import",
            "fetch(",
            "XMLHttpRequest",
            "import(",
            "eval(",
            "innerHTML",
        ):
            assert call not in html


def test_links_lead_to_sections_that_are_there(run: Run) -> None:
    for html in pages(run):
        elements = Page(html).elements
        ids = [attrs["id"] for _, attrs in elements if attrs.get("id")]
        assert len(ids) == len(set(ids))
        assert {str(attrs["href"])[1:] for tag, attrs in elements if tag == "a"} <= set(ids)


def test_a_small_run_is_called_small_and_drawn_with_few_points(run: Run) -> None:
    for listed, points in (
        ([answered(n, Bin.RIGHT, probability=n / 40) for n in range(40)], 4),
        (run.rows, 2),
    ):
        page = Page(render_run(run_of(listed)))
        start = next(n for n, (_, attrs) in enumerate(page.elements) if attrs.get("aria-label") == "可靠性图")
        drawn = page.elements[start + 1 :]
        end = next(n for n, (tag, _) in enumerate(drawn) if tag == "svg")
        assert sum(tag == "circle" for tag, _ in drawn[:end]) == points
        assert ("各项数字都只作参考" in page.text) == (len(listed) < 30)


def test_the_same_run_gives_the_same_report(run: Run) -> None:
    again = run_of([answered(n, bin_, probability=n / 30) for n, bin_ in enumerate([*Bin] * 3)])
    assert render_run(run) == render_run(again)
    assert markdown_run(run) == markdown_run(again)
    assert render_comparison(compare(run, again)) == render_comparison(compare(again, run))


def test_a_run_without_questions_is_still_a_page() -> None:
    empty = run_of([])
    page = Page(render_run(empty))
    assert page.data["rows"] == []
    assert not [tag for tag, _ in page.elements if tag == "svg"]
    assert "这次评测没有可算的指标。" in page.text
    assert parse("EM").title in page.text
    assert "对在哪里" not in markdown_run(empty)


def test_retrieval_has_ranks_and_neither_bins_nor_probabilities() -> None:
    page = Page(render_run(retrieval()))
    names = {attrs.get("aria-label") for tag, attrs in page.elements if tag == "svg"}
    assert "召回率随 k 的变化" in names
    assert "风险—覆盖率曲线" not in names
    assert page.data["mode"] == "retrieve"
    assert "y" not in page.data["rows"][0]
    assert "没排到前面的题" in page.text
    assert [row.id for row in rows.lost(retrieval().rows, most=3)] == ["r0", "r4", "r8"]


def test_a_page_that_leaves_rows_out_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "为控制文件大小" not in Page(render_run(run)).text
    monkeypatch.setattr(rows, "MOST_ROWS", 20)
    page = Page(render_run(run))
    assert len(page.data["rows"]) == 20
    assert "只列前 20 题，其余 7 题见 rows.jsonl" in page.text


def test_wrong_rows_keep_their_context_when_there_is_too_much_text(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [
        answered(
            n, Bin.NOT_READ if n == 3 else Bin.RIGHT, candidates=(cited("孙金龙", context=f"{TEXT}甲{n}。"),)
        )
        for n in range(4)
    ]
    monkeypatch.setattr(rows, "MOST_CHARACTERS", 10)
    embedded, cut = rows.payload(listed)
    texts = [embedded["texts"][row["c"][0]["x"]] for row in embedded["rows"]]
    assert texts == ["会议由孙金龙主持。"] * 3 + [f"{TEXT}甲3。"]
    assert cut == rows.Cut(rows=0, brief=3)
    assert "有 3 道题只带证据句" in Page(render_run(run_of(listed))).text


def comparison_of() -> tuple[Run, Run]:
    before = [answered(n, Bin.RIGHT if n < 20 else Bin.NOT_READ) for n in range(60)]
    after = [
        answered(n, Bin.NOT_READ if n == 0 else Bin.RIGHT if n < 50 else Bin.NOT_READ) for n in range(60)
    ]
    a = run_of(before, name="旧")
    return a, run_of(after, name="新", settings={"top_k": "12", "rerank": "on"})


def test_a_comparison_shows_figures_changes_bins_and_flips() -> None:
    comparison = compare(*comparison_of())
    page = Page(render_comparison(comparison))
    for one in comparison.differences:
        if one.a is not None:
            assert parse(one.measure).title in page.text
            assert words.difference(one.measure, one.difference) in page.text
    for told in ("旧", "新", "rerank", "12", "B 更好", "分不出高下", "▲ 30", "▼ 1", "20 → 49"):
        assert told in page.text
    assert [row.get("gain", 0) for row in page.data["rows"]] == [1] * 30 + [0]
    assert page.data["rows"][-1]["bb"] == "not_read"
    gained = Counter(line["bb"] for line in page.data["rows"])
    assert gained == {"right": 30, "not_read": 1}


def test_neither_more_nor_fewer_answers_is_called_better() -> None:
    before = [answered(n, Bin.WRONGLY_DECLINED) for n in range(60)]
    after = [answered(n, Bin.NOT_READ) for n in range(60)]
    html = render_comparison(compare(run_of(before), run_of(after)))
    line = re.search(r'<tr><th scope="row">.{0,400}?>Answered<.*?</tr>', html, re.DOTALL)
    assert line is not None
    assert "+100.0" in line[0]
    assert "有变化" in line[0]


def tables(markdown: str) -> list[list[int]]:
    """Cells in each line of each table, as a Markdown reader sees them."""
    found: list[list[int]] = []
    for token in MarkdownIt().enable("table").parse(markdown):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append(0)
        elif token.type in ("td_open", "th_open"):
            found[-1][-1] += 1
    return found


def test_markdown_has_figures_with_intervals_bins_and_kinds(run: Run) -> None:
    text = markdown_run(run)
    for figure in run.summary.figures:
        shown = f"| `{figure.measure}` | **{words.value(figure.measure, figure.value)}** |"
        assert shown in text or figure.value is None
    assert all(bin_words.meaning in text for bin_words in words.BINS.values())
    sizes = tables(text)
    assert [len(lines) - 1 for lines in sizes] == [len(run.summary.figures), len(Bin), 3]
    assert all(len(set(lines)) == 1 for lines in sizes)


def test_markdown_of_a_comparison_has_every_difference_and_change() -> None:
    comparison = compare(*comparison_of())
    sizes = tables(markdown_comparison(comparison))
    defined = [one for one in comparison.differences if one.a is not None]
    assert [len(lines) - 1 for lines in sizes] == [2, len(defined), 2]
    assert all(len(set(lines)) == 1 for lines in sizes)


def test_markdown_shows_hostile_text_as_text() -> None:
    made = run_of([answered(1, Bin.RIGHT)], name="a|b `c` *d* <script>", command=("y", "a`|b"))
    html = MarkdownIt("gfm-like", {"linkify": False}).render(markdown_run(made))
    assert "<script>" not in html
    assert "a|b `c` *d* &lt;script&gt;" in html


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")
def test_a_browser_lists_the_questions_and_runs_nothing_foreign(tmp_path: Path) -> None:
    made = hostile_run()
    (tmp_path / "report.html").write_text(render_run(made), encoding="utf-8")
    done = subprocess.run(
        [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=3000",
            "--dump-dom",
            (tmp_path / "report.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    page = Page(done.stdout)
    openers = [
        attrs for tag, attrs in page.elements if tag == "button" and attrs.get("aria-expanded") == "false"
    ]
    assert len(openers) == 2
    assert Counter(tag for tag, _ in page.elements)["script"] == 2
    assert "共 2 题" in page.text
