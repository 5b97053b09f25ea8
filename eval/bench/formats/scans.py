"""Pages as a scanner gives them: pictures, askew, blurred, speckled, compressed."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """How a page comes out.

    Args:
        dpi: pixels per inch.
        skew: degrees, counterclockwise.
        blur: radius of the Gaussian in pixels.
        noise: standard deviation in grey levels of 256.
        quality: of the JPEG it is compressed to, 1 to 95.
    """

    dpi: int
    skew: float
    blur: float
    noise: float
    quality: int


def scanned(pdf: bytes, scanner: Scanner, choice: random.Random) -> list[Image.Image]:
    """A picture of each page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.render(scale=scanner.dpi / 72).to_pil() for page in document]
    finally:
        document.close()
    return [_worn(page, scanner, choice) for page in pages]


def _worn(page: Image.Image, scanner: Scanner, choice: random.Random) -> Image.Image:
    grey = page.convert("L").rotate(scanner.skew, Image.Resampling.BICUBIC, fillcolor=255)
    grey = grey.filter(ImageFilter.GaussianBlur(scanner.blur))
    rng = np.random.default_rng(choice.randrange(2**32))
    levels = np.asarray(grey, np.float32) * 0.94 + 8
    levels += rng.normal(0, scanner.noise, levels.shape).astype(np.float32)
    levels += np.linspace(0, -12, levels.shape[1], dtype=np.float32)  # light falls off to one side
    out = io.BytesIO()
    Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=scanner.quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("L")


def as_picture_file(pages: list[Image.Image], ending: str, scanner: Scanner) -> bytes:
    """The pages in one file; PNG and JPEG hold the first only.

    Args:
        ending: "pdf", "tiff", "png" or "jpg".
    """
    out = io.BytesIO()
    first, rest = pages[0], pages[1:]
    if ending == "pdf":
        first.save(
            out, "PDF", save_all=True, append_images=rest, resolution=scanner.dpi, quality=scanner.quality
        )
    elif ending == "tiff":
        first.save(
            out,
            "TIFF",
            save_all=True,
            append_images=rest,
            dpi=(scanner.dpi, scanner.dpi),
            compression="tiff_lzw",
        )
    elif ending == "png":
        first.save(out, "PNG", dpi=(scanner.dpi, scanner.dpi))
    else:
        first.save(out, "JPEG", quality=scanner.quality, dpi=(scanner.dpi, scanner.dpi))
    return out.getvalue()
