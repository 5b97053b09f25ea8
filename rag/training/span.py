"""Trains the span reader on the encoder that the project carries; resumable, on CPU or GPU alike.

    python -m rag.training.span --data DIR --negatives negatives.jsonl --work DIR [--steps 1500] [--threads 2]

Run again with the same options, it goes on from the last checkpoint in ``--work``. ``cmrc2018_trial.json`` is held
out: the figures printed are of its first questions.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.models.default import default_cache_dir, ensure_default_model
from index.models.runtime import prepare_torch, quiet_loading
from rag.reader.network import Scores, forward, make_network
from rag.reader.pieces import PieceTokenizer, collate
from rag.training.batches import Target, stream
from rag.training.checkpoint import begun, load_checkpoint, save_checkpoint, trained_state
from rag.training.mixture import SEED, Shares, load_material
from rag.training.watch import Progress, evaluate, say
from rag.training.windows import load_asked

if TYPE_CHECKING:
    import torch

TRAIN = ("cmrc2018_train_evidence.json", "drcd_dev.json", "drcd_test.json", "squad2_zh_dev.json")
HELD_OUT = "cmrc2018_trial.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What decides the outcome.

    Args:
        steps, batch: optimiser steps, examples each.
        body_rate, head_rate: peak learning rates; ``layer_decay`` multiplies the body's for each layer down.
        warm_up: share of the steps.
        shares: of what a pass is mixed.
        relevance, pieces: weights of the two side losses.
        frozen: encoder layers, from below, that stay as they are.
        dropout: of the encoder's hidden states, [0, 1).
    """

    steps: int
    batch: int = 16
    body_rate: float = 1.5e-4
    head_rate: float = 1e-3
    layer_decay: float = 0.95
    warm_up: float = 0.06
    shares: Shares = field(default_factory=Shares)
    relevance: float = 0.3
    pieces: float = 0.3
    frozen: int = 0
    dropout: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Where a run reads and writes, on what it computes, and how often it reports.

    Args:
        encoder: folder of the encoder to begin with.
        data: holds the files that ``sets`` and :data:`HELD_OUT` name.
        negatives: what :mod:`rag.training.negatives` wrote.
        begin: ``reader.safetensors`` of another run, or one that ships, to begin with, instead of fresh heads.
        work: keeps the checkpoint, the log and, at the end, ``reader.safetensors``.
        half: the encoder computes in bfloat16.
        compiled: the encoder is compiled first (needs a C++ compiler): 1.3 times as fast on a CPU.
        held_out: questions to evaluate on. save_every, evaluate_every, report_every: steps.
    """

    encoder: Path
    data: Path
    negatives: Path
    work: Path
    begin: Path | None = None
    sets: tuple[str, ...] = TRAIN
    device: str = "cpu"
    threads: int | None = None
    half: bool = False
    compiled: bool = False
    held_out: int = 300
    save_every: int = 100
    evaluate_every: int = 400
    report_every: int = 25


def loss_of(scores: Scores, targets: Sequence[Target], recipe: Recipe) -> torch.Tensor:
    """Cross entropy of start and end over characters and null, the same over pieces, and that of relevance."""
    import torch
    from torch.nn import functional

    device = scores.start.device

    def wanted(name: str) -> torch.Tensor:
        return torch.tensor([getattr(target, name) for target in targets], device=device)

    span = functional.cross_entropy(scores.start, wanted("start")) + functional.cross_entropy(
        scores.end, wanted("end")
    )
    pieces = functional.cross_entropy(scores.piece_start, wanted("piece_start")) + functional.cross_entropy(
        scores.piece_end, wanted("piece_end")
    )
    holds = (wanted("start") > 0).float()
    relevance = functional.binary_cross_entropy_with_logits(scores.relevance, holds)
    return span / 2 + recipe.pieces * pieces / 2 + recipe.relevance * relevance


def optimizer_for(network: torch.nn.ModuleDict, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW with rates by layer; the embeddings, of words, positions and segments, stay the embedder's."""
    import torch

    body: Any = network["body"]
    body.embeddings.word_embeddings.weight.requires_grad_(False)
    layers = len(body.encoder.layer)
    groups = []
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad or name.startswith("body.pooler"):
            continue
        if name.startswith("body."):
            depth = int(name.split(".")[3]) if name.startswith("body.encoder") else -1
            if depth < recipe.frozen:
                parameter.requires_grad_(False)
                continue
            rate = recipe.body_rate * recipe.layer_decay ** (layers - 1 - depth)
        else:
            rate = recipe.head_rate
        decay = 0.01 if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "peak": rate, "weight_decay": decay})
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-6)


