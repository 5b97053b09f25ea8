"""Training the span reader: what it is trained on, how, and that a run can be stopped at any moment."""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file

from index.models.folder import WEIGHTS_FILE
from rag.reader.network import Scores
from rag.reader.pieces import PieceTokenizer
from rag.training import span
from rag.training.span import (
    HELD_OUT,
    TRAIN,
    Recipe,
    Run,
    Target,
    batches,
    encode,
    epoch_items,
    evaluate,
    load_mined,
    load_network,
    optimizer_for,
    rate_at,
    stream,
    train,
)
from rag.training.squad import Example
from rag.training.windows import Asked, Item
from squad_files import paragraph, write_squad

PLACES = ("昭苏县", "伊宁市", "塔城", "和田", "喀什", "哈密", "库车", "若羌", "且末", "于田")
SMALL = Recipe(steps=4, batch=4)


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
    assert log_of(tmp_path / "more", "asked") == {0: 12}
    assert log_of(tmp_path / "more", "loss")[1] < log_of(whole, "loss")[1]
    assert not same(weights_of(tmp_path / "more"), weights_of(whole))


def test_the_last_step_is_evaluated_on_held_out_questions(whole: Path) -> None:
    assert (log_of(whole, "asked"), log_of(whole, "mined")) == ({0: 48}, {0: 12})
    assert log_of(whole, "EM").keys() == log_of(whole, "F1").keys() == {4}
    assert 0 <= log_of(whole, "EM")[4] <= log_of(whole, "F1")[4] <= 1


def test_the_loss_falls_and_the_answers_come(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    recipe = Recipe(steps=40, batch=8, body_rate=4e-3, head_rate=2e-2, reworded=0)
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


def pool(count: int, *, translated: bool = False, answerable: bool = True) -> list[Asked]:
    """Questions over texts with room for a window elsewhere."""
    made = []
    for number in range(count):
        text = f"第{number}届大会在{1950 + number}年召开。" + "草" * 100 + "。"
        start = text.index(f"{1950 + number}年") if answerable else 0
        example = Example(
            source="s", question=f"第{number}届大会在何时召开?", start=start, end=start + 5 * answerable
        )
        made.append(Asked(example=example, text=text, translated=translated))
    return made


MINED = [Item(question=f"谁主持第{n}届大会?", text="别的。", start=0, end=0, kind="mined") for n in range(60)]


def test_a_pass_mixes_the_kinds_as_the_recipe_says() -> None:
    asked = pool(100) + pool(60, translated=True) + pool(60, translated=True, answerable=False)
    recipe = Recipe(steps=1, mined=0.3, elsewhere=0.1, impossible=0.2, translated=0.4, reworded=0)
    items = epoch_items(asked, MINED, recipe, 1)
    wanted = {"asked": 100, "mined": 30, "elsewhere": 10, "impossible": 20, "translated": 40}
    assert Counter(item.kind for item in items) == wanted
    assert {item.question for item in items if item.kind == "asked"} == {
        f"第{n}届大会在何时召开?" for n in range(100)
    }
    assert all(item.answerable == (item.kind in ("asked", "translated")) for item in items)
    few = epoch_items(pool(100), MINED[:5], recipe, 1)
    assert Counter(item.kind for item in few) == {"asked": 100, "mined": 5, "elsewhere": 10}


def test_a_pass_is_the_same_for_its_seed_only() -> None:
    recipe = Recipe(steps=1)
    assert epoch_items(pool(50), MINED, recipe, 1) == epoch_items(pool(50), MINED, recipe, 1)
    assert epoch_items(pool(50), MINED, recipe, 1) != epoch_items(pool(50), MINED, recipe, 2)


def test_the_share_of_reworded_questions_holds_for_every_kind() -> None:
    items = epoch_items(pool(300), MINED, Recipe(steps=1, mined=0.2, reworded=0.5), 1)
    known = {one.example.question for one in pool(300)} | {item.question for item in MINED}
    changed = [item.question not in known for item in items]
    assert 0.4 < np.mean(changed) < 0.55
    assert any(new for new, item in zip(changed, items, strict=True) if item.kind == "mined")


def test_mined_passages_are_items_without_an_answer(data: Path) -> None:
    mined = load_mined(data / "negatives.jsonl")
    assert len(mined) == 12
    assert mined[1] == Item(question=question(0), text=context(2), start=0, end=0, kind="mined")


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
        next(stream(tokenizer, pool(5), [], Recipe(steps=1, batch=8), done=0))


def test_a_stream_goes_on_where_it_was_left(tokenizer: PieceTokenizer) -> None:
    recipe = Recipe(steps=1, batch=4, elsewhere=0)

    def first_ids(done: int, count: int) -> list[list[int]]:
        rows = stream(tokenizer, pool(10), [], recipe, done=done)
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

    monkeypatch.setattr(span, "forward", pointing)

    def of(start: int, end: int, text: str = "甲乙ＡB丙丁戊己") -> dict[str, float]:
        example = Example(source="s", question="谁?", start=start, end=end)
        return evaluate(network, tokenizer, [Asked(example=example, text=text, translated=False)])

    assert of(2, 5) == {"EM": 1, "F1": 1}
    assert of(3, 6) == {"EM": 0, "F1": pytest.approx(2 / 3, abs=1e-4)}
    assert of(5, 8) == {"EM": 0, "F1": 0}
    assert of(2, 4)["F1"] == pytest.approx(0.8)
    assert of(1, 3, "甲甲丙丙丙丁甲乙")["F1"] == pytest.approx(0.4)  # each character counts once
    assert network.training
