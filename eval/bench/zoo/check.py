"""One bad file read as the product reads uploads, and whether that is what must become of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from eval.bench.child_memory import ChildMemory
from eval.bench.zoo.child import TOUCHED
from eval.bench.zoo.kinds import READ, BadFile
from index.document import Document
from index.errors import DocumentError
from index.isolate import IsolatedParser
from index.isolation.process import ParseLimits
from rag.settings import Settings

CHILD = "eval.bench.zoo.child"


def product_limits() -> ParseLimits:
    """What reading an upload may take unless it is set otherwise."""
    fields = Settings.model_fields
    seconds, megabytes = fields["parse_seconds"].default, fields["parse_memory_mb"].default
    return ParseLimits(seconds=seconds, cpu_seconds=int(seconds), memory_bytes=megabytes * 2**20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What became of a file.

    Args:
        seconds: of wall time, the child's start left out but for the first.
        peak_mb: of the child's memory.
    """

    outcome: str
    seconds: float = 0.0
    peak_mb: float = 0.0
    message: str = ""
    remedy: str = ""
    text: str = ""


@dataclass(slots=True)
class Reader:
    """Loads for an ingester, and notes what each upload took."""

    parser: IsolatedParser
    memory: ChildMemory
    seen: dict[str, Seen] = field(default_factory=dict)

    def __call__(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:
        """See :class:`index.ingest.Load`."""
        self.memory.peak_mb()
        began = time.monotonic()
        told: dict[str, str] = {}
        try:
            document = self.parser.load(data, source=source, encoding=encoding)
            told = {"outcome": READ, "text": f"{document.title}\n{document.text}"}
        except DocumentError as error:
            told = {"outcome": type(error).__name__, "message": error.message, "remedy": error.remedy}
            raise
        finally:
            seconds = time.monotonic() - began
            self.seen[source] = Seen(
                **{"outcome": "?", **told}, seconds=seconds, peak_mb=self.memory.peak_mb()
            )
        return document


def problems(file: BadFile, seen: Seen) -> list[str]:
    """What isn't as it must be; limits of time and memory are the parser's, which says so by its error."""
    out = []
    if seen.outcome not in file.wanted:
        out.append(f"{seen.outcome}, wanted {' or '.join(sorted(file.wanted))}")
    if seen.outcome == READ:
        out += [f"lacks {file.says!r}"] if file.says not in seen.text else []
        out += [f"says {words!r}" for words in file.never if words in seen.text]
    elif not seen.message.strip() or not seen.remedy.strip():
        out.append("no remedy")
    if TOUCHED in seen.message:
        out.append(seen.message)
    return out
