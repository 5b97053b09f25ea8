"""Training the span reader: what it is trained on, how, and that a run can be stopped at any moment."""

from __future__ import annotations

import json
import random
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file

from index.models.folder import WEIGHTS_FILE
from rag.reader.network import Scores, forward
from rag.reader.pieces import PieceTokenizer, collate
from rag.training import span, watch
from rag.training.batches import Target, batches, encode, stream
from rag.training.mixture import Material, Shares
from rag.training.ship import ship
from rag.training.span import (
    HELD_OUT,
    TRAIN,
    Recipe,
    Run,
    compile_encoder,
    load_network,
    loss_of,
    optimizer_for,
    rate_at,
    train,
)
from rag.training.squad import Example
from rag.training.watch import evaluate
from rag.training.windows import Asked, Item
from squad_files import paragraph, write_squad

PLACES = ("昭苏县", "伊宁市", "塔城", "和田", "喀什", "哈密", "库车", "若羌", "且末", "于田")
SMALL = Recipe(steps=4, batch=4)
NOTHING_ELSE = Shares(elsewhere=0, cloze=0, altered=0)


def context(number: int) -> str:
    place = PLACES[number % len(PLACES)]
    return f"{place}第{number}届赛马会于{1950 + number}年召开。参加的牧民有{100 + 3 * number}人。"


