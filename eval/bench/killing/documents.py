"""Documents: uploaded, replaced, deleted."""

from __future__ import annotations

from collections.abc import Mapping

from eval.bench.killing.actor import Actor, Acts
from eval.bench.killing.journal import Accepted, Key
from eval.bench.killing.marks import document_of, new_mark

_MOST_DOCUMENTS = 12
"""Of each user: with that many they rather delete."""
_UNREADABLE = "坏.exe"


class Documents(Actor):
    """Keeps documents; jobs take them in."""

    def acts(self) -> Acts:
        """How often what is done."""
        return {
            self.upload: 10,
            self.replace: 4,
            self.replace_and_delete: 2,
            self.delete: 3,
            self.look_at_jobs: 8,
        }

    def upload(self) -> None:
        """One document, or several, in a place of its own or in that of an older one."""
        if len(self._documents()) >= _MOST_DOCUMENTS:
            self.delete()
            return
        collection = self._chance.choice(["default", *self._names("collection")])
        count = 1 if self._chance.random() < 0.7 else self._chance.randint(2, 4)
        names = [f"{self._name}/{number}.txt" for number in self._chance.sample(range(20), count)]
        files = {name: new_mark(self._chance) for name in names if self._is_free(f"{collection}/{name}")}
        expected: dict[str, bool | None] = dict.fromkeys(files, True)
        if self._chance.random() < 0.2:
            expected[_UNREADABLE] = False
        if files:
            path = f"/v1/documents?collection={collection}"
            self._send("upload", "POST", path, collection, files, expected)

    def replace(self) -> None:
        """A document by its number."""
        key = self._pick_document()
        if key is not None:
            self._replace(key, good=True)

    def replace_and_delete(self) -> None:
        """The deletion is asked for while the new version waits, or is being taken in: then that stays out, too."""
        key = self._pick_document()
        if key is None:
            return
        old, new = self._sure(key), self._replace(key, good=None)
        if new is None:
            return
        with self._journal.trying("delete replaced", {key: None}) as attempt:
            answer = self._client.delete(f"/v1/documents/{self._journal.ids[key]}")
            attempt.answered(done=self._is(answer, 204, 404) and answer.status_code == 204)
        if answer.status_code == 204:
            self._journal.retire(old, new)

    def delete(self) -> None:
        """A document by its number."""
        key = self._pick_document()
        if key is None:
            return
        mark = self._sure(key)
        with self._journal.trying("delete", {key: None}) as attempt:
            answer = self._client.delete(f"/v1/documents/{self._journal.ids[key]}")
            attempt.answered(done=self._is(answer, 204))
        if answer.status_code == 204:
            self._journal.retire(mark)

    def look_at_jobs(self) -> None:
        """What became of those that were acknowledged."""
        mine = {job for key, job in self._journal.waiting.copy().items() if self._name in key[1]}
        for job_id in mine:
            answer = self._client.get(f"/v1/jobs/{job_id}")
            if not self._is(answer, 200) or answer.json()["status"] in ("waiting", "running"):
                continue
            ids = {file["source"]: file["document_id"] for file in answer.json()["files"]}
            made = self._journal.jobs[job_id].documents
            self._journal.ended(
                job_id, {key: str(ids[s]) for key in made if ids[s := key[1].split("/", 1)[1]] is not None}
            )

    def _replace(self, key: Key, *, good: bool | None) -> str | None:
        collection, source = key[1].split("/", 1)
        path = f"/v1/documents/{self._journal.ids[key]}"
        marks = {source: new_mark(self._chance)}
        done = self._send("replace", "PUT", path, collection, marks, {source: good})
        return marks[source] if done else None

    def _send(
        self,
        what: str,
        method: str,
        path: str,
        collection: str,
        marks: Mapping[str, str],
        expected: Mapping[str, bool | None],
    ) -> bool:
        keys: dict[str, Key] = {source: ("document", f"{collection}/{source}") for source in marks}
        documents = {keys[source]: mark for source, mark in marks.items()}
        for key, mark in documents.items():
            self._journal.note_mark(key, mark, document_of(mark))
        form = "file" if method == "PUT" else "files"
        files = [(form, (source, document_of(mark), "text/plain")) for source, mark in marks.items()]
        files += [(form, (source, b"MZ", "text/plain")) for source in expected if source not in marks]
        with self._journal.trying(what, documents) as attempt:
            answer = self._client.request(method, path, files=files)
            done = self._is(answer, 202)
            if done:
                self._journal.accept(Accepted(id=answer.json()["id"], files=expected, documents=documents))
            attempt.answered(done=done)
        return done

    def _documents(self) -> dict[Key, str]:
        return self._journal.sure("document", f"/{self._name}/")

    def _pick_document(self) -> Key | None:
        known, waiting = self._journal.ids, self._journal.waiting
        there = [key for key in self._documents() if key in known and key not in waiting]
        return self._chance.choice(there) if there else None
