"""Bodies of collections."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.library import Shelf
from api.schemas_page import NO_NUL
from api.state.collections import LONGEST_NAME, NAME

_Title = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
_Description = Annotated[str, StringConstraints(max_length=2000, pattern=NO_NUL)]


class NewCollectionBody(BaseModel):
    """A collection to create."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [{"name": "规章", "title": "规章制度", "description": "集团现行制度"}]
        },
    )

    name: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=NAME)] = Field(
        description="字母、数字、汉字和 . _ -，不能只有点；以后不能改"
    )
    title: _Title = Field("", description="显示的名称；不写就用 name")
    description: _Description = ""


class CollectionChangeBody(BaseModel):
    """What is to be changed; what isn't given stays."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"title": "规章制度(2024)"}]}
    )

    title: _Title | None = None
    description: _Description | None = None


class CollectionBody(BaseModel):
    """A collection."""

    name: str = Field(examples=["规章"])
    title: str
    description: str
    created_at: datetime | None = Field(description="在命令行里建的没有记录，为 null")
    documents: int = Field(description="文档数")
    passages: int = Field(description="段落数")

    @classmethod
    def of(cls, shelf: Shelf) -> Self:
        """As it is sent."""
        return cls(
            name=shelf.name,
            title=shelf.title,
            description=shelf.description,
            created_at=shelf.created_at,
            documents=shelf.documents,
            passages=shelf.passages,
        )
