"""Between chats as OpenAI's clients hold them and questions as they are asked here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from starlette.datastructures import Headers
from starlette.requests import Request

from api.errors import request_id_of
from api.exchange import Answered
from api.presenting import NOT_FOUND, NOTHING_TO_SEARCH, answer_body, place_url
from api.schemas_openai import (
    AnnotationBody,
    AnswerMessageBody,
    ChatBody,
    ChoiceBody,
    ChunkBody,
    ChunkChoiceBody,
    CompletionBody,
    DeltaBody,
    GivenAnnotationBody,
    MessageBody,
    UrlCitationBody,
    UsageBody,
)
from index.errors import InputError
from rag.answer import Answer
from rag.dialogue import Turn

_PLACE = re.compile(r"/view/([1-9]\d{0,17})(?!\d)")

_TYPES = {429: "requests", 500: "server_error", 503: "server_error", 507: "server_error"}
_CODES = {
    401: "invalid_api_key",
    403: "insufficient_permissions",
    404: "model_not_found",
    429: "rate_limit_exceeded",
}
"""OpenAI's own words where there are any; else the code is the problem's title."""


def openai_error(problem: dict[str, Any], _: Headers) -> tuple[int, dict[str, Any]]:
    """A problem as OpenAI tells it: what can't be processed is a bad request there."""
    status = 400 if problem["status"] == 422 else problem["status"]
    fields = problem.get("errors") or [{}]
    error = {
        "message": f"{problem['detail']} {problem['remedy']}".strip(),
        "type": _TYPES.get(status, "invalid_request_error"),
        "param": fields[0].get("at", "").removeprefix("body.") or None,
        "code": _CODES.get(status, problem["title"]),
    }
    return status, {"error": error}


# --- what comes in ---


def question_of(messages: Sequence[MessageBody]) -> tuple[str, list[Turn]]:
    """The last question of the user, and what was said before it.

    Raises:
        InputError: there is none, or it isn't only text.
    """
    asked = [number for number, message in enumerate(messages) if message.role == "user"]
    if not asked:
        raise InputError("没有用户的问题。", remedy="messages 里至少要有一条 role 为 user 的消息。")
    last = messages[asked[-1]]
    if not isinstance(last.content, str) and any(part.type != "text" for part in last.content or ()):
        raise InputError("问题里有文字以外的内容。", remedy="这里只回答文字的问题，请去掉图片、声音和文件。")
    return _text(last), list(_turns(messages[: asked[-1]]))


def _turns(messages: Sequence[MessageBody]) -> Iterator[Turn]:
    question = None
    for message in messages:
        if message.role == "user":
            if question is not None:
                yield Turn(question=question, answer="")
            question = _text(message)
        elif message.role == "assistant" and question is not None:
            yield _answered(question, message)
            question = None
    if question is not None:
        yield Turn(question=question, answer="")


def _answered(question: str, message: MessageBody) -> Turn:
    text = _text(message)
    cited = list(_cited(message.annotations or ()))
    return Turn(
        question=question,
        answer="" if text in (NOT_FOUND, NOTHING_TO_SEARCH) else text,
        document_ids=tuple(dict.fromkeys(number for number, _ in cited)),
        title=cited[0][1] if cited else "",
    )


def _cited(annotations: Sequence[GivenAnnotationBody]) -> Iterator[tuple[int, str]]:
    """Number and title of the documents that our own annotations name, where a client hands them back."""
    for annotation in annotations:
        citation = annotation.url_citation
        place = None if citation is None else _PLACE.search(citation.url or "")
        if citation is not None and place is not None:
            yield int(place[1]), citation.title or ""


def _text(message: MessageBody) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    return "\n".join(part.text for part in message.content if part.text is not None)


# --- what goes out ---


class Reply:
    """What a chat gets back, whole or in pieces. ``created``: Unix seconds."""

    def __init__(self, chat: ChatBody, request: Request, *, created: int) -> None:
        self._chat = chat
        self._request = request
        self._id = f"chatcmpl-{request_id_of(request)}"
        self._created = created

    def whole(self, answered: Answered) -> CompletionBody:
        """At once."""
        message = self._message(answered)
        return CompletionBody(
            id=self._id,
            created=self._created,
            model=self._chat.model,
            choices=[ChoiceBody(message=message)],
            usage=_usage(answered, message),
            yuanwen=answer_body(answered),
        )

    def opening(self) -> ChunkBody:
        """The first piece, before there is an answer."""
        return self._chunk(DeltaBody(role="assistant", content=""))

    def pieces(self, answered: Answered) -> Iterator[ChunkBody]:
        """What follows: the answer in one piece, for it is there all at once."""
        message = self._message(answered)
        yield self._chunk(DeltaBody(content=message.content, annotations=message.annotations))
        last = self._chunk(DeltaBody(), finish_reason="stop")
        last.yuanwen = answer_body(answered)
        yield last
        if self._chat.stream_options is not None and self._chat.stream_options.include_usage:
            usage = self._chunk(None)
            usage.usage = _usage(answered, message)
            yield usage

    def _chunk(self, delta: DeltaBody | None, *, finish_reason: Literal["stop"] | None = None) -> ChunkBody:
        choice = None if delta is None else ChunkChoiceBody(index=0, delta=delta, finish_reason=finish_reason)
        return ChunkBody(
            id=self._id,
            object="chat.completion.chunk",
            created=self._created,
            model=self._chat.model,
            choices=[] if choice is None else [choice],
        )

    def _message(self, answered: Answered) -> AnswerMessageBody:
        given = answered.answer
        content = _words_of(given)
        return AnswerMessageBody(
            content=content,
            annotations=[
                AnnotationBody(
                    type="url_citation",
                    url_citation=UrlCitationBody(
                        start_index=0,
                        end_index=len(content),
                        url=place_url(self._request, citation.document_id, citation.start, citation.end),
                        title=citation.title,
                    ),
                )
                for citation in given.citations
            ],
        )


def _words_of(answer: Answer) -> str:
    if answer.nothing_to_search:
        return NOTHING_TO_SEARCH
    return NOT_FOUND if answer.abstained else answer.text


def _usage(answered: Answered, message: AnswerMessageBody) -> UsageBody:
    asked, said = len(answered.question), len(message.content)
    return UsageBody(prompt_tokens=asked, completion_tokens=said, total_tokens=asked + said)
