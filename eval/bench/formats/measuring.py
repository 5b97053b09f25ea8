"""Loads files as the product does, and holds what came out against the truth."""

from __future__ import annotations

import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pypdfium2
from PIL import Image
from rapidfuzz.distance import Levenshtein

from eval.bench.formats.making import TRUTH
from eval.bench.formats.model import Cell, Truth
from index.document import MARKS_PUT_IN, Block, BlockKind, Document
from index.errors import DocumentError
from index.isolate import IsolatedParser
from index.loaders import loader_for
from index.store.protocol import DocumentContent
from rag.cite import says_the_same

SPANS = 1000
_LONGEST_SPAN = 60
_PICTURES = (".png", ".jpg", ".tiff")
_MARKS = re.compile("[" + "".join(MARKS_PUT_IN) + "]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where the text read is another than the truth.

    Args:
        cost: characters of the longer of both.
    """

    file: str
    cost: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One file. Counts, seconds and bytes; shares are (right, of).

    Args:
        accuracy: 1 − edit distance / characters of the truth, white space and tables' rows aside; at least 0.
        units: headings, paragraphs, captions and notes that are exactly one block.
        headings: those of the truth that are blocks of that kind.
        cells: values that a row gives under their header, beside their label.
        spans: random spans that verify against the upload read again.
        seconds: of loading in a child that has started and read the file before.
        pages: 0 where the format has none.
    """

    file: str
    characters: int = 0
    accuracy: float = 0.0
    units: tuple[int, int] = (0, 0)
    headings: tuple[int, int] = (0, 0)
    cells: tuple[int, int] = (0, 0)
    spans: tuple[int, int] = (0, 0)
    seconds: float = 0.0
    pages: int = 0
    peak_bytes: int = 0
    error: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def format(self) -> str:
        """What it counts under: its ending, or that it is a scan."""
        return "扫描件" if self.file.startswith("scan_") else Path(self.file).suffix[1:]


def measure(path: Path) -> Measured:
    """The file against the truth beside it."""
    truth = Truth.from_json(path.with_name(path.name + TRUTH).read_text(encoding="utf-8"))
    data = path.read_bytes()
    try:
        document, seconds, peak = _load(data, path.name)
    except DocumentError as error:
        return Measured(
            file=path.name,
            units=(0, len(truth.units)),
            cells=(0, len(truth.cells)),
            error=str(error),
        )
    texts = [(block, _squeezed(document.text[block.start : block.end])) for block in document.blocks]
    counted = [(block, text) for block, text in texts if not _optional(text, truth)]
    return Measured(
        file=path.name,
        characters=len(document.text),
        accuracy=_accuracy(truth, counted),
        units=_units_right(truth, counted),
        headings=_headings_right(truth, counted),
        cells=_cells_right(truth, counted),
        spans=_spans_right(document, data),
        seconds=seconds,
        pages=_pages(path),
        peak_bytes=peak,
        differences=tuple(_differences(path.name, truth, counted)),
    )


def _load(data: bytes, source: str) -> tuple[Document, float, int]:
    """The document, the seconds of the second load, and the child's peak of memory in bytes (0 if not told)."""
    with IsolatedParser() as parser:
        parser.load(data, source=source)
        started = time.perf_counter()
        document = parser.load(data, source=source)
        seconds = time.perf_counter() - started
        peak = max((_peak(child.pid) for child in psutil.Process().children()), default=0)
    return document, seconds, peak


def _peak(pid: int) -> int:
    """The most memory that the process has had at a time; Linux tells, elsewhere 0."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status.read_text(encoding="utf-8"), re.MULTILINE)
    named = b"index.isolation" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return int(found[1]) * 1024 if found and named else 0


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _optional(text: str, truth: Truth) -> bool:
    """Whether a block says nothing but what may be left out."""
    known = _MARKS.sub("", _squeezed("\n".join(truth.optional)))
    if not known or any(text == _squeezed(unit.text) for unit in truth.units):
        return False
    return all(part in known for part in _MARKS.split(text))


Texts = list[tuple[Block, str]]


def _running(truth: Truth, texts: Texts) -> tuple[str, str]:
    """The truth and what was read, each in one, tables' rows and footnotes aside: where a note stands is open."""
    wanted = "".join(_squeezed(unit.text) for unit in truth.units if unit.kind != "note")
    notes = {_squeezed(text) for u in truth.units if u.kind == "note" for text in (u.text, *u.also)}
    read = (text for block, text in texts if block.kind is not BlockKind.ROW and text not in notes)
    return wanted, "".join(read)


def _accuracy(truth: Truth, texts: Texts) -> float:
    wanted, read = _running(truth, texts)
    if not wanted:
        return 0.0 if read else 1.0
    return max(0.0, 1 - Levenshtein.distance(wanted, read) / len(wanted))


def _units_right(truth: Truth, texts: Texts) -> tuple[int, int]:
    left = Counter(text for _, text in texts)
    right = 0
    for unit in truth.units:
        for words in map(_squeezed, (unit.text, *unit.also)):
            if left[words]:
                left[words] -= 1
                right += 1
                break
    return right, len(truth.units)


def _headings_right(truth: Truth, texts: Texts) -> tuple[int, int]:
    left = Counter(text for block, text in texts if block.kind is BlockKind.HEADING)
    wanted = Counter(_squeezed(unit.text) for unit in truth.units if unit.kind == "heading")
    return (left & wanted).total(), wanted.total()


def _cells_right(truth: Truth, texts: Texts) -> tuple[int, int]:
    """Values found once each: the same figure twice in a row of the truth takes two places."""
    rows = [text for block, text in texts if block.kind is BlockKind.ROW]
    return sum(any(_says(row, cell) for row in rows) for cell in truth.cells), len(truth.cells)


def _says(row: str, cell: Cell) -> bool:
    of, following = MARKS_PUT_IN
    header, value, label = _squeezed("".join(cell.headers)), _squeezed(cell.value), _squeezed(cell.label)
    found = re.search(
        rf"(?:^|{following})([^{following}]*){re.escape(header + of + value)}(?:{following}|$)", row
    )
    return found is not None and label in row


def _spans_right(document: Document, data: bytes) -> tuple[int, int]:
    raw = loader_for(document.source).read(
        data, source=document.source, encoding=document.encoding or None, reading=document.reading
    )
    content = DocumentContent(text=document.text, blocks=document.blocks, offsets=document.offsets)
    choice = random.Random(document.sha256)
    right = tried = 0
    while tried < SPANS:
        start = choice.randrange(len(document.text))
        end = min(len(document.text), start + choice.randint(1, _LONGEST_SPAN))
        if not document.offsets.ranges(start, end):  # nothing but what cleaning put in
            continue
        tried += 1
        right += says_the_same(content, raw, start, end)
    return right, tried


def _pages(path: Path) -> int:
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(path)
        try:
            return len(document)
        finally:
            document.close()
    if path.suffix in _PICTURES:
        with Image.open(path) as picture:
            return int(getattr(picture, "n_frames", 1))
    return 0


def _differences(file: str, truth: Truth, texts: Texts) -> Iterator[Difference]:
    """What differs in the running text, and what isn't one block, or no row's cell."""
    wanted, read = _running(truth, texts)
    for step in Levenshtein.opcodes(wanted, read):
        if step.tag != "equal":
            gone = wanted[step.src_start : step.src_end]
            come = read[step.dest_start : step.dest_end]
            before = wanted[max(0, step.src_start - 12) : step.src_start]
            what = f"…{before}〔{_short(gone)}→{_short(come)}〕"
            yield Difference(file=file, cost=max(len(gone), len(come)), what=what)
    blocks = Counter(text for _, text in texts)
    for unit in truth.units:
        if not any(blocks[_squeezed(words)] for words in (unit.text, *unit.also)):
            yield Difference(file=file, cost=1, what=f"不成一块的 {unit.kind}：{_short(unit.text)}")
    rows = [text for block, text in texts if block.kind is BlockKind.ROW]
    for cell in truth.cells:
        if not any(_says(row, cell) for row in rows):
            yield Difference(
                file=file, cost=1, what=f"没有的单元格：{cell.label} {''.join(cell.headers)}：{cell.value}"
            )


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:50]}……{text[-25:]}"


def files_in(folder: Path, only: str = "") -> list[Path]:
    """The files that have a truth beside them and ``only`` in their names, in order."""
    found = (Path(os.fspath(path)[: -len(TRUTH)]) for path in folder.glob(f"*{TRUTH}"))
    return sorted(path for path in found if only in path.name)
