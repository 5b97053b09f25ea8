"""Parts of reports: words for numbers, axes and bars, and what is cut out of a context."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from eval.measures import DEFAULTS, names, parse
from eval.report import plots, rows, words
from eval.report.charts import wilson
from eval.report.markdown import code, escape
from eval.report.page import embed
from eval.row import Bin, Cited


def test_every_bin_and_every_measure_has_its_words() -> None:
    assert set(words.BINS) == set(Bin)
    for name in names():
        concrete = re.sub(r"@[kc](?=$|[:%])", "@5", name).replace("pq_ms", "p95_ms")
        assert parse(concrete).name == concrete
        assert words.group(concrete) != "其他", name
        assert "{" not in words.definition(concrete)
        assert words.definition(concrete), name
    assert "前 5 段" in words.definition("Recall@5")
    assert "按答案是否完全一致" in words.definition("ECE:EM")
    assert "证据句" not in words.definition("ECE:EM")
    assert "80%" in words.definition("Risk@80%coverage")
    assert words.definition("EM:best").endswith("从不拒答。")


@pytest.mark.parametrize(
    ("name", "number", "text"),
    [
        ("EM", 0.7236, "72.4%"),
        ("AUROC", 0.9128, "0.913"),
        ("p50_ms", 4.26, "4.3 ms"),
        ("p95_ms", 1234.4, "1,234 ms"),
        ("ECE", 0.0, "0.000"),
        ("EM", 0.0, "0.0%"),
        ("EM", None, "—"),
    ],
)
def test_figures_are_written_as_people_write_them(name: str, number: float | None, text: str) -> None:
    assert words.value(name, number) == text


@pytest.mark.parametrize(
    ("name", "number", "text"),
    [
        ("EM", 0.0213, "+2.1"),
        ("EM", -0.0213, "−2.1"),
        ("EM", -0.0001, "0.0"),
        ("EM", 0.0, "0.0"),
        ("ECE", -0.0123, "−0.012"),
        ("p50_ms", -41.7, "−42"),
        ("p50_ms", 0.26, "+0.3"),
    ],
)
def test_differences_carry_a_sign_unless_they_are_written_as_zero(
    name: str, number: float, text: str
) -> None:
    assert words.difference(name, number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(41.27, "41.3 秒"), (128, "2 分 08 秒"), (59.97, "1 分 00 秒"), (11_100, "3 小时 5 分")],
)
def test_durations(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def test_default_measures_are_all_known() -> None:
    assert {words.value(name, 0.5) for listed in DEFAULTS.values() for name in listed} >= {"50.0%", "0.500"}
    assert all(words.base(name) for listed in DEFAULTS.values() for name in listed if parse(name))


@given(st.floats(1e-6, 1e9))
def test_steps_are_round_and_the_least_that_will_do(rough: float) -> None:
    step = plots.nice_step(rough)
    mantissa = step / 10.0 ** math.floor(math.log10(step * (1 + 1e-12)))
    assert min(abs(mantissa - factor) for factor in (1, 2, 5, 10)) < 1e-6
    assert rough * (1 - 1e-6) <= step < rough * 2.5 * (1 + 1e-6)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_axes_hold_all_that_they_show(one: float, other: float) -> None:
    low, high = sorted((one, other))
    axis = plots.number_axis("", high, low=low)
    slack = 1e-6 * max(1.0, high)
    assert axis.low <= low + slack
    assert axis.high >= high - slack
    assert axis.high > axis.low
    assert 2 <= len(axis.ticks) <= 8
    assert len({label for _, label in axis.ticks}) == len(axis.ticks)


@given(st.floats(0, 1))
def test_share_axes_hold_the_highest_and_the_lowest(share: float) -> None:
    axis = plots.share_axis("", share)
    assert share <= axis.high + 1e-9
    assert axis.high <= 1
    assert plots.upper_share_axis("", share).low <= share


@given(st.lists(st.integers(0, 500), min_size=1, max_size=9).filter(any))
def test_a_stacked_bar_is_as_long_as_its_parts(counts: list[int]) -> None:
    drawn = plots.stacked(
        [plots.Slice(key=f"k{n}", title="", count=count) for n, count in enumerate(counts)], "名"
    )
    widths = [float(width) for width in re.findall(r'width="([\d.]+)"', drawn)]
    assert len(widths) == sum(count > 0 for count in counts)
    assert sum(widths) == pytest.approx(1000, abs=0.1)


@given(st.integers(1, 5000), st.floats(0, 1))
def test_the_margin_of_a_share_is_wilsons(n: int, share: float) -> None:
    right = round(share * n)
    expected = binomtest(right, n).proportion_ci(method="wilson")
    assert wilson(right / n, n) == pytest.approx((expected.low, expected.high), abs=1e-6)


@st.composite
def spans(draw: st.DrawFn) -> Cited:
    context = draw(st.text(st.sampled_from("甲乙丙。😀a"), min_size=1, max_size=60))
    place = st.integers(0, len(context))
    start, end = sorted((draw(place), draw(place)))
    first, last = sorted((draw(place), draw(place)))
    return Cited(
        text=context[start:end],
        probability=0.5,
        context=context,
        start=start,
        end=end,
        evidence_start=first,
        evidence_end=last,
        document="",
        heading_path=(),
        page=None,
        first_line=None,
        holds_answer=False,
        verified=True,
    )


@given(spans(), st.integers(0, 20))
def test_a_window_holds_the_span_and_its_evidence(cited: Cited, around: int) -> None:
    shown = rows.window(cited, around)
    assert shown.text in cited.context
    assert shown.text[shown.start : shown.end] == cited.text
    assert shown.text[shown.evidence_start : shown.evidence_end] == cited.evidence
    assert len(shown.text) <= 2 * around + max(cited.end, cited.evidence_end) - min(
        cited.start, cited.evidence_start
    )
    assert (len(shown.text) < len(cited.context)) == (shown.cut_before or shown.cut_after)


@given(spans(), st.lists(st.text(st.sampled_from("甲乙。😀"), max_size=4), max_size=3))
def test_marked_pieces_are_the_text_and_mark_the_right_part(cited: Cited, answers: list[str]) -> None:
    pieces = rows.segments(rows.window(cited, 100), answers)
    assert "".join(text for text, _ in pieces) == cited.context
    assert "".join(text for text, css in pieces if "span" in css.split()) == cited.text
    assert "".join(text for text, css in pieces if "evidence" in css.split()) == cited.evidence
    held = any(len(answer) > 1 and answer in cited.context for answer in answers)
    assert held == any("gold" in css.split() for _, css in pieces)


@given(spans())
def test_offsets_for_the_browser_count_utf16_units(cited: Cited) -> None:
    units = cited.context.encode("utf-16-le")
    start, end = (rows.utf16(cited.context, position) for position in (cited.start, cited.end))
    assert units[2 * start : 2 * end].decode("utf-16-le") == cited.text


@given(st.text())
def test_embedded_json_never_ends_its_element(text: str) -> None:
    embedded = embed({"text": text})
    assert not set("<>&\u2028\u2029") & set(embedded)


@given(st.text(st.sampled_from("a`| *")))
def test_inline_code_is_fenced_by_more_backticks_than_it_holds(text: str) -> None:
    fence = re.match("`+", code(text))
    assert fence is not None
    assert max((len(run) for run in re.findall("`+", text)), default=0) < len(fence[0])


def test_markdown_is_kept_on_one_line() -> None:
    assert escape("一\n二|三") == "一 二\\|三"
