"""What a question becomes in the lexical index: fields, weights, queries, and the bound on their scores."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from index.segment import Analyzer
from index.store.protocol import Filter

K1 = 1.2
"""BM25's saturation of term frequency, as tantivy has it fixed (with b = 0.75)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWeights:
    """Boost of each field's BM25 in the sum, 0 or more; 0 leaves the field out.

    Args:
        grams: Han characters and bigrams of the passage.
        words: dictionary words of the passage.
        context: grams of the document's title and the headings above the passage.
    """

    grams: float = 1.0
    words: float = 0.2
    context: float = 0.5

    def __post_init__(self) -> None:
        if min(self.grams, self.words, self.context) < 0:
            raise ValueError("field weights must be 0 or more")


@cache
def schema() -> Any:
    """Fields of the index. Frequencies without positions: there are no phrase queries."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", indexed=True, fast=True)  # 0 is the stamp
    builder.add_unsigned_field("document", indexed=True)
    builder.add_unsigned_field("collection", indexed=True)
    for name in ("grams", "words", "context"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("stamp", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def stamp_query(fields: Any) -> Any:
    """Finds the stamp alone."""
    import tantivy

    return tantivy.Query.term_query(fields, "passage", 0)


def terms_query(fields: Any, analyzer: Analyzer, weights: FieldWeights, text: str) -> Any | None:
    """Any of the text's terms in any field, weighted; None if it has no terms."""
    import tantivy

    clauses = []
    for name, boost, terms in _fields(analyzer, weights, text):
        for term in terms:
            query = tantivy.Query.term_query(fields, name, term, index_option="freq")
            clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, boost)))
    return tantivy.Query.boolean_query(clauses) if clauses else None


def filter_query(fields: Any, query: Any, where: Filter, collections: Sequence[int] | None) -> Any:
    """The same query among the passages that the filter lets through; scores stay as they are."""
    import tantivy

    sets = {"collection": collections, "document": where.document_ids, "passage": where.passage_ids}
    clauses = [(tantivy.Occur.Must, query)]
    for name, values in sets.items():
        if values is not None:
            # Passage 0 is the stamp, which no caller may name; unsigned fields refuse what is negative.
            members = tantivy.Query.term_set_query(fields, name, [int(v) for v in values if v > 0])
            clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(members, 0.0)))
    return query if len(clauses) == 1 else tantivy.Query.boolean_query(clauses)


def bound_of(searcher: Any, total: int, analyzer: Analyzer, weights: FieldWeights, text: str) -> float:
    """A score that no passage can exceed: the sum over terms and fields of boost x IDF x (k1 + 1).

    BM25's share of one term is IDF x (k1 + 1) x tf / (tf + norm) with norm > 0. IDF as tantivy computes it:
    ln(1 + (N - n + 0.5) / (n + 0.5)). A term that the corpus lacks counts in the passages' own fields, for a
    passage that really answers would hold it; in the context only where a title or heading holds it.

    Args:
        total: N, entries of the index; like n, it counts deleted ones until tantivy merges them away.
    """
    bound = 0.0
    for name, boost, terms in _fields(analyzer, weights, text):
        for term in terms:
            n = searcher.doc_freq(name, term)
            if n > 0 or name != "context":
                bound += boost * _idf(total, n) * (K1 + 1)
    return bound


def weights_of(searcher: Any, total: int, terms: Sequence[str]) -> dict[str, float]:
    """IDF of each gram, as in :func:`bound_of`."""
    return {term: _idf(total, searcher.doc_freq("grams", term)) for term in terms}


def _idf(total: int, holding: int) -> float:
    return math.log1p((total - holding + 0.5) / (holding + 0.5))


def total_documents(searcher: Any, fields: Any, stamp: Any) -> int:
    """The N that tantivy puts into IDF, deleted entries included, which only an explanation tells."""
    explanation = json.loads(stamp_query(fields).explain(searcher, stamp).to_json())
    for part in _parts(explanation):
        if part["description"].startswith("N, "):
            return int(part["value"])
    raise ValueError("tantivy explains its scores in another way")


def _parts(explanation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield explanation
    for part in explanation.get("details", ()):
        yield from _parts(part)


def _fields(
    analyzer: Analyzer, weights: FieldWeights, text: str
) -> Iterator[tuple[str, float, tuple[str, ...]]]:
    """(field, boost, terms) of a question; a term that it repeats counts once."""
    grams = tuple(dict.fromkeys(analyzer.grams(text)))
    words = tuple(dict.fromkeys(analyzer.words(text)))
    fields = (
        ("grams", weights.grams, grams),
        ("words", weights.words, words),
        ("context", weights.context, grams),
    )
    yield from (field for field in fields if field[1] > 0)
