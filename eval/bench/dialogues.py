"""Follow-up questions: what is answered with the conversation and without, and what is rewritten that shouldn't be.

    YUANWEN_HOME=DIR python -m eval.bench.dialogues [--data seeds/dialogues.jsonl] [--corpus sample|laws]
        [--alone seeds/questions.jsonl]… [--questions FILE]… [--no-ask]

Prints JSON with three parts:

- ``rewriting``: later turns against the ``standalone`` question a person wrote, with the accepted answers as the
  earlier turns'; the share that is equal, the mean F1 of the tokens, and those that differ. No model is needed.
- ``alone``: questions that stand on their own (every file of ``--alone`` and ``--questions``, in any form that
  ``yuanwen eval`` reads), each behind a random other one of its file: those that were rewritten. No model either.
- ``asked``: every later turn asked over the index in ``YUANWEN_HOME``: as typed, with the conversation (whose answers
  are the system's own), and as ``standalone``. ``em``: shares of exact answers; ``held``: of answers or evidence
  sentences that hold an accepted one; ``declined``: of turns without an answer in the documents that were declined.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.data.load import load_dataset
from eval.measures.text import contains, exact_match, f1_bag
from index.segment import HanAnalyzer
from rag.answer import Answer, answer_key
from rag.build import make_analyzer, open_service
from rag.dialogue import Turn, Understood, understand
from rag.service import QAService
from rag.settings import load_settings

SEED = 20260101
DIALOGUES = Path("seeds/dialogues.jsonl")
ALONE = Path("seeds/questions.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldTurn:
    """One turn of a written dialogue. ``standalone`` is the question as a person would ask it without the others.

    Args:
        answers: accepted ones, none where the documents hold none.
        document: title of the document that holds them; "" in the sample.
    """

    question: str
    standalone: str
    answers: tuple[str, ...]
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """A written dialogue. ``corpus`` is "sample" or "laws", ``split`` "dev" or "test"."""

    id: str
    corpus: str
    split: str
    turns: tuple[GoldTurn, ...]


def load_dialogues(path: Path) -> list[Dialogue]:
    """All dialogues of a file, one JSON object a line."""
    made = []
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        turns = tuple(GoldTurn(**{**turn, "answers": tuple(turn["answers"])}) for turn in record.pop("turns"))
        made.append(Dialogue(**record, turns=turns))
    return made


def gold_conversations(dialogue: Dialogue) -> Iterator[tuple[list[Turn], GoldTurn]]:
    """Every later turn with the turns before it, as they would be had all been understood and answered rightly."""
    before: list[Turn] = []
    for turn in dialogue.turns:
        if before:
            yield list(before), turn
        answer = turn.answers[0] if turn.answers else ""
        before.append(Turn(question=turn.standalone, answer=answer, title=turn.document))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """Rewritten questions against those that people wrote.

    Args:
        equal: share of the ``later_turns`` that became the very same question; None where there are none.
        f1: mean F1 of the tokens, in [0, 1].
        differing: for each of the others: dialogue, as typed, as rewritten, as written by a person.
    """

    later_turns: int
    equal: float | None
    f1: float | None
    differing: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """Questions that stand on their own, each behind a random other one; ``rewritten``: as typed, made of it, why."""

    file: str
    questions: int
    share: float
    rewritten: tuple[tuple[str, str, str], ...]


def measure_rewriting(dialogues: Sequence[Dialogue], analyzer: HanAnalyzer) -> Rewriting:
    """Understands every later turn behind the ones before it as they should have gone; no model is needed."""
    equal, scores, differing = [], [], []
    for dialogue in dialogues:
        for before, turn in gold_conversations(dialogue):
            made = understand(turn.question, before, names=analyzer.names, words=analyzer.words)
            equal.append(made.question == turn.standalone)
            scores.append(f1_bag(made.question, [turn.standalone]))
            if not equal[-1]:
                differing.append((dialogue.id, turn.question, made.question, turn.standalone))
    return Rewriting(
        later_turns=len(equal),
        equal=_share(equal),
        f1=round(statistics.fmean(scores), 4) if scores else None,
        differing=tuple(differing),
    )


def rewritten_alone(path: Path, analyzer: HanAnalyzer) -> Alone:
    """What becomes of a file's questions, each behind a random other one of the file with its first answer."""
    questions = load_dataset(path).questions
    draw = random.Random(SEED)
    rewritten = []
    for place, question in enumerate(questions):
        other = questions[(place + draw.randrange(1, max(2, len(questions)))) % len(questions)]
        answer = other.answers[0].text if other.answers else ""
        before = [Turn(question=other.question, answer=answer)]
        made = understand(question.question, before, names=analyzer.names, words=analyzer.words)
        if made.rewritten:
            rewritten.append((question.question, made.question, made.because))
    return Alone(
        file=path.name,
        questions=len(questions),
        share=round(len(rewritten) / len(questions), 4),
        rewritten=tuple(rewritten),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One answer to a turn: its text ("" when declined) and the sentence around it."""

    text: str
    evidence: str
    answer: Answer


def ask(service: QAService, understood: Understood) -> Asked:
    """Asks an understood question; of the spans found the best counts that hasn't been given yet."""
    answer = service.ask(understood.question, document_ids=understood.document_ids)
    given = {answer_key(text) for text in understood.exclude}
    for candidate in answer.candidates:
        if candidate.probability < service.threshold:
            break
        if answer_key(candidate.text) not in given:
            return Asked(text=candidate.text, evidence=candidate.citation.evidence, answer=answer)
    return Asked(text="", evidence="", answer=answer)


def _as_turn(question: str, asked: Asked) -> Turn:
    first = asked.answer.citations[0] if asked.answer.citations else None
    return Turn(
        question=question,
        answer=asked.text,
        document_ids=tuple(dict.fromkeys(citation.document_id for citation in asked.answer.citations)),
        title=first.title if first else "",
    )


def _plain(question: str) -> Understood:
    return Understood(question=question, rewritten=False, because="", document_ids=None)


def measure_asked(
    service: QAService, dialogues: Sequence[Dialogue], analyzer: HanAnalyzer
) -> dict[str, object]:
    """Every later turn as typed, in its conversation, and as a person would ask it alone."""
    ways: dict[str, list[tuple[GoldTurn, Asked]]] = {"typed": [], "conversation": [], "standalone": []}
    log = []
    for dialogue in dialogues:
        before: list[Turn] = []
        for turn in dialogue.turns:
            understood = understand(turn.question, before, names=analyzer.names, words=analyzer.words)
            asked = ask(service, understood)
            if before:
                ways["conversation"].append((turn, asked))
                ways["typed"].append((turn, ask(service, _plain(turn.question))))
                ways["standalone"].append((turn, ask(service, _plain(turn.standalone))))
                texts = [ways[way][-1][1].text for way in ways]
                log.append([dialogue.id, turn.question, understood.question, *texts, list(turn.answers)])
            before.append(_as_turn(understood.question, asked))
    shares = {way: _scores(results) for way, results in ways.items()}
    return {"shares": shares, "columns": ["id", "question", "understood", *ways, "accepted"], "turns": log}


def _scores(results: Sequence[tuple[GoldTurn, Asked]]) -> dict[str, object]:
    answerable = [(turn, asked) for turn, asked in results if turn.answers]
    others = [asked for turn, asked in results if not turn.answers]
    return {
        "answerable": len(answerable),
        "em": _share([bool(a.text) and exact_match(a.text, t.answers) == 1.0 for t, a in answerable]),
        "held": _share(
            [contains(a.text, t.answers) or contains(a.evidence, t.answers) for t, a in answerable]
        ),
        "unanswerable": len(others),
        "declined": _share([not asked.text for asked in others]),
    }


def _share(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Follow-up questions, with the conversation and without.")
    parser.add_argument("--data", type=Path, default=DIALOGUES)
    parser.add_argument("--corpus", choices=("sample", "laws"), help="only the dialogues about it")
    parser.add_argument("--alone", type=Path, action="append", help="questions that stand on their own")
    parser.add_argument("--questions", type=Path, action="append", default=[], help="more of these")
    parser.add_argument("--no-ask", action="store_true", help="only what needs no index and no model")
    options = parser.parse_args()
    settings = load_settings()
    analyzer = make_analyzer(settings)
    dialogues = [d for d in load_dialogues(options.data) if options.corpus in (None, d.corpus)]
    by_split = {split: [d for d in dialogues if d.split == split] for split in ("dev", "test")}
    alone = [*(options.alone or [ALONE]), *options.questions]
    result: dict[str, object] = {
        "rewriting": {
            split: asdict(measure_rewriting(chosen, analyzer)) for split, chosen in by_split.items()
        },
        "alone": [asdict(rewritten_alone(path, analyzer)) for path in alone],
    }
    if not options.no_ask:
        with open_service(settings) as service:
            result["asked"] = {
                split: measure_asked(service, chosen, analyzer) for split, chosen in by_split.items()
            }
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
