"""What stands on a slide: shapes in the order of reading, the numbers of charts, the words of diagrams."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from index.errors import DamagedDocument
from index.loaders.safe_xml import safe_parser

_DEEPEST = 12
"""Groups of shapes within each other."""
MOST_SHAPES = 5_000
"""On a slide, in the order of reading; those of a slide with more are read in the order of the file."""
_MOST_POINTS = 10_000
"""Of a chart's series."""
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FURNITURE = frozenset({"dt", "ftr", "hdr", "sldNum"})
"""Placeholders that say the same on every slide."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def with_one_version(slide: Any) -> None:
    """Puts the newest version in the place of shapes that ``mc:AlternateContent`` keeps in several."""
    for element in list(slide.iter(f"{_MC}AlternateContent")):
        parent = element.getparent()
        chosen = element.find(f"{_MC}Choice")
        if parent is not None and chosen is not None:
            parent[parent.index(element) : parent.index(element) + 1] = list(chosen)


def is_cover(title: Any) -> bool:
    """Whether a title's placeholder is that of a cover."""
    place = next(title.element.iter("{*}ph"), None)
    return place is not None and place.get("type") == "ctrTitle"


def in_order(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    """Shapes as they are read, those of a group together; page numbers, dates and footers left out."""
    from pptx.shapes.group import GroupShape

    held = [shape for shape in shapes if not _is_furniture(shape)]
    for at in reading_order([_box(shape) for shape in held]):
        shape = held[at]
        if not isinstance(shape, GroupShape):
            yield shape
        elif depth < _DEEPEST:
            yield from in_order(shape.shapes, depth + 1)


def _is_furniture(shape: Any) -> bool:
    place = shape.element.find(".//{*}nvPr/{*}ph") if shape.is_placeholder else None
    return place is not None and place.get("type") in _FURNITURE


def _box(shape: Any) -> Box:
    left, top = float(shape.left or 0), float(shape.top or 0)
    return left, top, left + float(shape.width or 0), top + float(shape.height or 0)


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """Indices of boxes as they are read: cut again and again along the widest gap (Nagy and Seth 1984)."""
    out: list[int] = []
    waiting = [list(range(len(boxes)))] if len(boxes) <= MOST_SHAPES else []
    if not waiting:
        return list(range(len(boxes)))
    while waiting:
        some = waiting.pop()
        down, over = _widest(some, boxes, 1), _widest(some, boxes, 0)
        axis, (gap, cut) = (1, down) if down[0] >= over[0] else (0, over)
        if len(some) < 2 or gap <= -math.inf:
            out.extend(sorted(some, key=lambda at: (boxes[at][1], boxes[at][0], at)))
            continue
        before = [at for at in some if boxes[at][axis] < cut]
        waiting.extend(([at for at in some if boxes[at][axis] >= cut], before))
    return out


def _widest(some: Sequence[int], boxes: Sequence[Box], axis: int) -> tuple[float, float]:
    """The widest gap between boxes along an axis, and where the box behind it starts; -inf where none parts them."""
    ordered = sorted(some, key=lambda at: boxes[at][axis])
    best = (-math.inf, 0.0)
    reach = -math.inf
    for at in ordered:
        start = boxes[at][axis]
        if reach > -math.inf and start >= reach:
            best = max(best, (start - reach, start))
        reach = max(reach, boxes[at][axis + 2], start + 1)
    return best


def chart_table(chart: Any) -> tuple[str, list[list[str]]]:
    """A chart's title, and its numbers as rows: names of the series, then a row for each category."""
    title = "".join(part.text or "" for part in chart.iterfind(f"{_C}chart/{_C}title//{_A}t"))
    columns: list[tuple[str, dict[int, str]]] = []
    names: dict[int, str] = {}
    for series in chart.iter(f"{_C}ser"):
        name = " ".join(_points(series.find(f"{_C}tx")).values())
        names = names or _points(next((series.find(f"{_C}{k}") for k in ("cat", "xVal")), None))
        values = next((one for k in ("val", "yVal") if (one := series.find(f"{_C}{k}")) is not None), None)
        columns.append((name, _points(values)))
    rows = sorted({index for _, values in columns for index in values})
    if not rows:
        return title.strip(), []
    cells = [[names.get(row, ""), *(values.get(row, "") for _, values in columns)] for row in rows]
    return title.strip(), [["", *(name for name, _ in columns)], *cells]


def _points(element: Any) -> dict[int, str]:
    """Texts of the cached points of a series by index; numbers to 15 digits, as Excel shows them."""
    out: dict[int, str] = {}
    if element is None:
        return out
    numbers = next(element.iter(f"{_C}numCache"), None) is not None
    direct = element.find(f"{_C}v")
    if direct is not None:
        return {0: direct.text or ""}
    for point in element.iter(f"{_C}pt"):
        text = " ".join((point.findtext(f"{_C}v") or "").split())
        index = point.get("idx") or ""
        if index.isdecimal() and len(index) < 7 and len(out) < _MOST_POINTS:
            out[int(index)] = _shortened(text) if numbers else text
    return out


def _shortened(text: str) -> str:
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return text


def diagram_lines(shape: Any, part: Any, *, source: str) -> Iterator[str]:
    """The words of a diagram (SmartArt), a line for each of its points.

    Raises:
        DamagedDocument: the part that holds them can't be parsed.
    """
    from lxml import etree

    found = next(shape.iter(f"{_DIAGRAM}relIds"), None)
    name = None if found is None else found.get(f"{_RELATED}dm")
    if name is None or name not in part.rels or part.rels[name].is_external:
        return
    parser = safe_parser()
    try:
        root = etree.fromstring(part.related_part(name).blob, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DamagedDocument("里面的 SmartArt 图形已损坏。", source=source) from error
    for paragraph in root.iter(f"{_A}p"):
        words = "".join(text.text or "" for text in paragraph.iter(f"{_A}t"))
        if words.strip():
            yield " ".join(words.split())
