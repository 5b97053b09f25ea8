"""Bodies of evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas_jobs import TroubleBody
from api.schemas_page import CollectionName, Text
from api.state.evaluations import Evaluation
from api.state.job_rows import Job, JobStatus
from eval.compare import BinMove, Change, Comparison, Difference, Flip
from eval.measures import parse
from eval.row import Bin, Cited, Row
from eval.run import Figure, Summary
from index.retrieve import Mode

MOST_QUESTIONS = 10_000
"""Of one evaluation: at a second each that is three hours."""
MOST_FLIPS = 500
_MOST_COLLECTIONS = 50

Task = Literal["ask", "retrieve"]
Source = Literal["file", "feedback"]


class OptionsQuery(BaseModel):
    """What is asked for, beside the questions."""

    model_config = ConfigDict(extra="forbid")

    task: Task = Field("ask", description="ask：完整问答；retrieve：只看检索的名次", examples=["ask"])
    name: Annotated[Text, Field(max_length=200)] = Field(
        "", description="报告里的名字；不写就用文件名", examples=["九月的问题"]
    )
    collections: Annotated[list[CollectionName], Field(max_length=_MOST_COLLECTIONS)] = Field(
        [], description="只在这些文档集里提问；不写就是可读的全部", examples=[["default"]]
    )
    limit: int | None = Field(None, ge=1, le=MOST_QUESTIONS, description="只抽这么多题", examples=[200])
    seed: int = Field(0, ge=0, lt=2**31, description="抽题和置信区间的随机种子", examples=[0])
    top_k: int | None = Field(None, ge=1, le=100, description="阅读多少个段落；不写就按设置", examples=[8])
    threshold: float | None = Field(
        None, ge=0, le=1, description="低于此概率就拒答；不写就按设置", examples=[0.3]
    )
    retrieval: Mode | None = Field(None, description="检索方式；不写就按设置", examples=["hybrid"])
    depth: int = Field(100, ge=1, le=1000, description="retrieve 看前多少名", examples=[100])
    absent: bool = Field(
        False,
        description="知道所在文档的问题，再问一遍而不查那份文档：应当拒答（只用于 ask）",
        examples=[False],
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.absent and self.task != "ask":
            raise ValueError("absent 只用于 task=ask")
        return self


class UploadQuery(OptionsQuery):
    """The same for a file of questions."""

    format: Literal["squad", "cjrc", "expmrc", "table"] | None = Field(
        None, description="问题文件的格式；不写就自动识别", examples=["table"]
    )


class FigureBody(BaseModel):
    """A measure over a run's questions."""

    measure: str = Field(examples=["EM"])
    title: str = Field(examples=["完全一致"])
    unit: Literal["share", "ms"] = Field(description="share：0 到 1；ms：毫秒")
    higher_is_better: bool
    value: float | None = Field(description="没有适用的题时是 null", examples=[0.725])
    low: float | None = Field(description="自助法 95% 区间的下端", examples=[0.708])
    high: float | None = Field(description="上端", examples=[0.74])
    n: int = Field(description="按多少题算的", examples=[253])

    @classmethod
    def of(cls, figure: Figure) -> Self:
        """As it is sent."""
        measure = parse(figure.measure)
        return cls(
            measure=figure.measure,
            title=measure.title,
            unit=measure.unit,
            higher_is_better=measure.higher_is_better,
            value=figure.value,
            low=figure.low,
            high=figure.high,
            n=figure.n,
        )


class HeadlineBody(BaseModel):
    """What came out, in short."""

    questions: int = Field(examples=[253])
    seconds: float = Field(examples=[181.2])
    started_at: datetime
    figures: list[FigureBody] = Field(description="最先要看的指标")
    bins: dict[str, int] = Field(description="各归类的题数", examples=[{"right": 180, "not_read": 21}])
    settings: dict[str, str] = Field(description="决定答案的设置", examples=[{"top_k": "8"}])
    models: dict[str, str] = Field(examples=[{"embedder": "yuanwen/e5-small"}])


class AskedForBody(BaseModel):
    """What was asked for."""

    source: Source = Field(description="上传的文件，或收集的评价")
    file: str = Field(description="问题文件的名字", examples=["九月的问题.xlsx"])
    sha256: str = Field(description="问题文件的 SHA-256")
    questions: int = Field(description="要问多少题", examples=[253])
    limit: int | None
    seed: int
    top_k: int | None
    threshold: float | None
    retrieval: Mode | None
    depth: int
    absent: bool


class EvaluationBody(BaseModel):
    """An evaluation."""

    id: str
    job_id: str = Field(description="做它的任务：进展见 /v1/jobs/{id} 和它的事件流；任务记录 90 天后清除")
    name: str
    task: Task
    status: JobStatus = Field(
        description="与任务的状态相同；任务记录已清除的，有结果就是 done，否则是 failed"
    )
    done: int = Field(description="问完了多少题")
    total: int = Field(description="一共多少题")
    error: TroubleBody | None = Field(description="没有做成的原因")
    options: AskedForBody
    collections: list[str] | None = Field(description="在哪些文档集里提问；全部是 null")
    created_by: str = Field(examples=["user:3"])
    created_at: datetime
    headline: HeadlineBody | None = Field(description="做完以前是 null")

    @classmethod
    def of(cls, evaluation: Evaluation, job: Job | None) -> Self:
        """As it is sent. ``job`` None: it isn't known any more."""
        return cls(**_fields(evaluation, job))


