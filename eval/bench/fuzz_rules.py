"""What somebody who tries the HTTP API at random has to be told, as no JSON Schema can say it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

URL, KEY, ADMIN_KEY, ADMIN_KEY_ID, SEEN = (
    f"FUZZ_{name}" for name in ("URL", "KEY", "ADMIN_KEY", "ADMIN_KEY_ID", "SEEN")
)
"""Environment variables: the service; the key in use, and one that may do all, with its number; the file for what
was seen."""

ASKING = frozenset(
    {
        "POST /v1/ask",
        "POST /v1/ask/stream",
        "POST /v1/retrieve",
        "POST /retrieval",
        "POST /v1/chat/completions",
    }
)

REFUSALS: Mapping[str, frozenset[str]] = {
    # A question of punctuation alone; one above the setting, which may be lower than what a body may hold.
    **dict.fromkeys(ASKING, frozenset({"QuestionError"})),
    # The same; or a last question that isn't text alone, where earlier messages may hold anything.
    "POST /v1/chat/completions": frozenset({"QuestionError", "InputError"}),
    # The same, in the words of Dify's errors, which have no title.
    "POST /retrieval": frozenset({"问题里只有标点"}),
    # Words and pairs are compared after folding (case, width, characters): two that differ may be the same.
    "POST /v1/faq": frozenset({"KnowledgeError"}),
    "PUT /v1/faq/{number}": frozenset({"KnowledgeError"}),
    "POST /v1/synonyms": frozenset({"KnowledgeError"}),
    "PUT /v1/synonyms/{number}": frozenset({"KnowledgeError"}),
    "POST /v1/words": frozenset({"KnowledgeError"}),
    # A cursor that no page gave.
    "GET /v1/documents": frozenset({"InputError"}),
    "GET /v1/evaluations/{evaluation_id}/rows": frozenset({"InputError"}),
    # A range that isn't one of that document.
    "GET /v1/documents/{document_id}/text": frozenset({"InputError"}),
    "GET /v1/documents/{document_id}/place": frozenset({"InputError"}),
    # A file of another kind than the document that it is to replace.
    "PUT /v1/documents/{document_id}": frozenset({"InputError"}),
    # A file of questions that can't be read, or holds none; nothing to ask yet.
    "POST /v1/evaluations": frozenset({"DatasetError", "InputError"}),
    "POST /v1/feedback/evaluations": frozenset({"DatasetError", "InputError"}),
    # Not the old password.
    "PUT /v1/session/password": frozenset({"InputError"}),
}
"""By operation: titles of the problems with which a request that fits the schema may be refused (422; 400 where
OpenAI's clients ask). Each can be told from the request alone by a person, and by no schema."""


def is_meant(operation: str, status: int, body: bytes) -> bool:
    """Whether a refusal of what the schema allows is one of :data:`REFUSALS`, or is for two query parameters that
    don't go together: OpenAPI describes each by itself."""
    if status not in (400, 422):
        return False
    try:
        problem = json.loads(body)
    except ValueError:
        return False
    wrong = problem.get("errors") or ()
    if wrong and all(one["at"] == "query" for one in wrong):
        return True
    told = problem.get("title") or problem.get("error", {}).get("code") or problem.get("error_msg", "")
    return any(told.startswith(meant) for meant in REFUSALS.get(operation, frozenset()))


Link = tuple[str, str, str, dict[str, Any]]
"""From an operation with a status to another, and what that takes from the response."""


def _of_item(source: str, path: str, name: str, where: str, methods: str) -> Iterator[Link]:
    for method in methods.split():
        target, _, suffix = method.partition("/")
        full = f"{path}/{{{name}}}" + (f"/{suffix}" if suffix else "")
        yield source, where, f"{target} {full}", {"parameters": {name: f"$response.body#{where_of(where)}"}}


def where_of(where: str) -> str:
    """The JSON pointer of ``"201 /id"``."""
    return where.partition(" ")[2]


LINKS: tuple[Link, ...] = (
    *_of_item("POST /v1/users", "/v1/users", "user", "201 /user/id", "GET PATCH POST/password DELETE"),
    *_of_item(
        "POST /v1/channels", "/v1/channels", "channel", "201 /channel/id", "GET PATCH POST/token DELETE"
    ),
    *_of_item("POST /v1/keys", "/v1/keys", "key", "201 /key/id", "DELETE"),
    *_of_item("POST /v1/collections", "/v1/collections", "name", "201 /name", "GET PATCH DELETE"),
    *_of_item("POST /v1/faq", "/v1/faq", "number", "201 /id", "GET PUT DELETE"),
    *_of_item("POST /v1/synonyms", "/v1/synonyms", "number", "201 /id", "GET PUT DELETE"),
    *_of_item("POST /v1/words", "/v1/words", "word", "201 /items/0/word", "DELETE"),
    *_of_item("POST /v1/conversations", "/v1/conversations", "conversation", "201 /id", "GET DELETE"),
    *_of_item("POST /v1/documents", "/v1/jobs", "job_id", "202 /id", "GET GET/events POST/cancel"),
    *_of_item("POST /v1/jobs", "/v1/jobs", "job_id", "202 /id", "GET GET/events POST/cancel"),
    *_of_item(
        "GET /v1/documents",
        "/v1/documents",
        "document_id",
        "200 /items/0/id",
        "GET GET/text GET/place GET/original PUT DELETE",
    ),
    *_of_item("POST /v1/ask", "/v1/questions", "question", "200 /id", "GET"),
    *_of_item("POST /v1/ask", "/v1/conversations", "conversation", "200 /conversation", "GET DELETE"),
    *_of_item(
        "POST /v1/evaluations",
        "/v1/evaluations",
        "evaluation_id",
        "202 /id",
        "GET GET/rows GET/report GET/comparison GET/comparison/report DELETE",
    ),
    *_of_item("GET /v1/collections", "/v1/collections", "name", "200 /items/0/name", "GET PATCH"),
    *_of_item("GET /v1/models", "/v1/models", "model", "200 /data/0/id", "GET"),
    (
        "POST /v1/ask",
        "200 /id",
        "POST /v1/feedback",
        {"requestBody": {"turn": "$response.body#/id", "verdict": "helpful"}},
    ),
    (
        "POST /v1/users",
        "201 /user",
        "POST /v1/session",
        {"requestBody": {"name": "$response.body#/user/name", "password": "$response.body#/password"}},
    ),
)


def add_links(description: dict[str, Any]) -> None:
    """Adds :data:`LINKS` to an OpenAPI description; those between operations that it has."""
    paths = description["paths"]
    for number, (source, where, target, link) in enumerate(LINKS):
        method, _, path = source.partition(" ")
        target_method, _, target_path = target.partition(" ")
        status = where.partition(" ")[0]
        if target_method.lower() not in paths.get(target_path, {}):
            raise KeyError(target)
        operation = paths[path][method.lower()]
        place = target_path.replace("~", "~0").replace("/", "~1")
        links = operation["responses"][status].setdefault("links", {})
        links[f"link{number}"] = {"operationRef": f"#/paths/{place}/{target_method.lower()}", **link}
