"""From what was marked, or what an administrator wrote, to the answer with its citations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index.errors import NotFound
from index.sentences import around, sentences
from index.store.protocol import DocumentContent, PassageRecord, Store
from rag.answer import Answer, Candidate, Citation, Item, answer_key
from rag.cells import within_cell
from rag.cite import Citer
from rag.faq import FaqMatch, FaqPlace
from rag.read import Mark

_CANDIDATES = 5
"""Marks that come back with an answer; more would be read by nobody."""

Cited = tuple[Candidate, Mark]


def excluding(texts: Sequence[str]) -> Callable[[str], bool]:
    """Whether a text is one of those that must not be given (again), but for spelling."""
    keys = frozenset(answer_key(text) for text in texts)
    return lambda text: answer_key(text) in keys


def cite_marks(
    citer: Citer, marks: Sequence[Mark], is_excluded: Callable[[str], bool], question: str
) -> tuple[Cited, ...]:
    """The best marks with their citations, less those that are excluded."""
    cited: list[Cited] = []
    for found in [mark for mark in marks if not is_excluded(mark.text)][:_CANDIDATES]:
        try:
            mark = within_cell(citer.content(found.passage.document_id), found, question)
            citation = citer.cite(mark)
        except NotFound:  # deleted since it was found: it must not answer
            continue
        cited.append((Candidate(text=citation.quote, probability=mark.probability, citation=citation), mark))
    return tuple(cited)


def answer_from_documents(
    question: str, cited: Sequence[Cited], *, threshold: float, timings: dict[str, float]
) -> Answer:
    """The best candidate where it reaches the threshold, else none."""
    candidates = tuple(candidate for candidate, _ in cited)
    best = candidates[0] if candidates else None
    if best is None or best.probability < threshold:
        return Answer(
            question=question,
            text="",
            probability=best.probability if best else 0.0,
            abstained=True,
            candidates=candidates,
            timings_ms=timings,
        )
    return Answer(
        question=question,
        text=best.text,
        probability=best.probability,
        abstained=False,
        citations=_agreeing(cited),
        items=_items(*cited[0]),
        candidates=candidates,
        timings_ms=timings,
    )


def answer_from_pair(
    question: str, match: FaqMatch, *, citations: tuple[Citation, ...], timings: dict[str, float]
) -> Answer:
    """What the administrator wrote."""
    return Answer(
        question=question,
        text=match.pair.answer,
        probability=match.score,
        abstained=False,
        citations=citations,
        timings_ms=timings,
        origin="faq",
        faq_id=match.pair.id,
    )


def cite_place(store: Store, place: FaqPlace) -> tuple[Citation, ...]:
    """The citation of the place that a pair names; none where the document, or that part of it, is gone."""
    try:
        content = store.content(place.document_id)
        if place.end > len(content.text):
            return ()
        return (Citer(store).cite(_mark_of(content, place)),)
    except NotFound:
        return ()


def _mark_of(content: DocumentContent, place: FaqPlace) -> Mark:
    """A mark on the place, in the blocks that it touches."""
    blocks = [block for block in content.blocks if block.start < place.end and place.start < block.end]
    first = min((block.start for block in blocks), default=place.start)
    first, last = min(first, place.start), max((place.end, *(block.end for block in blocks)))
    text = content.text[first:last]
    start, end = around(sentences(text), place.start - first, place.end - first)
    passage = PassageRecord(
        id=0, document_id=place.document_id, ordinal=0, start=first, end=last, text=text, heading_path=()
    )
    return Mark(
        passage=passage,
        start=place.start,
        end=place.end,
        evidence_start=first + start,
        evidence_end=first + end,
        score=0.0,
        probability=1.0,
    )


def _agreeing(cited: Sequence[Cited]) -> tuple[Citation, ...]:
    """Where the answer stands: the best place, then one in each other document that says the same.

    A place that the reader holds for wrong (a score below 0) may say the same by chance, of something else.
    """
    best = cited[0][0]
    wanted = answer_key(best.text)
    places = {best.citation.document_id: best.citation}
    for candidate, mark in cited[1:]:
        if mark.score > 0 and answer_key(candidate.text) == wanted:
            places.setdefault(candidate.citation.document_id, candidate.citation)
    return tuple(places.values())


def _items(candidate: Candidate, mark: Mark) -> tuple[Item, ...]:
    quote, first = candidate.text, mark.start
    return tuple(
        Item(text=quote[start - first : end - first], start=start, end=end) for start, end in mark.items
    )
