"""How sure an answer is, in a word."""

from __future__ import annotations

from enum import StrEnum

from index.errors import SettingsError
from rag.answer import Answer
from rag.read import Promise, Reader


class Confidence(StrEnum):
    """High: of such answers at most five in a hundred are wrong; medium: at most ten."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


_PROMISES: tuple[tuple[Confidence, Promise], ...] = (
    (Confidence.HIGH, "wrong-5%"),
    (Confidence.MEDIUM, "wrong-10%"),
)


def confidence_of(answer: Answer, reader: Reader) -> Confidence:
    """By what the reader promises (:data:`rag.read.Promise`); a promise that it doesn't keep is passed over.

    What a curator wrote is sure; where no answer is given there is nothing to be sure of.

    Raises:
        ModelError: the reader's calibration can't be read.
    """
    if answer.abstained:
        return Confidence.LOW
    if answer.origin == "faq":
        return Confidence.HIGH
    for confidence, promise in _PROMISES:
        try:
            bar = reader.threshold(promise)
        except SettingsError:
            continue
        if answer.probability >= bar:
            return confidence
    return Confidence.LOW
