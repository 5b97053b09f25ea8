"""What administrators add to the documents, as one value that is put in force at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from index.errors import KnowledgeError
from index.segment import fold
from rag.faq import FaqPair
from rag.synonyms import Synonyms, clean_word


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Pairs of question and answer, synonyms, and the organisation's own words.

    All of it takes effect with :meth:`rag.service.QAService.use`, but for one part of ``words``: how *documents*
    are cut into words is fixed when they are indexed, so for the lexical index to hold these words they must be in
    the analyzer's dictionary (:class:`index.segment.HanAnalyzer`, setting ``user_dictionary``) and the index made
    anew (``yuanwen reindex``, or the next opening, which notices another dictionary). Han bigrams find them before
    that; what takes effect at once is that they count as proper nouns of a question: a passage without them speaks
    of something else.

    Args:
        words: of two characters or more, without white space.

    Raises:
        KnowledgeError: two pairs of the same id; a word that can't be one, or is there twice.
    """

    faq: tuple[FaqPair, ...] = ()
    synonyms: Synonyms = field(default_factory=Synonyms)
    words: tuple[str, ...] = ()
    _folded: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ids = [pair.id for pair in self.faq]
        twice = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) < len(ids) else []
        if twice:
            raise KnowledgeError(f"编号 {'、'.join(map(str, twice))} 的问答不止一个。")
        folded: dict[str, str] = {}
        for word in self.words:
            cleaned = clean_word(word)
            if len(cleaned) < 2 or " " in cleaned:
                raise KnowledgeError(f"用户词“{word}”应有两个字以上，中间没有空格。")
            if cleaned in folded:
                raise KnowledgeError(f"用户词“{word}”与“{folded[cleaned]}”重复（不分大小写、全半角和简繁）。")
            folded[cleaned] = word
        object.__setattr__(self, "_folded", tuple(folded))

    def words_in(self, question: str) -> frozenset[str]:
        """The words that a question says, folded."""
        text = fold(question)
        return frozenset(word for word in self._folded if word in text)


NOTHING = Knowledge()
