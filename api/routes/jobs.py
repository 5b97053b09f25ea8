"""Jobs: what takes long, and how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api.depends import Administering, Ctx, principal_of
from api.errors import error_response, request_id_of
from api.jobs import reindex
from api.problems import PROBLEMS
from api.schemas_jobs import ACCEPTED, EVENTS, JobBody, JobFilesBody, NewJobBody
from api.schemas_page import NO_NUL, After, Limit, PageBody
from api.security.principal import Principal, Scope
from api.state.job_rows import UNDER_WAY, Job, JobStatus
from index.errors import NotFound, YuanwenError

router = APIRouter(prefix="/v1/jobs", tags=["任务"], responses=PROBLEMS)

_EVERY_SECONDS = 0.5
_RECONNECT_MS = 2000

Anybody = Annotated[Principal, Depends(principal_of)]
"""Whoever may begin a job may see it, whatever else they may do."""


def _visible(
    job_id: Annotated[str, Path(max_length=64, pattern=NO_NUL, description="任务编号")],
    context: Ctx,
    principal: Anybody,
) -> Job:
    """One's own job, and for administrators any; others are as if they weren't there."""
    job = context.jobs.job(job_id)
    if job.created_by != principal.id and Scope.ADMIN not in principal.scopes:
        raise NotFound(f"没有任务 {job_id}。", remedy="")
    return job


Visible = Annotated[Job, Depends(_visible)]


@router.get("", response_model=PageBody[JobBody], summary="自己的任务（管理员：所有的），新的在前")
def list_jobs(
    context: Ctx,
    principal: Anybody,
    limit: Limit = 50,
    after: After = None,
    status: Annotated[JobStatus | None, Query(description="只看这种状态的")] = None,
) -> PageBody[JobBody]:
    """The newest first."""
    owner = None if Scope.ADMIN in principal.scopes else principal.id
    page = context.jobs.page(limit=limit, after=after, owner=owner, status=status)
    return PageBody(items=[JobBody.of(job) for job in page.items], next=page.next)


@router.post(
    "", response_model=JobBody, status_code=202, responses=ACCEPTED, summary="开始一个任务（管理员）"
)
def create_job(body: NewJobBody, response: Response, context: Ctx, principal: Administering) -> JobBody:
    """One of a kind at a time."""
    assert body.kind == reindex.KIND
    job = context.jobs.create(body.kind, created_by=principal.id, alone=True)
    context.runner.wake()
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobBody.of(job)


@router.get("/{job_id}", response_model=JobFilesBody, summary="一个任务和其中的文件")
def get_job(job: Visible, context: Ctx) -> JobFilesBody:
    """With what became of each file."""
    return JobFilesBody.with_files(job, context.jobs.files(job.id))


@router.post(
    "/{job_id}/cancel",
    response_model=JobBody,
    status_code=202,
    responses={202: {"description": "已取消，或会在下一个文件之前停下"}},
    summary="取消任务",
    description="已经做完的部分保留，任务的记录也在。任务已结束时是 409。",
)
def cancel_job(job: Visible, context: Ctx) -> JobBody:
    """Ends where it can; what is finished stays."""
    cancelled = context.jobs.cancel(job.id)
    if cancelled.status not in UNDER_WAY:
        context.spool.discard(job.id)
    return JobBody.of(cancelled)


@router.get(
    "/{job_id}/events",
    response_class=EventSourceResponse,
    responses={200: EVENTS},
    summary="任务的进展，作为事件流",
)
async def job_events(job: Visible, request: Request, context: Ctx) -> AsyncIterator[ServerSentEvent]:
    """Every change until the job has ended, or the process does: then the client comes back to another one."""
    told: JobBody | None = None
    while True:
        body, ended = JobBody.of(job), job.status not in UNDER_WAY
        if body != told:
            told = body
            yield ServerSentEvent(event="end" if ended else "progress", data=body, retry=_RECONNECT_MS)
        if ended or context.ending.begun:
            return
        await asyncio.sleep(_EVERY_SECONDS)
        try:
            job = await run_in_threadpool(context.jobs.job, job.id)
        except YuanwenError as error:  # the response has begun: nobody further out could still tell
            problem = error_response(error, request_id=request_id_of(request)).body
            yield ServerSentEvent(event="error", raw_data=bytes(problem).decode())
            return
