"""Rows of an evaluation, made short."""

from __future__ import annotations

from typing import Any

from eval.row import Cited, Row


def cited(text: str, *, evidence: str | None = None, holds: bool = False, verified: bool = True) -> Cited:
    """A span in a context that is its evidence sentence and no more."""
    context = text if evidence is None else evidence
    start = context.index(text)
    return Cited(
        text=text,
        probability=0.5,
        context=context,
        start=start,
        end=start + len(text),
        evidence_start=0,
        evidence_end=len(context),
        document="文档.txt",
        heading_path=(),
        page=None,
        first_line=1,
        holds_answer=holds,
        verified=verified,
    )


def row(
    answers: tuple[str, ...] = ("乌鲁木齐",),
    best: Cited | None = None,
    *,
    declined: bool = False,
    probability: float | None = 0.5,
    id: str = "q1",
    **rest: Any,
) -> Row:
    """A question that was answered with ``best``, or declined."""
    gave = best is not None and not declined
    return Row(
        id=id,
        question=f"问题{id}?",
        kind="where",
        answers=answers,
        prediction=best.text if gave and best is not None else "",
        declined=not gave,
        probability=probability,
        candidates=() if best is None else (best,),
        **rest,
    )


def ranked(ranks: tuple[int, ...], *, relevant: int | None = None, depth: int = 50, **rest: Any) -> Row:
    """A question of *retrieve*."""
    base: dict[str, Any] = {"id": "q1", "question": "问题?", "kind": "where", "answers": ("甲",)} | rest
    return Row(ranks=ranks, relevant=relevant, depth=depth, timings_ms={"total": 3.0}, **base)