def _fields(evaluation: Evaluation, job: Job | None) -> dict[str, Any]:
    questions, summary = evaluation.options["questions"], evaluation.summary
    finished = JobStatus.FAILED if summary is None else JobStatus.DONE
    return {
        "id": evaluation.id,
        "job_id": evaluation.job_id,
        "name": evaluation.name,
        "task": evaluation.task,
        "status": finished if job is None else job.status,
        "done": questions if summary is not None else 0 if job is None else job.done,
        "total": questions,
        "error": None if job is None else TroubleBody.of(job.error),
        "options": AskedForBody(**evaluation.options),
        "collections": None if evaluation.collections is None else sorted(evaluation.collections),
        "created_by": evaluation.created_by,
        "created_at": evaluation.created_at,
        "headline": None if summary is None else _headline(summary),
    }


def _headline(summary: Any) -> HeadlineBody:
    figures = [FigureBody.of(Figure(**figure)) for figure in summary["figures"]]
    return HeadlineBody(**{**summary, "figures": figures})


class DataFileBody(BaseModel):
    """A file that went in."""

    name: str
    role: str = Field(examples=["questions"])
    sha256: str
    format: str = Field(examples=["table"])
    questions: int
    passages: int
    notes: list[str] = Field(description="读文件时发现的、和评测中要知道的事")


class SummaryBody(BaseModel):
    """All that a run came to."""

    task: Task
    name: str
    started_at: datetime
    seconds: float
    questions: int
    data: list[DataFileBody]
    figures: list[FigureBody] = Field(description="全部指标，带 95% 区间")
    by_kind: dict[str, list[FigureBody]] = Field(description="按问题类型")
    by_tag: dict[str, list[FigureBody]] = Field(description="按标签；有解和无解的都有时，也分这两类")
    bins: dict[str, int] = Field(description="各归类的题数", examples=[{"right": 180}])
    bins_by_kind: dict[str, dict[str, int]]
    settings: dict[str, str]
    versions: dict[str, str]
    machine: dict[str, str]
    models: dict[str, str]
    index: dict[str, int] = Field(examples=[{"documents": 12, "passages": 340, "generation": 15}])

    @classmethod
    def of(cls, summary: Summary) -> Self:
        """As it is sent."""
        same = (
            *("task", "name", "started_at", "seconds", "questions", "bins", "bins_by_kind"),
            *("settings", "versions", "machine", "models", "index"),
        )
        return cls(
            **{name: getattr(summary, name) for name in same},
            data=[DataFileBody.model_validate(file, from_attributes=True) for file in summary.data],
            figures=_figures(summary.figures),
            by_kind={kind: _figures(figures) for kind, figures in summary.by_kind.items()},
            by_tag={tag: _figures(figures) for tag, figures in summary.by_tag.items()},
        )


def _figures(figures: Sequence[Figure]) -> list[FigureBody]:
    return [FigureBody.of(figure) for figure in figures]


class EvaluationSummaryBody(EvaluationBody):
    """An evaluation with all that it came to."""

    summary: SummaryBody | None = Field(description="做完以前是 null")

    @classmethod
    def with_summary(cls, evaluation: Evaluation, job: Job | None, summary: Summary | None) -> Self:
        """As it is sent."""
        body = None if summary is None else SummaryBody.of(summary)
        return cls(**_fields(evaluation, job), summary=body)


class CitedBody(BaseModel):
    """A span that was offered, with enough around it to be read."""

    text: str
    probability: float
    context: str = Field(description="证据句和它前后的文字")
    start: int = Field(description="在 context 中的位置：Unicode 码位，半开区间")
    end: int
    evidence_start: int
    evidence_end: int
    document: str
    heading_path: list[str]
    page: int | None
    first_line: int | None
    holds_answer: bool = Field(description="证据句里有标准答案")
    verified: bool


class RowBody(BaseModel):
    """What became of one question."""

    id: str
    question: str
    kind: str = Field(examples=["when"])
    tags: list[str]
    answers: list[str] = Field(description="标准答案，任一即可；没有的应当拒答")
    evidences: list[str]
    prediction: str = Field(description="给出的答案；拒答或 retrieve 时是空的")
    declined: bool
    probability: float | None
    candidates: list[CitedBody] = Field(description="考虑过的，最好的在前")
    ranks: list[int] = Field(description="含标准答案的段落排第几，从 1 起")
    relevant: int | None = Field(description="索引里有几个段落含标准答案")
    depth: int = Field(description="看了前多少名")
    read: int = Field(description="阅读了多少个段落")
    timings_ms: dict[str, float]
    scores: dict[str, float] = Field(examples=[{"EM": 1.0}])
    bin: Bin | None = Field(description="对在哪里，或错在哪里；retrieve 时是 null")

    @classmethod
    def of(cls, row: Row) -> Self:
        """As it is sent."""
        candidates = [CitedBody(**{name: getattr(one, name) for name in _CITED}) for one in row.candidates]
        return cls(**{name: getattr(row, name) for name in _ROW}, candidates=candidates)


