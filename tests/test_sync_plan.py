"""The plan that brings a folder and its documents in step, against carrying it out on a dictionary."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from hypothesis import given
from hypothesis import strategies as st

from index.sync.plan import FolderFile, Plan, Rename, Stored, Take, make_plan

SOURCES = [f"/d/{folder}{name}" for folder in ("", "x/", "y/") for name in ("a.txt", "b.txt", "c.md")]
HASHES = ["1", "2", "3", "4"]


class Shelf:
    """Documents by id; refuses what a store refuses."""

    def __init__(self, documents: list[Stored]) -> None:
        self.documents = {document.id: document for document in documents}
        self.next = 1 + max(self.documents, default=0)

    def at(self, source: str) -> Stored | None:
        return next((d for d in self.documents.values() if d.source == source), None)

    def do(self, step: Stored | Rename | Take, hashes: dict[str, str]) -> None:
        if isinstance(step, Stored):
            del self.documents[step.id]
        elif isinstance(step, Rename):
            assert self.at(step.source) is None
            assert self.documents[step.id].source == step.before
            self.documents[step.id] = replace(self.documents[step.id], source=step.source)
        else:
            old = self.at(step.source)
            if old is not None:
                del self.documents[old.id]
            name = PurePath(step.source).stem
            self.documents[self.next] = Stored(
                id=self.next, source=step.source, title=name, sha256=hashes[step.source]
            )
            self.next += 1
            if step.drop is not None:
                del self.documents[step.drop]

    def contents(self) -> dict[str, str]:
        return {d.source: d.sha256 for d in self.documents.values()}


def steps_of(plan: Plan) -> list[Stored | Rename | Take]:
    return [*plan.removed, *plan.renames, *plan.takes]


def files_of(hashes: dict[str, str]) -> list[FolderFile]:
    return [FolderFile(source=source, sha256=sha256) for source, sha256 in hashes.items()]


@st.composite
def shelves(draw: st.DrawFn) -> list[Stored]:
    sources = draw(st.lists(st.sampled_from(SOURCES), unique=True))
    return [
        Stored(
            id=number,
            source=source,
            title=draw(st.sampled_from([PurePath(source).stem, "总则"])),
            sha256=draw(st.sampled_from(HASHES)),
            fresh=draw(st.integers(0, 5)) > 0,
        )
        for number, source in enumerate(sources, 1)
    ]


folders = st.dictionaries(st.sampled_from(SOURCES), st.sampled_from(HASHES))


@given(stored=shelves(), hashes=folders, held=st.sets(st.sampled_from(SOURCES)))
def test_after_the_plan_the_documents_are_the_files(
    stored: list[Stored], hashes: dict[str, str], held: set[str]
) -> None:
    held -= hashes.keys()
    plan = make_plan(files_of(hashes), stored, held=held)
    shelf = Shelf(stored)
    for step in steps_of(plan):
        shelf.do(step, hashes)
    left_alone = {d.source: d.sha256 for d in stored if d.source in held}
    assert shelf.contents() == hashes | left_alone
    assert all(d.fresh for d in shelf.documents.values() if d.source not in held)
    before = {d.id: d for d in stored}
    for document in shelf.documents.values():
        old = before.get(document.id)
        if old is not None and old.source != document.source:  # its passages still hold its title
            assert PurePath(old.source).suffix == PurePath(document.source).suffix
            assert old.title != PurePath(old.source).stem or old.title == PurePath(document.source).stem


@given(stored=shelves(), hashes=folders, cut=st.integers(0, 12))
def test_a_plan_cut_off_anywhere_is_made_good_by_the_next(
    stored: list[Stored], hashes: dict[str, str], cut: int
) -> None:
    shelf = Shelf(stored)
    for step in steps_of(make_plan(files_of(hashes), stored))[:cut]:
        shelf.do(step, hashes)
    done = {d.id for d in shelf.documents.values() if hashes.get(d.source) == d.sha256 and d.fresh}
    for step in steps_of(make_plan(files_of(hashes), list(shelf.documents.values()))):
        shelf.do(step, hashes)
    assert shelf.contents() == hashes
    assert done <= shelf.documents.keys()  # what was in its place stays there


@given(stored=shelves(), hashes=folders)
def test_nothing_is_read_anew_that_could_be_renamed(stored: list[Stored], hashes: dict[str, str]) -> None:
    stored = [replace(d, title="总则", fresh=True) for d in stored if d.source.endswith(".txt")]
    hashes = {source: sha256 for source, sha256 in hashes.items() if source.endswith(".txt")}
    plan = make_plan(files_of(hashes), stored)
    used = {step.id for step in plan.renames} | {d.id for d in stored if d.source in plan.kept}
    lost = {d.sha256 for d in stored if d.id not in used}
    assert not lost & {hashes[take.source] for take in plan.takes}


def document(number: int, source: str, sha256: str, title: str = "总则") -> Stored:
    return Stored(id=number, source=source, title=title, sha256=sha256)


def test_names_exchanged_are_exchanged_where_the_documents_are() -> None:
    stored = [document(1, "/d/a.txt", "1"), document(2, "/d/b.txt", "2")]
    plan = make_plan(files_of({"/d/a.txt": "2", "/d/b.txt": "1"}), stored)
    assert (plan.takes, plan.removed) == ((), ())
    assert {step.id for step in plan.renames} == {1, 2}


def test_a_title_that_was_the_files_name_is_embedded_anew() -> None:
    stored = [document(1, "/d/a.txt", "1", title="a")]
    plan = make_plan(files_of({"/d/b.txt": "1"}), stored)
    assert plan.takes == (Take(source="/d/b.txt", before="/d/a.txt", drop=1),)
    assert plan.removed == ()  # it answers until the other one is stored
    moved = make_plan(files_of({"/d/x/a.txt": "1"}), stored)
    assert moved.renames == (Rename(id=1, before="/d/a.txt", source="/d/x/a.txt"),)


def test_another_ending_means_another_loader() -> None:
    plan = make_plan(files_of({"/d/a.md": "1"}), [document(1, "/d/a.txt", "1")])
    assert (len(plan.takes), plan.renames) == (1, ())


def test_a_copy_is_a_document_of_its_own() -> None:
    plan = make_plan(files_of({"/d/a.txt": "1", "/d/b.txt": "1"}), [document(1, "/d/a.txt", "1")])
    assert plan.kept == ("/d/a.txt",)
    assert plan.takes == (Take(source="/d/b.txt"),)
