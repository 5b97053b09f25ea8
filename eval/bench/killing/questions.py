"""Questions, conversations, feedback, and pairs that answer."""

from __future__ import annotations

import time

from eval.bench.killing.actor import Actor, Acts
from eval.bench.killing.http import streamed
from eval.bench.killing.journal import Content, Key
from eval.bench.killing.marks import marks_in, new_mark, question_about


class Questions(Actor):
    """Asks, and watches for what must not be cited any more."""

    def acts(self) -> Acts:
        """How often what is done."""
        return {
            self.ask: 2,
            self.ask_streaming: 1,
            self.ask_in_conversation: 2,
            self.make_conversation: 2,
            self.delete_conversation: 1,
            self.give_feedback: 2,
            self.add_pair: 1,
            self.delete_pair: 1,
        }

    def ask(self) -> None:
        """About a document that is there, or one that isn't any more."""
        mark = self._any_mark()
        if mark is not None:
            asked = time.monotonic()
            answer = self._client.post("/v1/ask", json={"question": question_about(mark)})
            if self._is(answer, 200):
                self._judge(answer.json(), asked)

    def ask_streaming(self) -> None:
        """The same, as events."""
        mark = self._any_mark()
        if mark is None:
            return
        asked = time.monotonic()
        question = {"question": question_about(mark)}
        with self._client.stream("POST", "/v1/ask/stream", json=question) as response:
            if response.status_code == 200:
                events = streamed(response)
                self._judge({name: data for name, data in events.items() if name != "understood"}, asked)
            else:
                response.read()
                self._is(response, 200)

    def ask_in_conversation(self) -> None:
        """What is asked there is kept, with its answer."""
        mark, titles = self._any_mark(), self._names("conversation")
        if mark is None or not titles:
            return
        title = self._chance.choice(titles)
        conversation, question = self._journal.ids["conversation", title], question_about(mark)
        self._journal.vain.add((title, question))
        asked = time.monotonic()
        answer = self._client.post("/v1/ask", json={"question": question, "conversation": conversation})
        self._journal.vain.discard((title, question))
        if self._is(answer, 200):
            body = answer.json()
            self._judge(body, asked)
            with self._journal.trying("turn", {("turn", f"{title}/{body['id']}"): body["text"]}) as attempt:
                attempt.answered(done=True)

    def make_conversation(self) -> None:
        """Without questions."""
        title = self._new("会话")
        with self._journal.trying("conversation", {("conversation", title): "there"}) as attempt:
            answer = self._client.post("/v1/conversations", json={"title": title})
            attempt.answered(done=self._is(answer, 201))
        if answer.status_code == 201:
            self._journal.ids["conversation", title] = answer.json()["id"]

    def delete_conversation(self) -> None:
        """With its questions, and what was said of them."""
        for title in self._some("conversation"):
            turns = [
                key
                for key in self._journal.may.copy()
                if key[0] in ("turn", "feedback") and f"{title}/" in key[1]
            ]
            wanted: dict[Key, Content] = {("conversation", title): None, **dict.fromkeys(turns)}
            with self._journal.trying("delete conversation", wanted) as attempt:
                answer = self._client.delete(f"/v1/conversations/{self._journal.ids['conversation', title]}")
                attempt.answered(done=self._is(answer, 204))

    def give_feedback(self) -> None:
        """On an answer in a conversation."""
        for turn in self._some("turn"):
            comment = self._new("评")
            with self._journal.trying("feedback", {("feedback", turn): comment}) as attempt:
                body = {"turn": turn.rsplit("/", 1)[1], "verdict": "helpful", "comment": comment}
                attempt.answered(done=self._is(self._client.post("/v1/feedback", json=body), 201))

    def add_pair(self) -> None:
        """Answered by hand; the answer holds a mark, so that it is noticed if it comes after the pair is gone."""
        mark = new_mark(self._chance)
        question = f"{self._name}乙{mark}窗口几点下班？"
        key: Key = ("faq", question)
        self._journal.note_mark(key, mark, b"")
        with self._journal.trying("faq", {key: mark}) as attempt:
            answer = self._client.post("/v1/faq", json={"questions": [question], "answer": mark})
            attempt.answered(done=self._is(answer, 201))
        if answer.status_code != 201:
            return
        self._journal.ids[key] = str(answer.json()["id"])
        told = self._client.post("/v1/ask", json={"question": question})
        if self._is(told, 200) and told.json()["text"] != mark:
            self._answers.unexpected.append(
                f"{question}: {told.json()['text']} in place of the pair's answer"
            )

    def delete_pair(self) -> None:
        """It mustn't answer any more."""
        for question in self._some("faq"):
            key: Key = ("faq", question)
            mark = self._sure(key)
            with self._journal.trying("delete faq", {key: None}) as attempt:
                answer = self._client.delete(f"/v1/faq/{self._journal.ids[key]}")
                attempt.answered(done=self._is(answer, 204))
            if answer.status_code == 204:
                self._journal.retire(mark)
                asked = time.monotonic()
                told = self._client.post("/v1/ask", json={"question": question})
                if self._is(told, 200):
                    self._judge(told.json(), asked)

    def _any_mark(self) -> str | None:
        marks = list(self._journal.sent)
        recent = marks[-30:]
        return self._chance.choice(recent) if recent else None

    def _judge(self, answer: object, asked: float) -> None:
        self._answers.given += 1
        ghosts = marks_in(answer) & self._journal.retired_before(asked)
        self._answers.ghosts += [f"{mark} was cited though it was gone" for mark in ghosts]
