"""The queue before the models: who is let in, who is refused, and when."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from api.asker import Asker
from api.errors import Overloaded

SECONDS = 30.0


class Stopped:
    """A clock that goes on when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def asker_with(clock: Callable[[], float], *, threads: int = 1) -> Iterator[Asker]:
    asker = Asker(threads=threads, waiting=1000, seconds=SECONDS, clock=clock)
    yield asker
    asker.close()


@pytest.fixture
def clock() -> Stopped:
    return Stopped()


def work_of(clock: Stopped, seconds: float) -> Callable[[], None]:
    def work() -> None:
        clock.now += seconds

    return work


def spend(asker: Asker, clock: Stopped, *each: float) -> None:
    for seconds in each:
        asyncio.run(asker.run(work_of(clock, seconds)))


def let_in(asker: Asker) -> int:
    """How many places are given before one is refused; all are given back."""
    places = []
    try:
        while True:
            places.append(asker.place())
    except Overloaded:
        return len(places)
    finally:
        for place in places:
            with place:
                pass


@pytest.mark.parametrize(("seconds", "places"), [(0.5, 31), (1.5, 11), (5.0, 4), (16.0, 1)])
def test_nobody_is_let_in_who_would_need_over_half_of_the_time(
    clock: Stopped, seconds: float, places: int
) -> None:
    with asker_with(clock) as asker:
        spend(asker, clock, *[seconds] * 10)
        assert let_in(asker) == places


def test_until_the_pace_is_known_half_a_second_is_assumed(clock: Stopped) -> None:
    with asker_with(clock) as asker:
        spend(asker, clock, *[5.0] * 7)
        assert let_in(asker) == 31
        spend(asker, clock, 5.0)
        assert let_in(asker) == 4


def test_a_slow_first_one_is_soon_outweighed_and_idle_time_never_counts(clock: Stopped) -> None:
    with asker_with(clock) as asker:
        spend(asker, clock, 20.0)
        for _ in range(40):
            clock.now += 600.0
            spend(asker, clock, 0.5)
        assert let_in(asker) == 31


def test_works_that_run_side_by_side_count_by_their_ends(clock: Stopped) -> None:
    """Two at a time of one second each are two a second, whether the other is waited for or not."""
    with asker_with(clock, threads=2) as asker:

        async def two() -> None:
            both = threading.Barrier(2)

            def first() -> None:
                both.wait()

            def second() -> None:
                clock.now += 1.0
                both.wait()

            await asyncio.gather(asker.run(first), asker.run(second))

        for _ in range(8):
            asyncio.run(two())
        with asker.place(), asker.place(), asker.place(), asker.place():
            assert asker.expected == pytest.approx(2.0)


def test_who_is_refused_is_called_back_once_the_queue_should_be_empty_and_not_all_at_once(
    clock: Stopped,
) -> None:
    with asker_with(clock) as asker:
        spend(asker, clock, *[8.0] * 10)
        told = []
        with asker.place(), asker.place():
            for _ in range(50):
                with pytest.raises(Overloaded) as refused:
                    asker.place()
                told.append(refused.value.retry_after)
        assert min(told) >= 16.0
        assert max(told) <= 16.0 + SECONDS / 2
        assert len(set(told)) > 40
