"""What a bad file is, and what must become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from eval.bench.small_files import SAID

READ = "read"
SECRET = "秘密的内容不该出现"
"""What stands in the file that others point at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What no file may make its reader touch.

    Args:
        url: of a server that counts who connects.
        path: of a file that says :data:`SECRET`.
    """

    url: str
    path: str


Make = Callable[[Outside], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFile:
    """A file named by what is wrong with it.

    Args:
        wanted: what may become of it: :data:`READ`, or names of classes in :mod:`index.errors`.
        says: must be in its text where it is read.
        never: must not be there.
        quick: is made and read in less than 0.3 s, or nearly.
    """

    name: str
    make: Make
    wanted: frozenset[str]
    says: str = ""
    never: tuple[str, ...] = (SECRET,)
    quick: bool = True


def refused(name: str, make: Make, *errors: str, quick: bool = True) -> BadFile:
    """A file that must be refused with one of ``errors``."""
    return BadFile(name=name, make=make, wanted=frozenset(errors), quick=quick)


def read(
    name: str, make: Make, *, says: str = SAID, never: tuple[str, ...] = (), quick: bool = True
) -> BadFile:
    """A file that must be read all the same, as far as it can be."""
    return BadFile(
        name=name, make=make, wanted=frozenset({READ}), says=says, never=(SECRET, *never), quick=quick
    )


def either(name: str, make: Make, *errors: str, says: str = "", quick: bool = True) -> BadFile:
    """A file that may be read or refused with one of ``errors``."""
    return BadFile(name=name, make=make, wanted=frozenset({READ, *errors}), says=says, quick=quick)
