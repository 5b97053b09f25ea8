"""The figures as Markdown, in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]
Cell = Callable[[Json], str]


def _number(key: str, digits: int = 1, *, scale: float = 1.0, unit: str = "") -> Cell:
    def cell(figures: Json) -> str:
        value = figures.get(key)
        return "—" if value is None else f"{value * scale:,.{digits}f}{unit}"

    return cell


def _speed(clients: str) -> Cell:
    """Questions a second, with how many failed, where any did."""

    def cell(figures: Json) -> str:
        failed = figures.get(f"failed_{clients}")
        return _number(f"questions_per_second_{clients}", 2)(figures) + (
            f"（{failed} 个出错）" if failed else ""
        )

    return cell


def render(result: Mapping[str, Any]) -> str:
    """The whole report.

    Args:
        result: as ``results.json`` holds it.
    """
    parts = ["# 与同类系统并排测量", "", *_head(result)]
    for threads, one in result["threads"].items():
        parts += ["", f"## {threads} 线程", "", *_speeds(result, one), "", *_all_ratios(result, one)]
    parts += ["", "## 答得对不对", "", *_quality(result), "", "## 各家的原始回答", "", *_samples(result)]
    parts += ["", "## 各家的配置", "", *_configurations(result)]
    return "\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
        for line in lines
    ]


def _head(result: Mapping[str, Any]) -> list[str]:
    described = {**result["machine"], **result["configuration"]}
    lines = [f"- {key}：{value}" for key, value in described.items()]
    reader = result["configuration"].get("reader")
    note = f"各家共用阅读模型 {reader}" if reader else "没有给阅读模型，各家回答排在最前的一段"
    return [*lines, f"- command：`{result['command']}`", "", f"{note}；原文用自带的阅读器。"]


def _phase(phase: str) -> str:
    clients = phase.removeprefix("clients-")
    return {"ingest": "入库", "ask": "提问"}.get(phase, f"{clients} 个客户端")


def _speeds(result: Mapping[str, Any], one: Mapping[str, Any]) -> list[str]:
    clients = [phase.removeprefix("clients-") for phase in one["rounds"] if phase.startswith("clients-")]
    rows: list[tuple[str, Cell]] = [
        ("入库，段落/秒", _number("passages_per_second", 2)),
        ("切成几段", _number("pieces", 0)),
        ("每段落编码 token", _number("tokens_per_passage", 0)),
        ("入库时的填充", _number("ingest_padding", 0, scale=100, unit=" %")),
        ("入库达到算力下限的", _number("ingest_floor", 0, scale=100, unit=" %")),
        ("提问 p50，毫秒", _number("p50_ms", 0)),
        ("提问 p95，毫秒", _number("p95_ms", 0)),
        ("每问编码 token", _number("tokens_per_question", 0)),
        ("提问达到算力下限的", _number("ask_floor", 0, scale=100, unit=" %")),
        *((f"{count} 个客户端，问/秒", _speed(count)) for count in ("1", *clients)),
        ("启动，秒", _number("load_seconds", 1)),
        ("内存：启动后，MB", _number("loaded_mb", 0)),
        ("内存：入库峰值，MB", _number("ingested_mb", 0)),
        ("内存：全程峰值，MB", _number("asked_mb", 0)),
    ]
    names = result["systems"]
    table = _table(
        ["", *names.values()],
        [[title, *(cell(one["systems"][name]) for name in names)] for title, cell in rows],
    )
    rates = "，".join(f"{key} {value / 1e9:.0f} GFLOP/s" for key, value in one["rates"].items())
    rounds = "，".join(f"{_phase(phase)} {count} 轮" for phase, count in one["rounds"].items())
    repeated = ["多客户端的问题不够，有重复。"] if one["repeated_questions"] else []
    return [*table, "", f"矩阵乘实测：{rates}。{rounds}。", *repeated]


def _all_ratios(result: Mapping[str, Any], one: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for ours, others in one["ratios"].items():
        phases = list(one["rounds"])
        rows = [
            [result["systems"][name], *(_ratio(ratios[phase]) for phase in phases)]
            for name, ratios in others.items()
        ]
        lines += [f"{result['systems'][ours]} 是各家的几倍快（逐轮之比的几何平均，95 % 区间）：", ""]
        lines += [*_table(["", *map(_phase, phases)], rows), ""]
    return lines


def _ratio(ratio: Mapping[str, Any] | None) -> str:
    if ratio is None:
        return "—"
    if ratio["low"] is None:
        return f"{ratio['value']:.2f}"
    return f"{ratio['value']:.2f}（{ratio['low']:.2f}–{ratio['high']:.2f}）"


def _quality(result: Mapping[str, Any]) -> list[str]:
    if not result["quality"]:
        return ["还没有问到。"]
    names = result["systems"]
    by_measure: dict[str, list[str]] = {}
    for name in names:
        for figure in result["quality"][name]:
            by_measure.setdefault(figure["measure"], []).append(_share(figure))
    return _table(["", *names.values()], [[measure, *cells] for measure, cells in by_measure.items()])


def _share(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return "—"
    if figure["low"] is None:
        return f"{figure['value']:.3f}"
    return f"{figure['value']:.3f}（{figure['low']:.3f}–{figure['high']:.3f}）"


def _samples(result: Mapping[str, Any]) -> list[str]:
    names = result["systems"]
    rows = [
        [
            sample["question"],
            " / ".join(sample["accepted"]) or "（文中没有）",
            *(_raw(sample["answers"][name]) for name in names),
        ]
        for sample in result["samples"]
    ]
    return _table(["问题", "认可的答案", *names.values()], rows)


def _raw(answer: Mapping[str, Any]) -> str:
    if answer["error"]:
        return f"（出错：{answer['error']}）"
    return answer["text"] or "（没有回答）"


def _configurations(result: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, about in result["about"].items():
        lines.append(f"- **{result['systems'][name]}**")
        lines += [f"  - {key}：`{value}`" for key, value in about["configuration"].items()]
        lines.append("  - " + "，".join(f"{key} {value}" for key, value in about["versions"].items()))
    return lines
