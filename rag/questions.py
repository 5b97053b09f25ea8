"""A file of questions: one JSON object a line, with ``id`` and ``question``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from index.errors import InputError, UnreadableFile


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A line of the file. ``id`` is any JSON value, as the file has it, or the line's number where it has none."""

    id: object
    question: str


def load_questions(path: Path) -> list[AskedQuestion]:
    """All questions in ``path``; blank lines are skipped, other keys ignored.

    Raises:
        UnreadableFile: the file can't be read.
        InputError: bad lines, all named at once.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split(
            "\n"
        )  # not splitlines: JSON strings may hold U+2028
    except OSError as error:
        raise UnreadableFile(f"读不了：{error.strerror}。", source=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: 不是 UTF-8 编码。", remedy="请另存为 UTF-8 的 JSONL 文件。") from error
    questions: list[AskedQuestion] = []
    bad: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            question = record["question"]
            if not isinstance(question, str):
                raise TypeError
            questions.append(AskedQuestion(id=record.get("id", number), question=question))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            bad.append(str(number))
    if bad:
        raise InputError(
            f"{path}: 第 {'、'.join(bad)} 行不是带 question 的 JSON 对象。",
            remedy='每行写一个对象，例如 {"id": "1", "question": "大会是哪天召开的？"}。',
        )
    return questions
