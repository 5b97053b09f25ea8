"""Bodies of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from api.state.job_rows import FileStatus, Job, JobFile, JobStatus, Trouble


class NewJobBody(BaseModel):
    """A job to begin by name; others are begun by what they are about (an upload, say)."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"kind": "reindex"}]}
    )

    kind: Literal["reindex"] = Field(description="reindex：由文档重新生成两种检索索引")


class TroubleBody(BaseModel):
    """What went wrong."""

    type: str = Field(examples=["UndecodableText"])
    detail: str
    remedy: str = Field(description="接下来可以怎么做")

    @classmethod
    def of(cls, trouble: Trouble | None) -> Self | None:
        """As it is sent."""
        if trouble is None:
            return None
        return cls(type=trouble.type, detail=trouble.detail, remedy=trouble.remedy)


class JobFileBody(BaseModel):
    """One file of a job."""

    source: str = Field(description="文件名，可含相对路径")
    size: int = Field(description="字节数")
    status: FileStatus = Field(description="unchanged：内容与已有的文档相同")
    document_id: int | None = Field(description="存成的文档；替换会得到新的编号")
    error: TroubleBody | None = Field(description="失败的原因")
    warnings: list[str] = Field(description="读进去了，但有没读出来的，每条一句话")

    @classmethod
    def of(cls, file: JobFile) -> Self:
        """As it is sent."""
        return cls(
            source=file.source,
            size=file.size,
            status=file.status,
            document_id=file.document_id,
            error=TroubleBody.of(file.error),
            warnings=list(file.warnings),
        )


class JobBody(BaseModel):
    """A job."""

    id: str
    kind: str = Field(examples=["add"])
    status: JobStatus = Field(description="done 也可能有个别文件失败，见 result 和 files")
    collection: str = Field(description="涉及的文档集；没有就是空的")
    done: int = Field(description="做完了多少（文件、文档……）")
    total: int = Field(description="一共多少；还不知道时是 0")
    note: str = Field(description="正在做什么")
    result: dict[str, Any] | None = Field(description="做完之后，各种结果的数目", examples=[{"added": 3}])
    error: TroubleBody | None = Field(description="整个任务失败的原因")
    created_by: str = Field(examples=["user:3"])
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested: bool = Field(description="已要求取消，会在下一个文件之前停下")

    @classmethod
    def of(cls, job: Job) -> Self:
        """As it is sent."""
        return cls(**_fields(job))


class JobFilesBody(JobBody):
    """A job with its files."""

    files: list[JobFileBody] = Field(description="上传的文件，按上传的顺序")

    @classmethod
    def with_files(cls, job: Job, files: Sequence[JobFile]) -> Self:
        """As it is sent."""
        return cls(**_fields(job), files=[JobFileBody.of(file) for file in files])


def _fields(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "status": job.status,
        "collection": job.collection,
        "done": job.done,
        "total": job.total,
        "note": job.note,
        "result": None if job.result is None else dict(job.result),
        "error": TroubleBody.of(job.error),
        "created_by": job.created_by,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "cancel_requested": job.cancel,
    }


ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "已收下，由任务去做",
        "headers": {"Location": {"description": "任务的地址", "schema": {"type": "string"}}},
    }
}

EVENTS: dict[str, Any] = {
    "description": (
        "事件流：progress(JobBody，有变化才送)、最后是 end(JobBody)；读不到任务时是 error(Problem)。"
        "收到 end 后请关闭连接，否则浏览器会自动重连。"
    )
}
