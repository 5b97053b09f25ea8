"""All that curators wrote, as one value."""

from __future__ import annotations

from sqlalchemy import select

from api.state.database import StateDatabase
from api.state.faq import pair_of
from api.state.revision import revision
from api.state.tables import faq, synonyms, words
from api.state.vocabulary import group_of
from rag.knowledge import Knowledge
from rag.synonyms import Synonyms


class KnowledgeBase:
    """What is in force for questions asked from now on."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def revision(self) -> int:
        """Grows with every change, by whichever process; 0 before the first."""
        with self._database.read() as connection:
            return revision(connection)

    def load(self) -> tuple[int, Knowledge]:
        """All of it as of one moment, after that moment's revision.

        Raises:
            KnowledgeError: something that another version of Yuanwen took in doesn't hold here.
        """
        with self._database.read() as connection:
            number = revision(connection)
            pairs = [pair_of(row) for row in connection.execute(select(faq).order_by(faq.c.id))]
            groups = [group_of(row) for row in connection.execute(select(synonyms).order_by(synonyms.c.id))]
            own = connection.scalars(select(words.c.word).order_by(words.c.word)).all()
        return number, Knowledge(faq=tuple(pairs), synonyms=Synonyms(groups=tuple(groups)), words=tuple(own))
