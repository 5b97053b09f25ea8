"""The audit log, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.depends import Administering, Ctx
from api.problems import PROBLEMS
from api.schemas_access import ONE_LINE, EntryBody
from api.schemas_page import AfterNumber, Limit, Moment, PageBody

router = APIRouter(prefix="/v1/audit", tags=["审计"], responses=PROBLEMS)


def _wanted(description: str) -> object:
    return Query(max_length=500, pattern=ONE_LINE, description=description)


@router.get("", response_model=PageBody[EntryBody], summary="审计日志，新的在前")
def list_entries(
    context: Ctx,
    _: Administering,
    action: Annotated[str | None, _wanted("只看这种操作：user.create，或 user 表示对用户的所有操作")] = None,
    actor: Annotated[str | None, _wanted("只看是谁做的：user:1、key:2、local")] = None,
    target: Annotated[str | None, _wanted("只看对什么做的：user:3、document:12、文档集名")] = None,
    since: Annotated[Moment | None, Query(description="从这个时间起，带时区")] = None,
    until: Annotated[Moment | None, Query(description="到这个时间为止，不含，带时区")] = None,
    limit: Limit = 50,
    after: AfterNumber = None,
) -> PageBody[EntryBody]:
    """Who did what to whom, when and from where; never with secrets."""
    page = context.audit.entries(
        limit=limit, before=after, action=action, actor=actor, target=target, since=since, until=until
    )
    return PageBody(items=[EntryBody.of(entry) for entry in page.items], next=page.next)
