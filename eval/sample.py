"""How well a file of questions is answered from what is indexed: evidence found, declined, verified.

    python -m eval.sample seeds/questions.jsonl [--json]

Each line holds ``question``, ``answers`` (accepted ones, none for a question that the documents can't answer) and
whatever else; the questions go through the same service as ``yuanwen ask``. White space doesn't count in comparing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.answer import Answer
from rag.build import open_service
from rag.settings import load_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question's outcome. ``evidence_right``: not declined, and the first citation's evidence holds an accepted
    answer; ``text_right``: the answer itself does; ``exact``: it is one."""

    id: str
    question: str
    kind: str
    answerable: bool
    declined: bool
    evidence_right: bool
    text_right: bool
    exact: bool
    verified: bool
    probability: float
    text: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Shares in [0, 1]; ``verified`` of all answers given, times in milliseconds."""

    answerable: int
    unanswerable: int
    evidence_right: float
    evidence_right_before_declining: float
    text_right: float
    exact: float
    declined_when_unanswerable: float
    declined_when_answerable: float
    verified: float
    p50_ms: float
    p95_ms: float


def _same(text: str) -> str:
    return "".join(text.split())


def judge(record: dict[str, object], answer: Answer) -> Row:
    """Compares an answer with the accepted ones."""
    answers = record.get("answers") or []
    assert isinstance(answers, list)
    accepted = [_same(str(text)) for text in answers]
    cited = answer.citations[0] if answer.citations else None
    evidence = cited.evidence if cited else ""
    return Row(
        id=str(record["id"]),
        question=str(record["question"]),
        kind=str(record.get("type", "")),
        answerable=bool(accepted),
        declined=answer.abstained,
        evidence_right=any(text in _same(evidence) for text in accepted),
        text_right=any(text in _same(answer.text) for text in accepted),
        exact=_same(answer.text) in accepted,
        verified=all(citation.verified for citation in answer.citations),
        probability=answer.probability,
        text=answer.text,
        evidence=evidence if cited else (answer.candidates[0].citation.evidence if answer.candidates else ""),
    )


def summarise(rows: Sequence[Row], nearest_right: Sequence[bool], times: Sequence[float]) -> Summary:
    """The shares over all questions.

    Args:
        nearest_right: for each row, whether the first candidate's evidence holds an accepted answer, declined or not.
    """
    can = [row for row in rows if row.answerable]
    cannot = [row for row in rows if not row.answerable]
    given = [row for row in rows if not row.declined]

    def share(values: Sequence[bool]) -> float:
        return round(sum(values) / len(values), 4) if values else 0.0

    return Summary(
        answerable=len(can),
        unanswerable=len(cannot),
        evidence_right=share([row.evidence_right for row in can]),
        evidence_right_before_declining=share(
            [right for row, right in zip(rows, nearest_right, strict=True) if row.answerable]
        ),
        text_right=share([row.text_right for row in can]),
        exact=share([row.exact for row in can]),
        declined_when_unanswerable=share([row.declined for row in cannot]),
        declined_when_answerable=share([row.declined for row in can]),
        verified=share([row.verified for row in given]),
        p50_ms=round(statistics.median(times), 1),
        p95_ms=round(statistics.quantiles(times, n=20)[-1], 1) if len(times) > 1 else round(times[0], 1),
    )


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Score a file of questions against what is indexed.")
    parser.add_argument("questions", type=Path)
    parser.add_argument("--json", action="store_true", help="print every row and the summary as JSON")
    options = parser.parse_args()
    records = [
        json.loads(line)
        for line in options.questions.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    rows, nearest, times = [], [], []
    with open_service(load_settings()) as service:
        for record in records:
            answer = service.ask(record["question"])
            rows.append(judge(record, answer))
            first = answer.candidates[0].citation.evidence if answer.candidates else ""
            nearest.append(any(_same(text) in _same(first) for text in record["answers"]))
            times.append(answer.timings_ms["total"])
    summary = summarise(rows, nearest, times)
    if options.json:
        text = json.dumps(
            {"summary": asdict(summary), "rows": [asdict(row) for row in rows]}, ensure_ascii=False
        )
        sys.stdout.write(text + "\n")
        return
    for row in rows:
        if row.answerable != (not row.declined) or row.answerable != row.evidence_right:
            what = "误拒" if row.declined else ("应拒" if not row.answerable else "证据错")
            sys.stdout.write(
                f"{what} {row.id} p={row.probability:.2f} {row.question}\n    {row.evidence[:120]}\n"
            )
    wrong = Counter(row.kind for row in rows if row.answerable and not row.evidence_right)
    sys.stdout.write(f"错误类型 {dict(wrong)}\n")
    sys.stdout.write("\n".join(f"{name} {value}" for name, value in asdict(summary).items()) + "\n")


if __name__ == "__main__":
    main()
