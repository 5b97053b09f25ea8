"""Evaluations: a file of questions put to the service, and what came of it."""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import evaluating
from api.context import Context
from api.depends import Ctx, Evaluating
from api.errors import Conflict
from api.problems import PROBLEMS
from api.schemas_evaluations import (
    REPORT,
    STARTED,
    ComparisonBody,
    EvaluationBody,
    EvaluationSummaryBody,
    OptionsQuery,
    RowBody,
    Task,
    UploadQuery,
)
from api.schemas_page import NO_NUL, After, AfterNumber, Limit, PageBody
from api.security.principal import Principal
from api.state.audit import Action
from api.state.evaluations import Evaluation
from eval.row import Bin, Row

router = APIRouter(prefix="/v1", tags=["评测"], responses=PROBLEMS)
UNDER = f"{router.prefix}/evaluations"

Outcome = Literal["right", "wrong", "declined", "answered"]


def _visible(
    evaluation_id: Annotated[str, Path(max_length=64, pattern=NO_NUL, description="评测编号")],
    context: Ctx,
    principal: Evaluating,
) -> Evaluation:
    return context.evaluations.evaluation(evaluation_id, seen_by=principal)


Visible = Annotated[Evaluation, Depends(_visible)]


def _finished(evaluation: Visible) -> Evaluation:
    if evaluation.summary is None:
        raise Conflict("评测还没有做完。", remedy="请等它的任务完成，或重新评测。")
    return evaluation


Finished = Annotated[Evaluation, Depends(_finished)]


@router.post(
    "/evaluations",
    response_model=EvaluationBody,
    status_code=202,
    responses=STARTED,
    openapi_extra=evaluating.FORM,
    summary="用一个问题文件开始评测",
    description=(
        "问题文件放在 file 字段里：JSONL、CSV、XLSX 或 SQuAD 一类的 JSON，与 yuanwen eval 读的相同。"
        "文件有误时是 422，每一处都列在 errors 里，什么也不开始。提问逐个进行，有人提问时让人先问。"
    ),
)
async def create_evaluation(
    query: Annotated[UploadQuery, Query()],
    request: Request,
    response: Response,
    context: Ctx,
    principal: Evaluating,
) -> EvaluationBody:
    """Who may is known before the first byte is read."""
    evaluation = await evaluating.from_upload(request, context, principal, query)
    return await run_in_threadpool(_begun, evaluation, request, response, context, principal)


@router.post(
    "/feedback/evaluations",
    response_model=EvaluationBody,
    status_code=202,
    responses=STARTED,
    summary="用收集的评价开始评测",
    description="题目与“把评价导出为评测题”相同，限于所问的文档集；另外要有 knowledge 权限。",
)
def create_evaluation_of_feedback(
    query: Annotated[OptionsQuery, Query()],
    request: Request,
    response: Response,
    context: Ctx,
    principal: Evaluating,
) -> EvaluationBody:
    """Feedback as questions."""
    evaluation = evaluating.from_feedback(context, principal, query)
    return _begun(evaluation, request, response, context, principal)


def _begun(
    evaluation: Evaluation, request: Request, response: Response, context: Context, principal: Principal
) -> EvaluationBody:
    details = {
        "name": evaluation.name,
        "job": evaluation.job_id,
        "questions": evaluation.options["questions"],
    }
    target = f"evaluation:{evaluation.id}"
    context.audit.record(principal, Action.EVALUATION_CREATED, target, details, request)
    response.headers["Location"] = f"/v1/evaluations/{evaluation.id}"
    return EvaluationBody.of(evaluation, context.jobs.job(evaluation.job_id))


@router.get(
    "/evaluations", response_model=PageBody[EvaluationBody], summary="自己的评测（管理员：所有的），新的在前"
)
def list_evaluations(
    context: Ctx,
    principal: Evaluating,
    limit: Limit = 50,
    after: After = None,
    task: Annotated[Task | None, Query(description="只看这种任务的")] = None,
) -> PageBody[EvaluationBody]:
    """Each with its first figures and the settings that decided over them."""
    page = context.evaluations.page(principal, limit=limit, after=after, task=task)
    jobs = context.jobs.several(one.job_id for one in page.items)
    items = [EvaluationBody.of(one, jobs.get(one.job_id)) for one in page.items]
    return PageBody(items=items, next=page.next)


