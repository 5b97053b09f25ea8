"""Measures by name: which there are, and what a name means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from eval.measures import calibration, observe, text, weighted
from eval.measures.measure import Measure, Observe, Unit
from eval.measures.weighted import Statistic
from eval.run import Task
from index.errors import MeasureError

ECE_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A family of names: its parameter, if any, stands as ``{n}`` in ``name`` and ``title``.

    Args:
        parameter: the letter that documentation writes for it ("k"); empty without one.
        largest: what the parameter may be at most, from 1.
        example: a parameter that people ask for.
        variants: title and what is observed, by suffix; "" is the name as it stands.
        columns: numbers observed of a question. statistic: from the parameter.
    """

    name: str
    variants: dict[str, tuple[str, Callable[[int], Observe]]]
    parameter: str = ""
    largest: int = 0
    example: int = 0
    unit: Unit = "share"
    higher_is_better: bool = True
    columns: int = 1
    statistic: Callable[[int], Statistic] = lambda _: weighted.mean

    def names(self, parameter: str) -> tuple[str, ...]:
        """Its names with that in place of the parameter."""
        stem = self.name.replace("{n}", parameter)
        return tuple(f"{stem}:{suffix}" if suffix else stem for suffix in self.variants)

    def measure(self, name: str) -> Measure | None:
        """The measure, if the name is of this form."""
        pattern = re.escape(self.name).replace(r"\{n\}", r"([1-9][0-9]{0,3})")
        match = re.fullmatch(rf"{pattern}(?::(\w+))?", name)
        if match is None or match[match.re.groups] not in {suffix or None for suffix in self.variants}:
            return None
        parameter = int(match[1]) if self.parameter else 0
        if parameter > self.largest:
            return None
        title, observed = self.variants[match[match.re.groups] or ""]
        return Measure(
            name=name,
            title=title.replace("{n}", str(parameter)),
            unit=self.unit,
            higher_is_better=self.higher_is_better,
            observe=observed(parameter),
            columns=self.columns,
            statistic=self.statistic(parameter),
        )


def _always(observed: Observe) -> Callable[[int], Observe]:
    return lambda _: observed


def _scored(name: str, title: str, score: observe.Score) -> Form:
    return Form(
        name=name,
        variants={
            "": (title, _always(observe.answer(score))),
            "best": (f"{title}（不计拒答）", _always(observe.best(score))),
        },
    )


def _seen(
    name: str, title: str, observed: Observe, best: Observe | None = None, *, higher: bool = True
) -> Form:
    variants = {"": (title, _always(observed))}
    if best is not None:
        variants["best"] = (f"{title}（不计拒答）", _always(best))
    return Form(name=name, variants=variants, higher_is_better=higher)


def _ranked(name: str, title: str, observed: Callable[[int], Observe]) -> Form:
    return Form(name=name, variants={"": (title, observed)}, parameter="k", largest=1000, example=5)


_EVIDENCE = _always(observe.probability_and(observe.evidence_right))
_SPAN = _always(observe.probability_and(observe.span_right))

