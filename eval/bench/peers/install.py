"""The peers' own environment, made from ``requirements.txt`` beside this file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from index.errors import YuanwenError

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


class InstallError(YuanwenError):
    """The peers' environment can't be made."""


def python_of(venv: Path) -> Path:
    """Its interpreter."""
    return venv / "bin" / "python"


def torch_requirement(requirements: str) -> str:
    """The line that pins torch."""
    return next(line for line in requirements.splitlines() if re.match(r"torch==", line))


def install(venv: Path, *, pip_options: Sequence[str] = ()) -> float:
    """Makes the environment, or brings it up to date; seconds taken.

    Args:
        pip_options: added to every ``pip install`` (an index where torch comes without CUDA).

    Raises:
        InstallError: a package can't be had, or CUDA came along.
    """
    started = time.perf_counter()
    if not python_of(venv).exists():
        _run([sys.executable, "-m", "venv", str(venv)])
    pip = [str(python_of(venv)), "-m", "pip", "--disable-pip-version-check"]
    torch = torch_requirement(REQUIREMENTS.read_text(encoding="utf-8"))
    _run([*pip, "install", *pip_options, torch])
    _run([*pip, "install", *pip_options, "-r", str(REQUIREMENTS)])
    listed = _run([*pip, "list", "--format=json"], capture=True)
    cuda = [package["name"] for package in json.loads(listed) if "nvidia" in package["name"].lower()]
    if cuda:
        raise InstallError(
            f"装进了 CUDA:{'、'.join(cuda)}。",
            remedy="请用 --pip-option 指定只有 CPU 版 torch 的源，并换一个新的 --venv 目录。",
        )
    return time.perf_counter() - started


def _run(command: Sequence[str], *, capture: bool = False) -> str:
    try:
        done = subprocess.run(
            command, check=True, text=True, stdout=subprocess.PIPE if capture else sys.stderr
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise InstallError(
            f"命令失败：{' '.join(command)}：{error}。", remedy="请看上面 pip 的输出。"
        ) from error
    return done.stdout if capture else ""
