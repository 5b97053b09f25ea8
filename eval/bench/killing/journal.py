"""What a service has acknowledged, as those keep it who asked for it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

Key = tuple[str, str]
"""Kind and name of a resource: ("document", "default/c0/3.txt")."""
Content = str | None
"""What a resource is to hold, as a text; None where it isn't to be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A job that was acknowledged.

    Args:
        files: by source, whether it is one that can be read; None where either end will do.
    """

    id: str
    files: Mapping[str, bool | None]
    documents: Mapping[Key, str] = field(default_factory=dict)


class Attempt:
    """A change on its way; neither acknowledged nor refused at its end, it may have happened or not."""

    def __init__(self) -> None:
        self.outcome: bool | None = None

    def answered(self, *, done: bool) -> None:
        """The service has said whether it did it."""
        self.outcome = done


class Journal:
    """Safe to share between threads, each of which changes resources of its own.

    Attributes:
        may: what each resource may hold now; one content, unless a request for it was cut off.
        together: of each request that was cut off what it asked for: all of it happens, or nothing.
        sent: by mark, the bytes of the document that holds it.
        marks: by document, all marks that were ever sent for it, the oldest first.
        retired: marks that nothing may cite any more, and the monotonic seconds from when on.
        ids: by resource, what the service calls it; tokens: what opens it.
        waiting: documents of jobs that weren't seen to end, with the job's id.
        vain: questions in conversations whose answers were cut off.

    Args:
        unsent: errors that tell that a request never reached the service.
    """

    def __init__(self, *, unsent: type[Exception] | tuple[type[Exception], ...] = ()) -> None:
        self._unsent = unsent
        self._lock = threading.RLock()
        self.may: dict[Key, frozenset[Content]] = {}
        self.together: list[Mapping[Key, Content]] = []
        self.sent: dict[str, bytes] = {}
        self.marks: dict[Key, list[str]] = {}
        self.retired: dict[str, float] = {}
        self.ids: dict[Key, str] = {}
        self.tokens: dict[Key, str] = {}
        self.jobs: dict[str, Accepted] = {}
        self.waiting: dict[Key, str] = {}
        self.vain: set[tuple[str, str]] = set()
        self.acknowledged: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    @contextmanager
    def trying(self, what: str, wanted: Mapping[Key, Content]) -> Iterator[Attempt]:
        """Around one request that would make ``wanted`` true; ``what`` is how it is counted."""
        attempt = Attempt()
        before = self._widen(wanted)
        try:
            yield attempt
        except self._unsent:
            attempt.answered(done=False)
            raise
        finally:
            self._decide(what, wanted, before, attempt.outcome)

    def sure(self, kind: str, owner: str) -> dict[Key, str]:
        """Resources of a kind that are there beyond doubt, by whose name it is told that they are ``owner``'s."""
        with self._lock:
            return {
                key: content
                for key, may in self.may.items()
                if key[0] == kind and owner in key[1] and len(may) == 1 and (content := next(iter(may)))
            }

    def note_mark(self, key: Key, mark: str, data: bytes) -> None:
        """A document is about to be sent."""
        with self._lock:
            self.sent[mark] = data
            self.marks.setdefault(key, []).append(mark)

    def accept(self, job: Accepted) -> None:
        """A job was acknowledged."""
        with self._lock:
            self.jobs[job.id] = job
            self.waiting |= dict.fromkeys(job.documents, job.id)

    def ended(self, job_id: str, ids: Mapping[Key, str]) -> None:
        """A job was seen to have ended, with the documents that it made: what they replaced is gone."""
        with self._lock:
            for key, mark in self.jobs[job_id].documents.items():
                if self.waiting.get(key) == job_id:
                    del self.waiting[key]
                    if key in ids:
                        self.ids[key] = ids[key]
                if key in ids:
                    older = self.marks[key][: self.marks[key].index(mark)]
                    self.retire(*older)

    def retire(self, *marks: str) -> None:
        """From now on nothing may cite them."""
        with self._lock:
            for mark in marks:
                self.retired.setdefault(mark, time.monotonic())

    def retired_before(self, moment: float) -> frozenset[str]:
        """Marks that no answer may cite to a question asked at ``moment`` or later."""
        with self._lock:
            return frozenset(mark for mark, since in self.retired.items() if since <= moment)

    def settle(self, seen: Mapping[Key, str]) -> None:
        """From now on what was seen is what is there, if it was one of those things that might be."""
        with self._lock:
            for key, may in self.may.items():
                self.may[key] = frozenset({seen.get(key) if seen.get(key) in may else None})
            there = {content for may in self.may.values() for content in may}
            self.retire(*(mark for marks in self.marks.values() for mark in marks if mark not in there))
            self.together.clear()
            self.waiting.clear()

    def _widen(self, wanted: Mapping[Key, Content]) -> dict[Key, frozenset[Content]]:
        with self._lock:
            before = {key: self.may.get(key, frozenset({None})) for key in wanted}
            self.may |= {key: before[key] | {content} for key, content in wanted.items()}
        return before

    def _decide(
        self,
        what: str,
        wanted: Mapping[Key, Content],
        before: Mapping[Key, frozenset[Content]],
        outcome: bool | None,
    ) -> None:
        with self._lock:
            if outcome is None:
                self.together.append(dict(wanted))
            elif outcome:
                self.acknowledged[what] += 1
                self.may |= {key: frozenset({content}) for key, content in wanted.items()}
            else:
                self.refused[what] += 1
                self.may |= before
