"""The characters of one page, in the order pdfium gives them, each with its box.

Boxes are shares of the page as it is seen: turned and cropped. pdfium isn't thread safe: every call into it happens
under :data:`PDFIUM`.
"""

from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

PDFIUM = threading.RLock()

MOST_ON_PAGE = 200_000
"""Characters of a page; a page of small print has 5,000."""

_LEFT_OUT = frozenset({0x0, 0x2, 0xFFFE, 0xFFFF})
"""Glyphs that stand for no character, and pdfium's mark of a hyphen at the end of a line."""
_RADICALS = {code: normalize("NFKC", chr(code)) for code in (*range(0x2F00, 0x2FD6), 0x2E9F, 0x2EF3)} | {
    0x2E81: "厂", 0x2E8B: "卩", 0x2E97: "心", 0x2E98: "扌", 0x2EA0: "民", 0x2EA9: "王", 0x2EAF: "糸", 0x2EB0: "纟",
    0x2EB6: "羊", 0x2EBC: "肉", 0x2EC1: "虎", 0x2EC4: "西", 0x2EC5: "见", 0x2EC6: "角", 0x2EC8: "讠", 0x2EC9: "贝",
    0x2ECB: "车", 0x2ECE: "辶", 0x2ED0: "钅", 0x2ED1: "長", 0x2ED3: "长", 0x2ED4: "门", 0x2EDA: "页", 0x2EDB: "风",
    0x2EDC: "飞", 0x2EE0: "饣", 0x2EE2: "马", 0x2EE5: "鱼", 0x2EE6: "鸟", 0x2EE8: "麦", 0x2EE9: "黄", 0x2EEC: "齐",
    0x2EEE: "齿", 0x2EF0: "龙", 0x2E85: "亻", 0x2E89: "刂", 0x2E96: "忄", 0x2EA1: "氵", 0x2EA3: "灬", 0x2EA8: "犭",
    0x2EAD: "礻", 0x2EC2: "衤", 0x2ECC: "辶", 0x2ECD: "辶", 0x2ECF: "阝", 0x2ED6: "阝", 0x2ED7: "雨", 0x2ED8: "青",
    0x2ED9: "韦", 0x2EDD: "食", 0x2EE3: "骨", 0x2EE4: "鬼", 0x2EE7: "卤", 0x2EEA: "黾",
}  # fmt: skip
"""CJK radicals (U+2E80-2FDF) that print programs write for the ideographs they look like, one for one."""


class TooManyCharacters(ValueError):
    """A page holds more than :data:`MOST_ON_PAGE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """A page as raw text.

    Args:
        text: with pdfium's own white space between words and lines.
        boxes: shape (len(text), 4): left, top, right, bottom as shares of the page; all zero for white space that
            isn't drawn.
        sizes: shape (len(text),): font size in shares of the page's height.
        aspect: height of the page over its width.
    """

    text: str
    boxes: NDArray[np.float32]
    sizes: NDArray[np.float32]
    aspect: float


def read_page(page: Any) -> PageText:
    """The characters of a page of ``pypdfium2``, which the caller holds under :data:`PDFIUM`.

    Raises:
        TooManyCharacters: more than :data:`MOST_ON_PAGE`.
    """
    import pypdfium2.raw as pdfium

    sheet = page.get_textpage()
    try:
        handle = sheet.raw
        count = sheet.count_chars()
        if count > MOST_ON_PAGE:
            raise TooManyCharacters(count)
        codes = [pdfium.FPDFText_GetUnicode(handle, index) for index in range(count)]
        raw_boxes, sizes = _raw_boxes(handle, count)
    finally:
        sheet.close()
    wide, high = page.get_size()
    text, kept = _decoded(codes)
    boxes = _seen(page, raw_boxes[kept])
    boxes[[character.isspace() for character in text]] = 0
    return PageText(
        text=text,
        boxes=boxes,
        sizes=(sizes[kept] / max(high, 1.0)).astype(np.float32),
        aspect=high / max(wide, 1.0),
    )


def _raw_boxes(handle: Any, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Left, bottom, right, top of each character in the page's own coordinates, and font sizes in points.

    The loose box is as high as the line; where a font's measures are nonsense, the box around the ink.
    """
    import pypdfium2.raw as pdfium

    boxes = np.zeros((count, 4))
    sizes = np.zeros(count)
    loose = pdfium.FS_RECTF()
    ink = [ctypes.c_double() for _ in range(4)]
    for index in range(count):
        size = sizes[index] = pdfium.FPDFText_GetFontSize(handle, index)
        found = pdfium.FPDFText_GetLooseCharBox(handle, index, loose)
        box = (loose.left, loose.bottom, loose.right, loose.top)
        if not found or not 0 < box[3] - box[1] < 3 * max(size, 1.0) or box[2] <= box[0]:
            left, right, bottom, top = ink
            pdfium.FPDFText_GetCharBox(handle, index, left, right, bottom, top)
            box = (left.value, bottom.value, right.value, top.value)
        boxes[index] = box
    return boxes, sizes


def _decoded(codes: list[int]) -> tuple[str, NDArray[np.int64]]:
    """Characters out of UTF-16 units, and the unit that each began with."""
    characters: list[str] = []
    kept: list[int] = []
    index = 0
    while index < len(codes):
        code, at = codes[index], index
        index += 1
        if 0xD800 <= code < 0xDC00 and index < len(codes) and 0xDC00 <= codes[index] < 0xE000:
            code = 0x10000 + ((code - 0xD800) << 10) + codes[index] - 0xDC00
            index += 1
        if code in _LEFT_OUT or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            continue
        characters.append(_RADICALS.get(code) or chr(code))
        kept.append(at)
    return "".join(characters), np.array(kept, dtype=np.int64)


_DEVICE = 1_000_000


def _seen(page: Any, boxes: NDArray[np.float64]) -> NDArray[np.float32]:
    """Boxes in the page's own coordinates as shares of the page as it is seen, shape (n, 4)."""
    origin, across, up = (_point(page, x, y) for x, y in ((0, 0), (1000, 0), (0, 1000)))
    matrix = np.stack(((across - origin) / 1000, (up - origin) / 1000))
    first = boxes[:, :2] @ matrix + origin
    second = boxes[:, 2:] @ matrix + origin
    shares = np.concatenate((np.minimum(first, second), np.maximum(first, second)), axis=1) / _DEVICE
    return np.clip(shares, 0.0, 1.0).astype(np.float32)


def _point(page: Any, x: float, y: float) -> NDArray[np.float64]:
    """Where a point of the page is seen, in units of :data:`_DEVICE`."""
    import pypdfium2.raw as pdfium

    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, _DEVICE, _DEVICE, 0, x, y, across, down)
    return np.array([across.value, down.value], dtype=np.float64)
