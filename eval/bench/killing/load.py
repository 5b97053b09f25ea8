"""Users who do all sorts of things at the same time."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import httpx2 as httpx

from eval.bench.killing.actor import Hands
from eval.bench.killing.belongings import Belongings
from eval.bench.killing.documents import Documents
from eval.bench.killing.questions import Questions

_PAUSE = 0.02


def work(hands: Hands, ending: threading.Event) -> None:
    """Does one thing after the other until ``ending``, or until the service is gone."""
    acts = {
        **Documents(hands).acts(),
        **Questions(hands).acts(),
        **Belongings(hands).acts(),
    }
    with hands.client:
        while not ending.is_set():
            act = hands.chance.choices(list(acts), weights=list(acts.values()))[0]
            with suppress(httpx.TransportError):  # it was killed; who knows whether it did what was asked
                act()
            time.sleep(_PAUSE)
