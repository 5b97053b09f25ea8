"""How many operations the encoding of texts takes at least, and so how long it must take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """What went through transformer encoders.

    Args:
        texts: sequences. tokens: of theirs, special ones included, padding not.
        padded: tokens with padding. operations: as :func:`encoder_operations` counts them, padding left out.
    """

    texts: int = 0
    tokens: int = 0
    padded: int = 0
    operations: float = 0.0

    def __add__(self, other: Encoded) -> Encoded:
        return Encoded(
            texts=self.texts + other.texts,
            tokens=self.tokens + other.tokens,
            padded=self.padded + other.padded,
            operations=self.operations + other.operations,
        )


def encoder_operations(lengths: list[int], *, layers: int, hidden: int, inner: int) -> float:
    """Floating-point operations of the matrix products of a transformer encoder over separate sequences.

    A product of (n, k) and (k, m) counts ``2 n k m``. Of a layer: the four projections of attention (``hidden`` by
    ``hidden``), the two of the feed-forward part (``hidden`` by ``inner``), and for a sequence of L tokens the
    scores and the weighted sum, ``4 L² hidden`` together. Embeddings, norms, softmax and activations count nothing.

    Args:
        lengths: tokens of each sequence, without padding.
    """
    a_token = 2.0 * (4 * hidden * hidden + 2 * hidden * inner)
    attention = 4.0 * hidden * sum(length * length for length in lengths)
    return layers * (a_token * sum(lengths) + attention)


def share_of_floor(operations: float, *, rate: float, seconds: float) -> float:
    """Time that the operations must take at ``rate`` (operations a second) by the time taken; 1 is the floor."""
    return operations / rate / seconds
