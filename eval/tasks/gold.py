"""Where in the index the accepted answers stand: what retrieval should find, and reading should read.

Answers are looked for with white space left out of both sides, as cleaning may have joined lines.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

import numpy as np

from eval.corpus import COLLECTION, passage_source
from eval.dataset import YES_NO, Dataset, EvalQuestion, GoldAnswer
from eval.measures.text import find_whole, squeeze
from index.errors import NotFound
from index.store.protocol import DocumentContent, DocumentRecord, Store

Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """Where one question's answers stand.

    Args:
        documents: ids of the stored documents that it was asked about; None where it names none.
        held: a stored document among those holds an accepted answer.
        passages: ids of the stored passages that hold one whole.
    """

    documents: frozenset[int] | None
    held: bool
    passages: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Holder:
    """A document that holds an answer, and its passages that hold it whole."""

    document_id: int
    name: str
    passages: tuple[int, ...]


class GoldFinder:
    """Finds where answers stand, for the questions of one dataset over one store as it is now.

    A question with a passage is looked up in the document that the passage became. For all others every stored
    document is read once, for all their answers together.

    Args:
        collections: look only there; None means everywhere.
        on_done: called with (done, total) as documents are read.
    """

    def __init__(
        self,
        store: Store,
        dataset: Dataset,
        questions: Sequence[EvalQuestion],
        *,
        collections: frozenset[str] | None = None,
        on_done: Callable[[int, int], None] | None = None,
    ) -> None:
        self._store = store
        self._collections = collections
        self._texts = {passage.id: passage.text for passage in dataset.passages}
        self._content = lru_cache(maxsize=16)(store.content)
        free = [question for question in questions if question.passage is None]
        wanted = frozenset(squeeze(a.text) for question in free for a in question.answers) - {""}
        self._holders = _scan(store, self._records(), wanted, on_done) if wanted else {}
        self._named: dict[str, frozenset[int]] = {}

    def find(self, question: EvalQuestion) -> Gold:
        """Where its accepted answers stand; a question without any, or to be answered by YES, is held by nothing."""
        if YES_NO in question.tags:
            return Gold(documents=self._asked_about(question), held=False, passages=frozenset())
        if question.passage is not None:
            return self._in_passage(question, self._texts[question.passage])
        holders = [h for answer in question.answers for h in self._holders.get(squeeze(answer.text), ())]
        if question.document is None:
            return _gold(None, holders)
        name = _file_name(question.document)
        return _gold(self._documents(name), [holder for holder in holders if holder.name == name])

    def _asked_about(self, question: EvalQuestion) -> frozenset[int] | None:
        if question.passage is not None:
            record = self._store.find(passage_source(self._texts[question.passage]), collection=COLLECTION)
            return frozenset() if record is None else frozenset({record.id})
        return None if question.document is None else self._documents(_file_name(question.document))

    def _documents(self, name: str) -> frozenset[int]:
        if not self._named:
            for record in self._records():
                key = _file_name(record.source)
                self._named[key] = self._named.get(key, frozenset()) | {record.id}
        return self._named.get(name, frozenset())

    def _records(self) -> list[DocumentRecord]:
        wanted = self._collections
        return [one for one in self._store.documents() if wanted is None or one.collection in wanted]

    def _in_passage(self, question: EvalQuestion, text: str) -> Gold:
        record = self._store.find(passage_source(text), collection=COLLECTION)
        if record is None:
            return Gold(documents=frozenset(), held=False, passages=frozenset())
        content = self._content(record.id)
        ranges = [r for answer in question.answers for r in answer_ranges(content, answer)]
        covering = {
            passage.id
            for passage in (self._store.document_passages(record.id) if ranges else ())
            if any(passage.start <= start and end <= passage.end for start, end in ranges)
        }
        return Gold(documents=frozenset({record.id}), held=bool(ranges), passages=frozenset(covering))


def _gold(documents: frozenset[int] | None, holders: Sequence[_Holder]) -> Gold:
    passages = frozenset(passage for holder in holders for passage in holder.passages)
    return Gold(documents=documents, held=bool(holders), passages=passages)


def _scan(
    store: Store,
    records: Sequence[DocumentRecord],
    answers: Iterable[str],
    on_done: Callable[[int, int], None] | None,
) -> dict[str, list[_Holder]]:
    """For every squeezed answer the documents that hold it."""
    wanted = sorted(answers)
    found: dict[str, list[_Holder]] = {answer: [] for answer in wanted}
    for done, record in enumerate(records, start=1):
        for answer, whole in _held(store, record.id, wanted):
            found[answer].append(_Holder(record.id, _file_name(record.source), whole))
        if on_done is not None:
            on_done(done, len(records))
    return found


def _held(store: Store, document_id: int, answers: Sequence[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The squeezed answers that a document holds, each with the passages that hold it whole."""
    try:
        text = squeeze(store.content(document_id).text)
        held = [answer for answer in answers if find_whole(text, answer) >= 0]
        passages = [(p.id, squeeze(p.text)) for p in store.document_passages(document_id)] if held else []
    except NotFound:  # deleted since it was listed, by somebody else
        return
    for answer in held:
        yield answer, tuple(number for number, words in passages if find_whole(words, answer) >= 0)


def answer_ranges(content: DocumentContent, answer: GoldAnswer) -> list[Range]:
    """Half-open ranges of the clean text where an accepted answer stands.

    One where the file tells its start and cleaning has kept the answer together; otherwise all places that read
    the same, white space aside.
    """
    squeezed = squeeze(answer.text)
    if answer.start is not None:
        raw = content.offsets.indices(0, len(content.text))
        inside = np.flatnonzero((raw >= answer.start) & (raw < answer.start + len(answer.text)))
        if inside.size:
            start, end = int(inside[0]), int(inside[-1]) + 1
            if squeeze(content.text[start:end]) == squeezed:
                return [(start, end)]
    return occurrences(content.text, answer.text)


def occurrences(text: str, words: str) -> list[Range]:
    """Half-open ranges of ``text`` that read like ``words``, white space aside; none for blank ``words``."""
    wanted = squeeze(words)
    if not wanted:
        return []
    positions = [place for place, character in enumerate(text) if not character.isspace()]
    squeezed = "".join(text[place] for place in positions)
    found: list[Range] = []
    start = find_whole(squeezed, wanted)
    while start >= 0:
        found.append((positions[start], positions[start + len(wanted) - 1] + 1))
        start = find_whole(squeezed, wanted, start + 1)
    return found


def _file_name(source: str) -> str:
    """The last part of a path, in one Unicode form, as file systems differ in theirs."""
    return unicodedata.normalize("NFC", PurePath(source).name)
