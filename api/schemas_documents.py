"""Bodies of documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from api.schemas import ShownSource
from index.document import BlockKind
from index.store.protocol import DocumentContent, DocumentRecord


class DocumentBody(BaseModel):
    """A document without its text."""

    id: int = Field(description="编号；替换后会换成新的")
    collection: str
    source: ShownSource = Field(
        description="文件名，可含相对路径；在服务器上添加的，只有最后一层目录", examples=["年鉴/2017.txt"]
    )
    title: str
    media_type: str = Field(examples=["text/plain"])
    encoding: str = Field(description="原件的编码（Python 的叫法）", examples=["gb18030"])
    sha256: str = Field(description="原件的 SHA-256")
    size: int = Field(description="原件的字节数")
    characters: int = Field(description="正文的 Unicode 码位数")
    passages: int = Field(description="段落数")
    added_at: datetime

    @classmethod
    def of(cls, record: DocumentRecord) -> Self:
        """As it is sent."""
        return cls(**{name: getattr(record, name) for name in cls.model_fields})


class HeadingBody(BaseModel):
    """A heading, where it stands."""

    level: int = Field(description="1 是最外层")
    title: str
    start: int = Field(description="Unicode 码位，半开区间")
    end: int


class TextBody(BaseModel):
    """The clean text of a document, or a piece of it, and the document's outline."""

    document_id: int
    characters: int = Field(description="全文的 Unicode 码位数")
    start: int = Field(description="text 在全文中的位置：Unicode 码位（不是 UTF-16 单元），半开区间")
    end: int = Field(description="小于 characters 时，从这里接着取")
    text: str
    outline: list[HeadingBody] = Field(description="全文的标题，按出现的顺序")

    @classmethod
    def of(cls, document_id: int, content: DocumentContent, start: int, end: int) -> Self:
        """As it is sent."""
        headings = [block for block in content.blocks if block.kind is BlockKind.HEADING]
        return cls(
            document_id=document_id,
            characters=len(content.text),
            start=start,
            end=end,
            text=content.text[start:end],
            outline=[
                HeadingBody(level=b.level, title=content.text[b.start : b.end], start=b.start, end=b.end)
                for b in headings
            ],
        )


def form(field: str, *, most: int) -> dict[str, Any]:
    """The description of a body of files, which is read by hand, as it comes."""
    file = {"type": "string", "format": "binary"}
    files = {"type": "array", "items": file, "minItems": 1, "maxItems": most}
    value = file if most == 1 else files
    schema = {
        "type": "object",
        "properties": {field: value},
        "required": [field],
        "additionalProperties": False,
    }
    disposition = f'form-data; name="{field}"; filename="年鉴/2017.txt"'
    named = {"schema": {"type": "string", "example": disposition}}
    content = {"schema": schema, "encoding": {field: {"headers": {"Content-Disposition": named}}}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": content}}}


ORIGINAL: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "上传时的原件，一字节不差",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {
            "ETag": {"description": "原件的 SHA-256", "schema": {"type": "string"}},
            "Content-Disposition": {"description": "总是附件(RFC 6266)", "schema": {"type": "string"}},
        },
    }
}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "PNG",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"ETag": {"description": "原件的 SHA-256、页和宽度", "schema": {"type": "string"}}},
    }
}
TAGGED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "正文和提纲",
        "headers": {"ETag": {"description": "原件的 SHA-256", "schema": {"type": "string"}}},
    }
}
