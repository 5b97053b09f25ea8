"""Bad files of every kind, read in the product's child process within its limits: those that are quick.

All of them, and the way through a store, are tried by ``python -m eval.bench.zoo``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.bench.child_memory import ChildMemory
from eval.bench.zoo.__main__ import ZOO, taken_in
from eval.bench.zoo.check import CHILD, Reader, problems, product_limits
from eval.bench.zoo.kinds import BadFile
from eval.bench.zoo.outside import Watch, watching
from index.errors import DocumentError
from index.isolate import IsolatedParser

QUICK = [file for file in ZOO if file.quick]
FEW = ("empty.pdf", "cut-in-the-middle.docx", "external-entity.docx", "sectors-that-loop.xls", "macros.docm")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited on Linux alone")


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    with watching(tmp_path_factory.mktemp("outside")) as watch:
        yield watch


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with IsolatedParser(product_limits(), module=CHILD) as parser, ChildMemory() as memory:
        yield Reader(parser, memory)


@linux
@pytest.mark.parametrize("file", QUICK, ids=lambda file: file.name)
def test_a_bad_file_is_read_as_far_as_it_can_be_or_refused_with_a_remedy(
    file: BadFile, reader: Reader, watch: Watch
) -> None:
    if file.name.endswith((".png", ".jpg", ".tiff", ".bmp", ".webp")):
        pytest.importorskip("rapidocr")
    data = file.make(watch.outside)
    try:
        reader(data, source=file.name)
    except DocumentError as error:
        assert error.source == file.name
    assert problems(file, reader.seen[file.name]) == []
    assert watch.connections == []
    assert watch.read_times() == 0


def test_bad_files_keep_no_good_one_from_getting_in(tmp_path: Path, watch: Watch) -> None:
    files = [file for file in ZOO if file.name in FEW]
    (tmp_path / "files").mkdir()
    seen, wrong = taken_in(files, tmp_path / "files", tmp_path / "home", watch)
    assert len(files) == len(FEW)
    assert wrong == []
    assert [problems(file, seen[file.name]) for file in files] == [[]] * len(files)


def test_names_in_the_zoo_are_each_anothers() -> None:
    assert len({file.name for file in ZOO}) == len(ZOO)
