"""What was measured, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from eval.bench.formats.measuring import Measured

_HEAD = (
    "| {} | 字符准确率 | 段落恰好成块 | 标题 | 单元格 | 片段核对 | 字符/秒 | 页/秒 | 内存峰值 MB |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def tables(results: Sequence[Measured]) -> str:
    """One line for each format, then one for each file."""
    by_format = sorted(results, key=lambda one: one.format)
    lines = [_HEAD.format("格式（文件数）")]
    for name, group in groupby(by_format, key=lambda one: one.format):
        files = list(group)
        lines.append(_line(f"{name}（{len(files)}）", files))
    lines += [_line(f"全部（{len(results)}）", results), "", _HEAD.format("文件")]
    lines += [_line(one.file, [one]) for one in by_format]
    return "\n".join([*lines, *_errors(results)])


def _line(name: str, files: Sequence[Measured]) -> str:
    seconds = sum(one.seconds for one in files)
    paged = [one for one in files if one.pages]
    paged_seconds = sum(one.seconds for one in paged)
    told = [
        f"{sum(one.accuracy for one in files) / len(files):.4f}",
        *(_share(files, pick) for pick in _SHARES),
        f"{sum(one.characters for one in files) / seconds:,.0f}" if seconds else "—",
        f"{sum(one.pages for one in paged) / paged_seconds:.1f}" if paged_seconds else "—",
        f"{max(one.peak_bytes for one in files) / 2**20:,.0f}",
    ]
    return f"| {name} | {' | '.join(told)} |"


_SHARES: tuple[Callable[[Measured], tuple[int, int]], ...] = (
    lambda one: one.units,
    lambda one: one.headings,
    lambda one: one.cells,
    lambda one: one.spans,
)


def _share(files: Iterable[Measured], pick: Callable[[Measured], tuple[int, int]]) -> str:
    right, of = (sum(numbers) for numbers in zip(*(pick(one) for one in files), strict=True))
    return f"{right:,}/{of:,}" if of else "—"


def _errors(results: Sequence[Measured]) -> Iterator[str]:
    failed = [one for one in results if one.error]
    if failed:
        yield ""
    for one in failed:
        yield f"- {one.file}：{one.error}"


def as_json(results: Sequence[Measured]) -> list[dict[str, Any]]:
    """The figures of each file, without the differences."""
    return [
        {
            "file": one.file,
            "accuracy": round(one.accuracy, 5),
            "units": one.units,
            "headings": one.headings,
            "cells": one.cells,
            "spans": one.spans,
            "characters": one.characters,
            "seconds": round(one.seconds, 4),
            "pages": one.pages,
            "peak_bytes": one.peak_bytes,
            "error": one.error,
        }
        for one in results
    ]


def worst(results: Sequence[Measured], number: int) -> str:
    """The ``number`` dearest differences of each file that has any, dearest first."""
    lines: list[str] = []
    for one in sorted(results, key=lambda one: one.accuracy):
        chosen = sorted(one.differences, key=lambda d: -d.cost)[:number]
        lines += [f"## {one.file} {one.accuracy:.4f} {one.units}"] if chosen else []
        lines += [f"- {d.cost} {d.what}" for d in chosen]
    return "\n".join(lines)
