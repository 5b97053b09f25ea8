"""Writes sentence-transformers folders without torch: mean pooling, L2 normalisation, prompts.

The files are what sentence-transformers 6 and transformers 5 write themselves for the same model.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.embed import FloatArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WEIGHTS_FILE = "model.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class BertShape:
    """Sizes of a BERT encoder, and how its weights are called."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float

    def tensors(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every weight of ``transformers.BertModel``, in the order of the file."""
        h, ff = self.hidden, self.feed_forward
        shapes: dict[str, tuple[int, ...]] = {
            "embeddings.word_embeddings.weight": (self.vocabulary, h),
            "embeddings.position_embeddings.weight": (self.positions, h),
            "embeddings.token_type_embeddings.weight": (self.token_types, h),
            **_affine("embeddings.LayerNorm", (h,)),
        }
        for layer in range(self.layers):
            prefix = f"encoder.layer.{layer}."
            for part in ("attention.self.query", "attention.self.key", "attention.self.value"):
                shapes |= _affine(prefix + part, (h, h))
            shapes |= _affine(prefix + "attention.output.dense", (h, h))
            shapes |= _affine(prefix + "attention.output.LayerNorm", (h,))
            shapes |= _affine(prefix + "intermediate.dense", (ff, h))
            shapes |= _affine(prefix + "output.dense", (h, ff))
            shapes |= _affine(prefix + "output.LayerNorm", (h,))
        return shapes | _affine("pooler.dense", (h, h))


def _affine(name: str, shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": shape, f"{name}.bias": shape[:1]}


def write_folder(
    folder: Path, *, shape: BertShape, tokenizer: Tokenizer, prompts: Mapping[str, str], max_tokens: int
) -> None:
    """Everything but the weights; ``tokenizer`` must know ``<s> <pad> </s> <unk> <mask>``.

    Raises:
        ValueError: it doesn't.
    """
    pad = tokenizer.token_to_id("<pad>")
    if pad is None:
        raise ValueError("the tokenizer has no <pad>")
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in _descriptions(shape, pad, prompts, max_tokens).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _descriptions(shape: BertShape, pad: int, prompts: Mapping[str, str], max_tokens: int) -> dict[str, Any]:
    modules = (
        ("", "sentence_transformers.base.modules.transformer.Transformer"),
        ("1_Pooling", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"),
        ("2_Normalize", "sentence_transformers.base.modules.normalize.Normalize"),
    )
    return {
        "config.json": _bert_config(shape, pad),
        "tokenizer_config.json": {
            "backend": "tokenizers",
            "tokenizer_class": "TokenizersBackend",
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "mask_token": "<mask>",
            "model_max_length": max_tokens,
            "pad_token": "<pad>",
            "sep_token": "</s>",
            "unk_token": "<unk>",
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": kind} for i, (path, kind) in enumerate(modules)
        ],
        "sentence_bert_config.json": {
            "transformer_task": "feature-extraction",
            "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
            "module_output_name": "token_embeddings",
        },
        "1_Pooling/config.json": {
            "embedding_dimension": shape.hidden,
            "pooling_mode": "mean",
            "include_prompt": True,
        },
        "2_Normalize/config.json": {
            "module_input_name": "sentence_embedding",
            "module_output_name": "sentence_embedding",
        },
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": dict(prompts),
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _bert_config(shape: BertShape, pad: int) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.epsilon,
        "pad_token_id": pad,
        "attention_probs_dropout_prob": 0.1,
        "hidden_dropout_prob": 0.1,
        "initializer_range": 0.02,
    }


def write_safetensors(path: Path, shapes: Mapping[str, Sequence[int]], chunks: Iterable[FloatArray]) -> None:
    """Write float32 tensors one piece after the other, so that no more than a piece is ever in memory.

    ``safetensors`` itself only writes from a complete dictionary, twice the 470 MB of the default model.
    Format: https://github.com/huggingface/safetensors#format.

    Args:
        shapes: name -> shape, in the order of the data.
        chunks: the values of all tensors end to end, in pieces of any size.

    Raises:
        ValueError: ``chunks`` hold more or fewer values than ``shapes`` ask for.
    """
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in shapes.items():
        start, end = end, end + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    written = 0
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for chunk in chunks:
            written += file.write(chunk.astype("<f4", copy=False).tobytes())
    if written != end:
        raise ValueError(f"{path.name}: {written} bytes of weights, {end} expected")
