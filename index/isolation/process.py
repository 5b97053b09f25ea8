"""The parent's side of one child process with limits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from index.isolation.frames import BadFrame, Frame, read_frame, write_frame

_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What of the environment a loader may need. Keys and passwords are often there too; they stay out."""


_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseLimits:
    """What reading one file may take; by default enough for 100 MB of text (some 60 s, 3 GB).

    Args:
        seconds: of wall time, above 0.
        cpu_seconds: of processor time, 1 or more.
        memory_bytes: of address space, the interpreter's own some 300 MB included. Linux only: macOS doesn't
            enforce it.
        frame_bytes: of what goes in or comes out.
    """

    seconds: float = 300.0
    cpu_seconds: int = 180
    memory_bytes: int = 4 * 2**30
    frame_bytes: int = 2**30


class ProcessDied(Exception):
    """The child ended without an answer; ``returncode`` as of :class:`subprocess.Popen`."""

    def __init__(self, returncode: int) -> None:
        self.returncode = returncode
        super().__init__(f"return code {returncode}")


class OutOfTime(Exception):
    """The child used up its time, and was killed."""


class LimitedProcess:
    """A Python process that answers frames, one after the other, within limits. One caller at a time.

    It has a session of its own, so that all it may have started is killed with it; nothing is open in it but its
    two pipes; the environment holds next to nothing. When this process ends, however it ends, the pipe closes and
    the child follows, at the latest when its processor time is used up.

    Args:
        module: run with ``python -m``; it calls :func:`index.isolation.child.serve`.
    """

    def __init__(self, module: str, limits: ParseLimits) -> None:
        self._limits = limits
        self.calls = 0
        self._calling = threading.Lock()
        self._killing = threading.Lock()
        self._killed = False
        self._child = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", module),
                *(str(limits.memory_bytes), str(limits.cpu_seconds), str(limits.frame_bytes)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )

    def call(self, header: Mapping[str, Any], payload: bytes = b"") -> Frame:
        """The child's answer. After any error it is of no more use: close it.

        Raises:
            OutOfTime: it took too long.
            ProcessDied: it crashed, or was killed for want of memory.
            BadFrame: it answered nonsense.
        """
        with self._calling:
            if self._killed:
                raise self._death()
            return self._call(header, payload)

    def _call(self, header: Mapping[str, Any], payload: bytes) -> Frame:
        assert self._child.stdin is not None
        if self.calls == 0:  # starting takes as long as it takes, and isn't the file's fault
            with self._within(_START_SECONDS):
                self._answer()
        self.calls += 1
        with self._within(self._limits.seconds):
            with suppress(BrokenPipeError):  # it may have said why before it went
                write_frame(self._child.stdin, header, [payload])
            return self._answer()

    def close(self) -> None:
        """Ends the child, whatever it does, and all that it started. Calling it twice is fine."""
        self._kill()
        self._child.wait()
        with self._calling:  # whoever still reads finds the end first
            for stream in (self._child.stdin, self._child.stdout):
                if stream is not None:
                    with suppress(BrokenPipeError):  # what was still to be written
                        stream.close()

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        expired = threading.Event()
        timer = threading.Timer(seconds, self._kill, (expired,))
        timer.daemon = True
        timer.start()
        try:
            yield
        except (BadFrame, ProcessDied) as error:
            if expired.is_set():
                raise OutOfTime from error
            raise
        finally:
            timer.cancel()
            timer.join()

    def _answer(self) -> Frame:
        assert self._child.stdout is not None
        answer = read_frame(self._child.stdout, most=self._limits.frame_bytes)
        if answer is None:
            raise self._death()
        return answer

    def _death(self) -> Exception:
        self._kill()  # it has closed its pipe and answers no more, even if it lives
        returncode = self._child.wait()
        return OutOfTime() if returncode == -signal.SIGXCPU else ProcessDied(returncode)

    def _kill(self, expired: threading.Event | None = None) -> None:
        with self._killing:
            if self._killed:
                return  # and perhaps waited for since: its number may be another's by now
            if expired is not None:
                expired.set()
            self._killed = True
            with suppress(ProcessLookupError, PermissionError):  # gone already; macOS says so by the second
                os.killpg(self._child.pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # -P keeps the working folder out of the child's path; what this process imports from, it may too.
    path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)  # noqa: PTH109, an entry "" means it
    return {
        **kept,
        "PYTHONPATH": path,
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",  # threads reserve address space
        "OPENBLAS_NUM_THREADS": "1",
    }
