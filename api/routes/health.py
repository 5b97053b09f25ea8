"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from fastapi import APIRouter

from api.depends import Ctx
from api.problems import ALWAYS
from api.schemas import Health, Ready

router = APIRouter(tags=["运行"], responses=ALWAYS)


@router.get("/healthz", response_model=Health)
async def healthz() -> Health:
    """Whether the process answers at all."""
    return Health(status="ok")


@router.get("/readyz", response_model=Ready)
def readyz(context: Ctx) -> Ready:
    """Whether questions can be answered now: both databases are read. Models are loaded before the first request.

    Raises:
        StoreBusy, StoreError: one of them can't be.
    """
    state = context.service.status()
    context.database.version()
    return Ready(status="ready", documents=state.documents, passages=state.passages)
