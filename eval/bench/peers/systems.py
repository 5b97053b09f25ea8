"""Which systems are measured, and how each worker program is started: the same threads for all of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from eval.bench.peers.install import python_of
from eval.bench.peers.process import Worker

WORKERS = Path(__file__).with_name("workers")

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "RAYON_NUM_THREADS",
)
_SHARED = {
    # Threads that spin while they wait would take the machine away from whoever's turn it is.
    "OMP_WAIT_POLICY": "PASSIVE",
    "HF_HUB_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "PYTHONUTF8": "1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One column of the tables.

    Args:
        worker: name of the program in ``workers/``.
        precision: what its encoders compute in, so which matrix-product rate is its floor: "float32" or "int8".
        ours: runs in this environment, not in the peers'.
    """

    name: str
    title: str
    worker: str
    precision: str = "float32"
    ours: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)


SYSTEMS = (
    System(name="yuanwen", title="原文（int8，默认）", worker="yuanwen", precision="int8", ours=True),
    System(
        name="yuanwen-float32",
        title="原文（float32）",
        worker="yuanwen",
        ours=True,
        settings={"YUANWEN_QUANTIZE": "none"},
    ),
    System(name="haystack", title="Haystack", worker="haystack"),
    System(name="txtai", title="txtai", worker="txtai"),
    System(name="bare", title="手写脚本", worker="bare"),
)


def thread_environment(threads: int) -> dict[str, str]:
    """What tells every library how many threads to use."""
    return dict.fromkeys(_THREAD_VARIABLES, str(threads))


def make_worker(system: System, *, threads: int, venv: Path, cache: Path, home: Path, log: Path) -> Worker:
    """The worker of a system, not started yet.

    Args:
        venv: the peers' environment. cache: of our models. home: our data folder, which must be new.
    """
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment |= {**_SHARED, **thread_environment(threads)}
    if system.ours:
        environment |= {"YUANWEN_HOME": str(home), "YUANWEN_CACHE": str(cache), **system.settings}
        command = [sys.executable, "-m", f"eval.bench.peers.workers.{system.worker}"]
    else:
        command = [str(python_of(venv)), str(WORKERS / "bootstrap.py"), system.worker]
    return Worker(system.title, command, environment=environment, log=log)