FORMS: tuple[Form, ...] = (
    _scored("EM", "完全一致", text.exact_match),
    _scored("F1@char", "逐字 F1", text.f1_bag),
    _scored("F1@lcs", "CMRC 官方 F1", text.f1_substring),
    _seen("Contains", "答案含标准答案", observe.contains, observe.best(observe.holds)),
    _seen("EvidenceHit", "证据句含标准答案", observe.evidence_hit, observe.evidence_hit_best),
    _seen(
        "EvidenceF1",
        "证据句 F1",
        observe.evidence_f1(declined_too=False),
        observe.evidence_f1(declined_too=True),
    ),
    _seen("AllF1", "答案与证据 F1", observe.all_f1(declined_too=False), observe.all_f1(declined_too=True)),
    _seen("CitationPrecision", "引用准确率", observe.citation_right),
    _seen("Verified", "引用核对通过", observe.verified),
    _seen("Answered", "作答比例", observe.answered),
    _seen("DeclinedRight", "无答案时拒答", observe.declined_right),
    _ranked("Recall@{n}", "前 {n} 段召回率", observe.found_at),
    _ranked("MRR@{n}", "前 {n} 段倒数排名", observe.reciprocal_rank_at),
    _ranked("nDCG@{n}", "前 {n} 段 nDCG", observe.ndcg_at),
    Form(
        name="AUROC",
        variants={
            "": ("概率区分有无答案", _always(observe.probability_and(lambda row: row.answerable))),
        },
        columns=2,
        statistic=lambda _: calibration.auroc,
    ),
    Form(
        name="ECE",
        variants={"": ("校准误差", _EVIDENCE), "EM": ("校准误差（按完全一致）", _SPAN)},
        higher_is_better=False,
        columns=2,
        statistic=lambda _: calibration.calibration_error(ECE_BINS),
    ),
    Form(
        name="Risk@{n}%coverage",
        variants={
            "": ("作答 {n}% 时的错误率", _EVIDENCE),
            "EM": ("作答 {n}% 时的错误率（按完全一致）", _SPAN),
        },
        parameter="c",
        largest=100,
        example=80,
        higher_is_better=False,
        columns=2,
        statistic=lambda percent: calibration.risk_at(percent / 100),
    ),
    Form(
        name="AURC",
        variants={
            "": ("风险—覆盖率曲线下面积", _EVIDENCE),
            "EM": ("风险—覆盖率曲线下面积（按完全一致）", _SPAN),
        },
        higher_is_better=False,
        columns=2,
        statistic=lambda _: calibration.area_under_risk,
    ),
    Form(
        name="p{n}_ms",
        variants={"": ("耗时第 {n} 百分位", _always(observe.total_ms))},
        parameter="q",
        largest=99,
        example=95,
        unit="ms",
        higher_is_better=False,
        statistic=lambda percent: weighted.percentile(percent / 100),
    ),
)

_TIMES = ("p50_ms", "p95_ms")
_READ = (
    "EM",
    "F1@char",
    "F1@lcs",
    "EM:best",
    "F1@lcs:best",
    "Contains",
    "EvidenceHit",
    "EvidenceHit:best",
    "EvidenceF1",
    "AllF1",
    "CitationPrecision",
    "Answered",
    "DeclinedRight",
    "AUROC",
    "ECE",
    "Risk@80%coverage",
    "Verified",
)
_RETRIEVE = ("Recall@1", "Recall@5", "Recall@10", "Recall@20", "MRR@10", "nDCG@10")

DEFAULTS: dict[Task, tuple[str, ...]] = {
    "read": (*_READ, *_TIMES),
    "retrieve": (*_RETRIEVE, *_TIMES),
    "ask": (*_READ, *_RETRIEVE, *_TIMES),
}
"""What a task is measured by where nobody says."""


def names() -> tuple[str, ...]:
    """Every name, variants too, with a letter for a parameter: "Recall@k", "Risk@c%coverage:EM"."""
    return tuple(name for form in FORMS for name in form.names(form.parameter))


@lru_cache(maxsize=1024)
def parse(name: str) -> Measure:
    """The measure of that name; ``str`` of it is ``name`` again.

    Raises:
        MeasureError: there is none; it names the nearest.
    """
    for form in FORMS:
        measure = form.measure(name)
        if measure is not None:
            return measure
    near = _nearest(name)
    remedy = f"是不是想写 {near}？全部指标见 docs/measures.md。" if near else None
    raise MeasureError(f"没有名为「{name}」的指标。", remedy=remedy)


def _nearest(name: str) -> str | None:
    """The name most like it, with the number that was asked for where that is allowed."""
    asked = re.search(r"[1-9][0-9]{0,3}", name)
    spelled: dict[str, str] = {}
    for form in FORMS:
        parameters = {str(form.example) if form.parameter else ""}
        if asked and form.parameter and int(asked[0]) <= form.largest:
            parameters = {asked[0]}
        spelled |= {known.casefold(): known for parameter in parameters for known in form.names(parameter)}
    wanted = name.casefold()
    longer = [known for known in spelled if wanted and known.startswith(wanted)]
    near = longer or get_close_matches(wanted, list(spelled), n=3, cutoff=0.4)
    alike = [known for known in near if known[0] == wanted[0]] or near
    return spelled[alike[0]] if alike else None
