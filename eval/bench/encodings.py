"""How often a text's encoding is found and every character comes back the same.

Prints a table: encodings down, lengths across::

    python -m eval.bench.encodings --data DATA

Simplified paragraphs are CMRC 2018 dev's and Traditional ones DRCD test's, neither of which the table of common
characters was counted from. A paragraph is left out under an encoding that can't write it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from eval.bench.texts import squad_contexts
from index.encoding import decode
from index.errors import DocumentError

ENCODINGS = ("gbk", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig")
LENGTHS = (8, 20, 60)
PARAGRAPHS = 400
DOCUMENT = 2000


def documents(paragraphs: Sequence[str], size: int) -> list[str]:
    """Paragraphs joined by line breaks into texts of at least ``size`` characters."""
    texts: list[str] = []
    current: list[str] = []
    for paragraph in paragraphs:
        current.append(paragraph)
        if sum(map(len, current)) >= size:
            texts.append("\n".join(current))
            current = []
    return texts


def pieces(paragraphs: Sequence[str], length: int) -> list[str]:
    """``length`` characters from inside each paragraph that has as many after its tenth."""
    found = [text[10 : 10 + length] for text in paragraphs if len(text) >= 10 + length]
    return [piece for piece in found if piece.strip()]


def mixed(paragraphs: Sequence[str]) -> list[str]:
    """Mostly English with a clause of Chinese in the middle."""
    english = "Release notes, version 2.1: see the file README for details. "
    return [english * 4 + text[:12] + " (" + english + ")" for text in paragraphs]


def came_back(text: str, encoding: str) -> bool:
    """Whether ``text`` written in ``encoding`` is read as it was."""
    try:
        return decode(text.encode(encoding)).text == text
    except DocumentError:
        return False


def share(texts: Sequence[str], encoding: str, limit: int) -> tuple[int, int]:
    """(came back the same, tried) over the first ``limit`` texts that ``encoding`` can write."""
    tried = [text for text in texts if _writable(text, encoding)][:limit]
    return sum(came_back(text, encoding) for text in tried), len(tried)


def _writable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def main(argv: Sequence[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and eval/")
    data = parser.parse_args(argv).data
    simplified = squad_contexts(data / "eval" / "cmrc2018_dev.json")
    traditional = squad_contexts(data / "train" / "drcd_test.json")
    print("encoding".ljust(12), *(f"{name:>12}" for name in [*LENGTHS, "paragraph", "document", "mixed"]))
    for encoding in ENCODINGS:
        texts = traditional if encoding == "big5" else simplified
        sets = [*(pieces(texts, length) for length in LENGTHS), texts]
        sets += [documents([text for text in texts if _writable(text, encoding)], DOCUMENT), mixed(texts)]
        cells = [share(chosen, encoding, PARAGRAPHS) for chosen in sets]
        print(encoding.ljust(12), *(f"{right}/{tried}".rjust(12) for right, tried in cells))


if __name__ == "__main__":
    main()