class Workbook(Response):
    """A spreadsheet."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get(
    "/evaluation-template",
    response_class=Workbook,
    responses={200: {"content": {Workbook.media_type: {"schema": {"type": "string", "format": "binary"}}}}},
    summary="问题文件的空表(XLSX)，带说明和例子",
)
def get_template(_: Evaluating) -> Workbook:
    """What ``yuanwen eval template`` writes."""
    from eval.data.template import template_bytes

    return Workbook(
        template_bytes(), headers={"Content-Disposition": 'attachment; filename="questions.xlsx"'}
    )


@router.get(
    "/evaluations/{evaluation_id}", response_model=EvaluationSummaryBody, summary="一次评测和它的全部指标"
)
def get_evaluation(evaluation: Visible, context: Ctx) -> EvaluationSummaryBody:
    """With intervals, by kind and by tag."""
    job = context.jobs.several([evaluation.job_id]).get(evaluation.job_id)
    summary = None if evaluation.summary is None else context.evaluation_files.summary(evaluation.id)
    return EvaluationSummaryBody.with_summary(evaluation, job, summary)


@router.delete(
    "/evaluations/{evaluation_id}", status_code=204, summary="删除评测", description="还在进行时是 409。"
)
def delete_evaluation(evaluation: Visible, request: Request, context: Ctx, principal: Evaluating) -> None:
    """With its files."""
    context.evaluations.remove(evaluation.id)
    context.evaluation_files.discard(evaluation.id)
    target = f"evaluation:{evaluation.id}"
    context.audit.record(principal, Action.EVALUATION_DELETED, target, {"name": evaluation.name}, request)


@router.get(
    "/evaluations/{evaluation_id}/rows",
    response_model=PageBody[RowBody],
    summary="逐题的结果，按问题文件的顺序",
    description="做完以前是 409。",
)
def list_rows(
    evaluation: Finished,
    context: Ctx,
    limit: Limit = 50,
    after: AfterNumber = None,
    outcome: Annotated[Outcome | None, Query(description="只看答对、答错、拒答或作答的")] = None,
    bin: Annotated[Bin | None, Query(description="只看这一归类的")] = None,
    kind: Annotated[str | None, Query(max_length=200, pattern=NO_NUL, description="只看这种问题")] = None,
) -> PageBody[RowBody]:
    """Those that all conditions hold for."""
    found: list[RowBody] = []
    last = 0
    for row, place in context.evaluation_files.rows(evaluation.id, 0 if after is None else after):
        if not _wanted(row, outcome, bin, kind):
            continue
        if len(found) == limit:
            return PageBody(items=found, next=str(last))
        found.append(RowBody.of(row))
        last = place
    return PageBody(items=found, next=None)


def _wanted(row: Row, outcome: Outcome | None, bin_: Bin | None, kind: str | None) -> bool:
    from eval.report.rows import is_wrong

    holds = {
        None: True,
        "right": not is_wrong(row),
        "wrong": is_wrong(row),
        "declined": row.declined,
        "answered": not row.declined,
    }
    return holds[outcome] and bin_ in (None, row.bin) and kind in (None, row.kind)


@router.get(
    "/evaluations/{evaluation_id}/report",
    response_class=Response,
    responses=REPORT,
    summary="评测报告（网页）",
    description="做完以前是 409。",
)
def get_report(evaluation: Finished, context: Ctx) -> Response:
    """The page as ``yuanwen eval`` writes it; it quotes documents and questions, so it is kept in a cage."""
    return _page(context.evaluation_files.report(evaluation.id))


def _page(page: bytes) -> Response:
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": _policy(page)})


def _policy(page: bytes) -> str:
    """Nothing is loaded, only the page's own script runs, and not in the service's name: ``sandbox`` without
    ``allow-same-origin`` keeps it from cookies and from whatever these open."""
    script = page.rpartition(b"<script>")[2].partition(b"</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    return (
        "sandbox allow-scripts; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        f"script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:"
    )


With = Annotated[
    str,
    Query(alias="with", max_length=64, pattern=NO_NUL, description="与哪次评测比较：它是 b，路径里的是 a"),
]


@router.get(
    "/evaluations/{evaluation_id}/comparison",
    response_model=ComparisonBody,
    summary="逐题比较两次评测",
    description="差多少，是不是偶然，哪些题变了。有一次没做完是 409，没有共同的题是 422。",
)
async def compare_evaluations(
    evaluation: Finished, context: Ctx, principal: Evaluating, other: With
) -> ComparisonBody:
    """Paired, with intervals and p values."""
    theirs = await run_in_threadpool(_other, context, principal, other)

    def work() -> ComparisonBody:
        comparison = context.evaluation_files.comparison(evaluation.id, theirs.id)
        return ComparisonBody.of(comparison, a=evaluation.id, b=theirs.id)

    return await context.comparisons.run(work)


@router.get(
    "/evaluations/{evaluation_id}/comparison/report",
    response_class=Response,
    responses=REPORT,
    summary="两次评测的比较（网页）",
    description="有一次没做完是 409，没有共同的题是 422。",
)
async def compare_as_page(evaluation: Finished, context: Ctx, principal: Evaluating, other: With) -> Response:
    """The same for people."""
    theirs = await run_in_threadpool(_other, context, principal, other)

    def work() -> bytes:
        from eval.report import render_comparison

        return render_comparison(context.evaluation_files.comparison(evaluation.id, theirs.id)).encode()

    return _page(await context.comparisons.run(work))


def _other(context: Context, principal: Principal, evaluation_id: str) -> Evaluation:
    return _finished(context.evaluations.evaluation(evaluation_id, seen_by=principal))
