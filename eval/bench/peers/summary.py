"""From rounds to figures: what each system did, and how ours compares, round by round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from eval.bench.peers.floor import share_of_floor
from eval.bench.peers.quality import judge
from eval.bench.peers.ratios import percentile, ratio
from eval.bench.peers.records import Records, by_round
from eval.bench.peers.systems import System
from eval.dataset import EvalQuestion

Json = dict[str, Any]


def summarise(
    records: Records,
    *,
    systems: Sequence[System],
    threads: Sequence[int],
    clients: Sequence[int],
    questions: Mapping[str, EvalQuestion],
    samples: Sequence[EvalQuestion],
    seed: int,
) -> Json:
    """All figures, of as many rounds as there are.

    Args:
        questions: those that may have been asked, by id.
        samples: those about the documents that go in last.
    """
    measured = [count for count in threads if records.rounds("load", count)]
    first = threads[0]
    asked = records.rounds("ask", first)
    return {
        "systems": {system.name: system.title for system in systems},
        "about": {system.name: _about(records, measured, system) for system in systems if measured},
        "threads": {str(count): _one(records, systems, count, clients, seed) for count in measured},
        "quality": {
            system.name: [asdict(figure) for figure in judge(questions, asked, system.name, seed=seed)]
            for system in systems
            if asked
        },
        "samples": _samples(records, systems, first, questions, samples),
    }


def _about(records: Records, measured: Sequence[int], system: System) -> Json:
    reply = records.rounds("load", measured[0])[0]["replies"][system.name]
    return {"versions": reply["versions"], "configuration": reply["configuration"]}


def _one(
    records: Records, systems: Sequence[System], threads: int, clients: Sequence[int], seed: int
) -> Json:
    rounds = {
        phase: records.rounds(phase, threads)
        for phase in ("ingest", "ask", *(f"clients-{n}" for n in clients))
    }
    figures = {system.name: _figures(records, rounds, system, threads) for system in systems}
    return {
        "rounds": {phase: len(done) for phase, done in rounds.items()},
        "repeated_questions": any(one["repeated_questions"] for one in records.rounds("end", threads)),
        "rates": {
            precision: median(one["rates"][precision] for done in rounds.values() for one in done)
            for precision in ("float32", "int8")
            if any(rounds.values())
        },
        "systems": figures,
        "ratios": {
            ours.name: {
                other.name: _ratios(rounds, ours.name, other.name, seed)
                for other in systems
                if other.name != ours.name
            }
            for ours in systems
            if ours.ours
        },
    }


def _figures(records: Records, rounds: Mapping[str, list[Json]], system: System, threads: int) -> Json:
    figures: Json = {}
    for phase, key in (("load", "loaded"), ("stats-ingested", "ingested"), ("stats-asked", "asked")):
        for one in records.rounds(phase, threads):
            reply = one["replies"][system.name]
            figures[f"{key}_mb"] = reply["rss_mb" if key == "loaded" else "peak_mb"]
    if "asked_mb" in figures:  # a run that was gone on with asks in another process than it took in
        figures["asked_mb"] = max(figures["asked_mb"], figures["ingested_mb"])
    for one in records.rounds("load", threads):
        figures["load_seconds"] = one["replies"][system.name]["seconds"]
    if rounds["ingest"]:
        figures |= _ingest_figures(rounds["ingest"], system)
    if rounds["ask"]:
        figures |= _ask_figures(rounds["ask"], system)
    for phase, done in rounds.items():
        if phase.startswith("clients-") and done:
            replies = [one["replies"][system.name] for one in done]
            count = phase.removeprefix("clients-")
            seconds = sum(reply["seconds"] for reply in replies)
            figures[f"questions_per_second_{count}"] = sum(map(_answered, replies)) / seconds
            figures[f"failed_{count}"] = sum(len(reply["errors"]) for reply in replies)
    return figures


def _ingest_figures(rounds: Sequence[Json], system: System) -> Json:
    replies = [one["replies"][system.name] for one in rounds]
    passages = sum(reply["documents"] for reply in replies)
    return {
        "passages_per_second": passages / sum(reply["seconds"] for reply in replies),
        "pieces": sum(reply["passages"] for reply in replies),
        "tokens_per_passage": sum(reply["encoded"]["tokens"] for reply in replies) / passages,
        "ingest_padding": _padding(replies),
        "ingest_floor": _floor(rounds, system),
    }


def _ask_figures(rounds: Sequence[Json], system: System) -> Json:
    replies = [one["replies"][system.name] for one in rounds]
    answers = [answer for reply in replies for answer in reply["answers"]]
    times = [answer["milliseconds"] for answer in answers]
    return {
        "questions": len(answers),
        "p50_ms": percentile(times, 0.5),
        "p95_ms": percentile(times, 0.95),
        "questions_per_second_1": len(answers) / sum(reply["seconds"] for reply in replies),
        "tokens_per_question": sum(reply["encoded"]["tokens"] for reply in replies) / len(answers),
        "ask_padding": _padding(replies),
        "ask_floor": _floor(rounds, system),
        "failed_1": sum(bool(answer["error"]) for answer in answers),
    }


def _padding(replies: Sequence[Json]) -> float:
    """Share of what was encoded that is padding, in [0, 1]."""
    padded = sum(reply["encoded"]["padded"] for reply in replies)
    return 1 - sum(reply["encoded"]["tokens"] for reply in replies) / padded if padded else 0.0


def _floor(rounds: Sequence[Json], system: System) -> float:
    """Over all rounds, each against the rate that was measured just before it."""
    least = sum(
        share_of_floor(
            one["replies"][system.name]["encoded"]["operations"],
            rate=one["rates"][system.precision],
            seconds=1.0,
        )
        for one in rounds
    )
    taken: float = sum(one["replies"][system.name]["seconds"] for one in rounds)
    return least / taken


def _answered(reply: Json) -> int:
    return len(reply["milliseconds"]) - len(reply["errors"])


def _ratios(rounds: Mapping[str, list[Json]], ours: str, theirs: str, seed: int) -> Json:
    """How many times as fast ours is, by phase; above 1 is faster."""
    found: Json = {}
    for phase, done in rounds.items():
        value = ratio(_speeds(phase, done, ours), _speeds(phase, done, theirs), seed=seed)
        found[phase] = None if value is None else asdict(value)
    return found


def _speeds(phase: str, rounds: Sequence[Json], system: str) -> dict[int, float]:
    """By round, any unit that is higher when faster; a round in which nothing was answered is left out."""
    speeds = {number: _speed(phase, reply) for number, reply in by_round(rounds, system).items()}
    return {number: speed for number, speed in speeds.items() if speed > 0}


def _speed(phase: str, reply: Json) -> float:
    if phase == "ask":
        return 1000 / median(float(answer["milliseconds"]) for answer in reply["answers"])
    done: int = reply["documents"] if phase == "ingest" else _answered(reply)
    return done / float(reply["seconds"])


def _samples(
    records: Records,
    systems: Sequence[System],
    threads: int,
    questions: Mapping[str, EvalQuestion],
    samples: Sequence[EvalQuestion],
) -> list[Json]:
    """Raw answers to the sample questions; without documents, to the first ten questions asked."""
    shown = records.rounds("samples", threads)
    known = {question.id: question for question in samples} if shown else questions
    rounds = shown or records.rounds("ask", threads)
    rows = [
        {
            "question": known[id].question,
            "accepted": [answer.text for answer in known[id].answers],
            "answers": {system.name: one["replies"][system.name]["answers"][place] for system in systems},
        }
        for one in rounds
        for place, id in enumerate(one["ids"])
    ]
    return rows[:10]
