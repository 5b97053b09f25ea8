"""Figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.depends import Ctx, Measuring
from api.metrics import CONTENT_TYPE
from api.problems import PROBLEMS

router = APIRouter(tags=["运行"], responses=PROBLEMS)


@router.get(
    "/metrics",
    summary="运行指标",
    description="Prometheus 文本格式；密钥要有 metrics 权限。",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(context: Ctx, _: Measuring) -> Response:
    """Requests, questions, stages, queue, jobs and documents, of all processes of the service."""
    return Response(context.metrics.exposition(context), headers={"Content-Type": CONTENT_TYPE})
