"""Documents: in, listed, read, out."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import uploading
from api.context import Context
from api.cursors import cursor_of, position_of
from api.depends import Browsing, Ctx, Reading, Writing
from api.etags import NOT_MODIFIED, headers_of, is_known, not_modified
from api.jobs.receive import MOST_FILES
from api.library import DEFAULT
from api.names import attachment
from api.problems import PROBLEMS
from api.schemas import CitationBody
from api.schemas_documents import ORIGINAL, PICTURE, TAGGED, DocumentBody, TextBody, form
from api.schemas_jobs import ACCEPTED, JobBody
from api.schemas_page import LARGEST, NO_NUL, CollectionName, Limit, PageBody, Said
from api.security.principal import Principal
from api.state.audit import Action
from api.state.job_rows import Job
from api.state.page import page_of
from index.encoding import ALIASES, SUPPORTED
from index.errors import InputError, NotFound
from index.render import NARROWEST, WIDEST
from index.store.protocol import Listing, Order, position
from rag.assemble import cite_place
from rag.faq import FaqPlace

router = APIRouter(prefix="/v1/documents", tags=["文档"], responses=PROBLEMS)

LONGEST_TEXT = 1_000_000
"""Characters that one response holds."""
LONGEST_PLACE = 10_000
"""Characters that may be asked the place of: an answer is far shorter."""
_LONGEST_CURSOR = 16_384
_NAMED = 5
"""Files of an upload that the audit log calls by their name."""

DocumentId = Annotated[int, Path(ge=1, le=LARGEST, description="文档编号")]
IfNoneMatch = Annotated[str | None, Header(max_length=4096, description="已有的 ETag；相同就回 304")]
_ENCODINGS = (*SUPPORTED, *ALIASES, "utf8", "utf16")
Encoding = Annotated[
    str | None,
    Query(
        pattern=f"^({'|'.join((*_ENCODINGS, *map(str.upper, _ENCODINGS)))})$",
        description="文件的编码；不写就自动识别",
    ),
]
Offset = Annotated[int, Query(ge=0, le=LARGEST, description="Unicode 码位，半开区间")]


def _record_added(context: Context, principal: Principal, job: Job, request: Request) -> None:
    sources = [file.source for file in context.jobs.files(job.id)]
    details = {"collection": job.collection, "files": job.total, "sources": sources[:_NAMED]}
    context.audit.record(principal, Action.DOCUMENT_ADDED, f"job:{job.id}", details, request)


@router.post(
    "",
    response_model=JobBody,
    status_code=202,
    responses=ACCEPTED,
    openapi_extra=form(uploading.FILES, most=MOST_FILES),
    summary="上传文件",
    description=(
        "一个或多个文件，都放在 files 字段里；文件名可以是相对路径（拖入的目录）。"
        "文件落盘之后才回应 202；各文件的结果见任务：一个失败不影响其他。同名的文档会被替换，内容相同则不动。"
    ),
)
async def add_documents(
    request: Request,
    response: Response,
    context: Ctx,
    principal: Writing,
    collection: Annotated[CollectionName, Query(description="放进哪个文档集")] = DEFAULT,
    encoding: Encoding = None,
) -> JobBody:
    """Written to the disk as they come; who may is known before the first byte is read."""
    await run_in_threadpool(context.library.writable, principal, collection)
    job = await uploading.add(request, context, principal, collection=collection, encoding=encoding)
    await run_in_threadpool(_record_added, context, principal, job, request)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobBody.of(job)


@router.get("", response_model=PageBody[DocumentBody], summary="可读的文档")
def list_documents(
    context: Ctx,
    principal: Browsing,
    limit: Limit = 50,
    after: Annotated[
        str | None,
        Query(max_length=_LONGEST_CURSOR, pattern=NO_NUL, description="上一页的 next；不写就从头开始"),
    ] = None,
    collection: Annotated[CollectionName | None, Query(description="只看这个文档集的")] = None,
    q: Said = None,
    sort: Annotated[Order, Query(description="按加入的先后、文件名、标题或大小")] = Order.ADDED,
    descending: Annotated[bool, Query(description="倒序")] = False,
) -> PageBody[DocumentBody]:
    """``q`` is looked for in titles and names. Paging shows every document that stays exactly once."""
    if collection is not None:
        context.library.shelf(principal, collection)
    wanted = Listing(
        collections=principal.readable if collection is None else frozenset({collection}),
        text=q or "",
        order=sort,
        descending=descending,
        after=None if after is None else position_of(after, sort),
        limit=limit + 1,
    )
    found = context.service.store.listing(wanted)
    page = page_of(found, limit, lambda record: cursor_of(position(record, sort)))
    return PageBody(items=[DocumentBody.of(record) for record in page.items], next=page.next)


@router.get("/{document_id}", response_model=DocumentBody, summary="一个文档")
def get_document(document_id: DocumentId, context: Ctx, principal: Reading) -> DocumentBody:
    """Without its text."""
    return DocumentBody.of(context.library.document(principal, document_id))


@router.put(
    "/{document_id}",
    response_model=JobBody,
    status_code=202,
    responses=ACCEPTED,
    openapi_extra=form(uploading.FILE, most=1),
    summary="用新的文件替换文档",
    description="文件放在 file 字段里，要与原来的同类；文档的名字不变，编号会变，见任务中文件的 document_id。",
)
async def replace_document(
    document_id: DocumentId,
    request: Request,
    response: Response,
    context: Ctx,
    principal: Writing,
    encoding: Encoding = None,
) -> JobBody:
    """The old one answers until the new one is stored."""
    record = await run_in_threadpool(context.library.writable_document, principal, document_id)
    job = await uploading.replace_document(request, context, principal, record, encoding=encoding)
    details = {"collection": record.collection, "source": record.source, "job": job.id}
    await run_in_threadpool(
        context.audit.record, principal, Action.DOCUMENT_REPLACED, f"document:{document_id}", details, request
    )
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobBody.of(job)


@router.delete("/{document_id}", status_code=204, summary="删除文档")
def delete_document(document_id: DocumentId, request: Request, context: Ctx, principal: Writing) -> None:
    """It answers nothing from here on."""
    record = context.library.writable_document(principal, document_id)
    context.service.delete(document_id)
    details = {"collection": record.collection, "source": record.source}
    context.audit.record(principal, Action.DOCUMENT_DELETED, f"document:{document_id}", details, request)


@router.get(
    "/{document_id}/original",
    response_class=Response,
    responses={**ORIGINAL, **NOT_MODIFIED},
    summary="下载原件",
)
def get_original(
    document_id: DocumentId, context: Ctx, principal: Browsing, if_none_match: IfNoneMatch = None
) -> Response:
    """The bytes as they were uploaded, to be saved; no browser shows them under this service's name."""
    record = context.library.document(principal, document_id)
    if is_known(record.sha256, if_none_match):
        return not_modified(record.sha256)
    headers = {
        **headers_of(record.sha256),
        "Content-Disposition": attachment(record.source),
        "Content-Security-Policy": "sandbox",
    }
    data = context.service.store.upload(document_id)
    return Response(data, media_type="application/octet-stream", headers=headers)


