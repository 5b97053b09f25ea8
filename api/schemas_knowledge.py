"""Bodies of what curators write: pairs of question and answer, synonyms, words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas import DocumentId
from api.schemas_page import LARGEST, SAID, SPACE, WHOLE, CollectionName
from api.state.faq import FaqEntry, within
from api.state.vocabulary import SynonymEntry, WordEntry
from rag.faq import LONGEST_ANSWER, LONGEST_QUESTION, MOST_QUESTIONS, FaqPair, FaqPlace
from rag.synonyms import LONGEST_WORD, MOST_WORDS, SynonymGroup

_Question = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_QUESTION, pattern=SAID)]
_Offset = Annotated[int, Field(ge=0, le=LARGEST, description="Unicode 码位，半开区间"), WHOLE]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_WORD, pattern=SAID)]
_OwnWord = Annotated[
    str, StringConstraints(max_length=LONGEST_WORD, pattern=rf"^[{SPACE}]*[^{SPACE}\x00]{{2,}}[{SPACE}]*$")
]
"""White space around it is taken away."""


class PlaceBody(BaseModel):
    """Where a document says it: half-open, in characters of its text."""

    model_config = ConfigDict(extra="forbid", strict=True)

    document_id: DocumentId
    start: _Offset
    end: _Offset


class FaqBody(BaseModel):
    """A question that is answered by hand, in its wordings."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "questions": ["窗口几点下班？", "什么时候下班？"],
                    "answer": "工作日下午六点。",
                    "collections": ["办事指南"],
                }
            ]
        },
    )

    questions: Annotated[list[_Question], Field(min_length=1, max_length=MOST_QUESTIONS)] = Field(
        description="问法，只回答与其中之一同义的问题"
    )
    answer: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ANSWER, pattern=SAID)] = Field(
        description="照原样给出的答案"
    )
    collections: Annotated[list[CollectionName], Field(min_length=1, max_length=100)] | None = Field(
        None, description="只在问到这些文档集时作答；不写就是总是，写了 place 则为那份文档所在的文档集"
    )
    place: PlaceBody | None = Field(None, description="文档里说这件事的地方，会作为出处")
    enabled: bool = Field(True, description="停用的不作答")

    def pair(self, number: int, collections: frozenset[str] | None) -> FaqPair:
        """The pair, once it is known where it may answer.

        Raises:
            KnowledgeError: it can't be one.
        """
        place = self.place
        return FaqPair(
            id=number,
            questions=tuple(self.questions),
            answer=self.answer,
            collections=collections,
            enabled=self.enabled,
            place=None
            if place is None
            else FaqPlace(document_id=place.document_id, start=place.start, end=place.end),
        )


class FaqEntryBody(BaseModel):
    """A pair as it is kept."""

    id: int
    questions: list[str]
    answer: str
    collections: list[str] | None = Field(description="null 为总是作答")
    place: PlaceBody | None
    enabled: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, entry: FaqEntry, readable: frozenset[str] | None) -> Self:
        """As it is sent to somebody who may read those collections."""
        pair = within(entry.pair, readable)
        place = pair.place
        return cls(
            id=pair.id,
            questions=list(pair.questions),
            answer=pair.answer,
            collections=None if pair.collections is None else sorted(pair.collections),
            place=None
            if place is None
            else PlaceBody(document_id=place.document_id, start=place.start, end=place.end),
            enabled=pair.enabled,
            created_at=entry.created_at,
            updated_at=entry.updated_at,
        )


class SynonymsBody(BaseModel):
    """Words that stand for each other."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"words": ["孵化器", "创业苗圃"], "both_ways": True}]},
    )

    words: Annotated[
        list[_Word], Field(min_length=2, max_length=MOST_WORDS, json_schema_extra={"uniqueItems": True})
    ]
    both_ways: bool = Field(True, description="互相代替；否则只有问到第一个词时，也找其余的词")

    def group(self) -> SynonymGroup:
        """The group.

        Raises:
            KnowledgeError: it can't be one.
        """
        return SynonymGroup(words=tuple(self.words), both_ways=self.both_ways)


class SynonymEntryBody(BaseModel):
    """A group as it is kept."""

    id: int
    words: list[str]
    both_ways: bool
    created_at: datetime

    @classmethod
    def of(cls, entry: SynonymEntry) -> Self:
        """As it is sent."""
        group = entry.group
        return cls(
            id=entry.id, words=list(group.words), both_ways=group.both_ways, created_at=entry.created_at
        )


class WordsBody(BaseModel):
    """Words of the organisation's own."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"words": ["星创天地"]}]}
    )

    words: Annotated[list[_OwnWord], Field(min_length=1, max_length=1000)]


class WordBody(BaseModel):
    """A word as it is kept."""

    word: str
    created_at: datetime

    @classmethod
    def of(cls, entry: WordEntry) -> Self:
        """As it is sent."""
        return cls(word=entry.word, created_at=entry.created_at)


class WordsKeptBody(BaseModel):
    """Words that are kept."""

    items: list[WordBody]
