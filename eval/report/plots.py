"""Plots as inline SVG: seen without scripts, sharp in print, coloured by the page's style sheet in light and dark.

Every function returns ready markup whose texts are escaped. Colours are classes, never values, so that one drawing
serves both themes. Each has a name for screen readers; the numbers stand in a table beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 520, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 22, 38, 54


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis: ``low`` to ``high``, with labels where there are ticks."""

    title: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of a stacked bar. ``key`` is its CSS class and what a click filters by."""

    key: str
    title: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar from ``left`` to ``right`` of the x axis; ``hint`` shows on hover."""

    left: float
    right: float
    height: float
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A point with its upright margin of error; ``label`` stands beside it, ``hint`` shows on hover."""

    x: float
    y: float
    margin: tuple[float, float]
    label: str
    hint: str


class _Canvas:
    """Collects marks in data coordinates."""

    def __init__(self, x: Axis, y: Axis, name: str) -> None:
        self._x, self._y, self._name = x, y, name
        self._marks: list[Markup] = []
        self._frame()

    def x(self, value: float) -> float:
        inner = WIDTH - _LEFT - _RIGHT
        return round(_LEFT + inner * _part(value, self._x), 1)

    def y(self, value: float) -> float:
        inner = HEIGHT - _TOP - _BOTTOM
        return round(HEIGHT - _BOTTOM - inner * _part(value, self._y), 1)

    def add(self, template: str, **values: object) -> None:
        """Adds ``template`` with its values escaped."""
        self._marks.append(Markup(template).format(**values))

    def text(self, x: float, y: float, text: str, kind: str = "tick", anchor: str = "middle") -> None:
        self.add(
            '<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{text}</text>',
            x=x,
            y=y,
            kind=kind,
            anchor=anchor,
            text=text,
        )

    def svg(self) -> Markup:
        return Markup(
            '<svg class="plot" viewBox="0 0 {w} {h}" role="img" aria-label="{name}">{marks}</svg>'
        ).format(w=WIDTH, h=HEIGHT, name=self._name, marks=Markup("").join(self._marks))

    def _frame(self) -> None:
        bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
        for value, label in self._y.ticks:
            at = self.y(value)
            self.add('<line class="grid" x1="{a}" x2="{b}" y1="{y}" y2="{y}"/>', a=_LEFT, b=right, y=at)
            self.text(_LEFT - 8, at + 4.5, label, anchor="end")
        for value, label in self._x.ticks:
            self.text(self.x(value), bottom + 20, label)
        self.add('<line class="axis" x1="{a}" x2="{b}" y1="{y}" y2="{y}"/>', a=_LEFT, b=right, y=bottom)
        self.text(6, 17, self._y.title, "axis-title", "start")
        self.text(right, HEIGHT - 8, self._x.title, "axis-title", "end")


def _part(value: float, axis: Axis) -> float:
    """Where ``value`` stands on the axis, 0 to 1."""
    return min(1.0, max(0.0, (value - axis.low) / (axis.high - axis.low)))


def share_axis(title: str, high: float = 1.0) -> Axis:
    """From 0 to at least ``high``, in per cent."""
    step = next(step for step in (0.02, 0.05, 0.1, 0.25, 0.25) if high <= 4 * step or step == 0.25)
    top = min(1.0, step * math.ceil(high / step - 1e-9))
    ticks = tuple((step * i, f"{step * i * 100:.0f}%") for i in range(round(top / step) + 1))
    return Axis(title=title, low=0.0, high=top, ticks=ticks)


_UPPER = ((0.02, 0.9), (0.05, 0.75), (0.1, 0.5))
"""Step and start of axes that don't begin at 0, finest first."""


def upper_share_axis(title: str, lowest: float) -> Axis:
    """Up to 100 %: from a round share below ``lowest`` where that is high, else from 0."""
    step, low = next(((step, low) for step, low in _UPPER if lowest >= low + step / 2), (0.25, 0.0))
    ticks = tuple(
        (low + step * i, f"{(low + step * i) * 100:.0f}%") for i in range(round((1 - low) / step) + 1)
    )
    return Axis(title=title, low=low, high=1.0, ticks=ticks)


