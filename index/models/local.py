"""Models that somebody put on this machine: finding them without a network, and telling them apart."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelError
from index.models.cache import sha256_of

_CACHE_FILE = "model-hashes.json"
_CONFIGURATION = frozenset({".json", ".txt", ".model", ".py"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """A model folder on disk; ``revision`` is the hub's commit, or empty where there is none."""

    folder: Path
    revision: str


def find_model(model: str) -> LocalModel:
    """The folder of ``model``: a folder's own path, or a hub id that was downloaded (or copied) before.

    Raises:
        ModelError: it is neither; the network is never asked.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return LocalModel(folder=folder.resolve(), revision="")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        snapshot = Path(snapshot_download(model, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise ModelError(
            f"本机没有模型 {model}：它不是已有的文件夹，也不在 Hugging Face 缓存中（运行时不会联网下载）。",
            remedy=f"在能联网的机器上运行 hf download {model}，把得到的文件夹复制过来，再把设置改为它的路径。",
        ) from error
    return LocalModel(folder=snapshot, revision=snapshot.name)


def prompts_of(folder: Path) -> dict[str, str]:
    """Name -> text of the prompts that a sentence-transformers folder declares; empty where there are none.

    Raises:
        ModelError: the file that holds them is not what it should be.
    """
    path = folder / "config_sentence_transformers.json"
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): str(text) for name, text in (content.get("prompts") or {}).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(f"读不了模型文件 {path}：{error}。", remedy="请重新复制这个模型文件夹。") from error


def weights_hash(folder: Path, cache_dir: Path) -> str:
    """Hexadecimal SHA-256 over the names and contents of the files that decide what the model computes.

    Contents are hashed once: the result is kept in ``cache_dir`` under each file's path, size and
    modification time, so a start costs no more than a few ``stat`` calls.

    Raises:
        ModelError: a file can't be read, or there are no weights.
    """
    known = _read_known(cache_dir / _CACHE_FILE)
    seen = {}
    digest = hashlib.sha256()
    try:
        for path in _deciding_files(folder):
            stat = path.stat()
            key = f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"
            seen[key] = known.get(key) or sha256_of(path)
            digest.update(f"{path.relative_to(folder).as_posix()}\0{seen[key]}\n".encode())
    except OSError as error:
        message = f"读不了模型文件夹 {folder}:{error.strerror}。"
        raise ModelError(message, remedy="请检查读取权限。") from error
    if not seen.keys() <= known.keys():
        _write_known(cache_dir / _CACHE_FILE, known | seen)
    return digest.hexdigest()


def _deciding_files(folder: Path) -> list[Path]:
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    files = [folder / name for name in names if not any(part.startswith(".") for part in name.parts)]
    # The formats of other runtimes lie beside the weights in many folders; torch never reads them.
    weights = [path for path in files if path.suffix == ".safetensors"]
    weights = weights or [path for path in files if path.suffix == ".bin" and "openvino" not in path.name]
    if not weights:
        raise ModelError(f"文件夹 {folder} 里没有模型权重(.safetensors)。", remedy="请检查设置里的模型路径。")
    return sorted([*weights, *(path for path in files if path.suffix in _CONFIGURATION)])


def _read_known(path: Path) -> dict[str, str]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not there yet, or cut short: nothing is known
        return {}
    return known if isinstance(known, dict) else {}


def _write_known(path: Path, known: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    writing = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    writing.write_text(json.dumps(known, indent=1), encoding="utf-8")
    writing.replace(path)
