"""Asks the sample questions of the sample yearbook as text, PDF in two columns, Word, web page and scan.

Run ``python -m eval.bench.sample_formats [--pictures DIR]``, with ``YUANWEN_CACHE`` set to save making the model.
Chromium prints the PDF, LibreOffice saves the Word file, the scan is the PDF's pages at 200 dpi, skewed and noisy;
all but the text need those programs, the scan the extra ``ocr`` too. With ``--pictures`` the pages of ten citations
of the PDF and ten of the scan are drawn with their boxes, to be looked at. Prints one line of JSON for each format;
the exit status is 1 if a citation didn't verify, or one of a page has no box.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from eval.bench.formats.model import Heading, Paragraph, Source
from eval.bench.formats.pages import print_page
from eval.bench.formats.programs import Programs
from eval.bench.formats.recipes import MING
from eval.bench.formats.scans import Scanner, as_picture_file, scanned
from eval.bench.formats.sites import Site, site_page
from eval.measures.text import exact_match
from index.document import BlockKind
from index.ingest import load_here
from index.render import render
from rag.answer import Citation
from rag.build import open_service
from rag.service import QAService
from rag.settings import load_settings

SEEDS = Path(__file__).parents[2] / "seeds"
YEARBOOK = SEEDS / "新疆科技年鉴_第一章.txt"
QUESTIONS = SEEDS / "questions.jsonl"
_SCANNER = Scanner(dpi=200, skew=0.6, blur=0.5, noise=6.0, quality=80)
_PICTURES = 10
_WIDTH = 1200
_A4 = {"format": "A4", "margin": {"top": "20mm", "bottom": "20mm", "left": "18mm", "right": "18mm"}}


@dataclass(slots=True)
class Score:
    """What came of the questions in one format."""

    name: str
    answerable: int = 0
    exact: int = 0
    exact_undeclined: int = 0  # the best candidate, whatever its probability
    declined: int = 0
    unanswerable: int = 0
    declined_rightly: int = 0
    cited: int = 0
    verified: int = 0
    paged: int = 0  # with a page and boxes
    citations: list[Citation] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """As it is printed."""
        names = [name for name in self.__dataclass_fields__ if name != "citations"]
        return {name: getattr(self, name) for name in names}


def yearbook() -> Source:
    """The sample corpus as values that writers take."""
    document = load_here(YEARBOOK.read_bytes(), source=YEARBOOK.name)
    blocks: list[Heading | Paragraph] = []
    for block in document.blocks:
        text = document.text[block.start : block.end]
        heading = block.kind is BlockKind.HEADING
        blocks.append(Heading(text=text, level=block.level) if heading else Paragraph(text=text))
    return Source(title=document.title, blocks=tuple(blocks), running_head=document.title)


def two_columns(programs: Programs) -> bytes:
    """As Chromium prints it."""
    return programs.printed(print_page(yearbook(), font=MING, size="10.5pt", columns=2), options=_A4)


def word(programs: Programs) -> bytes:
    """As LibreOffice saves the page."""
    return programs.converted(print_page(yearbook(), font=MING).encode(), "html", "docx")


def site(_: Programs) -> bytes:
    """On a government site's page, in GB18030, which it calls GB2312."""
    data, _truth = site_page(yearbook(), Site(name="government", encoding="gb18030", declared="gb2312"), "")
    return data


def scan(programs: Programs) -> bytes:
    """The PDF's pages as pictures."""
    pages = scanned(two_columns(programs), _SCANNER, random.Random(1))
    return as_picture_file(pages, "pdf", _SCANNER)


FORMATS: dict[str, tuple[str, Callable[[Programs], bytes]]] = {
    "text": (YEARBOOK.name, lambda _: YEARBOOK.read_bytes()),
    "pdf": ("年鉴.pdf", two_columns),
    "docx": ("年鉴.docx", word),
    "html": ("年鉴.html", site),
    "scan": ("年鉴扫描.pdf", scan),
}
PAGED = frozenset({"pdf", "scan"})


def questions() -> Iterator[tuple[str, list[str]]]:
    """Each question with its accepted answers, none where the yearbook holds none."""
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        yield told["question"], list(told["answers"])


def ask_all(service: QAService, name: str) -> Score:
    """Asks every question."""
    score = Score(name)
    for question, accepted in questions():
        answer = service.ask(question)
        if not accepted:
            score.unanswerable += 1
            score.declined_rightly += answer.abstained
            continue
        score.answerable += 1
        score.declined += answer.abstained
        score.exact += exact_match(answer.text, accepted) == 1.0
        best = answer.candidates[0].text if answer.candidates else ""
        score.exact_undeclined += exact_match(best, accepted) == 1.0
        for citation in answer.citations[:1]:
            score.cited += 1
            score.verified += citation.verified
            score.paged += citation.page is not None and bool(citation.boxes)
            score.citations.append(citation)
    return score


def drawn(data: bytes, source: str, citation: Citation) -> Image.Image:
    """The page of a citation with its boxes."""
    assert citation.page is not None
    png = render(data, source=source, page=citation.page, width=_WIDTH)
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for box in citation.boxes:
        if box.page == citation.page:
            left, right = box.left * picture.width, box.right * picture.width
            top, bottom = box.top * picture.height, box.bottom * picture.height
            draw.rectangle((left - 2, top - 2, right + 2, bottom + 2), outline=(220, 30, 30), width=3)
    return picture


def measure(name: str, programs: Programs, pictures: Path | None) -> Score:
    """One format, from making the file to the last question."""
    source, make = FORMATS[name]
    data = make(programs)
    with tempfile.TemporaryDirectory(prefix="yuanwen-formats-") as folder:
        os.environ["YUANWEN_HOME"] = str(Path(folder) / "home")
        with open_service(load_settings()) as service:
            service.add_bytes(data, source=source)
            score = ask_all(service, name)
    if pictures is not None and name in PAGED:
        pictures.mkdir(parents=True, exist_ok=True)
        step = max(1, len(score.citations) // _PICTURES)
        for number, citation in enumerate(score.citations[::step][:_PICTURES], 1):
            drawn(data, source, citation).save(pictures / f"{name}-{number:02}.png")
            print(f"{name}-{number:02}.png 第 {citation.page} 页 {citation.quote}")
    return score


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--format", action="append", choices=tuple(FORMATS), help="all by default")
    parser.add_argument("--pictures", type=Path, help="draw citations into this folder")
    options = parser.parse_args(arguments)
    bad = False
    with Programs() as programs:
        for name in options.format or tuple(FORMATS):
            score = measure(name, programs, options.pictures)
            bad = bad or score.verified < score.cited or (name in PAGED and score.paged < score.cited)
            print(json.dumps(score.told(), ensure_ascii=False), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
