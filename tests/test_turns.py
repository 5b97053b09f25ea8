"""First come, first served."""

from __future__ import annotations

import threading
import time

import pytest

from index.models.turns import Turns


def test_who_lets_go_doesnt_take_it_from_who_waits() -> None:
    turns, order = Turns(1), []
    held, waiting = threading.Event(), threading.Event()

    def often() -> None:
        for _ in range(50):
            with turns:
                held.set()
                waiting.wait()
                order.append("often")

    thread = threading.Thread(target=often)
    thread.start()
    held.wait()
    asking = threading.Thread(target=lambda: _once(turns, order))
    asking.start()
    while not turns._waiting:
        time.sleep(0.001)
    waiting.set()
    asking.join()
    thread.join()
    assert order.index("once") == 1


def _once(turns: Turns, order: list[str]) -> None:
    with turns:
        order.append("once")


def test_no_more_hold_it_at_once_than_may_and_all_get_it() -> None:
    turns, inside, most, done = Turns(3), 0, 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most, done
        for _ in range(40):
            with turns:
                with guard:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.0002)
                with guard:
                    inside -= 1
                    done += 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, done, turns._free) == (3, 320, 3)


def test_an_error_inside_passes_it_on() -> None:
    turns = Turns(1)
    with pytest.raises(KeyError), turns:
        raise KeyError
    with turns:
        pass


def test_nobody_could_hold_it() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Turns(0)
