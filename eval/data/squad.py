"""SQuAD's JSON and its kin: articles hold paragraphs, paragraphs hold questions with answers and their offsets.

Forms: Rajpurkar et al. 2016 and 2018 (SQuAD 1.1 and 2), Cui et al. 2019 (CMRC 2018), Shao et al. 2018 (DRCD), Artetxe
et al. 2020 (XQuAD), Tang et al. 2021 (DuReader-robust), Duan et al. 2019 (CJRC), Cui et al. 2022 (ExpMRC).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eval.data.findings import YES_NO_NOTE, YES_OR_NO, BadRow, Findings, Passages, Questions, blank, broken
from eval.dataset import YES_NO, EvalQuestion, Format, GoldAnswer

DISPUTED = "disputed"
"""Tag of a question (CJRC) on which the flag and the people who answered, or these among themselves, disagree about
whether there is an answer at all."""

_OMITTED = "{} 题没有问题文字，已略去"
_MENDED = "{} 个答案的起点与原文不符，已取最近的一处"
_FOUND = "{} 个答案没有起点，已取原文中第一处"
_ABSENT = "{} 个标准答案不在原文里，照官方评测保留"
_FLAGGED = "{} 题标为无解却附有答案，按无解计"
_DISPUTED = "{} 题是否有解，标记与标注者或标注者之间不一致，按多数标注者计（标签 disputed）"
_NO_EVIDENCE = "{} 个证据句不在原文里，照原样保留"
_CLASH = "{} 个段落与别的段落编号相同而文字不同，已另编号"

Object = dict[str, Any]


def looks_like_squad(document: Any) -> bool:
    """Whether the document is articles with paragraphs, or paragraphs with questions."""
    articles = _articles(document)
    if articles is None:
        return False
    first = next((article for article in articles if isinstance(article, dict)), {})
    return isinstance(document, dict) or "paragraphs" in first or "qas" in first


def detect_dialect(document: Any) -> Format:
    """Which of the kin: CJRC names its cases, ExpMRC gives evidence sentences."""
    articles = [article for article in _articles(document) or () if isinstance(article, dict)]
    for article, paragraph in ((a, p) for a in articles for p in _paragraphs(a)):
        if "casename" in paragraph or "caseid" in article:
            return "cjrc"
        questions = paragraph.get("qas")
        if isinstance(questions, list) and any("evidences" in q for q in questions if isinstance(q, dict)):
            return "expmrc"
    return "squad"


def read_squad(document: Any, kind: Format, findings: Findings) -> Questions:
    """Every question of the document, with its passage.

    Args:
        kind: with ``cjrc``, what most people answered decides whether a question has an answer, not the flag.
    """
    reader = _Reader(kind, findings)
    articles = _articles(document)
    if articles is None:
        findings.problems.append("文件里没有 data 列表。")
        return (), ()
    for number, article in enumerate(articles, 1):
        if not isinstance(article, dict):
            findings.problems.append(f"第 {number} 篇：应是一个对象。")
            continue
        for paragraph in _paragraphs(article):
            reader.paragraph(number, article, paragraph)
    return reader.passages.all(), tuple(reader.questions)


def _articles(document: Any) -> list[Any] | None:
    articles = document.get("data") if isinstance(document, dict) else document
    return articles if isinstance(articles, list) else None


def _paragraphs(article: Object) -> Iterator[Object]:
    """An article's paragraphs; older and flat forms have the paragraph, or the question, in its place."""
    if "paragraphs" in article:
        paragraphs = article["paragraphs"]
        if not isinstance(paragraphs, list) or not all(isinstance(entry, dict) for entry in paragraphs):
            yield {"context": None}  # reported as a paragraph without text
            return
        yield from paragraphs
    elif "qas" not in article and "question" in article:
        yield {**article, "qas": [article], "id": None}
    else:
        yield article


def _first(mapping: Mapping[str, Any], *names: str) -> Any:
    return next((mapping[name] for name in names if mapping.get(name) is not None), None)


