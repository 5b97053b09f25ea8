"""What a run was made with: versions, machine, models, settings, files."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from eval.dataset import Dataset
from eval.run import DataFile
from rag.knowledge import Knowledge
from rag.service import QAService
from rag.settings import Settings

_PACKAGES = {
    "yuanwen": "yuanwen",
    "torch": "torch",
    "transformers": "transformers",
    "sentence-transformers": "sentence-transformers",
    "faiss": "faiss-cpu",
    "tantivy": "tantivy",
    "numpy": "numpy",
}
"""By the name shown, the distribution that carries it."""

_NOT_OF_A_RUN = frozenset(
    {
        *(
            "host",
            "port",
            "workers",
            "allowed_hosts",
            "trusted_proxies",
            "max_waiting",
            "ask_seconds",
            "log_format",
        ),
        *("max_body_kb", "body_seconds", "asks_per_minute", "parse_seconds", "parse_memory_mb"),
    }
)
"""Settings that only concern the HTTP service."""

_ANSWERING = (
    *("embedder", "quantize", "max_question_chars", "passage_target", "passage_maximum", "user_dictionary"),
    *(
        "retrieval",
        "pool",
        "dense_weight",
        "top_k",
        "reader",
        "calibration",
        "reranker",
        "rerank_pool",
        "threshold",
    ),
)
"""Settings that decide over answers."""


def versions() -> dict[str, str]:
    """Of the packages that answers depend on, as far as they are installed, and of Python."""
    found = {"python": platform.python_version()}
    for name, distribution in _PACKAGES.items():
        try:
            found[name] = metadata.version(distribution)
        except metadata.PackageNotFoundError:  # run from a checkout that was never installed
            found[name] = "未安装"
    return found


def machine() -> dict[str, str]:
    """The computer, in words."""
    return {
        "cpu": _cpu(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory_gb": _memory(),
        "system": platform.platform(),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f}"
    except (AttributeError, ValueError, OSError):  # a system that doesn't tell
        return "未知"


def models(service: QAService) -> dict[str, str]:
    """The embedder and the reader, each by id and fingerprint."""
    embedder, reader = service.embedder.info, service.reader.info
    return {
        "embedder": embedder.id,
        "embedder_revision": embedder.revision,
        "embedder_fingerprint": embedder.fingerprint,
        "reader": reader.id,
        "reader_fingerprint": reader.fingerprint,
    }


def settings_texts(settings: Settings) -> dict[str, str]:
    """All settings that an answer may depend on, as text by name."""
    values = settings.model_dump()
    return {name: str(value) for name, value in values.items() if name not in _NOT_OF_A_RUN}


def answering_texts(settings: Settings) -> dict[str, str]:
    """The settings that decide over answers alone, for readers who may not see the others; folders by their name."""
    values = settings.model_dump()
    return {name: without_folder(values[name]) for name in _ANSWERING}


def without_folder(value: object) -> str:
    """As text; of an absolute path only the last part."""
    path = Path(str(value))
    return path.name if path.is_absolute() else str(value)


def knowledge_print(knowledge: Knowledge) -> str:
    """How much is in force beside the documents, and a fingerprint of it."""
    faq = [asdict(pair) for pair in knowledge.faq]
    groups = [asdict(group) for group in knowledge.synonyms.groups]
    whole = json.dumps([faq, groups, knowledge.words], default=sorted, sort_keys=True)
    digest = hashlib.sha256(whole.encode()).hexdigest()[:12]
    return f"问答 {len(faq)}、同义词 {len(groups)}、用户词 {len(knowledge.words)}({digest})"


def data_file(dataset: Dataset, path: Path, role: str) -> DataFile:
    """What the summary says of a file."""
    return DataFile(
        name=path.name,
        role=role,
        sha256=dataset.sha256,
        format=dataset.format,
        questions=len(dataset.questions),
        passages=len(dataset.passages),
        notes=dataset.notes,
    )


def index_counts(service: QAService, *, brought: int | None) -> dict[str, int]:
    """How much is indexed.

    Args:
        brought: documents that the run's own files made; "others" are the rest. None where there is no such thing.
    """
    state = service.status()
    counts = {"documents": state.documents, "passages": state.passages, "generation": state.generation}
    return counts if brought is None else {**counts, "others": state.documents - brought}


def counts_within(service: QAService, collections: frozenset[str]) -> dict[str, int]:
    """How much is indexed in some collections; the generation is the whole index's."""
    held = [counts for name, counts in service.store.collections().items() if name in collections]
    return {
        "documents": sum(counts.documents for counts in held),
        "passages": sum(counts.passages for counts in held),
        "generation": service.store.generation,
    }
