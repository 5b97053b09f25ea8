"""Everything that the reports say in words: titles, definitions, bins, kinds, and how numbers are written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eval.measures import parse
from eval.row import Bin

NONE = "—"
"""Stands where a value isn't defined."""

TASKS = {
    "read": "阅读理解：给定段落，找出答案",
    "retrieve": "检索：在全部段落中找出含答案的段落",
    "ask": "完整问答：检索、阅读、决定是否作答",
}

KINDS = {
    "document_number": "文号",
    "doc_number": "文号",
    "when": "时间",
    "how_many": "数量",
    "list": "列举",
    "who": "人物",
    "where": "地点",
    "what": "事物",
    "which": "选择",
    "how": "方式",
    "why": "原因",
    "definition": "定义",
    "yes_no": "是否",
    "other": "其他",
    "": "未标类型",
}


SETUP = {
    "embedder": "编码模型",
    "embedder_revision": "编码模型版本",
    "embedder_fingerprint": "编码模型指纹",
    "reader": "阅读模型",
    "reader_fingerprint": "阅读模型指纹",
    "cpu": "处理器",
    "cores": "核数",
    "memory_gb": "内存（GB）",
    "system": "系统",
    "documents": "文档",
    "passages": "段落",
    "generation": "索引代次",
    "others": "题目文件之外的文档",
}

STAGES = {
    "total": "合计",
    "embed": "编码问题",
    "faq": "找写好的问答",
    "retrieve": "检索",
    "rerank": "重排",
    "read": "阅读",
    "cite": "引用与核对",
}


_TAGS = {"answerable": "能回答的", "unanswerable": "应当拒答的"}


