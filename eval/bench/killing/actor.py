"""What all have in common who do things to a service and write down what was acknowledged."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx2 as httpx

from eval.bench.killing.journal import Journal, Key

_BUSY = (429, 503)

Acts = Mapping[Callable[[], object], float]
"""What somebody does, with how often each is chosen, relative to the others."""


@dataclass(slots=True)
class Answers:
    """What questions asked meanwhile came to, and answers of whatever kind that nobody expected."""

    given: int = 0
    ghosts: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What somebody works with.

    Args:
        name: in that of every resource that they make, and in no other's.
        password: the first administrator's.
    """

    name: str
    url: str
    client: httpx.Client
    password: str
    journal: Journal
    answers: Answers
    chance: random.Random


class Actor:
    """Does one sort of things."""

    def __init__(self, hands: Hands) -> None:
        self._name = hands.name
        self._url = hands.url
        self._client = hands.client
        self._password = hands.password
        self._journal = hands.journal
        self._answers = hands.answers
        self._chance = hands.chance

    def _remove(self, kind: str, path: Callable[[Key], str]) -> None:
        for name in self._some(kind):
            key: Key = (kind, name)
            if kind != "word" and key not in self._journal.ids:
                continue
            with self._journal.trying(f"delete {kind}", {key: None}) as attempt:
                attempt.answered(done=self._is(self._client.delete(path(key)), 204))

    def _names(self, kind: str) -> list[str]:
        return [key[1] for key in self._journal.sure(kind, self._name)]

    def _some(self, kind: str) -> list[str]:
        """One of them, or none."""
        names = self._names(kind)
        return [self._chance.choice(names)] if names else []

    def _sure(self, key: Key) -> str:
        (content,) = self._journal.may[key]
        assert content is not None
        return content

    def _is_free(self, name: str) -> bool:
        return len(self._journal.may.get(("document", name), (None,))) == 1

    def _new(self, kind: str) -> str:
        return f"{kind}{self._name}{self._chance.randrange(10**9):09d}"

    def _is(self, response: httpx.Response, *wanted: int) -> bool:
        """Whether it was done; what is neither that nor a refusal for now is to be told."""
        if response.status_code in wanted:
            return True
        if response.status_code not in _BUSY:
            self._answers.unexpected.append(
                f"{response.request.method} {response.request.url.path}: {response.status_code} {response.text[:300]}"
            )
        return False