def question(number: int) -> str:
    return f"{PLACES[number % len(PLACES)]}第{number}届赛马会在哪一年召开?"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All the files that a run reads, short enough for the tiny encoder."""
    folder = tmp_path_factory.mktemp("data")

    def asked(numbers: range) -> list[dict[str, Any]]:
        return [paragraph(context(n), {question(n): f"{1950 + n}年"}) for n in numbers]

    for number, name in enumerate(TRAIN):
        write_squad(folder / name, asked(range(12 * number, 12 * number + 12)))
    write_squad(folder / HELD_OUT, asked(range(50, 56)))
    lines = [{"question": question(n), "passages": [context(n + 1), context(n + 2)]} for n in range(6)]
    (folder / "negatives.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


def run_in(work: Path, *, encoder: Path, data: Path, **options: Any) -> Run:
    return Run(
        encoder=encoder,
        data=data,
        negatives=data / "negatives.jsonl",
        work=work,
        held_out=3,
        report_every=1,
        **options,
    )


def log_of(work: Path, name: str) -> dict[int, Any]:
    """What was said of ``name``, by step."""
    lines = map(json.loads, (work / "log.jsonl").read_text(encoding="utf-8").splitlines())
    return {line["step"]: line[name] for line in lines if name in line}


def weights_of(work: Path) -> dict[str, Any]:
    return load_file(work / "reader.safetensors")


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, data: Path) -> Path:
    """The work folder of a run that nothing interrupted."""
    work = tmp_path_factory.mktemp("whole")
    train(run_in(work, encoder=tiny_model, data=data), SMALL)
    return work


def test_a_run_that_was_stopped_goes_on_to_the_very_same_weights(
    whole: Path, tiny_model: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    run = run_in(tmp_path, encoder=tiny_model, data=data, save_every=2, evaluate_every=2)
    with monkeypatch.context() as patched:
        patched.setattr(span, "evaluate", stopped)
        with pytest.raises(KeyboardInterrupt):
            train(run, SMALL)
    assert not (tmp_path / "reader.safetensors").exists()
    train(run, SMALL)
    assert log_of(tmp_path, "recipe").keys() == {0, 2}
    assert same(weights_of(tmp_path), weights_of(whole))
    assert log_of(tmp_path, "loss") == log_of(whole, "loss")


def test_a_run_that_is_done_does_nothing_when_run_again(
    whole: Path, tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    again = Path(shutil.copytree(whole, tmp_path / "again"))
    train(run_in(again, encoder=tiny_model, data=data), SMALL)
    assert same(weights_of(again), weights_of(whole))
    assert log_of(again, "recipe").keys() == {0, 4}
    assert log_of(again, "loss") == log_of(whole, "loss")


def test_a_last_phase_begins_with_the_weights_of_another_run_on_the_sets_it_names(
    whole: Path, tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    begin, sets = whole / "reader.safetensors", TRAIN[:1]
    options: dict[str, Any] = {"encoder": tiny_model, "data": data, "begin": begin, "sets": sets}
    train(run_in(tmp_path / "none", **options), Recipe(steps=0, batch=4))
    assert same(weights_of(tmp_path / "none"), weights_of(whole))
    train(run_in(tmp_path / "more", **options), Recipe(steps=2, batch=4))
    assert log_of(tmp_path / "more", "clean") == {0: 12}
    assert log_of(tmp_path / "more", "loss")[1] < log_of(whole, "loss")[1]
    assert not same(weights_of(tmp_path / "more"), weights_of(whole))


def test_a_run_can_begin_with_weights_that_ship(
    whole: Path, tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    shipped = tmp_path / "shipped.safetensors"
    ship(whole / "reader.safetensors", shipped, encoder=tiny_model)
    begin = {"encoder": tiny_model, "data": data, "begin": shipped}
    train(run_in(tmp_path / "none", **begin), Recipe(steps=0, batch=4))
    begun, trained = weights_of(tmp_path / "none"), weights_of(whole)
    assert begun.keys() == trained.keys()
    assert all(np.allclose(begun[name], trained[name], atol=2e-3) for name in trained)


def test_a_compiled_encoder_gives_the_same_loss_and_gradients(tiny_model: Path) -> None:
    network, tokenizer = load_network(tiny_model, threads=None)
    rows = next(stream(tokenizer, material(10), NOTHING_ELSE, 8, done=0))

    def passed() -> tuple[float, Any]:
        network.zero_grad()
        scores = forward(network, collate([row for row, _ in rows], pad=tokenizer.pad))
        loss = loss_of(scores, [target for _, target in rows], SMALL)
        loss.backward()  # type: ignore[no-untyped-call]
        body: Any = network["body"]
        return float(loss.detach()), body.encoder.layer[0].attention.self.query.weight.grad.clone().numpy()

    plain_loss, plain = passed()
    compile_encoder(network, backend="eager")  # the graph without the C++ compiler, which takes its time
    loss, gradients = passed()
    assert loss == pytest.approx(plain_loss, rel=1e-5)
    assert np.allclose(gradients, plain, atol=1e-6)
    assert np.abs(plain).max() > 1e-5


def test_the_last_step_is_evaluated_on_held_out_questions(whole: Path) -> None:
    said = [log_of(whole, name) for name in ("clean", "translated", "mined")]
    assert said == [{0: 33}, {0: 12}, {0: 12}]  # three questions of the tight set are held out
    lines = map(json.loads, (whole / "log.jsonl").read_text(encoding="utf-8").splitlines())
    evaluated = [line for line in lines if "EM" in line]
    assert [(line["step"], line["set"]) for line in evaluated] == [(4, "trial"), (4, "tight")]
    assert all(0 <= line["EM"] <= line["F1"] <= 1 for line in evaluated)


def test_the_loss_falls_and_the_answers_come(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    recipe = Recipe(steps=40, batch=8, body_rate=4e-3, head_rate=2e-2, shares=Shares(reworded=0))
    train(run_in(tmp_path, encoder=tiny_model, data=data, evaluate_every=1000), recipe)
    losses = list(log_of(tmp_path, "loss").values())
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:5])
    assert log_of(tmp_path, "F1")[40] > 0.5


def test_half_precision_gives_nearly_the_same_losses(
    whole: Path, tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    train(run_in(tmp_path, encoder=tiny_model, data=data, half=True), SMALL)
    halved = list(log_of(tmp_path, "loss").values())
    assert halved == pytest.approx(list(log_of(whole, "loss").values()), rel=0.02)
    assert not same(weights_of(tmp_path), weights_of(whole))


def test_the_command_line_decides_the_run_and_the_recipe(
    tiny_model: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(span, "ensure_default_model", lambda _: tiny_model)
    folders = ["--data", str(data), "--negatives", str(data / "negatives.jsonl"), "--work", str(tmp_path)]
    options = ["--steps", "1", "--frozen", "1", "--rate", "0.01", "--held-out", "2", "--evaluate-every", "1"]
    monkeypatch.setattr(sys, "argv", ["span", *folders, *options])
    span.main()
    assert log_of(tmp_path, "recipe") == {0: repr(Recipe(steps=1, frozen=1, body_rate=0.01))}
    assert set(log_of(tmp_path, "EM")) == {1}


def test_frozen_layers_and_all_embeddings_stay_the_encoders(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    train(run_in(tmp_path, encoder=tiny_model, data=data), Recipe(steps=3, batch=4, frozen=1))
    base = load_file(tiny_model / WEIGHTS_FILE)
    trained = weights_of(tmp_path)
    assert not any("word_embeddings" in name or "pooler" in name for name in trained)
    for name, value in trained.items():
        if name.startswith("body."):
            stays = name.startswith(("body.embeddings", "body.encoder.layer.0."))
            # The bias of keys adds the same to all that a query is compared with, so it has no gradient.
            if not name.endswith("key.bias"):
                assert np.array_equal(value, base[name.removeprefix("body.")]) == stays, name


def test_rates_fall_from_the_top_layer_down_and_only_matrices_decay(tiny_model: Path) -> None:
    network, _ = load_network(tiny_model, threads=None)
    optimizer = optimizer_for(network, Recipe(steps=1, body_rate=1e-4, head_rate=1e-2, layer_decay=0.5))
    rates = {id(group["params"][0]): group["peak"] for group in optimizer.param_groups}
    named = {name: rates.get(id(parameter)) for name, parameter in network.named_parameters()}
    for name, rate in named.items():
        by_layer = {"body.encoder.layer.1.": 1e-4, "body.encoder.layer.0.": 0.5e-4, "body.embeddings": None}
        assert rate == next((r for start, r in by_layer.items() if name.startswith(start)), 1e-2), name
    assert all(
        group["weight_decay"] == (0.01 if group["params"][0].ndim > 1 else 0)
        for group in optimizer.param_groups
    )


steps_of = st.integers(1, 3000).flatmap(lambda steps: st.tuples(st.just(steps), st.integers(0, steps - 1)))


@given(steps_of, st.floats(0, 0.5))
def test_the_rate_goes_up_and_down_in_straight_lines(steps: tuple[int, int], warm_up: float) -> None:
    recipe = Recipe(steps=steps[0], warm_up=warm_up)
    warm = max(1, round(warm_up * recipe.steps))
    rate = rate_at(steps[1], recipe)
    assert 0 <= rate <= 1
    if steps[1] < warm:
        assert rate == pytest.approx(steps[1] / warm)
    else:
        assert rate == pytest.approx(1 - (steps[1] - warm) / (recipe.steps - warm))


def material(count: int) -> Material:
    """Questions without anything else."""
    asked = []
    for number in range(count):
        text = f"第{number}届大会在{1950 + number}年召开。"
        start = text.index("在") + 1
        example = Example(source="s", question=f"第{number}届大会在何时召开?", start=start, end=start + 5)
        asked.append(Asked(example=example, text=text, translated=False))
    return Material(clean=asked, translated=[], cloze=[], mined=[], names=[])


def item(text: str, answer: str) -> Item:
    start = text.index(answer)
    return Item(question="何时?", text=text, start=start, end=start + len(answer), kind="asked")


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> PieceTokenizer:
    return PieceTokenizer(tiny_model, max_pieces=128)


def test_targets_count_characters_from_one_and_pieces_from_the_row(tokenizer: PieceTokenizer) -> None:
    encoded = encode(tokenizer, item("大会 于 2017年召开。", " 2017年"))
    assert encoded is not None
    row, target = encoded
    assert (target.start, target.end) == (6, 10)  # without the space in front
    assert target.piece_start == row.piece_of[5]
    assert target.piece_end == row.piece_of[9]
    nothing = Item(question="何时?", text="大会召开。", start=0, end=0, kind="mined")
    unanswered = encode(tokenizer, nothing)
    assert unanswered is not None
    assert unanswered[1] == Target(0, 0, 0, 0)


def test_an_answer_outside_the_window_or_on_no_piece_is_left_out(tokenizer: PieceTokenizer) -> None:
    text = "草" * 80 + "木" * 80 + "二月"
    assert encode(tokenizer, item(text, "草" * 80)) is not None
    assert encode(tokenizer, item(text, "二月")) is None
    assert encode(tokenizer, item(text, "草" * 80 + "木" * 80)) is None
    assert encode(tokenizer, item("大会 召开。", " ")) is None


def test_batches_are_full_and_of_like_length(tokenizer: PieceTokenizer) -> None:
    items = [item("大会于2017年召开。" + "草" * (number % 7 * 10), "2017年") for number in range(45)]
    made = list(batches(tokenizer, items, 4, random.Random(0)))
    assert [len(rows) for rows in made] == [4] * 11
    spread = [max(len(row) for row, _ in rows) - min(len(row) for row, _ in rows) for rows in made]
    assert max(spread) <= 10
    shortest = [min(len(row) for row, _ in rows) for rows in made]
    assert shortest != sorted(shortest)


def test_too_few_questions_for_a_batch_are_an_error(tokenizer: PieceTokenizer) -> None:
    with pytest.raises(ValueError, match="don't fill a batch of 8"):
        next(stream(tokenizer, material(5), Shares(), 8, done=0))


def test_a_stream_goes_on_where_it_was_left(tokenizer: PieceTokenizer) -> None:
    def first_ids(done: int, count: int) -> list[list[int]]:
        rows = stream(tokenizer, material(10), NOTHING_ELSE, 4, done=done)
        return [next(rows)[0][0].ids.tolist() for _ in range(count)]

    assert first_ids(0, 6)[3:] == first_ids(3, 3)  # two batches a pass


def test_exact_matches_and_overlaps_are_counted_over_characters(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    network, tokenizer = load_network(tiny_model, threads=None)

    def pointing(*_: object) -> Scores:
        """At the characters 2 to 4, whatever the text."""
        start, end = torch.zeros(1, 9), torch.zeros(1, 9)
        start[0, 3] = end[0, 5] = 5.0
        none = torch.zeros(1, 1)
        return Scores(start, end, none, none, none[0])

    monkeypatch.setattr(watch, "forward", pointing)

    def of(start: int, end: int, text: str = "甲乙ＡB丙丁戊己") -> dict[str, float]:
        example = Example(source="s", question="谁?", start=start, end=end)
        return evaluate(network, tokenizer, [Asked(example=example, text=text, translated=False)])

    assert of(2, 5) == {"EM": 1, "F1": 1}
    assert of(3, 6) == {"EM": 0, "F1": pytest.approx(2 / 3, abs=1e-4)}
    assert of(5, 8) == {"EM": 0, "F1": 0}
    assert of(2, 4)["F1"] == pytest.approx(0.8)
    assert of(1, 3, "甲甲丙丙丙丁甲乙")["F1"] == pytest.approx(0.4)  # each character counts once
    assert network.training
