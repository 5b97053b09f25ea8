"""Where a run's questions are asked: the user's own index, or one made of the files' passages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.corpus import index_passages, passage_source
from eval.data import load_dataset
from eval.dataset import Dataset
from eval.tasks.options import Options, Report
from index.errors import DatasetError, InputError
from index.store.files import write_atomically
from rag.build import make_embedder, open_service
from rag.service import QAService
from rag.settings import Settings

_CUT_WITH = "passages.json"
"""In an index of our own: how long its passages may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files of a run, read. ``texts``: their passages, each once, in order; none for a user's own questions."""

    dataset: Dataset
    corpora: tuple[Dataset, ...]
    texts: tuple[str, ...]


def read_files(options: Options) -> Files:
    """Reads the file of questions and those of passages.

    Raises:
        DatasetError: one can't be used, or holds nothing of what the task needs.
    """
    dataset = load_dataset(options.data, format=options.format)
    corpora = tuple(load_dataset(path) for path in options.corpus)
    if not dataset.questions:
        raise DatasetError(f"{options.data} 里没有问题。")
    for path, corpus in zip(options.corpus, corpora, strict=True):
        if not corpus.passages:
            raise DatasetError(
                f"{path} 里没有段落，不能作为 --corpus。",
                remedy="请给出带段落的文件，例如 SQuAD 格式的 JSON。",
            )
    if options.task == "read":
        _require_passages(options.data, dataset)
    texts = dict.fromkeys(p.text for file in (dataset, *corpora) for p in file.passages if p.text.strip())
    return Files(dataset=dataset, corpora=corpora, texts=tuple(texts))


def _require_passages(path: Path, dataset: Dataset) -> None:
    without = [question for question in dataset.questions if question.passage is None]
    if without:
        what = "都没有" if len(without) == len(dataset.questions) else f"有 {len(without)} 个没有"
        raise DatasetError(
            f"read 任务要给定段落，{path} 里的问题{what}段落。",
            remedy="请改用 yuanwen eval ask，对已添加的文档提问。",
        )


def settings_for(options: Options, settings: Settings, files: Files) -> tuple[Settings, str]:
    """The settings with the options in force, and where the threshold comes from.

    *read* on a file that has an answer to every question always answers, as its official scorer expects.
    """
    changes: dict[str, object] = {}
    chosen = "settings"
    if options.threshold is not None:
        changes["threshold"], chosen = options.threshold, "option"
    elif options.task == "read" and all(question.answerable for question in files.dataset.questions):
        changes["threshold"], chosen = 0.0, "always_answer"
    if options.top_k is not None:
        changes["top_k"] = options.top_k
    if options.retrieval is not None:
        changes["retrieval"] = options.retrieval
    home = _home(options, settings, files)
    return settings.model_copy(update={**changes, "home": home}), chosen


def _home(options: Options, settings: Settings, files: Files) -> Path:
    if options.index is not None:
        return options.index
    if not files.texts:
        return settings.home
    # Found again by the next run with the same passages, model and lengths, and by no other.
    lengths = f"{settings.passage_target}:{settings.passage_maximum}"
    names = "\n".join(sorted(passage_source(text) for text in files.texts))
    passages = hashlib.sha256(f"{lengths}\n{names}".encode()).hexdigest()[:16]
    embedder = make_embedder(settings).info.fingerprint[:12]
    return settings.cache / "eval" / f"{embedder}-{passages}"


def open_place(settings: Settings, files: Files, report: Report) -> QAService:
    """The service over the index that is asked, complete.

    Raises:
        InputError: nothing is indexed, or the passages there were cut to other lengths.
        ModelError, StoreError: see :func:`rag.build.open_service`.
    """
    service = open_service(settings, progress=lambda done, total: report("生成模型（只需一次）", done, total))
    try:
        if files.texts:
            _require_same_lengths(settings)
            index_passages(
                service, files.texts, on_done=lambda done, total: report("建立段落索引", done, total)
            )
        if not service.status().documents:
            raise InputError(
                f"{settings.home} 里还没有文档，无从回答。",
                remedy="请先用 yuanwen add 添加文档，或用 --corpus 给出段落文件。",
            )
        service.warm()
    except BaseException:
        service.close()
        raise
    return service


def _require_same_lengths(settings: Settings) -> None:
    """Notes how long passages may be in an index that takes in ours, and refuses one that was cut otherwise."""
    path = settings.home / _CUT_WITH
    ours = {"passage_target": settings.passage_target, "passage_maximum": settings.passage_maximum}
    if not path.exists():
        write_atomically(path, lambda file: file.write(json.dumps(ours).encode()))
        return
    try:
        theirs = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} 损坏了。", remedy="请给 --index 另一个目录。") from error
    if theirs != ours:
        raise InputError(
            f"{settings.home} 里的段落是按别的长度切分的：{theirs}，现在的设置是 {ours}。",
            remedy="请给 --index 另一个目录，或改回原来的设置。",
        )


def brought(service: QAService, texts: Sequence[str]) -> int | None:
    """How many stored documents are the files' passages; None where the files have none."""
    if not texts:
        return None
    wanted = {passage_source(text) for text in texts}
    return sum(record.source in wanted for record in service.list())
