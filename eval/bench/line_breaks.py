"""How many paragraphs come back whole after a page layout broke them into lines.

Sets CMRC 2018 training paragraphs, ten a document, in columns with empty lines at random places, page numbers and
running heads, loads the result, and counts the paragraphs that are one block again, character for character::

    python -m eval.bench.line_breaks --data DATA
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.texts import squad_contexts
from index.loaders import loader_for

_NO_START = "，。、；：？！）》〉”’」』】〕…,.;:?!)]"
_WORD = re.compile(rf"(?:[A-Za-z0-9.,%'’/:-]+|.)[{re.escape(_NO_START)}]*")
DOCUMENTS = 30
PARAGRAPHS = 10
LINES_A_PAGE = 28
GAPS = 0.05
HEAD = "新疆科技年鉴"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A page layout.

    Args:
        columns: a line holds, two to a Han character.
        indent: of first lines, in columns; ``kept`` as full-width spaces or lost.
        feeds: pages are parted by form feeds.
    """

    columns: int
    indent: int = 0
    kept: bool = False
    feeds: bool = False


SETTINGS = {
    "20 characters, empty lines between paragraphs, form feeds": Setting(columns=40, feeds=True),
    "40 characters, empty lines between paragraphs": Setting(columns=80),
    "18 characters, first lines indented, indentation lost": Setting(columns=36, indent=4),
    "30 characters, first lines indented, form feeds": Setting(columns=60, indent=4, kept=True, feeds=True),
    "16 and a half characters, empty lines between": Setting(columns=33),
}


def lines_of(paragraph: str, setting: Setting) -> list[str]:
    """Full lines; closing marks never start one, numbers and Latin words stay whole."""
    lines, room = [""], setting.columns - setting.indent
    for word in _WORD.findall(paragraph):
        width = sum(2 if character >= "\u2e80" or character in "“”‘’…—·" else 1 for character in word)
        if width > room and lines[-1]:
            lines.append("")
            room = setting.columns
        lines[-1] += word
        room -= width
    if setting.kept:
        lines[0] = "\u3000" * (setting.indent // 2) + lines[0]
    return lines


def set_in_type(paragraphs: Sequence[str], setting: Setting, chance: random.Random) -> str:
    """The paragraphs as the text of a printed document."""
    out: list[str] = []
    count = page = 0
    for paragraph in paragraphs:
        lines = lines_of(paragraph, setting)
        for ordinal, line in enumerate(lines, start=1):
            out.append(line)
            count += 1
            if count % LINES_A_PAGE == 0:
                page += 1
                out += ["", f"- {page} -", *([f"\f{HEAD}"] if setting.feeds else ["", HEAD, ""])]
            elif ordinal < len(lines) and chance.random() < GAPS:
                out.append("")
        if not setting.indent:
            out.append("")
    return "\n".join(out)


def main(argv: Sequence[str] | None = None) -> None:
    """Prints the share of paragraphs restored per layout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with train/")
    texts = squad_contexts(parser.parse_args(argv).data / "train" / "cmrc2018_train_evidence.json")
    texts = [text for text in texts if not re.search(r"\s", text) and text[-1] in "。！？”）"]
    chance = random.Random(1)
    for name, setting in SETTINGS.items():
        whole = 0
        for _ in range(DOCUMENTS):
            paragraphs = chance.sample(texts, PARAGRAPHS)
            raw = set_in_type(paragraphs, setting, chance).encode()
            document = loader_for("a.txt").load(raw, source="a.txt")
            found = {document.text[block.start : block.end] for block in document.blocks}
            whole += sum(paragraph in found for paragraph in paragraphs)
        print(f"{whole}/{DOCUMENTS * PARAGRAPHS}  {name}")


if __name__ == "__main__":
    main()
