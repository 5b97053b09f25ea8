"""Pages that are pictures: what was read on them, kept so that no citation needs reading them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.loaders.ocr import PageReader, SeenLine
from index.loaders.pdf.characters import PageText
from index.loaders.pdf.picture_rulings import rulings_on
from index.loaders.pdf.rulings import Ruling
from index.loaders.squares import sizes_of

FEWEST = 20
"""Characters of text from which a page needs no look at its picture."""
_LARGE = 0.3
"""Share of the page that its pictures cover at least."""
_LONGER_SIDE = 2400
"""Pixels that a page is drawn at: 205 dpi for A4."""
_UNIT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page as it was read on its picture.

    Args:
        engine: that read it.
        text: lines with a line break after each.
        boxes: around characters as the picture shows them; ``level``: on the page turned level. Shape (len(text), 4),
            in units of 1/10,000 of the page, zero for line breaks.
        aspect: height of the page over its width.
    """

    engine: str
    text: str
    boxes: NDArray[np.int32]
    level: NDArray[np.int32]
    aspect: float

    @classmethod
    def from_lines(cls, lines: tuple[SeenLine, ...], *, engine: str, aspect: float) -> Self:
        """What a reader saw."""
        none = np.zeros((1, 4), dtype=np.float32)
        shown, level = ([getattr(line, name) for line in lines] for name in ("boxes", "level"))
        return cls(
            engine=engine,
            text="".join(f"{line.text}\n" for line in lines),
            boxes=_whole(np.concatenate([part for boxes in shown for part in (boxes, none)])),
            level=_whole(np.concatenate([part for boxes in level for part in (boxes, none)])),
            aspect=aspect,
        )

    def page(self, *, level: bool = False) -> PageText:
        """The page's raw text."""
        boxes = (self.level if level else self.boxes).astype(np.float32) / np.float32(_UNIT)
        return PageText(text=self.text, boxes=boxes, sizes=self._sizes(boxes), aspect=self.aspect)

    def _sizes(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Font size of each character's line."""
        lines = self.text.split("\n")[:-1]
        ends = np.cumsum([len(line) + 1 for line in lines], dtype=np.int64)
        parts = [boxes[end - len(line) - 1 : end - 1] for line, end in zip(lines, ends, strict=True)]
        sizes = sizes_of(lines, parts, aspect=self.aspect)
        return np.repeat(sizes, [len(line) + 1 for line in lines])

    def told(self) -> dict[str, Any]:
        """For :mod:`json`."""
        return {
            "engine": self.engine,
            "text": self.text,
            "boxes": self.boxes.ravel().tolist(),
            "level": self.level.ravel().tolist(),
            "aspect": self.aspect,
        }

    @classmethod
    def of(cls, told: dict[str, Any]) -> Self:
        """What :meth:`told` wrote.

        Raises:
            ValueError, KeyError, TypeError: it is something else.
        """
        text = str(told["text"])
        boxes, level = (
            np.array(told[name], dtype=np.int32).reshape(len(text), 4) for name in ("boxes", "level")
        )
        return cls(
            engine=str(told["engine"]), text=text, boxes=boxes, level=level, aspect=float(told["aspect"])
        )


def _whole(boxes: NDArray[np.float32]) -> NDArray[np.int32]:
    """In whole units, none empty that wasn't."""
    units = np.rint(boxes * _UNIT).astype(np.int32)
    drawn = boxes[:, 2] > boxes[:, 0]
    units[drawn, 2:] = np.maximum(units[drawn, 2:], units[drawn, :2] + 1)
    return units


def is_picture(page: Any, text: PageText) -> bool:
    """Whether next to nothing but pictures stands on a page; the caller holds the lock."""
    import pypdfium2.raw as pdfium

    if sum(not character.isspace() for character in text.text) >= FEWEST:
        return False
    wide, high = page.get_size()
    covered = 0.0
    for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = drawn.get_bounds()
        covered += max(right - left, 0.0) * max(top - bottom, 0.0)
    return bool(covered >= _LARGE * wide * high)


def see(page: Any, reader: PageReader) -> tuple[Seen, list[Ruling]] | None:
    """What is read on a page's picture, and the lines drawn there; None without text. The caller holds the lock."""
    wide, high = page.get_size()
    drawn = page.render(scale=_LONGER_SIDE / max(wide, high, 1.0), may_draw_forms=False)
    picture = np.asarray(drawn.to_pil().convert("RGB"))
    lines = reader.read(picture)
    if not lines:
        return None
    seen = Seen.from_lines(lines, engine=reader.name, aspect=high / max(wide, 1.0))
    return seen, rulings_on(picture, lines)
