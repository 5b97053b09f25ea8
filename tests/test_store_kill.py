"""Nothing that was acknowledged is lost to SIGKILL (``eval/bench/kill.py`` does many more rounds)."""

from __future__ import annotations

from pathlib import Path

from eval.bench.kill import play, replay


def test_kill_at_random_moments_loses_nothing(tmp_path: Path) -> None:
    tally = play(tmp_path, 5, seed=1, longest=0.8)
    assert tally.rounds == 5
    assert tally.acknowledged > 0
    assert tally.summary()["sound"], tally


def test_what_was_told_is_replayed() -> None:
    contents = {"a": "1"}
    lines = ["ready\n", "? b 2\n", "= b 2\n", "? a -\n", "= a -\n", "? c 3\n"]
    assert replay(contents, lines) == (2, ("c", "3"))
    assert contents == {"b": "2"}
