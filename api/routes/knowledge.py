"""What curators write: pairs of question and answer, synonyms, words. In force, everywhere, for the next question."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from api.context import Context
from api.depends import Ctx, Curating
from api.errors import NotAllowed
from api.problems import PROBLEMS
from api.schemas_knowledge import (
    FaqBody,
    FaqEntryBody,
    SynonymEntryBody,
    SynonymsBody,
    WordBody,
    WordsBody,
    WordsKeptBody,
)
from api.schemas_page import LARGEST, NO_NUL, After, AfterNumber, Limit, PageBody, Said
from api.security.principal import Principal
from api.state.audit import Action
from index.errors import KnowledgeError

router = APIRouter(prefix="/v1", tags=["知识"], responses=PROBLEMS)

Number = Annotated[int, Path(ge=1, le=LARGEST, description="编号")]


@router.get("/faq", response_model=PageBody[FaqEntryBody], summary="问答，新的在前")
def list_faq(
    context: Ctx, principal: Curating, q: Said = None, limit: Limit = 50, after: AfterNumber = None
) -> PageBody[FaqEntryBody]:
    """Those that answer in a collection that may be read."""
    readable = principal.readable
    page = context.faq.page(readable, said=q, limit=limit, after=after)
    return PageBody(items=[FaqEntryBody.of(entry, readable) for entry in page.items], next=page.next)


@router.post("/faq", response_model=FaqEntryBody, status_code=201, summary="新增问答")
def add_faq(body: FaqBody, request: Request, context: Ctx, principal: Curating) -> FaqEntryBody:
    """In force for the next question."""
    entry = context.faq.add(body.pair(0, _reach(body, context, principal)))
    context.audit.record(principal, Action.KNOWLEDGE_CREATED, f"faq:{entry.pair.id}", request=request)
    return FaqEntryBody.of(entry, principal.readable)


@router.get("/faq/{number}", response_model=FaqEntryBody, summary="一条问答")
def get_faq(number: Number, context: Ctx, principal: Curating) -> FaqEntryBody:
    """One pair."""
    return FaqEntryBody.of(context.faq.entry(number, principal.readable), principal.readable)


@router.put("/faq/{number}", response_model=FaqEntryBody, summary="修改问答")
def change_faq(
    number: Number, body: FaqBody, request: Request, context: Ctx, principal: Curating
) -> FaqEntryBody:
    """Replaces all of it."""
    _require_may_change(number, context, principal)
    entry = context.faq.change(body.pair(number, _reach(body, context, principal)))
    context.audit.record(principal, Action.KNOWLEDGE_CHANGED, f"faq:{number}", request=request)
    return FaqEntryBody.of(entry, principal.readable)


@router.delete("/faq/{number}", status_code=204, summary="删除问答")
def delete_faq(number: Number, request: Request, context: Ctx, principal: Curating) -> None:
    """It doesn't answer any more."""
    _require_may_change(number, context, principal)
    context.faq.remove(number)
    context.audit.record(principal, Action.KNOWLEDGE_DELETED, f"faq:{number}", request=request)


@router.get("/synonyms", response_model=PageBody[SynonymEntryBody], summary="同义词组，新的在前")
def list_synonyms(
    context: Ctx, _: Curating, limit: Limit = 50, after: AfterNumber = None
) -> PageBody[SynonymEntryBody]:
    """They hold for all collections."""
    page = context.vocabulary.groups(limit=limit, after=after)
    return PageBody(items=[SynonymEntryBody.of(entry) for entry in page.items], next=page.next)


@router.post("/synonyms", response_model=SynonymEntryBody, status_code=201, summary="新增同义词组")
def add_synonyms(body: SynonymsBody, request: Request, context: Ctx, principal: Curating) -> SynonymEntryBody:
    """In force for the next question."""
    entry = context.vocabulary.add_group(body.group())
    context.audit.record(principal, Action.KNOWLEDGE_CREATED, f"synonyms:{entry.id}", request=request)
    return SynonymEntryBody.of(entry)