_CITED = tuple(name for name in CitedBody.model_fields if name in Cited.__dataclass_fields__)
_ROW = tuple(name for name in RowBody.model_fields if name != "candidates")


class ComparedRunBody(BaseModel):
    """One side of a comparison."""

    id: str
    name: str
    task: Task
    started_at: datetime
    questions: int


class DifferenceBody(BaseModel):
    """A measure in both runs, over the common questions."""

    measure: str = Field(examples=["EM"])
    title: str = Field(examples=["完全一致"])
    a: float | None
    b: float | None
    difference: float | None = Field(description="b − a")
    low: float | None = Field(description="成对自助法 95% 区间的下端")
    high: float | None = Field(description="上端")
    p: float | None = Field(description="若两次没有分别，出现这么大差别的机会")
    n_a: int
    n_b: int
    better: bool | None = Field(description="b 是否更好；没有差别是 null")
    significant: bool = Field(description="p < 0.05；指标很多时，总有几个是碰巧")

    @classmethod
    def of(cls, one: Difference) -> Self:
        """As it is sent."""
        names = ("measure", "a", "b", "difference", "low", "high", "p", "n_a", "n_b", "better", "significant")
        return cls(**{name: getattr(one, name) for name in names}, title=parse(one.measure).title)


class FlipBody(BaseModel):
    """A question that one run gets right and the other wrong."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    question: str
    kind: str
    answers: list[str]
    prediction_a: str
    prediction_b: str
    rank_a: int | None
    rank_b: int | None
    bin_a: Bin | None
    bin_b: Bin | None


class ChangeBody(BaseModel):
    """Something that isn't the same in both."""

    model_config = ConfigDict(from_attributes=True)

    what: Literal["setting", "model", "version", "index", "machine"]
    name: str = Field(examples=["top_k"])
    a: str | None
    b: str | None


class BinMoveBody(BaseModel):
    """How many common questions went from one bin to another, or stayed."""

    model_config = ConfigDict(from_attributes=True)

    before: Bin
    after: Bin
    questions: int


class ComparisonBody(BaseModel):
    """Run b against run a."""

    a: ComparedRunBody
    b: ComparedRunBody
    common: int = Field(description="两次都有的题；只比较这些")
    differences: list[DifferenceBody]
    flipped_by: str = Field(description="按什么算对错", examples=["EM"])
    gained: list[FlipBody] = Field(description=f"b 对而 a 错的题，最多 {MOST_FLIPS} 题")
    gained_total: int
    lost: list[FlipBody] = Field(description=f"a 对而 b 错的题，最多 {MOST_FLIPS} 题")
    lost_total: int
    changes: list[ChangeBody] = Field(description="设置、模型、版本等的不同")
    bins: list[BinMoveBody]
    warnings: list[str] = Field(description="为什么可能不可比")

    @classmethod
    def of(cls, comparison: Comparison, *, a: str, b: str) -> Self:
        """As it is sent; ``a`` and ``b`` are the evaluations' ids."""
        return cls(
            a=_compared(a, comparison.a),
            b=_compared(b, comparison.b),
            common=comparison.common,
            differences=[DifferenceBody.of(one) for one in comparison.differences],
            flipped_by=comparison.flipped_by,
            gained=_flips(comparison.gained),
            gained_total=len(comparison.gained),
            lost=_flips(comparison.lost),
            lost_total=len(comparison.lost),
            changes=[_change(one) for one in comparison.changes],
            bins=[_move(one) for one in comparison.bins],
            warnings=list(comparison.warnings),
        )


def _compared(evaluation_id: str, summary: Summary) -> ComparedRunBody:
    names = ("name", "task", "started_at", "questions")
    return ComparedRunBody(id=evaluation_id, **{name: getattr(summary, name) for name in names})


def _flips(flips: Sequence[Flip]) -> list[FlipBody]:
    return [FlipBody.model_validate(flip) for flip in flips[:MOST_FLIPS]]


def _change(change: Change) -> ChangeBody:
    return ChangeBody.model_validate(change)


def _move(move: BinMove) -> BinMoveBody:
    return BinMoveBody.model_validate(move)


STARTED: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "已收下，由任务去做",
        "headers": {"Location": {"description": "评测的地址", "schema": {"type": "string"}}},
    }
}

REPORT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "一个自足的页面；带着不许它加载别的东西、也不许它冒用登录的 CSP",
        "content": {"text/html": {"schema": {"type": "string"}}},
        "headers": {"Content-Security-Policy": {"description": "CSP", "schema": {"type": "string"}}},
    }
}
