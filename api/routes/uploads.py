"""What may be uploaded, so that pages can tell it beforehand."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.depends import Ctx, Writing
from api.jobs.receive import MOST_FILES
from api.problems import PROBLEMS
from index.encoding import SUPPORTED
from index.loaders import supported_extensions

router = APIRouter(prefix="/v1/uploads", tags=["文档"], responses=PROBLEMS)


class UploadLimitsBody(BaseModel):
    """What ``POST /v1/documents`` takes in."""

    extensions: list[str] = Field(description="能读的文件的扩展名，小写", examples=[[".md", ".txt"]])
    encodings: list[str] = Field(description="可指明的编码", examples=[["utf-8", "gb18030"]])
    file_bytes: int = Field(description="单个文件最多多少字节")
    request_bytes: int = Field(description="一次上传的全部文件一共最多多少字节")
    request_files: int = Field(description="一次上传最多多少个文件")


@router.get("", response_model=UploadLimitsBody, summary="可以上传什么")
def get_limits(context: Ctx, _: Writing) -> UploadLimitsBody:
    """Kinds of files and how large, as they are set."""
    settings = context.settings
    return UploadLimitsBody(
        extensions=sorted(supported_extensions()),
        encodings=list(SUPPORTED),
        file_bytes=settings.max_upload_mb * 2**20,
        request_bytes=max(settings.max_upload_mb, settings.max_batch_mb) * 2**20,
        request_files=MOST_FILES,
    )