def rate_at(step: int, recipe: Recipe) -> float:
    """Share of the peak rate: linear up, then linear down to nothing."""
    warm = max(1, round(recipe.warm_up * recipe.steps))
    return step / warm if step < warm else max(0.0, (recipe.steps - step) / (recipe.steps - warm))


def load_network(
    encoder: Path, *, threads: int | None, dropout: float = 0.0
) -> tuple[torch.nn.ModuleDict, PieceTokenizer]:
    """The encoder with fresh heads."""
    prepare_torch(threads)
    from transformers import BertModel

    with quiet_loading():
        body = BertModel.from_pretrained(
            encoder, hidden_dropout_prob=dropout, attention_probs_dropout_prob=0.0, add_pooling_layer=False
        )
    tokenizer = PieceTokenizer(encoder, max_pieces=body.config.max_position_embeddings)
    return make_network(body, body.config.hidden_size), tokenizer


def compile_encoder(network: torch.nn.ModuleDict, *, backend: str = "inductor") -> None:
    """Fuses the encoder's small steps; attention as plain products, whose backward pass a CPU does faster.

    Args:
        backend: of ``torch.compile``.
    """
    import torch

    body: Any = network["body"]
    body.set_attn_implementation("eager")
    body.forward = torch.compile(body.forward, dynamic=True, backend=backend)


def train(run: Run, recipe: Recipe) -> None:
    """The whole run; returns when ``recipe.steps`` are done."""
    import torch
    from safetensors.torch import save_file

    run.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    network, tokenizer = load_network(run.encoder, threads=run.threads, dropout=recipe.dropout)
    if run.begin is not None:
        network.load_state_dict(begun(run.begin, run.encoder), strict=False)
    network.to(run.device).train()
    if run.compiled:
        compile_encoder(network)
    optimizer = optimizer_for(network, recipe)
    step = load_checkpoint(run.work, network, optimizer, device=run.device)
    material, tight = load_material([run.data / name for name in run.sets], run.negatives, aside=run.held_out)
    held_out = {
        "trial": list(load_asked([run.data / HELD_OUT]))[: run.held_out],
        "tight": tight[: run.held_out],
    }
    say(run.work, {"step": step, **material.counts(), "recipe": repr(recipe)})
    progress = Progress()
    for rows in stream(tokenizer, material, recipe.shares, recipe.batch, done=step):
        if step >= recipe.steps:
            break
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * rate_at(step, recipe)
        scores = forward(network, collate([row for row, _ in rows], pad=tokenizer.pad), half=run.half)
        loss = loss_of(scores, [target for _, target in rows], recipe)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        step += 1
        progress.count(float(loss.detach()), sum(len(row) for row, _ in rows))
        if step % run.report_every == 0:
            say(run.work, {"step": step, **progress.report()})
        if step % run.save_every == 0:
            save_checkpoint(run.work, network, optimizer, step)
        if step % run.evaluate_every == 0 or step == recipe.steps:
            for name, asked in ((name, asked) for name, asked in held_out.items() if asked):
                say(run.work, {"step": step, "set": name, **evaluate(network, tokenizer, asked)})
    save_checkpoint(run.work, network, optimizer, step)
    save_file(trained_state(network), run.work / "reader.safetensors")


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Train the span reader.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--negatives", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--begin", type=Path, help="reader.safetensors of a run that this one goes on from")
    parser.add_argument("--sets", nargs="+", default=TRAIN, choices=TRAIN, help="files in --data")
    parser.add_argument("--cache", type=Path, default=default_cache_dir())
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--half", action="store_true", help="encoder in bfloat16")
    parser.add_argument(
        "--compile", action="store_true", help="compile the encoder first; needs a C++ compiler"
    )
    parser.add_argument("--held-out", type=int, default=300)
    parser.add_argument("--save-every", type=int, default=100)
    parser.add_argument("--evaluate-every", type=int, default=400)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--frozen", type=int, default=0)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    options = parser.parse_args()
    run = Run(
        encoder=ensure_default_model(options.cache),
        data=options.data,
        negatives=options.negatives,
        work=options.work,
        begin=options.begin,
        sets=tuple(options.sets),
        device=options.device,
        threads=options.threads,
        half=options.half,
        compiled=options.compile,
        held_out=options.held_out,
        save_every=options.save_every,
        evaluate_every=options.evaluate_every,
    )
    train(run, Recipe(steps=options.steps, frozen=options.frozen, body_rate=options.rate))


if __name__ == "__main__":
    main()
