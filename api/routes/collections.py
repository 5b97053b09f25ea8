"""Collections of documents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from api.depends import Ctx, Reading, Writing
from api.errors import Conflict
from api.jobs.delete import KIND
from api.problems import PROBLEMS
from api.schemas_collections import CollectionBody, CollectionChangeBody, NewCollectionBody
from api.schemas_jobs import ACCEPTED, JobBody
from api.schemas_page import NO_NUL, Limit, PageBody
from api.state.audit import Action
from api.state.page import page_of

router = APIRouter(prefix="/v1/collections", tags=["文档集"], responses=PROBLEMS)

Name = Annotated[str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="文档集的名字")]
AfterName = Annotated[
    str | None, Query(max_length=200, pattern=NO_NUL, description="上一页的 next；不写就从头开始")
]


@router.get("", response_model=PageBody[CollectionBody], summary="可读的文档集，按名字")
def list_collections(
    context: Ctx, principal: Reading, limit: Limit = 50, after: AfterName = None
) -> PageBody[CollectionBody]:
    """Those made on the command line, too, as long as they hold a document."""
    shelves = context.library.shelves(principal)
    left = [shelf for shelf in shelves if after is None or shelf.name > after]
    page = page_of(left[: limit + 1], limit, lambda shelf: shelf.name)
    return PageBody(items=[CollectionBody.of(shelf) for shelf in page.items], next=page.next)


@router.post("", response_model=CollectionBody, status_code=201, summary="新建文档集")
def create_collection(
    body: NewCollectionBody, request: Request, context: Ctx, principal: Writing
) -> CollectionBody:
    """An empty collection."""
    shelf = context.library.create(
        principal, body.name, title=body.title.strip() or body.name, description=body.description
    )
    context.audit.record(principal, Action.COLLECTION_CREATED, shelf.name, request=request)
    return CollectionBody.of(shelf)


@router.get("/{name}", response_model=CollectionBody, summary="一个文档集")
def get_collection(name: Name, context: Ctx, principal: Reading) -> CollectionBody:
    """With its counts."""
    return CollectionBody.of(context.library.shelf(principal, name))


@router.patch("/{name}", response_model=CollectionBody, summary="修改文档集的名称和说明")
def change_collection(
    name: Name, body: CollectionChangeBody, request: Request, context: Ctx, principal: Writing
) -> CollectionBody:
    """What isn't given stays."""
    shelf = context.library.change(principal, name, title=body.title, description=body.description)
    context.audit.record(principal, Action.COLLECTION_CHANGED, name, request=request)
    return CollectionBody.of(shelf)


@router.delete(
    "/{name}",
    status_code=204,
    response_class=Response,
    responses={202: {**ACCEPTED[202], "model": JobBody}},
    summary="删除文档集",
    description=(
        "空的文档集立即删除(204)。还有文档或未完成的任务时拒绝(409),除非 documents=true:"
        "那时由任务连同文档一起删除(202)。各人和各密钥对它的授权随之取消。default 总是存在，删除它只是清空。"
    ),
)
def delete_collection(
    name: Name,
    request: Request,
    context: Ctx,
    principal: Writing,
    documents: Annotated[bool, Query(description="连同其中的文档一起删除")] = False,
) -> Response:
    """At once if there is nothing in it, else by a job, if that is wanted."""
    shelf = context.library.writable(principal, name)
    empty = shelf.documents == 0 and not context.jobs.concern(name)
    if not empty and not documents:
        raise Conflict(
            f"文档集 {name} 里还有 {shelf.documents} 个文档，或有未完成的任务。",
            remedy="请先删除文档，或加上 documents=true 一起删除。",
        )
    details = {"documents": shelf.documents}
    if empty:
        context.collections.remove(name)
        context.audit.record(principal, Action.COLLECTION_DELETED, name, details, request)
        return Response(status_code=204)
    job = context.jobs.create(KIND, collection=name, created_by=principal.id, alone=True)
    context.audit.record(principal, Action.COLLECTION_DELETED, name, details, request)
    context.runner.wake()
    body = JobBody.of(job).model_dump(mode="json")
    return JSONResponse(body, status_code=202, headers={"Location": f"/v1/jobs/{job.id}"})
