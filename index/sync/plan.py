"""What has to be done so that the stored documents are those of a folder: a pure function of both.

A document is told from another by its bytes (SHA-256). A file whose bytes are those of a stored document that has
lost its own file is that document under another name: it is renamed where it is stored, unless its title was its
file's name, for the title is part of what was embedded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFile:
    """A file that should be stored.

    Args:
        source: what it is called in the store.
        sha256: of its bytes; None where its size alone says that no stored document has the same ones.
    """

    source: str
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A document below the folder, as far as the plan depends on it.

    Args:
        fresh: stored as it would be now (with the encoding that is asked for, say).
    """

    id: int
    source: str
    title: str
    sha256: str
    fresh: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A document that is to be called ``source``, where nothing else is by then."""

    id: int
    before: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A file to read, embed and store under its source, in place of what is there.

    Args:
        before: where the same bytes are stored until now, if anywhere.
        drop: the document that is to go when this one is stored.
    """

    source: str
    before: str | None = None
    drop: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do: removals first, then renames in their order, then the files to take.

    Args:
        kept: sources whose document stays as it is.
    """

    kept: tuple[str, ...] = ()
    removed: tuple[Stored, ...] = ()
    renames: tuple[Rename, ...] = ()
    takes: tuple[Take, ...] = ()


@dataclass(slots=True)
class _Draft:
    """A plan in the making."""

    files: Mapping[str, FolderFile]
    stored: Mapping[str, Stored]
    kept: list[str] = field(default_factory=list)
    moves: dict[str, Stored] = field(default_factory=dict)  # target -> what is renamed to it
    takes: dict[str, Stored | None] = field(default_factory=dict)  # target -> what had its bytes


def make_plan(
    files: Sequence[FolderFile], stored: Sequence[Stored], *, held: Collection[str] = frozenset()
) -> Plan:
    """The plan after which the documents are just the ``files`` (and those that are held).

    Args:
        files: no two of one source.
        stored: the documents below the folder; no two of one source.
        held: sources that are left alone, whatever is stored under them; none of ``files``.
    """
    free = {s.source: s for s in stored if s.source not in held}
    draft = _Draft(files={f.source: f for f in files}, stored=free)
    _keep(draft)
    _follow(draft)
    renames = _ordered(draft.moves)
    moved = {s.id for s in draft.moves.values()}
    drops: dict[str, int] = {}
    removed: list[Stored] = []
    followed = {s.id: target for target, s in draft.takes.items() if s is not None}
    for document in sorted(free.values(), key=lambda s: s.source):
        if document.source in draft.kept or document.id in moved or document.source in draft.takes:
            continue
        if document.id in followed and document.source not in draft.moves:
            drops[followed[document.id]] = document.id
        else:
            removed.append(document)
    takes = [
        Take(source=source, before=None if before is None else before.source, drop=drops.get(source))
        for source, before in sorted(draft.takes.items())
    ]
    return Plan(
        kept=tuple(sorted(draft.kept)), removed=tuple(removed), renames=tuple(renames), takes=tuple(takes)
    )


def _keep(draft: _Draft) -> None:
    for source, file in draft.files.items():
        document = draft.stored.get(source)
        if document is not None and document.fresh and document.sha256 == file.sha256:
            draft.kept.append(source)


def _follow(draft: _Draft) -> None:
    """Finds for each file that isn't stored the document that it was, if any, each document being one file's."""
    kept = set(draft.kept)
    orphans: dict[str, list[Stored]] = defaultdict(list)
    for document in sorted(draft.stored.values(), key=lambda s: s.source):
        if document.source not in kept and document.fresh:
            orphans[document.sha256].append(document)
    wanted = sorted(source for source in draft.files if source not in kept)
    # Documents that keep their name in another folder are given out first, then whatever can be renamed in place.
    for suits in (_same_name, _may_rename, _any):
        for source in list(wanted):
            candidates = orphans.get(draft.files[source].sha256 or "", [])
            found = next((s for s in candidates if suits(s, source)), None)
            if found is None:
                continue
            candidates.remove(found)
            wanted.remove(source)
            if _may_rename(found, source):
                draft.moves[source] = found
            else:
                draft.takes[source] = found
    draft.takes.update(dict.fromkeys(wanted))


def _same_name(document: Stored, source: str) -> bool:
    return _may_rename(document, source) and PurePath(document.source).name == PurePath(source).name


def _may_rename(document: Stored, source: str) -> bool:
    before, after = PurePath(document.source), PurePath(source)
    if before.suffix.lower() != after.suffix.lower():  # another loader would read it
        return False
    return document.title != before.stem or before.stem == after.stem


def _any(document: Stored, source: str) -> bool:
    return document.source != source


def _ordered(moves: Mapping[str, Stored]) -> list[Rename]:
    """Renames such that each finds its name free; names that are exchanged go by way of a third."""
    waiting = {document.source: (target, document) for target, document in moves.items()}
    steps: list[Rename] = []
    for start in sorted(waiting):
        chain: list[tuple[str, Stored]] = []
        at = start
        while at in waiting:  # whoever stands on the name that I want goes first
            chain.append(waiting.pop(at))
            at = chain[-1][0]
        if not chain:
            continue
        last = None
        if at == start:  # a circle
            target, document = chain[0]
            here = PurePath(document.source)  # its name stays, in a folder that nobody has: see _may_rename
            aside = str(here.parent / f".moving-{document.id}" / here.name)
            steps.append(Rename(id=document.id, before=document.source, source=aside))
            last = Rename(id=document.id, before=aside, source=target)
            chain = chain[1:]
        steps += [Rename(id=d.id, before=d.source, source=target) for target, d in reversed(chain)]
        if last is not None:
            steps.append(last)
    return steps
