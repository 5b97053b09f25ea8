"""From a request, or from what people said of answers, to an evaluation and the job that does it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fastapi import Request
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from api import uploading
from api.context import Context
from api.errors import TooLarge
from api.feedback import row_of
from api.jobs.evaluate import EVALUATION, KIND
from api.schemas_evaluations import MOST_QUESTIONS, OptionsQuery, Source, UploadQuery
from api.security.principal import Principal, Scope
from api.state.evaluations import Evaluation
from eval.data.load import SUFFIXES, read_dataset
from eval.dataset import Dataset
from eval.tasks.evaluate import sample
from index.errors import DatasetError, InputError

_FEEDBACK = "反馈.jsonl"
_MOST_BYTES = 32 * 2**20
"""Of a file of questions, and of what is kept of it."""
_READ_AT_ONCE = 500

_DATASET = TypeAdapter(Dataset)


async def from_upload(
    request: Request, context: Context, principal: Principal, query: UploadQuery
) -> Evaluation:
    """An evaluation of the file that ``request`` carries, durable when this returns.

    Raises:
        NotFound: a collection that may not be read. InputError: it isn't such a request, or nothing is indexed.
        DatasetError: the file can't be used; every bad row is named. TooLarge: the file. Conflict: too many
        evaluations. StorageFull, StoreBusy, StoreError: nothing was kept.
    """
    within = await run_in_threadpool(_within, context, principal, query)
    job_id = context.jobs.new_id()
    (received,) = await uploading.receive(request, context, job_id, field=uploading.FILE, most=1)
    try:
        if received.error is not None:
            raise received.error
        if received.size > _MOST_BYTES:
            raise TooLarge(f"问题文件超过 {_MOST_BYTES // 2**20} MB。", remedy="请拆成几个文件。")
        name = Path(received.source).name
        dataset = await run_in_threadpool(
            lambda: context.datasets.read(
                context.spool.read(job_id, 0, sha256=received.sha256, source=received.source),
                name=name,
                format=query.format,
            )
        )
    finally:
        context.spool.discard(job_id)
    return await run_in_threadpool(_begin, context, principal, query, within, dataset, name, "file", job_id)


def from_feedback(context: Context, principal: Principal, query: OptionsQuery) -> Evaluation:
    """The same of what people said of the answers that they got, within the collections that are asked.

    Raises:
        NotAllowed: without the scope to see what people said. DatasetError: nobody said anything that tells what
        would have been right. Otherwise as :func:`from_upload`.
    """
    principal.require(Scope.KNOWLEDGE)
    within = _within(context, principal, query)
    lines = [json.dumps(row, ensure_ascii=False) for row in _feedback(context, within)]
    if not lines:
        raise DatasetError(
            "还没有可以用来评测的反馈。", remedy="评为有用的、写了更好答案的反馈才能用来评测。"
        )
    if len(lines) > MOST_QUESTIONS:
        raise _too_many()
    dataset = read_dataset("\n".join(lines).encode(), Path(_FEEDBACK))
    job_id = context.jobs.new_id()
    return _begin(context, principal, query, within, dataset, _FEEDBACK, "feedback", job_id)


def _feedback(context: Context, within: frozenset[str] | None) -> Iterator[dict[str, object]]:
    """What can be asked again, the latest first; one more than may be at most."""
    after: int | None = None
    found = 0
    while found <= MOST_QUESTIONS:
        page = context.feedback.page(within, limit=_READ_AT_ONCE, after=after)
        for row in (row for one in page.items if (row := row_of(one)) is not None):
            found += 1
            yield row
        if page.next is None:
            return
        after = int(page.next)


def _within(context: Context, principal: Principal, query: OptionsQuery) -> frozenset[str] | None:
    """The collections that are asked; None means all."""
    within = principal.within(query.collections or None)
    held = 0
    if query.collections:
        held = sum(context.library.shelf(principal, name).documents for name in query.collections)
    else:
        held = sum(shelf.documents for shelf in context.library.shelves(principal))
    if not held:
        raise InputError("还没有文档，无从回答。", remedy="请先添加文档。")
    return within


def _begin(
    context: Context,
    principal: Principal,
    query: OptionsQuery,
    within: frozenset[str] | None,
    dataset: Dataset,
    file: str,
    source: Source,
    job_id: str,
) -> Evaluation:
    """On a thread, where nobody who leaves can get between the files, the row and the job."""
    chosen = _chosen(dataset, query)
    content = _DATASET.dump_json(chosen)
    if len(content) > _MOST_BYTES:
        raise TooLarge(
            f"问题一共超过 {_MOST_BYTES // 2**20} MB。", remedy="请拆成几个文件，或用 limit 抽题。"
        )
    options = {
        "source": source,
        "file": file,
        "sha256": dataset.sha256,
        "questions": len(chosen.questions),
        **query.model_dump(mode="json", exclude={"task", "name", "collections", "format"}),
    }
    evaluation_id = context.evaluations.new_id()
    context.evaluation_files.create(evaluation_id, content)
    try:
        evaluation = context.evaluations.create(
            evaluation_id,
            job_id=job_id,
            name=query.name.strip() or Path(file).stem,
            task=query.task,
            options=options,
            collections=within,
            created_by=principal.id,
        )
        context.jobs.create(
            KIND,
            job_id=job_id,
            created_by=principal.id,
            payload={EVALUATION: evaluation_id},
            total=len(chosen.questions),
        )
    except BaseException:
        context.evaluations.remove(evaluation_id)
        context.evaluation_files.discard(evaluation_id)
        raise
    context.evaluator.wake()
    return evaluation


def _chosen(dataset: Dataset, query: OptionsQuery) -> Dataset:
    """The questions that will be asked; the file's passages aren't."""
    questions = sample(dataset.questions, query.limit, seed=query.seed)
    if len(questions) > MOST_QUESTIONS:
        raise _too_many()
    notes = list(dataset.notes)
    if len(questions) < len(dataset.questions):
        notes.append(f"文件里有 {len(dataset.questions)} 题，抽取了 {len(questions)} 题")
    if dataset.passages:
        notes.append("文件里的段落没有放进索引，答案在已有的文档里查找")
    return replace(dataset, questions=questions, passages=(), notes=tuple(notes))


def _too_many() -> DatasetError:
    return DatasetError(f"一次最多问 {MOST_QUESTIONS} 题。", remedy="请用 limit 抽题，或拆成几个文件。")


FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        uploading.FILE: {
                            "type": "string",
                            "format": "binary",
                            "description": f"问题文件：{'、'.join(SUFFIXES)}",
                        }
                    },
                    "required": [uploading.FILE],
                    "additionalProperties": False,
                }
            }
        },
    }
}
"""The description of a body that is read by hand, as it comes."""
