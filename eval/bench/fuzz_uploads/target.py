"""The process that libFuzzer runs: one loader, in this process, with all that must hold of it.

``python -m eval.bench.fuzz_uploads.target FORMAT FOLDER [libFuzzer's own arguments]``, run by the command beside it.
Only Python's lines are counted as coverage, those of the loaders and of the parsers written in Python; pdfium, lxml,
calamine and lexbor are met as they are installed.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import random
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

SLOW_SECONDS = 10.0
"""Of processor time for one input of at most 64 KiB, with coverage counted."""
_ALIKE = 3
"""Inputs kept of one kind of finding."""
_ZIPPED = frozenset({"docx", "pptx", "xlsx", "ods", "epub"})
_WORDS = frozenset({"txt", "md", "csv", "html"})
_COUNTED = [
    *("index.loaders", "index.encoding", "index.split", "index.sentences", "index.segment", "index.offsets"),
    *("openpyxl", "pptx", "email", "markdown_it", "mdurl", "PIL"),
]
_EAGER = {
    "pptx": ("pptx", "pptx.oxml", "pptx.chart.data", "lxml.etree"),
    "xlsx": ("openpyxl", "openpyxl.styles.stylesheet", "openpyxl.reader.excel"),
    "md": ("markdown_it",),
    "png": (
        *("PIL.Image", "PIL.ImageOps", "PIL.PngImagePlugin", "PIL.JpegImagePlugin", "PIL.TiffImagePlugin"),
        *("PIL.BmpImagePlugin", "PIL.WebPImagePlugin", "PIL.GifImagePlugin"),
    ),
}
"""What loaders import only when they need it, and what is to be counted."""


@dataclass(slots=True)
class Tried:
    """What one process has tried, written to a file now and then, for libFuzzer ends without a word.

    Args:
        outcome: of one input; raises what is found.
    """

    form: str
    folder: Path
    outcome: Callable[[bytes], str]
    executions: int = 0
    slowest: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    _told: float = 0.0

    def __call__(self, data: bytes) -> None:
        began = time.process_time()
        try:
            self.outcomes[self.outcome(data)] += 1
        except Exception as error:  # noqa: BLE001, whatever it is, it is a finding, and the fuzzer goes on
            self._keep(_key(error), data, traceback.format_exc())
        seconds = time.process_time() - began
        self.executions += 1
        if seconds > SLOW_SECONDS:
            self._keep("slow", data, f"{seconds:.1f} s")
        if seconds > self.slowest:
            self.slowest = seconds
            (self.folder / f"slowest.{self.form}").write_bytes(data)
        if time.monotonic() - self._told > 1:
            self._tell()

    def _keep(self, key: str, data: bytes, why: str) -> None:
        self.found[key] += 1
        if self.found[key] <= _ALIKE:
            name = f"{key}-{hashlib.sha256(data).hexdigest()[:8]}.{self.form}"
            (self.folder / "findings" / name).write_bytes(data)
            (self.folder / "findings" / f"{name}.txt").write_text(why, encoding="utf-8")
        self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        told = {
            "executions": self.executions,
            "slowest": self.slowest,
            "outcomes": self.outcomes,
            "found": self.found,
        }
        (self.folder / "tried.json").write_text(json.dumps(told), encoding="utf-8")


def _key(error: Exception) -> str:
    """Its class and the innermost line of the loaders, or of all, that it went through."""
    lines = traceback.extract_tb(error.__traceback__)
    ours = [one for one in lines if "/index/" in one.filename] or lines
    return f"{type(error).__name__}-{Path(ours[-1].filename).stem}-{ours[-1].lineno}"


def main() -> None:
    """Fuzzes until libFuzzer ends the process."""
    import atheris

    form, folder = sys.argv[1], Path(sys.argv[2])
    warnings.simplefilter("ignore")
    with atheris.instrument_imports(include=_COUNTED):
        for name in ("index.loaders", *_EAGER.get(form, ())):
            importlib.import_module(name)
        from eval.bench.fuzz_uploads import mutate, oracle
        from eval.bench.small_files import seeds

    source = f"a.{form}"
    loader = oracle.without_ocr(source)
    tried = Tried(form, folder, lambda data: oracle.outcome(loader, data, source))
    change: Any = mutate.in_words if form in _WORDS else mutate.in_text
    if form in _ZIPPED:
        change = partial(mutate.in_archive, sound=list(seeds(form).values()))
    elif form == "pdf":
        change = mutate.in_pdf

    def mutator(data: bytes, most: int, seed: int) -> bytes:
        try:
            made: bytes = change(data, most, random.Random(seed), atheris.Mutate)
        except Exception:  # noqa: BLE001, what has been changed before may be broken in any way
            made = atheris.Mutate(data, most)
        return made

    atheris.Setup([sys.argv[0], *sys.argv[3:]], tried, custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
