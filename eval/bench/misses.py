"""Every question that a run got wrong, one line each, with what can be told about why from the run alone.

python -m eval.bench.misses RUN > table.md

``RUN`` is the folder that ``yuanwen eval ask --out RUN`` wrote. The table is Chinese, as the questions are.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.bins import Overlap, overlap
from eval.report.words import BINS
from eval.row import Bin, Cited, Row
from eval.store import load_run
from index.errors import YuanwenError

_LONGEST = 60
"""Characters of an answer that are shown; the middle of a longer one is left out."""


def table(rows: Sequence[Row], *, threshold: float) -> Iterator[str]:
    """Markdown lines: how many of each kind, then one line for each miss, in the order asked.

    Args:
        threshold: the probability from which on the run answered.
    """
    wrong = [row for row in rows if row.bin not in (None, Bin.RIGHT)]
    counts = Counter((row.bin, reason(row, threshold=threshold)[0]) for row in wrong)
    yield "| 归类 | 原因 | 题数 |"
    yield "|---|---|---|"
    for (bin_, why), count in sorted(counts.items(), key=lambda one: (-one[1], one[0][1])):
        yield f"| {BINS[bin_].title if bin_ else ''} | {why} | {count} |"
    yield ""
    yield "| 题号 | 问 | 应为 | 答了（误拒的：最佳候选） | 归类 | 原因 |"
    yield "|---|---|---|---|---|---|"
    for row in wrong:
        why, detail = reason(row, threshold=threshold)
        cells = (
            row.id,
            row.question,
            _short(row.answers[0]) if row.answers else "（没有答案）",
            _short(row.best) or "（没有）",
            BINS[row.bin].title if row.bin else "",
            f"{why}：{detail}" if detail else why,
        )
        yield "| " + " | ".join(_cell(text) for text in cells) + " |"


def reason(row: Row, *, threshold: float) -> tuple[str, str]:
    """Why it went wrong, as a kind that can be counted, and what is particular to this question."""
    if not row.candidates:
        return "没有候选", ""
    best, sure = row.candidates[0], f"概率 {row.probability or 0:.2f}，阈值 {threshold:.2f}"
    if row.bin is Bin.SHOULD_HAVE_DECLINED:
        return "没有答案却有把握", sure
    if row.bin is Bin.WRONGLY_DECLINED:
        spoken = "（口语）" if "colloquial" in row.tags else ""
        return f"{_found(row, best)}，把握不足{spoken}", sure
    if row.bin in (Bin.SPAN_TOO_LONG, Bin.SPAN_TOO_SHORT):
        return _difference(best.text, row.answers, longer=row.bin is Bin.SPAN_TOO_LONG)
    if row.bin is Bin.NOT_READ:
        return _found(row, best), sure
    return "检索没有给出含答案的段落", ""


def _found(row: Row, best: Cited) -> str:
    """How near the best candidate came."""
    if row.scores.get("EM:best") == 1:
        return "片段对"
    if best.holds_answer:
        lies = overlap(best, row.answers)
        named = {Overlap.LONGER: "片段偏长", Overlap.SHORTER: "片段偏短", Overlap.NONE: "取了句中别处"}
        return f"句子对，{named[lies]}"
    if any(one.holds_answer for one in row.candidates):
        return "含答案的句子排在后面"
    return "读了含答案的段落，没有取那一句"


def _difference(given: str, answers: Sequence[str], *, longer: bool) -> tuple[str, str]:
    """What the answer given has too much of, or too little, against the accepted one that needs the least."""
    held = [(given, one) if longer else (one, given) for one in answers]
    parts = [
        (before, after)
        for whole, part in held
        if part in whole
        for before, _, after in [whole.partition(part)]
    ]
    if not parts:
        return "与标准答案交错", ""
    before, after = min(parts, key=lambda both: len(both[0]) + len(both[1]))
    detail = "、".join(f"“{_short(text)}”" for text in (before, after) if text)
    where = "两头" if before and after else "前面" if before else "后面"
    return f"{where}{'多' if longer else '少'}了", detail


def _short(text: str) -> str:
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]}……{text[-half:]}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="List what a run got wrong, and why.")
    parser.add_argument("run", type=Path)
    options = parser.parse_args()
    try:
        run = load_run(options.run)
    except YuanwenError as error:
        sys.exit(str(error))
    threshold = float(run.summary.settings["eval.threshold"])
    sys.stdout.writelines(line + "\n" for line in table(run.rows, threshold=threshold))


if __name__ == "__main__":
    main()
