"""What the built wheel holds."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Files of a wheel built from this tree; the build backend is the installed one, so no network is needed."""
    pytest.importorskip("hatchling", reason="the build backend isn't installed here")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_ships_exactly_the_four_packages(names: list[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"index", "rag", "eval", "api"}


@pytest.mark.parametrize(
    "name",
    [
        "index/data/t2s.txt",
        "index/data/common_characters.txt",
        "index/models/nmt_nfkc.xz",
        "rag/data/evidence.json",
        "index/py.typed",
        "api/web/static/vendor/LICENSE.txt",
    ],
)
def test_the_wheel_holds_the_data_that_the_code_reads(names: list[str], name: str) -> None:
    assert name in names
