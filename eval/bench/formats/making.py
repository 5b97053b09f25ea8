"""Writes the corpus: each file, and beside it the truth."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.bench.formats.contents import Contents
from eval.bench.formats.programs import Programs
from eval.bench.formats.recipes import Bench, Recipe

TRUTH = ".truth.json"


def make(folder: Path, data: Path, recipes: Sequence[Recipe], *, seed: int) -> None:
    """Writes each recipe's file into ``folder``.

    A file's contents depend on the seed and its name alone, so that another recipe more changes no file.

    Args:
        data: see :class:`Contents`.

    Raises:
        ProgramMissing: a program that a recipe needs isn't installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with Programs() as programs:
        for number, recipe in enumerate(recipes, 1):
            choice = random.Random(f"{seed} {recipe.name}")
            bench = Bench(contents=Contents(data=data, choice=choice), choice=choice, programs=programs)
            content, truth = recipe.make(bench)
            (folder / recipe.name).write_bytes(content)
            written = json.dumps(truth.to_json(), ensure_ascii=False, indent=1)
            (folder / (recipe.name + TRUTH)).write_text(written, encoding="utf-8")
            sys.stderr.write(f"\r{number}/{len(recipes)} {recipe.name:<40}")
    sys.stderr.write("\n")
