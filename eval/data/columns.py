"""What the columns (or keys) of an evaluator's own file are called, and how the text in them is taken apart.

==============  ==================  =====================================================================
column          Chinese             holds
==============  ==================  =====================================================================
``question``    问题                required
``answers``     答案                accepted ones, a line each or with ``|`` between; ``answer1``, ``答案1`` … hold
                                    one each, taken as it is
``answerable``  能否回答            是 or 否; without it, whether there are answers
``id``          编号                unique; ``row<n>`` without it
``type``        类型                what kind of answer is asked for: 时间, 人物 … or a word of one's own
``document``    文档                name of the file that holds the answer
``passage``     段落                the very text that holds it
``evidence``    证据                accepted evidence sentences, like ``answers``
``tags``        标签                anything to tell questions apart by, with ``|`` or a comma between
``style``       风格                another tag
``note``        备注                not read
==============  ==================  =====================================================================

Case, spaces, ``_`` and a remark in brackets don't count. In JSON, ``answers``, ``evidence`` and ``tags`` may be
lists, and text there isn't taken apart.
"""

from __future__ import annotations

import difflib
import re
import unicodedata

from rag.question import QuestionType

LISTS = ("answers", "evidence", "tags")
"""Columns that hold several values."""

NAMES: dict[str, tuple[str, ...]] = {
    "id": ("编号", "题号", "序号", "qid"),
    "question": ("问题", "题目", "提问", "query"),
    "answers": ("答案", "标准答案", "参考答案", "answer"),
    "answerable": ("能否回答", "可回答", "是否可答"),
    "type": ("类型", "问题类型", "kind"),
    "document": ("文档", "文件", "文件名", "file", "source"),
    "passage": ("段落", "原文", "context"),
    "evidence": ("证据", "证据句", "依据", "evidences"),
    "tags": ("标签", "tag"),
    "style": ("风格",),
    "note": ("备注", "说明", "notes", "why", "comment"),
}
"""Field -> other names of its column."""

TYPES = {
    "时间": QuestionType.WHEN,
    "人物": QuestionType.WHO,
    "地点": QuestionType.WHERE,
    "数量": QuestionType.HOW_MANY,
    "列举": QuestionType.LIST,
    "文号": QuestionType.DOCUMENT_NUMBER,
    "其他": QuestionType.OTHER,
}
"""Types of question in Chinese, as the template offers them; other words are kept as they are."""

YES = frozenset({"true", "yes", "y", "1", "是", "能", "可以", "√"})
NO = frozenset({"false", "no", "n", "0", "否", "不能", "不可以", "×"})

_BRACKETS = re.compile(r"\([^()]*\)|[\s_*-]")
_NUMBERED = re.compile(r"(?:answers?|答案|标准答案|参考答案)\d+")


def _key(name: str) -> str:
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", name)).casefold()


_FIELDS = {_key(name): field for field, names in NAMES.items() for name in (field, *names)}


def field_of(name: str) -> str | None:
    """The field that a column of that name holds (``answers:one`` for a numbered one), None for an unknown name."""
    key = _key(name)
    return "answers:one" if _NUMBERED.fullmatch(key) else _FIELDS.get(key)


def unknown(name: str) -> str:
    """What to say of a column that isn't known."""
    near = difflib.get_close_matches(_key(name), _FIELDS, n=1, cutoff=0.5)
    shown = {_key(known): known for field, names in NAMES.items() for known in (field, *names)}
    return f"不认识的列“{name}”" + (f"，是不是“{shown[near[0]]}”？" if near else "。")


def take_apart(field: str, text: str) -> list[str]:
    """The values in one cell: a line each, or with ``|`` between; tags with a comma, too."""
    separators = r"[\n|,，、;；]" if field == "tags" else r"[\n|]"
    return [part for piece in re.split(separators, text) if (part := piece.strip())]
