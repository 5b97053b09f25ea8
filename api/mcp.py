"""Asking through the Model Context Protocol: the tools, and the server on standard input and output.

Needs the extra ``[mcp]``; :mod:`api.mcp_door` and :mod:`api.cli_mcp` say so where it is missing.
https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import Context as ToolContext
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.answering import answer, retrieve
from api.asker import Place
from api.context import Context
from api.errors import Refused, status_of
from api.exchange import Asked
from api.schemas import DocumentId
from api.schemas_ask import Collections, PassagesBody, Question, TopK
from api.schemas_mcp import DocumentPart, FoundAnswer
from api.security.principal import LOCAL, Principal, Scope
from api.state.ids import new_id
from index.errors import InputError, YuanwenError

_log = logging.getLogger(__name__)

LONGEST_PART = 20_000
"""Characters of a document that one call gives: a model has to read them."""

_INSTRUCTIONS = (
    "用户自己的中文文档。ask 直接给出文档里的原文答案和出处，文档里没有就说没有；search 找相关的段落；"
    "open_document 读文档的正文。答案是一字不差的原文，请照引并注明出处；没有找到时不要自己编。"
)
_READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_Position = Annotated[int, Field(ge=0, lt=2**63)]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls a tool.

    Args:
        take_question: takes one use of the caller's limit.
    """

    principal: Principal
    request_id: str
    take_question: Callable[[], None]


CallerOf = Callable[["ToolContext[Any, Any]"], Caller]


def make_server(context: Context, caller_of: CallerOf) -> MCPServer[Any]:
    """A server whose tools ask as whoever calls them."""
    server: MCPServer[Any] = MCPServer(
        name="yuanwen",
        title="Yuanwen 原文",
        instructions=_INSTRUCTIONS,
        version=metadata.version("yuanwen"),
        subscriptions=False,  # nothing here changes that a client could wait for
    )
    tools = _Tools(context, caller_of)
    for tool, title, description in (
        (
            tools.ask,
            "提问",
            "用文档中的原文回答一个中文问题，并给出可核对的出处；文档里没有答案就明说。问题要完整，不要用代词。",
        ),
        (tools.search, "检索", "找出与问题最相关的段落，最好的在前，不作回答。"),
        (
            tools.open_document,
            "读文档",
            f"读一个文档的正文和提纲；一次最多 {LONGEST_PART} 个字，其余用 start 接着读。",
        ),
    ):
        server.add_tool(
            tool, title=title, description=description, annotations=_READ_ONLY, structured_output=True
        )
    return server


class _Tools:
    def __init__(self, context: Context, caller_of: CallerOf) -> None:
        self._context = context
        self._caller_of = caller_of

    async def ask(
        self, question: Question, ctx: ToolContext[Any, Any], collections: Collections = None
    ) -> FoundAnswer:
        caller = self._caller_of(ctx)
        with _told():
            asked = Asked(question=question, collections=collections)
            async with self._asking(caller, collections) as place:
                answered = await answer(
                    self._context, caller.principal, asked, place, request_id=caller.request_id
                )
        return FoundAnswer.of(answered)

    async def search(
        self,
        question: Question,
        ctx: ToolContext[Any, Any],
        top_k: TopK = None,
        collections: Collections = None,
    ) -> PassagesBody:
        caller = self._caller_of(ctx)
        with _told():
            async with self._asking(caller, collections) as place:
                passages = await retrieve(
                    self._context, caller.principal, question, place, collections=collections, top_k=top_k
                )
        return PassagesBody(passages=passages)

    async def open_document(
        self,
        document_id: Annotated[DocumentId, Field(description="文档编号，见 ask、search 的结果")],
        ctx: ToolContext[Any, Any],
        start: Annotated[_Position, Field(description="从哪里读起：Unicode 码位")] = 0,
        end: Annotated[_Position | None, Field(description="读到哪里（不含）；不写就尽量多读")] = None,
    ) -> DocumentPart:
        principal = self._caller_of(ctx).principal
        with _told():
            return await run_in_threadpool(self._part, principal, document_id, start, end)

    @asynccontextmanager
    async def _asking(self, caller: Caller, collections: Sequence[str] | None) -> AsyncIterator[Place]:
        """A collection that isn't there is told: a model that mistook a name would else take it for an answer."""
        caller.principal.require(Scope.ASK)
        with self._context.place() as place:
            await run_in_threadpool(caller.take_question)
            for name in collections or ():
                await run_in_threadpool(self._context.library.shelf, caller.principal, name)
            yield place

    def _part(self, principal: Principal, document_id: int, start: int, end: int | None) -> DocumentPart:
        principal.require(Scope.READ)
        record = self._context.library.document(principal, document_id)
        last = record.characters if end is None else min(end, record.characters)
        if start > last:
            raise InputError(
                f"[{start}, {last}) 不是这个文档的一段：它有 {record.characters} 个字。",
                remedy="请改 start 和 end。",
            )
        content = self._context.service.store.content(document_id)
        return DocumentPart.part_of(record, content, start, min(last, start + LONGEST_PART))


@contextmanager
def _told() -> Iterator[None]:
    """What a caller may know of an error reaches it as the tool's result; what nobody expected doesn't."""
    try:
        yield
    except YuanwenError as error:
        if status_of(error) >= 500 and not isinstance(error, Refused):
            _log.error("%s", error)
        raise ToolError(str(error)) from error


def serve_stdio(context: Context) -> None:
    """Serves whoever started this process on its standard input and output, until the input ends."""

    def caller_of(_: ToolContext[Any, Any]) -> Caller:
        return Caller(LOCAL, new_id(context.clock()), lambda: None)

    anyio.run(make_server(context, caller_of).run_stdio_async)