def number_axis(title: str, high: float, low: float = 0.0, parts: int = 5) -> Axis:
    """Round steps of 1, 2 or 5 times a power of ten that cover ``low`` to ``high``."""
    # Values that hardly differ still get an axis with labels that do.
    step = nice_step(max((high - low) / parts, high * 1e-4))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    ticks = tuple((step * i, f"{step * i:,.6g}") for i in range(first, last + 1))
    return Axis(title=title, low=first * step, high=last * step, ticks=ticks)


def nice_step(rough: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that isn't below ``rough``; 1 where that isn't positive."""
    if rough <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9)))


def line(
    points: Sequence[tuple[float, float]],
    *,
    x: Axis,
    y: Axis,
    name: str,
    labels: Sequence[str] = (),
    mark: tuple[float, float, str] | None = None,
) -> Markup:
    """A line with the area under it.

    Args:
        points: in the order of x. labels: as many as points, each above its dot; none for a bare line.
        mark: a point of its own with a label.
    """
    canvas = _Canvas(x, y, name)
    path = " ".join(f"{canvas.x(a)},{canvas.y(b)}" for a, b in points)
    base = canvas.y(y.low)
    if points and y.low == 0:  # an area from anywhere else would lie about sizes
        ends = f"{canvas.x(points[-1][0])},{base} {canvas.x(points[0][0])},{base}"
        canvas.add('<polygon class="area" points="{p} {e}"/>', p=path, e=ends)
    if points:
        canvas.add('<polyline class="line" points="{p}"/>', p=path)
    for (a, b), label in zip(points, labels, strict=bool(labels)):
        canvas.add('<circle class="dot" cx="{x}" cy="{y}" r="4"/>', x=canvas.x(a), y=canvas.y(b))
        canvas.text(canvas.x(a), canvas.y(b) - 11, label, "value")
    if mark is not None:
        at, height, label = mark
        px, py = canvas.x(at), canvas.y(height)
        canvas.add('<line class="mark" x1="{x}" x2="{x}" y1="{a}" y2="{b}"/>', x=px, a=py, b=base)
        canvas.add('<circle class="dot mark" cx="{x}" cy="{y}" r="5"/>', x=px, y=py)
        left = px > WIDTH * 0.6
        canvas.text(px - 10 if left else px + 10, py - 12, label, "value", "end" if left else "start")
    return canvas.svg()


def bars(
    items: Sequence[Bar],
    *,
    x: Axis,
    y: Axis,
    name: str,
    marks: Sequence[tuple[float, str]] = (),
) -> Markup:
    """Bars side by side.

    Args:
        marks: upright lines at x, labelled at the top, in ascending order.
    """
    canvas = _Canvas(x, y, name)
    base = canvas.y(y.low)
    for bar in items:
        left, right, top = canvas.x(bar.left), canvas.x(bar.right), canvas.y(bar.height)
        canvas.add(
            '<rect class="bar" x="{x}" y="{y}" width="{w}" height="{h}"><title>{hint}</title></rect>',
            x=round(left + 1, 1),
            y=top,
            w=round(max(right - left - 2, 0.8), 1),
            h=round(base - top, 1),
            hint=bar.hint,
        )
    for number, (at, label) in enumerate(marks):
        px = canvas.x(at)
        # The labels of neighbours would overlap: the first reads to its left, the others to their right.
        before = number == 0 and px > _LEFT + 110
        canvas.add('<line class="mark" x1="{x}" x2="{x}" y1="{a}" y2="{b}"/>', x=px, a=_TOP - 4, b=base)
        after_end = px > WIDTH - 110
        side = -1 if before or after_end else 1
        canvas.text(px + side * 5, _TOP + 8 + 16 * number, label, "value", "end" if side < 0 else "start")
    return canvas.svg()


def scatter(dots: Sequence[Dot], *, x: Axis, y: Axis, name: str) -> Markup:
    """Points with margins around the line on which y equals x, which is where they should be.

    A label that would cover a point or another label is left out; the table beside has them all.
    """
    canvas = _Canvas(x, y, name)
    canvas.add(
        '<line class="ideal" x1="{a}" y1="{b}" x2="{c}" y2="{d}"/>',
        a=canvas.x(x.low),
        b=canvas.y(y.low),
        c=canvas.x(x.high),
        d=canvas.y(y.high),
    )
    path = " ".join(f"{canvas.x(dot.x)},{canvas.y(dot.y)}" for dot in dots)
    canvas.add('<polyline class="link" points="{p}"/>', p=path)
    for dot in dots:
        px, py = canvas.x(dot.x), canvas.y(dot.y)
        low, high = canvas.y(dot.margin[0]), canvas.y(dot.margin[1])
        canvas.add('<line class="margin" x1="{x}" x2="{x}" y1="{a}" y2="{b}"/>', x=px, a=low, b=high)
        canvas.add(
            '<circle class="dot" cx="{x}" cy="{y}" r="5"><title>{hint}</title></circle>',
            x=px,
            y=py,
            hint=dot.hint,
        )
    taken = [(canvas.x(dot.x), canvas.y(dot.y)) for dot in dots]
    for dot in dots:
        # Below the line the free side is to the right, above it to the left.
        right = dot.y <= dot.x and canvas.x(dot.x) < WIDTH - 60
        px, py = canvas.x(dot.x) + (22 if right else -22), canvas.y(dot.y)
        if all(abs(px - x) > 17 or abs(py - y) > 13 for x, y in taken):
            canvas.text(px, py + 4, dot.label, "count")
            taken.append((px, py))
    return canvas.svg()


def stacked(slices: Sequence[Slice], name: str, *, clickable: bool = False) -> Markup:
    """A horizontal bar of shares, as wide as its box and without text of its own."""
    total = sum(part.count for part in slices)
    marks, left = [], 0.0
    for part in slices:
        if not part.count:
            continue
        width = part.count / total * 1000
        marks.append(
            Markup(
                '<rect class="{key}" x="{x}" width="{w}" y="0" height="10"{data}><title>{hint}</title></rect>'
            ).format(
                key=part.key,
                x=f"{left:.2f}",
                w=f"{width:.2f}",
                data=Markup(' data-filter-bin="{}"').format(part.key.removeprefix("bin-"))
                if clickable
                else "",
                hint=f"{part.title}：{part.count:,} 题（{part.count / total * 100:.1f}%）",
            )
        )
        left += width
    return Markup(
        '<svg class="stack" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="{name}">{m}</svg>'
    ).format(name=name, m=Markup("").join(marks))


def strip(
    low: float | None,
    value: float | None,
    high: float | None,
    axis: tuple[float, float],
    *,
    kind: str,
    name: str,
) -> Markup:
    """A value with its interval on a line of its own: the mark of cards (0 to 1) and of forest plots (around 0).

    Args:
        axis: what the left and the right end stand for; 0 gets an upright line where it lies inside.
        kind: CSS class that colours it.
    """

    def at(number: float) -> float:
        start, end = axis
        return round(200 * min(1.0, max(0.0, (number - start) / (end - start))), 2)

    marks = [Markup('<line class="rail" x1="0" x2="200" y1="8" y2="8"/>')]
    if axis[0] < 0 < axis[1]:
        marks.append(Markup('<line class="zero" x1="{0}" x2="{0}" y1="0" y2="16"/>').format(at(0)))
    if low is not None and high is not None:
        marks.append(
            Markup('<rect class="range" x="{}" width="{}" y="3" height="10"/>').format(
                at(low), round(max(at(high) - at(low), 1.0), 2)
            )
        )
    if value is not None:
        marks.append(Markup('<rect class="point" x="{}" width="2" y="0" height="16"/>').format(at(value) - 1))
    return Markup(
        '<svg class="strip {kind}" viewBox="0 0 200 16" preserveAspectRatio="none" role="img" aria-label="{name}">'
        "{marks}</svg>"
    ).format(kind=kind, name=name, marks=Markup("").join(marks))
