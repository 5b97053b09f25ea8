"""Makes ``index/data/common_characters.txt``: the Han characters that running Chinese text is made of.

The table tells one decoding of a file from another (``index/encoding.py``), nothing else. It's counted over
training texts only, so that the encoding benchmark can use the evaluation sets, and DRCD's test half is left out so
that there are unseen Traditional paragraphs too::

    python -m eval.bench.common_characters --data DATA --out index/data/common_characters.txt
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.bench.texts import squad_contexts

SIMPLIFIED = ("cmrc2018_train_evidence.json", "cmrc2018_trial.json", "squad2_zh_dev.json")
TRADITIONAL = ("drcd_dev.json",)
SIZE = 3500
COLUMNS = 50


def is_han(character: str) -> bool:
    """Whether ``character`` is in the main block of unified Han characters."""
    return "\u4e00" <= character <= "\u9fff"


def common_characters(texts: Iterable[str], size: int) -> list[str]:
    """The ``size`` commonest Han characters of ``texts``, commonest first; ties by code point."""
    counts = Counter(character for text in texts for character in text if is_han(character))
    return sorted(counts, key=lambda character: (-counts[character], character))[:size]


def main(argv: Sequence[str] | None = None) -> None:
    """Writes the table, one set of ``COLUMNS`` characters a line, in code point order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with train/")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args(argv)
    table: set[str] = set()
    for names in (SIMPLIFIED, TRADITIONAL):
        texts = [text for name in names for text in squad_contexts(arguments.data / "train" / name)]
        table.update(common_characters(texts, SIZE))
    characters = "".join(sorted(table))
    lines = [characters[at : at + COLUMNS] for at in range(0, len(characters), COLUMNS)]
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(characters)} characters -> {arguments.out}")


if __name__ == "__main__":
    main()