@router.get(
    "/{document_id}/text",
    response_model=TextBody,
    responses={**TAGGED, **NOT_MODIFIED},
    summary="整理后的正文和提纲",
    description=f"位置都按 Unicode 码位计，半开区间；一次最多 {LONGEST_TEXT} 个字，其余用 start 接着取。",
)
def get_text(
    document_id: DocumentId,
    response: Response,
    context: Ctx,
    principal: Reading,
    start: Offset = 0,
    end: Annotated[int | None, Query(ge=0, le=LARGEST, description="不写就到末尾")] = None,
    if_none_match: IfNoneMatch = None,
) -> TextBody | Response:
    """What answers are quoted from."""
    record = context.library.document(principal, document_id)
    if is_known(record.sha256, if_none_match):
        return not_modified(record.sha256)
    last = record.characters if end is None else end
    if not start <= last <= record.characters:
        raise _outside(start, last, record.characters)
    content = context.service.store.content(document_id)
    response.headers.update(headers_of(record.sha256))
    return TextBody.of(document_id, content, start, min(last, start + LONGEST_TEXT))


@router.get(
    "/{document_id}/pages/{page}",
    response_class=Response,
    responses={**PICTURE, **NOT_MODIFIED},
    summary="一页的图像",
    description="PDF 和图片才有；引文的 boxes 就是在这张图上的位置。其他格式回 422，没有这一页回 404。",
)
async def get_page(
    document_id: DocumentId,
    page: Annotated[int, Path(ge=1, le=LARGEST, description="从 1 数起")],
    context: Ctx,
    principal: Reading,
    width: Annotated[int, Query(ge=NARROWEST, le=WIDEST, description="像素；图片不会放大")] = 1200,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Drawn in a process of its own: the file is from anybody."""
    record = await run_in_threadpool(context.library.document, principal, document_id)
    tag = f"{record.sha256}-{page}-{width}"
    if is_known(tag, if_none_match):
        return not_modified(tag)

    def work() -> bytes:
        data = context.service.store.upload(document_id)
        name = PurePath(record.source).name
        return context.drawer.render(data, source=name, page=page, width=width)

    picture = await context.drawings.run(work)
    headers = {**headers_of(tag), "Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
    return Response(picture, media_type="image/png", headers=headers)


@router.get(
    "/{document_id}/place",
    response_model=CitationBody,
    summary="一段文字的出处",
    description="页、行、标题路径、所在的句子，并重新读一遍原件核对。位置按 Unicode 码位计，半开区间。",
)
def get_place(
    document_id: DocumentId, context: Ctx, principal: Reading, start: Offset, end: Offset
) -> CitationBody:
    """As the citation of an answer has it."""
    record = context.library.document(principal, document_id)
    if not start < end <= record.characters:
        raise _outside(start, end, record.characters)
    if end - start > LONGEST_PLACE:
        raise InputError(
            f"这段有 {end - start} 个字，上限是 {LONGEST_PLACE}。", remedy="请指定短一些的一段。"
        )
    citations = cite_place(context.service.store, FaqPlace(document_id=document_id, start=start, end=end))
    if not citations:
        raise NotFound(f"没有编号为 {document_id} 的文档。")
    return CitationBody.model_validate(citations[0], from_attributes=True)


def _outside(start: int, end: int, characters: int) -> InputError:
    return InputError(
        f"[{start}, {end}) 不是这个文档的一段：它有 {characters} 个字。",
        remedy="位置按 Unicode 码位计，半开区间。",
    )