@router.get("/synonyms/{number}", response_model=SynonymEntryBody, summary="一个同义词组")
def get_synonyms(number: Number, context: Ctx, _: Curating) -> SynonymEntryBody:
    """One group."""
    return SynonymEntryBody.of(context.vocabulary.group(number))


@router.put("/synonyms/{number}", response_model=SynonymEntryBody, summary="修改同义词组")
def change_synonyms(
    number: Number, body: SynonymsBody, request: Request, context: Ctx, principal: Curating
) -> SynonymEntryBody:
    """Replaces all of it."""
    entry = context.vocabulary.change_group(number, body.group())
    context.audit.record(principal, Action.KNOWLEDGE_CHANGED, f"synonyms:{number}", request=request)
    return SynonymEntryBody.of(entry)


@router.delete("/synonyms/{number}", status_code=204, summary="删除同义词组")
def delete_synonyms(number: Number, request: Request, context: Ctx, principal: Curating) -> None:
    """Its words stand for themselves again."""
    context.vocabulary.remove_group(number)
    context.audit.record(principal, Action.KNOWLEDGE_DELETED, f"synonyms:{number}", request=request)


@router.get("/words", response_model=PageBody[WordBody], summary="用户词")
def list_words(context: Ctx, _: Curating, limit: Limit = 50, after: After = None) -> PageBody[WordBody]:
    """In the order of their code points."""
    page = context.vocabulary.words(limit=limit, after=after)
    return PageBody(items=[WordBody.of(entry) for entry in page.items], next=page.next)


@router.post("/words", response_model=WordsKeptBody, status_code=201, summary="新增用户词")
def add_words(body: WordsBody, request: Request, context: Ctx, principal: Curating) -> WordsKeptBody:
    """All of them or none; words that are there already stay."""
    entries = context.vocabulary.add_words(body.words)
    context.audit.record(
        principal, Action.KNOWLEDGE_CREATED, "words", {"words": len(entries)}, request=request
    )
    return WordsKeptBody(items=[WordBody.of(entry) for entry in entries])


@router.delete("/words/{word:path}", status_code=204, summary="删除用户词")
def delete_word(
    word: Annotated[str, Path(max_length=200, pattern=NO_NUL)],
    request: Request,
    context: Ctx,
    principal: Curating,
) -> None:
    """It is a word like any other again."""
    context.vocabulary.remove_word(word)
    context.audit.record(principal, Action.KNOWLEDGE_DELETED, f"word:{word}", request=request)


def _reach(body: FaqBody, context: Context, principal: Principal) -> frozenset[str] | None:
    """The collections in which a pair is to answer, all of which its author may change.

    Raises:
        NotFound: a collection or document that isn't there, or not for the author.
        NotAllowed: one that the author may only read.
        KnowledgeError: its place isn't in that document, or is one that not all who are answered may read.
    """
    wanted = None if body.collections is None else frozenset(body.collections)
    if body.place is not None:
        record = context.library.document(principal, body.place.document_id)
        if body.place.end > record.characters:
            raise KnowledgeError(f"出处超过了文档的 {record.characters} 个字。")
        if wanted not in (None, {record.collection}):
            raise KnowledgeError(
                f"出处在文档集 {record.collection} 里，这条问答只能在那里作答。",
                remedy="请只写那个文档集，或不写出处。",
            )
        wanted = frozenset({record.collection})
    for name in sorted(wanted or ()):
        context.library.writable(principal, name)
    _require_all_writable(wanted, principal)
    return wanted


def _require_may_change(number: int, context: Context, principal: Principal) -> None:
    """Raises:
    NotFound: no such pair. NotAllowed: it answers where the principal may not change anything.
    """
    _require_all_writable(context.faq.entry(number, principal.readable).pair.collections, principal)


def _require_all_writable(collections: frozenset[str] | None, principal: Principal) -> None:
    writable = principal.writable
    if writable is not None and (collections is None or not collections <= writable):
        raise NotAllowed(
            "这条问答对不能修改的文档集也作答。", remedy="请写明只在哪些可以修改的文档集里作答。"
        )
