"""Packs a trained reader into the file that ships.

python -m rag.training.ship --weights DIR/reader.safetensors [--out rag/data/reader.safetensors]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from index.models.default import default_cache_dir, ensure_default_model
from index.models.folder import WEIGHTS_FILE
from rag.reader.weights import FILE, pack


def ship(weights: Path, out: Path, *, encoder: Path) -> None:
    """Writes ``out`` from what :mod:`rag.training.span` leaves; ``encoder`` is the folder that it began with."""
    from safetensors.numpy import load_file

    base = {f"body.{name}": value for name, value in load_file(encoder / WEIGHTS_FILE).items()}
    pack(load_file(weights), base, out, base_name=encoder.name)


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Pack the span reader's weights for shipping.")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("rag/data") / FILE)
    parser.add_argument("--cache", type=Path, default=default_cache_dir())
    options = parser.parse_args()
    ship(options.weights, options.out, encoder=ensure_default_model(options.cache))


if __name__ == "__main__":
    main()
