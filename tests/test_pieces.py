"""Pieces and the characters inside them: every character knows its piece, every window its place."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rag.reader.pieces import MAX_PIECES, PieceTokenizer, collate


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> PieceTokenizer:
    return PieceTokenizer(tiny_model)


def test_every_character_but_white_space_belongs_to_a_piece_in_order(tokenizer: PieceTokenizer) -> None:
    text = "大会 于乌鲁木齐市　召开。"
    (row,) = tokenizer.encode("何时召开？", [text])[0]
    spaces = [character.isspace() for character in text]
    assert [piece == 0 for piece in row.piece_of] == spaces
    placed = row.piece_of[row.piece_of > 0]
    assert (np.diff(placed) >= 0).all()
    assert (placed >= row.passage).all()
    assert (placed < len(row) - 1).all()  # the last one is </s>


def test_places_in_a_piece_run_first_inside_last(tokenizer: PieceTokenizer) -> None:
    (row,) = tokenizer.encode("谁", ["新疆维吾尔自治区科技厅厅长"])[0]
    for piece in set(row.piece_of.tolist()) - {0}:
        places = row.place_of[row.piece_of == piece].tolist()
        assert places == ([0] if len(places) == 1 else [1, *[2] * (len(places) - 2), 3])


def test_long_passage_comes_in_windows_that_overlap_and_cover_it(tokenizer: PieceTokenizer) -> None:
    text = "".join(chr(0x4E00 + i) for i in range(1500))
    windows = tokenizer.encode("哪一个字？", [text], stride=50)[0]
    assert len(windows) > 2
    assert all(len(window) <= MAX_PIECES for window in windows)
    assert windows[0].start == 0
    for before, after in pairwise(windows):
        assert before.start < after.start < before.start + len(before.piece_of)
    assert windows[-1].start + len(windows[-1].piece_of) == len(text)


def test_question_longer_than_the_window_still_leaves_room(tokenizer: PieceTokenizer) -> None:
    (row,) = tokenizer.encode("为什么" * 400, ["字"])[0]
    assert len(row) < 120
    assert row.passage <= row.piece_of[0] < len(row) - 1


@pytest.mark.parametrize("text", ["", "   ", "字"])
def test_passages_of_next_to_nothing_make_one_window(tokenizer: PieceTokenizer, text: str) -> None:
    (row,) = tokenizer.encode("谁", [text])[0]
    assert len(row.piece_of) == len(text)
    batch = collate([row], pad=tokenizer.pad)
    assert batch.readable.shape == (1, len(text))
    assert batch.readable.sum() == len(text.strip())


def test_rows_of_a_batch_are_padded_to_the_longest(tokenizer: PieceTokenizer) -> None:
    rows = [tokenizer.encode("谁", [text])[0][0] for text in ("字", "长一些的段落")]
    batch = collate(rows, pad=tokenizer.pad)
    assert batch.mask.sum(axis=1).tolist() == [len(row) for row in rows]
    assert (batch.ids[~batch.mask] == tokenizer.pad).all()
    assert (batch.types[:, 0] == 0).all()
