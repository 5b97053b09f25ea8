"""A question and a passage as the encoder's pieces, with the way back to the passage's characters.

An XLM-R piece often holds several Chinese characters, and in about one answer of fifteen it holds the answer's
first or last character together with a neighbour. So the encoder sees pieces, which it was trained on and which are
a quarter fewer than characters, and the reader's last layer looks at the characters inside each piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.segment import simplify

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Integers = NDArray[np.int64]

MAX_PIECES = 512
"""The encoder's positions."""

QUESTION_PIECES = 96
"""A longer question is read by its end, where in Chinese the asking stands."""

_SPECIALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """One (question, passage window) pair.

    Args:
        ids: piece ids with special tokens, shape (length,): ``<s> question </s> </s> passage </s>``.
        passage: index in ``ids`` of the passage's first piece.
        piece_of: for each character of the window the index in ``ids`` of its piece, shape (characters,); 0
            (the ``<s>``) for white space, which no answer starts or ends with.
        place_of: where it stands in its piece, 0 alone, 1 first, 2 inside, 3 last; shape (characters,).
        character_ids: the id of the character as a piece of its own, shape (characters,).
        start: the window's first character in the passage; it ends at ``start + len(piece_of)``.
    """

    ids: Integers
    passage: int
    piece_of: Integers
    place_of: Integers
    character_ids: Integers
    start: int = 0

    def __len__(self) -> int:
        return len(self.ids)


class PieceTokenizer:
    """Makes :class:`Pieces`; not safe to share between threads.

    Args:
        folder: holds the encoder's ``tokenizer.json``.
        max_pieces: the encoder's positions.
    """

    def __init__(self, folder: Path, *, max_pieces: int = MAX_PIECES) -> None:
        from tokenizers import Tokenizer

        self._max_pieces = max_pieces

        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._open = self._id("<s>")
        self._close = self._id("</s>")
        self._unknown = self._id("<unk>")
        self._space = self._id("▁")
        self._characters: dict[str, int] = {}

    @property
    def pad(self) -> int:
        """The id that fills short rows."""
        return self._id("<pad>")

    def encode(self, question: str, passages: Sequence[str], *, stride: int = 64) -> list[list[Pieces]]:
        """For each passage its windows, in order; one where it fits into the encoder's positions.

        Args:
            stride: pieces that neighbouring windows share, at most half a window.
        """
        most = min(QUESTION_PIECES, self._max_pieces // 2)
        asked = self._tokenizer.encode(simplify(question), add_special_tokens=False).ids[-most:]
        texts = [simplify(passage) for passage in passages]
        encoded = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        return [self._windows(asked, t, e, stride) for t, e in zip(texts, encoded, strict=True)]

    def _windows(self, asked: list[int], text: str, encoded: Encoding, stride: int) -> list[Pieces]:
        offsets = np.array(encoded.offsets, dtype=np.int64).reshape(-1, 2)
        ids = np.array(encoded.ids, dtype=np.int64)
        keep = (ids != self._space) & (offsets[:, 1] > offsets[:, 0])
        room = self._max_pieces - _SPECIALS - len(asked)
        first = 0
        windows = []
        while True:
            after = min(first + room, len(ids))
            windows.append(self._window(asked, text, ids, offsets, keep, first, after))
            if after == len(ids):
                return windows
            first = after - min(stride, room // 2)

    def _window(
        self,
        asked: list[int],
        text: str,
        ids: Integers,
        offsets: Integers,
        keep: NDArray[np.bool_],
        first: int,
        after: int,
    ) -> Pieces:
        start = int(offsets[first, 0]) if first else 0
        end = int(offsets[after - 1, 1]) if after < len(ids) else len(text)
        head = [self._open, *asked, self._close, self._close]
        piece_of = np.zeros(end - start, dtype=np.int64)
        place_of = np.zeros(end - start, dtype=np.int64)
        for index in range(
            after - 1, first - 1, -1
        ):  # backwards: where two share a character, the first has it
            if keep[index]:
                a, b = offsets[index] - start
                a = max(a, 0)
                piece_of[a:b] = len(head) + index - first
                place_of[a:b] = 2
                place_of[a], place_of[b - 1] = (1, 3) if b - a > 1 else (0, 0)
        return Pieces(
            ids=np.concatenate((head, ids[first:after], [self._close])).astype(np.int64),
            passage=len(head),
            piece_of=piece_of,
            place_of=place_of,
            character_ids=np.array([self._character(c) for c in text[start:end]], dtype=np.int64),
            start=start,
        )

    def _character(self, character: str) -> int:
        known = self._characters.get(character)
        if known is None:
            ids = self._tokenizer.encode(character, add_special_tokens=False).ids
            whole = self._tokenizer.token_to_id(f"▁{character}")
            plain = self._tokenizer.token_to_id(character)
            candidates = [i for i in (plain, whole, ids[-1] if ids else None) if i is not None]
            known = self._characters[character] = candidates[0] if candidates else self._unknown
        return known

    def _id(self, piece: str) -> int:
        found = self._tokenizer.token_to_id(piece)
        if found is None:
            raise ValueError(f"the tokenizer has no {piece}")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows padded to one length, and their characters padded to another.

    Args:
        ids, mask, types: shape (n, length); ``mask`` is True on pieces, ``types`` 1 on the passage's.
        piece_of, place_of, character_ids: shape (n, characters).
        readable: True where an answer may start or end, shape (n, characters).
    """

    ids: Integers
    mask: NDArray[np.bool_]
    types: Integers
    piece_of: Integers
    place_of: Integers
    character_ids: Integers
    readable: NDArray[np.bool_]


def collate(rows: Sequence[Pieces], *, pad: int) -> Batch:
    """One padded batch."""
    length = max(len(row) for row in rows)
    characters = max(len(row.piece_of) for row in rows)
    ids = np.full((len(rows), length), pad, dtype=np.int64)
    types = np.zeros((len(rows), length), dtype=np.int64)
    by_character = {
        name: np.zeros((len(rows), characters), dtype=np.int64)
        for name in ("piece_of", "place_of", "character_ids")
    }
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row.ids
        types[number, row.passage : len(row)] = 1
        for name, values in by_character.items():
            values[number, : len(row.piece_of)] = getattr(row, name)
    mask = np.arange(length) < np.array([[len(row)] for row in rows])
    return Batch(ids=ids, mask=mask, types=types, readable=by_character["piece_of"] > 0, **by_character)
