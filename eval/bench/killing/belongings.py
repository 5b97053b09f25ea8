"""Collections, the vocabulary, keys and sessions."""

from __future__ import annotations

from eval.bench.killing.actor import Actor, Acts
from eval.bench.killing.http import COOKIE, connect, sign_in
from eval.bench.killing.journal import Accepted, Content, Key


class Belongings(Actor):
    """Makes, changes and deletes by name."""

    def acts(self) -> Acts:
        """How often what is done."""
        return {
            self.make_collection: 2,
            self.rename_collection: 1,
            self.delete_collection: 1,
            self.add_synonyms: 1,
            self.delete_synonyms: 1,
            self.add_words: 1,
            self.delete_word: 1,
            self.make_key: 1,
            self.revoke_key: 1,
            self.sign_in: 0.5,
            self.sign_out: 0.5,
        }

    def make_collection(self) -> None:
        """An empty one."""
        name = self._new("集")
        with self._journal.trying("collection", {("collection", name): "旧"}) as attempt:
            answer = self._client.post("/v1/collections", json={"name": name, "title": "旧"})
            attempt.answered(done=self._is(answer, 201))

    def rename_collection(self) -> None:
        """Another title."""
        for name in self._some("collection"):
            title = self._new("名")
            with self._journal.trying("rename", {("collection", name): title}) as attempt:
                answer = self._client.patch(f"/v1/collections/{name}", json={"title": title})
                attempt.answered(done=self._is(answer, 200))

    def delete_collection(self) -> None:
        """With all documents; a job does it where there are any."""
        for name in self._some("collection"):
            keys = [key for key in self._journal.may.copy() if key[1].startswith(f"{name}/")]
            if not all(self._is_free(key[1]) for key in keys):
                return
            wanted: dict[Key, Content] = {("collection", name): None, **dict.fromkeys(keys)}
            with self._journal.trying("delete collection", wanted) as attempt:
                answer = self._client.delete(f"/v1/collections/{name}?documents=true")
                if self._is(answer, 202, 204) and answer.status_code == 202:
                    self._journal.accept(Accepted(id=answer.json()["id"], files={}))
                attempt.answered(done=answer.status_code in (202, 204))

    def add_synonyms(self) -> None:
        """Two words."""
        words = [self._new("词"), self._new("字")]
        with self._journal.trying("synonyms", {("synonyms", words[0]): words[1]}) as attempt:
            answer = self._client.post("/v1/synonyms", json={"words": words})
            attempt.answered(done=self._is(answer, 201))
        if answer.status_code == 201:
            self._journal.ids["synonyms", words[0]] = str(answer.json()["id"])

    def delete_synonyms(self) -> None:
        """By their number."""
        self._remove("synonyms", lambda key: f"/v1/synonyms/{self._journal.ids[key]}")

    def add_words(self) -> None:
        """Three at once."""
        words = [self._new("专名") for _ in range(3)]
        with self._journal.trying("words", {("word", word): "there" for word in words}) as attempt:
            answer = self._client.post("/v1/words", json={"words": words})
            attempt.answered(done=self._is(answer, 201))

    def delete_word(self) -> None:
        """By itself."""
        self._remove("word", lambda key: f"/v1/words/{key[1]}")

    def make_key(self) -> None:
        """It works from then on."""
        name = self._new("key")
        with self._journal.trying("key", {("key", name): "there"}) as attempt:
            answer = self._client.post("/v1/keys", json={"name": name, "scopes": ["documents:read"]})
            attempt.answered(done=self._is(answer, 201))
        if answer.status_code == 201:
            self._journal.ids["key", name] = str(answer.json()["key"]["id"])
            self._journal.tokens["key", name] = answer.json()["token"]

    def revoke_key(self) -> None:
        """It doesn't work any more."""
        self._remove("key", lambda key: f"/v1/keys/{self._journal.ids[key]}")

    def sign_in(self) -> None:
        """As a person."""
        answer = sign_in(self._url, self._password)
        if self._is(answer, 200):
            cookie, name = answer.cookies[COOKIE], self._new("session")
            self._journal.tokens["session", name] = cookie
            self._journal.ids["session", name] = answer.json()["csrf"]
            with self._journal.trying("sign-in", {("session", name): "there"}) as attempt:
                attempt.answered(done=True)

    def sign_out(self) -> None:
        """The cookie is good for nothing any more."""
        for name in self._some("session"):
            key: Key = ("session", name)
            headers = {
                "Cookie": f"{COOKIE}={self._journal.tokens[key]}",
                "X-CSRF-Token": self._journal.ids[key],
            }
            with self._journal.trying("sign-out", {key: None}) as attempt:
                with connect(self._url) as client:
                    answer = client.delete("/v1/session", headers=headers)
                attempt.answered(done=self._is(answer, 204))