def _identity(value: Any) -> str | None:
    """An id as text; None where there is none, or no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


class _Reader:
    """Goes through the paragraphs in order, numbering the questions from 1."""

    def __init__(self, kind: Format, findings: Findings) -> None:
        self.kind = kind
        self.findings = findings
        self.passages = Passages()
        self.questions: list[EvalQuestion] = []
        self.row = 0

    def paragraph(self, number: int, article: Object, paragraph: Object) -> None:
        text = _first(paragraph, "context", "context_text")
        questions = paragraph.get("qas")
        if not isinstance(text, str) or blank(text) or broken(text):
            self.findings.problems.append(f"第 {number} 篇：段落没有文字(context)，或文字残缺。")
            return
        if not isinstance(questions, list) or not all(isinstance(entry, dict) for entry in questions):
            self.findings.problems.append(f"第 {number} 篇：段落的 qas 应是一列对象。")
            return
        title = _first(paragraph, "title", "casename") or _first(article, "title", "casename")
        named = isinstance(title, str) and not broken(title)
        given = _identity(_first(paragraph, "id", "context_id"))
        passage = self.passages.add(text, title=title if named else "", given_id=given)
        if given is not None and passage != given:
            self.findings.tally(_CLASH, given)
        domain = article.get("domain")
        tags = (domain,) if isinstance(domain, str) and domain else ()
        for entry in questions:
            self.row += 1
            try:
                made = self._question(entry, passage, text, tags)
            except BadRow as error:
                self.findings.problem(self.row, _named(entry, str(error)))
                continue
            if made is not None:
                self.questions.append(made)

    def _question(self, entry: Object, passage: str, text: str, tags: tuple[str, ...]) -> EvalQuestion | None:
        """None for one that has no words."""
        question = _first(entry, "question", "query_text")
        question_id = _identity(_first(entry, "id", "query_id")) or f"row{self.row}"
        if not isinstance(question, str):
            raise BadRow("问题应是文字。")
        if broken(question) or broken(question_id):
            raise BadRow("问题或编号里有残缺的字符。")
        self.findings.claim(question_id, self.row)
        if blank(question):
            self.findings.tally(_OMITTED, question_id)
            return None
        given = _references(entry.get("answers"))
        flag = _flag(entry.get("is_impossible"))
        evidences = self._evidences(question_id, entry.get("evidences"), text)
        accepted = self._accepted(question_id, given, flag)
        answers = tuple(self._placed(question_id, answer, start, text) for answer, start in accepted)
        kind = entry.get("type")
        marks = (kind,) if isinstance(kind, str) and kind else ()
        return EvalQuestion(
            id=question_id,
            question=question.strip(),
            answers=answers,
            passage=passage,
            evidences=evidences,
            tags=(*tags, *marks, *self._marks(question_id, given, flag, answers)),
            row=self.row,
        )

    def _accepted(self, question_id: str, given: list[Reference], flag: bool | None) -> list[Reference]:
        """The answers that count, none where the question must be declined."""
        stated = [(answer, start) for answer, start in given if not blank(answer)]
        if not stated:
            if flag is not True:
                raise BadRow("没有标准答案，也没有标为无解(is_impossible)。")
            return []
        if self.kind == "cjrc":
            return stated if _most_answered(stated, given, flag) else []
        if flag is True:
            self.findings.tally(_FLAGGED, question_id)
            return []
        return stated

    def _marks(
        self, question_id: str, given: list[Reference], flag: bool | None, answers: tuple[GoldAnswer, ...]
    ) -> Iterator[str]:
        if answers and all(answer.text in YES_OR_NO and answer.start is None for answer in answers):
            self.findings.tally(YES_NO_NOTE, question_id)
            yield YES_NO
        if self.kind == "cjrc":
            blanks = sum(blank(answer) for answer, _ in given)
            if 0 < blanks < len(given) or (flag is not None and flag == bool(answers)):
                self.findings.tally(_DISPUTED, question_id)
                yield DISPUTED

    def _placed(self, question_id: str, answer: str, start: int | None, passage: str) -> GoldAnswer:
        """The answer with its offset in the passage as given; mended where it can be."""
        if start is not None and start >= 0 and passage.startswith(answer, start):
            return GoldAnswer(text=answer, start=start)
        if answer in YES_OR_NO:  # the letters may stand in the passage by chance
            return GoldAnswer(text=answer)
        found = nearest(answer, passage, start)
        known = start is not None and start >= 0
        self.findings.tally(_ABSENT if found is None else _MENDED if known else _FOUND, question_id)
        return GoldAnswer(text=answer, start=found)

    def _evidences(self, question_id: str, given: Any, passage: str) -> tuple[str, ...]:
        texts = [given] if isinstance(given, str) else [] if given is None else given
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise BadRow("evidences 应是一列文字。")
        if any(map(broken, texts)):
            raise BadRow("证据句里有残缺的字符。")
        kept = tuple(text for text in texts if not blank(text))
        for text in kept:
            if text not in passage:
                self.findings.tally(_NO_EVIDENCE, question_id)
        return kept


def _named(entry: Object, what: str) -> str:
    question_id = _identity(_first(entry, "id", "query_id"))
    return what if question_id is None else f"(id={question_id}){what}"


Reference = tuple[str, int | None]
_ODD_ANSWERS = "answers 应是一列对象，各有 text 和 answer_start（整数，可以没有）。"


def _references(given: Any) -> list[Reference]:
    """``[{"text", "answer_start"}]``, ``["text"]`` or ``{"text": [], "answer_start": []}``."""
    if given is None:
        return []
    if isinstance(given, dict):
        texts, starts = given.get("text"), given.get("answer_start")
        if not isinstance(texts, list) or not isinstance(starts, list) or len(texts) != len(starts):
            raise BadRow(_ODD_ANSWERS)
        given = [{"text": text, "answer_start": start} for text, start in zip(texts, starts, strict=True)]
    if not isinstance(given, list):
        raise BadRow(_ODD_ANSWERS)
    return [_reference({"text": entry} if isinstance(entry, str) else entry) for entry in given]


def _reference(entry: Any) -> Reference:
    if not isinstance(entry, dict):
        raise BadRow(_ODD_ANSWERS)
    text, start = entry.get("text"), entry.get("answer_start")
    if not isinstance(text, str) or isinstance(start, bool) or not isinstance(start, int | None):
        raise BadRow(_ODD_ANSWERS)
    if broken(text):
        raise BadRow("答案里有残缺的字符。")
    return text, start


def _flag(value: Any) -> bool | None:
    """``is_impossible``; None where it isn't there. CJRC writes it as text."""
    if value is None or isinstance(value, bool):
        return value
    named = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None
    if named is None:
        raise BadRow("is_impossible 应是 true 或 false。")
    return named


def _most_answered(stated: list[Reference], given: list[Reference], flag: bool | None) -> bool:
    """Whether more people gave an answer than didn't; the flag decides where they balance."""
    surplus = 2 * len(stated) - len(given)
    return surplus > 0 or (surplus == 0 and flag is not True)


def nearest(answer: str, passage: str, start: int | None) -> int | None:
    """Offset of the occurrence nearest to ``start``, the first where that is None or negative; None without any."""
    best = passage.find(answer)
    if best < 0:
        return None
    if start is None or start < 0:
        return best
    at = best
    while at >= 0 and at <= 2 * start - best:  # no later one is nearer
        if abs(at - start) < abs(best - start):
            best = at
        at = passage.find(answer, at + 1)
    return best
