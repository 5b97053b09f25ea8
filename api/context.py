"""All that a request's handler needs, built once for each process of the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from api.asker import Asker
from api.clock import Clock, now
from api.state.accounts import Accounts
from api.state.database import FILE, StateDatabase
from api.state.keys import Keys
from rag.service import QAService
from rag.settings import Settings

THREADS = 8
"""Questions worked on at the same time in one process: more than the cores have, so that batches can form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One process's service, database and queues; :meth:`close` releases them all.

    Args:
        on_close: called at the end, the last first.
    """

    settings: Settings
    service: QAService
    database: StateDatabase
    asker: Asker
    accounts: Accounts
    keys: Keys
    clock: Clock = now
    on_close: list[Callable[[], None]] = field(default_factory=list)

    def close(self) -> None:
        """Ends everything; calling it twice is fine."""
        self.asker.close()
        while self.on_close:
            self.on_close.pop()()


def open_context(settings: Settings, service: QAService, *, clock: Clock = now) -> Context:
    """The context over an open service, which it closes at its end.

    Raises:
        NewerStore, StoreError: ``service.db`` can't be used.
    """
    database = StateDatabase(settings.home / FILE)
    return Context(
        settings=settings,
        service=service,
        database=database,
        asker=Asker(threads=THREADS, waiting=settings.max_waiting, seconds=settings.ask_seconds),
        accounts=Accounts(database, clock=clock),
        keys=Keys(database, clock=clock),
        clock=clock,
        on_close=[database.close, service.close],
    )
