"""Weights of the span reader while it is trained: kept, found again, begun with. torch is imported when asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from index.models.folder import WEIGHTS_FILE
from rag.reader.weights import read_weights

if TYPE_CHECKING:
    import torch


def trained_state(network: torch.nn.ModuleDict) -> dict[str, torch.Tensor]:
    """All weights but the embedder's word embeddings and the pooler, which the reader doesn't ask."""
    return {
        name: value.detach().clone().contiguous()
        for name, value in network.state_dict().items()
        if "word_embeddings" not in name and ".pooler." not in name
    }


def save_checkpoint(
    work: Path, network: torch.nn.ModuleDict, optimizer: torch.optim.Optimizer, step: int
) -> None:
    """Written beside and renamed, so that a kill leaves the one before."""
    import torch

    temporary = work / "checkpoint.tmp"
    torch.save(
        {
            "network": trained_state(network),
            "optimizer": optimizer.state_dict(),
            "step": step,
            "random": torch.get_rng_state(),
        },
        temporary,
    )
    temporary.replace(work / "checkpoint.pt")


def load_checkpoint(
    work: Path, network: torch.nn.ModuleDict, optimizer: torch.optim.Optimizer, *, device: str
) -> int:
    """Steps done; 0 where there is no checkpoint."""
    import torch

    kept = work / "checkpoint.pt"
    if not kept.exists():
        return 0
    state = torch.load(kept, weights_only=True, map_location=device)
    network.load_state_dict(state["network"], strict=False)
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"].cpu())
    return int(state["step"])


def begun(weights: Path, encoder: Path) -> dict[str, torch.Tensor]:
    """The weights of a run, or of a file that ships, whose differences are added to the encoder's."""
    import torch
    from safetensors import safe_open
    from safetensors.numpy import load_file

    with safe_open(weights, "np") as opened:
        ships = opened.metadata() is not None
    if not ships:
        found = load_file(weights)
    else:
        base = {f"body.{name}": value for name, value in load_file(encoder / WEIGHTS_FILE).items()}
        found = read_weights(weights, base, base_name=encoder.name)
    return {name: torch.from_numpy(value) for name, value in found.items()}
