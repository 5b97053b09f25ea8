"""Terms for lexical search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Analyzer(Protocol):
    """Turns text into terms, the same way for passages and questions. Terms hold no white space."""

    @property
    def fingerprint(self) -> str:
        """Differs whenever the terms could; the lexical index is rebuilt when it changes."""

    def grams(self, text: str) -> Sequence[str]:
        """Han single characters and bigrams, Latin words and numbers."""

    def words(self, text: str) -> Sequence[str]:
        """Words of two characters or more, user dictionary included."""
