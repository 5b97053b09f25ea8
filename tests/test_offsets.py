"""The map from clean text back to the upload's text."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.offsets import INSERTED, OffsetMap

maps = st.lists(st.one_of(st.just(INSERTED), st.integers(0, 300)), max_size=80)
"""Any order: a caption moves behind the paragraph that it stood in."""


@given(maps)
def test_runs_give_back_every_index(indices: list[int]) -> None:
    offsets = OffsetMap.from_indices(np.array(indices, dtype=np.int64))
    assert offsets.length == len(indices)
    assert offsets.indices(0, len(indices)).tolist() == indices
    assert offsets.clean_starts.size <= len(indices)


@given(maps, st.data())
def test_ranges_are_the_indices_of_the_span_in_order(indices: list[int], data: st.DataObject) -> None:
    offsets = OffsetMap.from_indices(np.array(indices, dtype=np.int64))
    start = data.draw(st.integers(0, len(indices)))
    end = data.draw(st.integers(start, len(indices)))
    found = offsets.ranges(start, end)
    assert [at for left, right in found for at in range(left, right)] == [
        i for i in indices[start:end] if i != INSERTED
    ]
    assert all(above[1] != below[0] for above, below in pairwise(found))


@given(maps)
def test_storage_gives_back_the_same_map(indices: list[int]) -> None:
    offsets = OffsetMap.from_indices(np.array(indices, dtype=np.int64))
    again = OffsetMap.from_bytes(offsets.to_bytes())
    assert again.length == offsets.length
    assert again.indices(0, again.length).tolist() == indices


def test_a_text_that_needed_no_cleaning_is_one_run() -> None:
    offsets = OffsetMap.identity(1000)
    assert offsets.clean_starts.size == 1
    assert offsets.ranges(10, 20) == ((10, 20),)


@pytest.mark.parametrize("span", [(-1, 2), (2, 1), (0, 4)])
def test_a_span_outside_the_text_is_an_error(span: tuple[int, int]) -> None:
    with pytest.raises(IndexError):
        OffsetMap.identity(3).indices(*span)


@pytest.mark.parametrize("data", [b"", b"no zlib", OffsetMap.identity(5).to_bytes()[:-4]])
def test_damaged_bytes_are_told(data: bytes) -> None:
    with pytest.raises(ValueError, match="damaged"):
        OffsetMap.from_bytes(data)
