"""The trained reader as an ordinary ``AutoModelForQuestionAnswering`` folder, for other tools.

    python -m rag.training.export --weights reader.safetensors --out DIR

The heads that such a model has no place for stay out: starts and ends fall on pieces, not on the characters inside
them, and there is no relevance.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from index.models.default import default_cache_dir, ensure_default_model
from index.models.runtime import prepare_torch, quiet_loading


def export(weights: Path, out: Path, *, encoder: Path) -> None:
    """Writes the folder.

    Args:
        weights: what :mod:`rag.training.span` leaves, or its checkpoint. encoder: the folder that it began with.

    Raises:
        ValueError, RuntimeError: the weights are of another encoder.
    """
    prepare_torch(None)
    import torch
    from safetensors.torch import load_file
    from tokenizers import Tokenizer, processors
    from transformers import BertForQuestionAnswering

    if weights.suffix == ".safetensors":
        state = load_file(weights)
    else:
        state = torch.load(weights, weights_only=True)["network"]
    with quiet_loading():
        model = BertForQuestionAnswering.from_pretrained(encoder)
    renamed = {
        name.replace("body.", "bert.", 1).replace("span.", "qa_outputs.", 1): value
        for name, value in state.items()
        if name.startswith(("body.", "span."))
    }
    left = model.load_state_dict(renamed, strict=False)
    if left.unexpected_keys or any("word_embeddings" not in name for name in left.missing_keys):
        raise ValueError(f"{weights} isn't a reader for this encoder: {left}")
    out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(out)
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    specials = [(token, tokenizer.token_to_id(token)) for token in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s>:0 $A:0 </s>:0 </s>:0 $B:1 </s>:1",  # the passage is the second segment in training
        special_tokens=specials,
    )
    tokenizer.save(str(out / "tokenizer.json"))
    described = json.loads((encoder / "tokenizer_config.json").read_text(encoding="utf-8"))
    described["model_input_names"] = ["input_ids", "token_type_ids", "attention_mask"]
    (out / "tokenizer_config.json").write_text(json.dumps(described, indent=2), encoding="utf-8")


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Export the span reader for other tools.")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=default_cache_dir())
    options = parser.parse_args()
    export(options.weights, options.out, encoder=ensure_default_model(options.cache))


if __name__ == "__main__":
    main()
