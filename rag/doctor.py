"""Checks on everything an answer rests on, each with what to do when it fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from index.embed import Progress
from index.errors import YuanwenError
from index.loaders import supported_extensions
from index.loaders.ocr import page_reader
from index.loaders.pdf.fonts import has_chinese_font
from index.retrieve import Found
from index.store.protocol import PassageRecord
from rag.build import make_embedder, make_reader, make_reranker, open_embedded_store
from rag.read import Question
from rag.service import threshold_of
from rag.settings import Settings, load_settings

_LOW_SPACE = 500 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: its name, whether all is well, and what was seen or what to do."""

    name: str
    ok: bool
    detail: str


def examine(*, progress: Progress | None = None) -> list[Finding]:
    """All checks, in order; later ones are left out when they can't be done without an earlier one."""
    try:
        settings = load_settings()
    except YuanwenError as error:
        return [Finding(name="设置", ok=False, detail=str(error))]
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("磁盘", lambda: _space(settings)),
        ("格式", _formats),
        ("模型", lambda: _model(settings, progress)),
        ("阅读器", lambda: _reader(settings)),
        ("索引", lambda: _store(settings)),
    )
    findings = [Finding(name="设置", ok=True, detail=_settings(settings))]
    for name, check in checks:
        try:
            findings.append(check())
        except YuanwenError as error:
            findings.append(Finding(name=name, ok=False, detail=str(error)))
    return findings


def _settings(settings: Settings) -> str:
    """Every setting that was set, the folders always."""
    told = {"home": settings.home, "cache": settings.cache}
    told.update({name: getattr(settings, name) for name in sorted(settings.model_fields_set)})
    return ",".join(f"{name}={value}" for name, value in told.items())


def _space(settings: Settings) -> Finding:
    folder = next(path for path in (settings.home, *settings.home.absolute().parents) if os.path.exists(path))  # noqa: PTH110
    free = shutil.disk_usage(folder).free
    return Finding(
        name="磁盘",
        ok=free >= _LOW_SPACE,
        detail=f"剩余 {free / 2**30:.1f} GB" + ("" if free >= _LOW_SPACE else ",请清理磁盘"),
    )


def _formats() -> Finding:
    """Which files can be read; that pages which are pictures can't, or need a font, isn't a fault."""
    reader = page_reader()
    seen = f"图片和扫描件用 {reader.name} 识别" if reader else "图片和扫描件要装 yuanwen[ocr] 才能读"
    fonts = (
        ""
        if has_chinese_font()
        else "；没有中文字体，没有嵌入字体的 PDF 会少字，页面画不出来：请安装 fonts-wqy-microhei"
    )
    return Finding(name="格式", ok=True, detail=f"{' '.join(sorted(supported_extensions()))}；{seen}{fonts}")


def _model(settings: Settings, progress: Progress | None) -> Finding:
    embedder = make_embedder(settings, progress=progress)
    info = embedder.info
    vector = embedder.embed_queries(["原文"])[0]
    sound = vector.shape == (info.dimension,) and abs(float(vector @ vector) - 1) < 1e-3
    return Finding(
        name="模型",
        ok=sound,
        detail=f"{info.id}，{info.dimension} 维，{info.revision}，精度 {settings.quantize}"
        + ("" if sound else "：向量不对，请删除缓存后重试"),
    )


def _reader(settings: Settings) -> Finding:
    """Loads it, and the reranker, and lets them read a sentence."""
    embedder = make_embedder(settings)
    reader = make_reader(settings, embedder, lambda terms: dict.fromkeys(terms, 1.0), lambda _: [])
    reranker = make_reranker(settings, reader)
    text, answer = "大会于2017年9月22日在乌鲁木齐市召开。", "9月22日"
    passage = PassageRecord(
        id=1, document_id=1, ordinal=0, start=0, end=len(text), text=text, heading_path=()
    )
    question = Question(text="大会在哪天召开？", vector=embedder.embed_queries(["大会在哪天召开？"])[0])
    found = [Found(passage=passage, dense=1.0, sparse=1.0, score=3.0)]
    if reranker is not None:
        found = reranker.rerank(question.text, found)
    best = reader.read(question, found)[0]
    sound = answer in text[best.start : best.end]
    threshold = threshold_of(settings, reader)
    return Finding(
        name="阅读器",
        ok=sound,
        detail=f"{reader.info.id}，{reader.info.fingerprint[:12]}，把握低于 {threshold:.2f} 就不答，"
        f"重排 {settings.reranker}" + ("" if sound else "：读错了例句，请检查设置或重新安装 yuanwen"),
    )


def _store(settings: Settings) -> Finding:
    with closing(open_embedded_store(settings, make_embedder(settings).info)) as store:
        problems = [problem.message for problem in store.verify()]
        state = store.status()
    detail = f"{state.documents} 个文档，{state.passages} 个段落，数据库、向量、词项三处一致"
    return Finding(name="索引", ok=not problems, detail=";".join(problems) if problems else detail)
