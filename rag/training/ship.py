"""Packs a trained reader into the file that ships.

python -m rag.training.ship --weights DIR/reader.safetensors [--out rag/data/reader.safetensors]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from index.models.default import default_cache_dir, ensure_default_model
from rag.reader.weights import FILE, pack


def ship(weights: Path, out: Path, *, cache: Path) -> None:
    """Writes ``out`` from what :mod:`rag.training.span` leaves."""
    from safetensors.numpy import load_file

    folder = ensure_default_model(cache)
    encoder = load_file(folder / "model.safetensors")
    pack(
        load_file(weights),
        {f"body.{name}": value for name, value in encoder.items()},
        out,
        base_name=folder.name,
    )


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Pack the span reader's weights for shipping.")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("rag/data") / FILE)
    parser.add_argument("--cache", type=Path, default=default_cache_dir())
    options = parser.parse_args()
    ship(options.weights, options.out, cache=options.cache)


if __name__ == "__main__":
    main()
