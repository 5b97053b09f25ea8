"""What curators wrote, put in force in this process, by whichever process it was written."""

from __future__ import annotations

import threading

from api.state.knowledge import KnowledgeBase
from rag.service import QAService


class KnowledgeInForce:
    """Keeps a service's knowledge at the latest revision in ``service.db``."""

    def __init__(self, base: KnowledgeBase, service: QAService) -> None:
        self._base = base
        self._service = service
        self._revision = 0
        self._guard = threading.Lock()

    def refresh(self) -> None:
        """Called before each question: a look at one row, and where something changed, the
        model's work of embedding the wordings that are new. Questions that come meanwhile wait for it, so that who
        was told that a change is saved is answered by it.

        Raises:
            KnowledgeError, StoreError, ModelError: what is written can't be read or put in force.
        """
        if self._base.revision() == self._revision:
            return
        with self._guard:
            if self._base.revision() == self._revision:
                return
            number, knowledge = self._base.load()
            self._service.use(knowledge)
            self._revision = number
