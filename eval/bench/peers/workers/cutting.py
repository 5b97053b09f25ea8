"""How texts are cut for systems that bring no splitter which works on Chinese offline."""

from __future__ import annotations

import re

SIZE = 300
"""Characters."""

_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]*")


def fixed(text: str, size: int = SIZE) -> list[str]:
    """Every ``size`` characters, wherever that falls: what people write first."""
    return [
        text[start : start + size]
        for start in range(0, len(text), size)
        if text[start : start + size].strip()
    ]


def at_sentences(text: str, size: int = SIZE) -> list[str]:
    """Whole sentences up to ``size`` characters together; a longer one is cut at ``size``."""
    pieces: list[str] = []
    current = ""
    for sentence in _SENTENCE.findall(text):
        for part in fixed(sentence, size):
            if len(current) + len(part) > size:
                pieces.append(current)
                current = ""
            current += part
    return [piece for piece in [*pieces, current] if piece.strip()]
