"""Reading a file of questions from somebody else: whatever it does to its reader, the service lives on.

Files go through :mod:`eval.data.child`, as uploaded documents go through :mod:`index.isolate`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from eval.dataset import Dataset, Format
from index.errors import DatasetError
from index.isolation.frames import BadFrame, Frame
from index.isolation.process import LimitedProcess, OutOfTime, ParseLimits, ProcessDied
from index.models.turns import Turns

CHILD = "eval.data.child"

_DATASET = TypeAdapter(Dataset)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An error as the child tells it."""

    message: str
    remedy: str
    problems: tuple[str, ...]


_TOLD = TypeAdapter(_Told)


class IsolatedDatasets:
    """Reads one file at a time, each in a process of its own; further callers wait. Safe to share between threads.

    Args:
        limits: of each file.
    """

    def __init__(self, limits: ParseLimits | None = None, *, module: str = CHILD) -> None:
        self._limits = ParseLimits() if limits is None else limits
        self._module = module
        self._turns = Turns(1)
        self._lock = threading.Lock()
        self._closed = False
        self._child: LimitedProcess | None = None

    def read(self, data: bytes, *, name: str, format: Format | None = None) -> Dataset:
        """As :func:`eval.data.load.read_dataset`.

        Raises:
            DatasetError: the same; or reading it took too long, or too much memory.
        """
        with self._turns:
            child = self._begin(name)
            try:
                frame = child.call({"name": name, "format": format}, data)
            except OutOfTime as error:
                seconds = self._limits.seconds
                raise DatasetError(f"{name}: 读取超过了 {seconds:g} 秒的上限。") from error
            except (ProcessDied, BadFrame) as error:
                raise _died(name) from error
            finally:
                self._end()
        return _dataset_of(frame, name)

    def close(self) -> None:
        """Ends what is being read, which fails. Calling it twice is fine."""
        with self._lock:
            self._closed = True
        self._end()

    def _begin(self, name: str) -> LimitedProcess:
        with self._lock:
            if self._closed:
                raise DatasetError(f"{name}: 服务正在结束，没有读取。", remedy="请稍后重试。")
            self._child = LimitedProcess(self._module, self._limits)
            return self._child

    def _end(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.close()


def _dataset_of(frame: Frame, name: str) -> Dataset:
    """What the child answered; it is checked, not trusted."""
    try:
        if "error" in frame.header:
            raise _error_of(_TOLD.validate_json(frame.payload))
        return _DATASET.validate_json(frame.payload)
    except ValidationError as error:
        raise _died(name) from error


def _error_of(told: _Told) -> DatasetError:
    # The message shows the first of the problems, and would show them twice.
    message = told.message.partition("\n")[0] if told.problems else told.message
    return DatasetError(message, problems=told.problems, remedy=told.remedy)


def _died(name: str) -> DatasetError:
    return DatasetError(
        f"{name}: 读取进程意外中止，可能是文件损坏，或需要的内存超过了上限。",
        remedy="请检查文件，或拆成几个小的。",
    )