def tag(name: str) -> str:
    """A tag for people: those that :mod:`eval.tasks.summary` adds are put in words, others are the file's own."""
    return _TAGS.get(name, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class BinWords:
    """A bin for people: ``title`` for labels, ``meaning`` in one plain sentence."""

    title: str
    meaning: str


BINS: dict[Bin, BinWords] = {
    Bin.RIGHT: BinWords(title="答对", meaning="该答的答对了，该拒的拒了。"),
    Bin.SHOULD_HAVE_DECLINED: BinWords(
        title="该拒未拒", meaning="文档里没有答案，系统却给出了一个：拒答的门槛偏低，或它找到了很像的说法。"
    ),
    Bin.NOT_IN_INDEX: BinWords(
        title="索引里没有", meaning="索引中没有任何段落含有认可的答案：先检查文档是否入库、解析是否完整。"
    ),
    Bin.SPLIT_APART: BinWords(
        title="被切断", meaning="答案在文档里，但切分段落时被切成了两半，没有一段完整含有它。"
    ),
    Bin.NOT_RETRIEVED: BinWords(
        title="没检索到", meaning="有段落含有答案，但检索没有把它排进被阅读的那几段。"
    ),
    Bin.WRONGLY_DECLINED: BinWords(
        title="误拒", meaning="含答案的段落已经读到，系统却说没有答案：门槛偏高，或没认出来。"
    ),
    Bin.SPAN_TOO_LONG: BinWords(title="答案过长", meaning="找对了地方，但给出的文字比认可的答案多。"),
    Bin.SPAN_TOO_SHORT: BinWords(title="答案过短", meaning="找对了地方，但给出的文字只是认可答案的一部分。"),
    Bin.NOT_READ: BinWords(title="没读出来", meaning="含答案的段落读到了，却选了别处的文字。"),
}

_DEFINITIONS = {
    "EM": "答案与任一认可答案完全一致（不计中文标点、首尾空白和大小写）的问题占比；无答案的题，拒答算对。",
    "F1@char": "答案与最接近的认可答案按字计的重合度，各题取平均；无答案的题，拒答算 1。",
    "F1@lcs": "CMRC 2018 官方口径：按最长公共子串计的重合度，各题取平均；无答案的题，拒答算 1。",
    "Contains": "有答案的题中，给出的答案包含某个认可答案的占比。",
    "EvidenceHit": "有答案的题中，给出的答案所在的句子（证据句）包含某个认可答案的占比。",
    "EvidenceF1": "证据句与人工标注证据句按字计的重合度，各题取平均（ExpMRC 口径）。",
    "AllF1": "ExpMRC 总分：每题的答案重合度乘以证据重合度，各题取平均。",
    "CitationPrecision": "给出的引用中，与原文件核对一致、证据句又确实含有认可答案的占比。",
    "Verified": "给出的引用中，重新打开原文件核对一致的占比。",
    "Answered": "没有拒答的问题占比。它本身没有好坏，要和答对率一起看。",
    "DeclinedRight": "文档里没有答案的题中，被正确拒答的占比。",
    "Recall": "有答案的题中，前 {n} 段里至少有一段含认可答案的占比。",
    "MRR": "第一个含答案段落的名次的倒数（前 {n} 段之外记 0），各题取平均；1 表示总排第一。",
    "nDCG": "含答案的段落排得越靠前分越高，只看前 {n} 段，1 为理想的排序。",
    "AUROC": "任取有答案、无答案的题各一道，前者概率更高的可能性；0.5 等于瞎猜，1 为完全分开。",
    "ECE": "系统说的概率与实际答对率平均差多少（按证据句对不对）；0 为最好。",
    "Risk": "只答概率最高的 {n}% 的题时，答错的占比（按证据句对不对）；越低越好。",
    "AURC": "从只答最有把握的题到全部作答，错误率的平均值；越低越好。",
    "ms": "{n}% 的题在这个时间内答完。",
}
_ON_EVIDENCE, _ON_SPAN = "按证据句对不对", "按答案是否完全一致"

_GROUPS = (
    ("答案", ("EM", "F1@char", "F1@lcs", "Contains")),
    ("证据与引用", ("EvidenceHit", "EvidenceF1", "AllF1", "CitationPrecision", "Verified")),
    ("拒答与概率", ("Answered", "DeclinedRight", "AUROC", "ECE", "Risk", "AURC")),
    ("检索", ("Recall", "MRR", "nDCG")),
    ("速度", ("ms",)),
)
_INDEX_LIKE = frozenset({"AUROC", "AURC", "ECE", "MRR", "nDCG"})
"""Measures that people write as 0.913, not as 91.3%."""


def base(name: str) -> str:
    """A measure's family: ``Recall@5`` -> ``Recall``, ``F1@lcs:best`` -> ``F1@lcs``, ``p95_ms`` -> ``ms``."""
    plain = name.partition(":")[0]
    if re.fullmatch(r"p\w+_ms", plain):
        return "ms"
    return plain if plain in _DEFINITIONS else plain.partition("@")[0]


def definition(name: str) -> str:
    """What it says, in a sentence or two; empty for a measure that has none here."""
    stem, _, variant = name.partition(":")
    number = re.search(r"@(\w+)|^p(\w+)_ms", stem)
    shown = next((group for group in number.groups() if group), "") if number else ""
    text = _DEFINITIONS.get(base(name), "").replace("{n}", shown)
    if variant == "EM":
        return text.replace(_ON_EVIDENCE, _ON_SPAN)
    return f"{text}按最佳候选计分，当作从不拒答。" if text and variant == "best" else text


def group(name: str) -> str:
    """The group of figures that a measure is listed under."""
    return next((title for title, members in _GROUPS if base(name) in members), "其他")


GROUPS = (*(title for title, _ in _GROUPS), "其他")


def value(name: str, number: float | None, *, unit: bool = True) -> str:
    """A figure as people write it: ``72.4%``, ``0.913``, ``412 ms``.

    Args:
        unit: whether the sign for per cent or milliseconds is put behind.
    """
    if number is None:
        return NONE
    if parse(name).unit == "ms":
        return milliseconds(number) + (" ms" if unit else "")
    if base(name) in _INDEX_LIKE:
        return f"{number:.3f}"
    return f"{number * 100:.1f}" + ("%" if unit else "")


def difference(name: str, number: float | None) -> str:
    """A signed difference; shares in percentage points."""
    if number is None:
        return NONE
    if parse(name).unit == "ms":
        return signed(number, "+.1f" if abs(number) < 10 else "+,.0f")
    return signed(number, "+.3f") if base(name) in _INDEX_LIKE else signed(number * 100, "+.1f")


def signed(number: float, form: str) -> str:
    """With a real minus sign, and none on what is written as zero."""
    text = format(number, form)
    return text.lstrip("+-") if not text.strip("+-0.,") else text.replace("-", "\N{MINUS SIGN}")


def interval(name: str, low: float | None, high: float | None) -> str:
    """``70.8–74.0``; empty where there is none."""
    if low is None or high is None:
        return ""
    return f"{value(name, low, unit=False)}–{value(name, high, unit=False)}"


def milliseconds(number: float) -> str:
    """One decimal below 10 ms, none above."""
    return f"{number:.1f}" if number < 10 else f"{number:,.0f}"


def duration(seconds: float) -> str:
    """``3 小时 5 分``, ``2 分 08 秒``, ``41.3 秒``."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} 秒"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} 分 {rest:02d} 秒"
    return f"{minutes // 60} 小时 {minutes % 60} 分"


def kind(name: str) -> str:
    """A type of question in Chinese; the file's own word where it isn't one of ours."""
    return KINDS.get(name, name)


def share(part: int, whole: int) -> str:
    """``12.3%``; a dash where there is nothing to be a share of."""
    return f"{part / whole * 100:.1f}%" if whole else NONE
