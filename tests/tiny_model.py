"""A real sentence-transformers folder, tiny, of random weights, for tests that need no good one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from index.embed import FloatArray
from index.models.folder import WEIGHTS_FILE, BertShape, write_folder, write_safetensors
from index.models.unigram import SPECIAL_TOKENS, make_tokenizer

HIDDEN = 32
WINDOW = 128


def make_tiny_model(
    folder: Path,
    *,
    seed: int = 0,
    hidden: int = HIDDEN,
    query_prompt: str = "query: ",
    passage_prompt: str = "passage: ",
) -> Path:
    """Write a two-layer BertModel whose tokens are single characters; the same seed gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = list(SPECIAL_TOKENS) + [chr(code) for code in _alphabet()]
    tokenizer = make_tokenizer(
        pieces, [0.0] * len(SPECIAL_TOKENS) + [-8.0] * (len(pieces) - len(SPECIAL_TOKENS))
    )
    shape = BertShape(
        hidden=hidden,
        layers=2,
        heads=4,
        feed_forward=2 * hidden,
        vocabulary=len(pieces),
        positions=WINDOW,
        token_types=2,
        epsilon=1e-12,
    )
    prompts = {"query": query_prompt, "passage": passage_prompt}
    write_folder(folder, shape=shape, tokenizer=tokenizer, prompts=prompts, max_tokens=WINDOW)
    write_safetensors(folder / WEIGHTS_FILE, shape.tensors(), _random(shape, seed))
    return folder


def _alphabet() -> Iterator[int]:
    yield from range(0x21, 0x7F)
    yield from range(0x3001, 0x3012)
    yield from range(0x4E00, 0xA000)
    yield ord("▁")


def _random(shape: BertShape, seed: int) -> Iterator[FloatArray]:
    generator = np.random.default_rng(seed)
    for name, size in shape.tensors().items():
        if name.endswith("LayerNorm.weight"):
            yield np.ones(size, dtype=np.float32)
        else:
            yield generator.normal(0.0, 0.2, size).astype(np.float32)
