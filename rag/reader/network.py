"""The reader's network: the embedder's encoder with three small heads. torch is imported when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.reader.pieces import Batch

if TYPE_CHECKING:
    import torch

_REFINED = 128
"""Width of the layer that looks at the characters inside a piece."""

_PLACES = 4


@dataclass(frozen=True, slots=True)
class Scores:
    """What one pass gives, as logits.

    Args:
        start, end: shape (n, characters + 1); column 0 is the null answer, column i + 1 character i, at which an
            answer starts, or which is its last. Minus infinity where no answer may start or end.
        piece_start, piece_end: the same over pieces, shape (n, length), column 0 the null answer.
        relevance: shape (n,); above 0 where the passage seems to hold the answer.
    """

    start: torch.Tensor
    end: torch.Tensor
    piece_start: torch.Tensor
    piece_end: torch.Tensor
    relevance: torch.Tensor


def make_network(body: torch.nn.Module, hidden: int) -> torch.nn.ModuleDict:
    """The encoder ``body`` (a ``transformers.BertModel``) with fresh heads.

    ``span`` gives start and end of a piece, ``relevance`` that of a passage, ``refine`` corrects start and end at
    each character inside its piece, from the piece's state, the character's own embedding, and its place there.
    """
    from torch import nn

    out = nn.Linear(_REFINED, 2)
    refine = nn.ModuleDict(
        {
            "piece": nn.Linear(hidden, _REFINED),
            "character": nn.Linear(hidden, _REFINED),
            "place": nn.Embedding(_PLACES, _REFINED),
            "out": out,
        }
    )
    heads = {"span": nn.Linear(hidden, 2), "relevance": nn.Linear(hidden, 1), "refine": refine}
    for module in nn.ModuleDict(heads).modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)
    nn.init.zeros_(out.weight)  # pieces decide at first
    return nn.ModuleDict({"body": body, **heads})


def forward(network: torch.nn.ModuleDict, batch: Batch, *, half: bool = False) -> Scores:
    """One pass over a batch; with ``half`` the encoder computes in bfloat16 (training: 1.4 times as fast on a
    processor that has it), the heads in float32 all the same."""
    import torch

    body: Any = network["body"]
    ids, mask = torch.from_numpy(batch.ids), torch.from_numpy(batch.mask)
    device = next(network["relevance"].parameters()).device
    ids, mask = ids.to(device), mask.to(device)
    types = torch.from_numpy(batch.types).to(device)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
        states = body(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state.float()
    piece = network["span"](states)
    outside = ~((types == 1) & mask)
    outside[:, 0] = False
    piece = piece.masked_fill(outside[..., None], float("-inf"))
    piece_of = torch.from_numpy(batch.piece_of).to(device)
    width = piece_of.shape[1]
    gathered = torch.gather(states, 1, piece_of[..., None].expand(-1, -1, states.shape[-1]))
    refine: Any = network["refine"]
    characters = body.embeddings.word_embeddings(torch.from_numpy(batch.character_ids).to(device))
    hidden = refine["piece"](gathered) + refine["character"](characters)
    hidden = hidden + refine["place"](torch.from_numpy(batch.place_of).to(device))
    correction = refine["out"](torch.nn.functional.gelu(hidden))
    readable = torch.from_numpy(batch.readable).to(device)
    logits = torch.gather(network["span"](states), 1, piece_of[..., None].expand(-1, -1, 2)) + correction
    logits = logits.masked_fill(~readable[..., None], float("-inf"))
    logits = torch.cat((piece[:, :1], logits), dim=1)
    assert logits.shape[1] == width + 1
    relevance = network["relevance"](states[:, 0])[:, 0]
    return Scores(logits[..., 0], logits[..., 1], piece[..., 0], piece[..., 1], relevance)
