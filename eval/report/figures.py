"""Figures as the templates and the Markdown show them: words and marks, no numbers left to format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eval.measures import parse
from eval.report import plots, words
from eval.run import Figure

MOST_CARDS = 12
_HEADLINES = (
    "EM",
    "F1@lcs",
    "F1@char",
    "EvidenceHit",
    "EvidenceF1",
    "AllF1",
    "CitationPrecision",
    "Answered",
    "DeclinedRight",
    "Recall@1",
    "Recall@5",
    "Recall@10",
    "MRR@10",
    "nDCG@10",
    "AUROC",
    "ECE",
    "Risk@80%coverage",
    "p50_ms",
    "p95_ms",
)
"""What a reader looks for first, in the order of the cards; what else a summary holds follows."""

_FIRST = (
    "EM",
    "F1@lcs",
    "EvidenceHit",
    "DeclinedRight",
    "Recall@5",
    "MRR@10",
    "AUROC",
    "ECE",
    "p50_ms",
    "p95_ms",
)
"""What must stay when there are more figures than cards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A figure in words.

    Args:
        text: value and unit ("72.4%"); ``number`` and ``unit`` are its parts.
        interval: "70.8–74.0"; empty where there is none.
        strip: the interval drawn; empty for times, which have no end to the axis.
    """

    name: str
    title: str
    definition: str
    text: str
    number: str
    unit: str
    interval: str
    strip: Markup
    n: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Figures that belong together."""

    title: str
    figures: tuple[Shown, ...]


def shown(figure: Figure) -> Shown:
    """A figure in words, with its interval drawn on a line from 0 to 1."""
    number = words.value(figure.measure, figure.value, unit=False)
    text = words.value(figure.measure, figure.value)
    interval = words.interval(figure.measure, figure.low, figure.high)
    title = parse(figure.measure).title
    strip = Markup("")
    if parse(figure.measure).unit == "share" and figure.value is not None:
        name = f"{title} {text}" + (f"，区间 {interval}" if interval else "")
        strip = plots.strip(figure.low, figure.value, figure.high, (0.0, 1.0), kind="plain", name=name)
    return Shown(
        name=figure.measure,
        title=title,
        definition=words.definition(figure.measure),
        text=text,
        number=number,
        unit=text.removeprefix(number).strip() if figure.value is not None else "",
        interval=interval,
        strip=strip,
        n=f"{figure.n:,}",
    )


def headline(figures: Sequence[Figure], most: int = MOST_CARDS) -> list[Figure]:
    """At most ``most`` figures that have a value, those that are looked for first before others.

    Variants (``:best``) are left to the table.
    """
    known = {
        figure.measure: figure for figure in figures if figure.value is not None and ":" not in figure.measure
    }
    wanted = [name for name in _HEADLINES if name in known]
    wanted += [name for name in known if name not in wanted]
    wanted.sort(key=lambda name: words.GROUPS.index(words.group(name)))
    kept = set(sorted(wanted, key=lambda name: (name not in _FIRST, wanted.index(name)))[:most])
    return [known[name] for name in wanted if name in kept]


def groups(figures: Iterable[Figure]) -> list[Group]:
    """All figures by what they are about, in the order of the summary within a group."""
    listed = list(figures)
    found = (
        Group(title=title, figures=tuple(shown(one) for one in listed if words.group(one.measure) == title))
        for title in words.GROUPS
    )
    return [group for group in found if group.figures]


def columns(
    figures: Sequence[Figure], breakdown: Mapping[str, Sequence[Figure]], most: int = 10
) -> list[str]:
    """The measures that a breakdown shows: those of the cards that any of its lines has a value for."""
    having = {one.measure for line in breakdown.values() for one in line if one.value is not None}
    return [one.measure for one in headline(figures, most) if one.measure in having]
