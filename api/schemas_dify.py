"""Bodies of Dify's external knowledge API. https://docs.dify.ai/en/use-dify/knowledge/external-knowledge-api"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.schemas_ask import Question
from api.schemas_page import WHOLE, CollectionName

EVERYWHERE = "*"


class RetrievalSettingBody(BaseModel):
    """How much is wanted."""

    top_k: Annotated[int, Field(strict=True, ge=1, le=100, description="最多多少个段落"), WHOLE]
    score_threshold: Annotated[float, Field(strict=True, ge=0, le=1)] | None = Field(
        None, description="至少多少分"
    )


def _refused(conditions: list[Any]) -> list[Any]:
    if conditions:
        raise ValueError("不支持按元数据筛选，请去掉 metadata_condition；要缩小范围，请把文档分成几个文档集")
    return conditions


class MetadataConditionBody(BaseModel):
    """A filter by metadata, which there is none of."""

    logical_operator: Annotated[str, StringConstraints(max_length=16)] | None = None
    conditions: (
        Annotated[list[Any], AfterValidator(_refused), Field(json_schema_extra={"maxItems": 0})] | None
    ) = Field(None, description="不支持按元数据筛选：只能不写或为空")


class RetrievalBody(BaseModel):
    """What Dify sends."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "knowledge_id": "default",
                    "query": "科学技术奖励大会",
                    "retrieval_setting": {"top_k": 3, "score_threshold": 0.5},
                }
            ]
        }
    )

    knowledge_id: CollectionName = Field(description="文档集的名字；* 是所有可读的")
    query: Question
    retrieval_setting: RetrievalSettingBody
    metadata_condition: MetadataConditionBody | None = None


class RecordMetadataBody(BaseModel):
    """Where a passage stands."""

    path: str = Field(description="文件名")
    description: str = Field(description="标题路径", examples=["第三章 > 二、奖励大会"])
    collection: str
    document_id: int
    start: int = Field(description="在文档正文中的位置：Unicode 码位，半开区间")
    end: int
    url: str = Field(description="取这处出处的地址，要带密钥")


class RecordBody(BaseModel):
    """A passage."""

    content: str = Field(description="段落的原文")
    score: float = Field(
        ge=0, le=1, description="排序的分数占可能最高分的比例，不是答对的概率；只能在同一个问题内比较"
    )
    title: str
    metadata: RecordMetadataBody


class RecordsBody(BaseModel):
    """Passages, best first."""

    records: list[RecordBody]


class DifyProblem(BaseModel):
    """An error as Dify describes it."""

    error_code: int = Field(
        description="1001 没有密钥或格式不对，1002 密钥无效或没有权限，2001 没有这个文档集；其他同 HTTP 状态",
        examples=[2001],
    )
    error_msg: str


DIFY_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": meaning, "model": DifyProblem}
    for status, meaning in {
        400: "主机名不是本服务的",
        403: "密钥不对，或没有权限(1001、1002)",
        404: "没有这个文档集(2001)",
        413: "请求太大",
        422: "请求有误",
        429: "请求太频繁",
        503: "服务正忙",
    }.items()
}
