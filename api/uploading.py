"""From a request that carries files to a job that takes them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.context import Context
from api.jobs.add import KIND, REPLACES, failed
from api.jobs.receive import MOST_FILES, Received, Receiver
from api.security.principal import Principal
from api.state.job_rows import Job, JobFile
from index.encoding import resolve
from index.errors import InputError
from index.store.protocol import DocumentRecord

FILES, FILE = "files", "file"
"""The form's field: for new documents, and for one in place of another."""


async def add(
    request: Request, context: Context, principal: Principal, *, collection: str, encoding: str | None
) -> Job:
    """Keeps the files of ``request`` and creates the job that takes them in; both are durable when this returns.

    Raises:
        InputError: it isn't such a request. StorageFull, StoreBusy, StoreError: nothing was kept.
    """
    encoding = None if encoding is None else resolve(encoding)
    job_id = context.jobs.new_id()
    received = await receive(request, context, job_id, field=FILES, most=MOST_FILES)
    files = [_file(one, encoding) for one in received]
    return await run_in_threadpool(_create, context, principal, job_id, collection, files, {})


async def replace_document(
    request: Request, context: Context, principal: Principal, record: DocumentRecord, *, encoding: str | None
) -> Job:
    """The same for one file in place of a document, whose name it gets.

    Raises:
        InputError: see :func:`add`; or a file of another kind. StorageFull, StoreBusy, StoreError: nothing was kept.
    """
    encoding = None if encoding is None else resolve(encoding)
    job_id = context.jobs.new_id()
    (received,) = await receive(request, context, job_id, field=FILE, most=1)
    before, now = _ending(record.source), _ending(received.source)
    if received.error is None and before != now:
        context.spool.discard(job_id)
        raise InputError(
            f"原来是“{before}”文件，新的是“{now}”文件。", remedy="请删除原来的，再作为新文档上传。"
        )
    files = [replace(_file(received, encoding), source=record.source)]
    payload = {REPLACES: record.id}
    return await run_in_threadpool(_create, context, principal, job_id, record.collection, files, payload)


async def receive(
    request: Request, context: Context, job_id: str, *, field: str, most: int
) -> list[Received]:
    """The files, durable, in the spool under ``job_id``; if they don't all come, none is kept.

    Raises:
        InputError: it isn't such a request. StorageFull, StoreBusy, StoreError: nothing was kept.
    """
    folder = await run_in_threadpool(context.spool.make, job_id)
    try:
        receiver = _receiver(request, context, folder, field, most)
        with closing(receiver):
            async for chunk in request.stream():
                await run_in_threadpool(receiver.feed, chunk)
            received = receiver.finish()
        await run_in_threadpool(context.spool.sync, job_id)
    except BaseException as error:
        context.spool.discard(job_id)
        if isinstance(error, ClientDisconnect):
            raise InputError("上传中断了。", remedy="请重新上传。") from error
        raise
    return received


def _receiver(request: Request, context: Context, folder: Path, field: str, most: int) -> Receiver:
    return Receiver(
        folder,
        request.headers.get("content-type", ""),
        field=field,
        most_bytes=context.settings.max_upload_mb * 2**20,
        most_files=most,
    )


def _create(
    context: Context,
    principal: Principal,
    job_id: str,
    collection: str,
    files: Sequence[JobFile],
    payload: Mapping[str, Any],
) -> Job:
    """On a thread, where nobody who leaves can get between a job's folder and its row."""
    try:
        job = context.jobs.create(
            KIND, job_id=job_id, collection=collection, created_by=principal.id, files=files, payload=payload
        )
    except BaseException:
        context.spool.discard(job_id)
        raise
    context.runner.wake()
    return job


def _file(received: Received, encoding: str | None) -> JobFile:
    file = JobFile(
        ordinal=received.ordinal,
        source=received.source,
        sha256=received.sha256,
        size=received.size,
        encoding=encoding,
    )
    return file if received.error is None else failed(file, received.error)


def _ending(source: str) -> str:
    return PurePosixPath(source).suffix.lower()
