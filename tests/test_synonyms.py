"""Synonyms and words of an organisation: how questions are said otherwise, and what passages gain by it."""

from __future__ import annotations

import pytest

from fakes import HashingEmbedder
from index.errors import KnowledgeError
from index.ingest import passage_text
from index.loaders import loader_for
from index.retrieve import OTHER_WORDING, Retriever
from index.segment import HanAnalyzer
from index.split import split
from memory_store import MemoryStore
from rag.faq import FaqPair
from rag.features import coverage, names_kept, take_apart
from rag.knowledge import Knowledge
from rag.synonyms import MOST_WORDINGS, SynonymGroup, Synonyms


def synonyms(*groups: tuple[str, ...], both_ways: bool = True) -> Synonyms:
    return Synonyms(groups=tuple(SynonymGroup(words=words, both_ways=both_ways) for words in groups))


def test_each_word_of_a_group_stands_for_the_others() -> None:
    known = synonyms(("众创空间", "创客空间", "创业咖啡"))
    assert known.expand("眾創空間有多少家？") == ("创客空间有多少家?", "创业咖啡有多少家?")
    assert known.expand("创客空间") == ("众创空间", "创业咖啡")
    assert known.same("创业咖啡在哪") == (("创业咖啡", "众创空间"), ("创业咖啡", "创客空间"))
    assert known.expand("孵化器有多少家？") == ()


def test_one_way_only_the_first_word_is_exchanged() -> None:
    known = synonyms(("创新主体", "企业", "高校"), both_ways=False)
    assert known.expand("创新主体有多少") == ("企业有多少", "高校有多少")
    assert known.expand("企业有多少") == ()


def test_the_longest_word_wins_and_repeated_words_are_exchanged_everywhere() -> None:
    known = synonyms(("科技", "科学技术"), ("科技厅", "科学技术厅"))
    assert known.expand("科技厅的科技") == ("科学技术厅的科技", "科技厅的科学技术", "科学技术厅的科学技术")
    assert known.expand("科技和科技") == ("科学技术和科学技术",)


def test_latin_words_and_numbers_are_exchanged_whole() -> None:
    known = synonyms(("AI", "人工智能"), ("12", "一打"))
    assert known.expand("MAIN 和 Ai 与120") == ("main 和 人工智能 与120",)
    assert known.expand("有ai吗") == ("有人工智能吗",)


def test_there_are_never_more_wordings_than_can_be_searched() -> None:
    groups = [tuple(f"{name}{n}号" for n in range(10)) for name in "甲乙丙丁"]
    wordings = synonyms(*groups).expand("甲0号乙0号丙0号丁0号")
    assert len(wordings) == len(set(wordings)) == MOST_WORDINGS
    assert wordings[0] == "甲1号乙0号丙0号丁0号"


TOO_MANY = tuple(f"词{n}号" for n in range(21))


@pytest.mark.parametrize(
    "words",
    [("众创空间",), (), ("甲", ""), ("甲", "！"), ("AI", "ａｉ"), ("长" * 41, "短"), TOO_MANY],
)
def test_a_group_that_says_nothing_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(KnowledgeError) as caught:
        SynonymGroup(words=words)
    assert caught.value.remedy


def test_a_word_may_stand_for_others_in_one_group_only() -> None:
    with pytest.raises(KnowledgeError, match="创客空间"):
        synonyms(("众创空间", "创客空间"), ("创客空间", "孵化器"))
    synonyms(("众创空间", "创客空间"))
    one_way = SynonymGroup(words=("创新主体", "众创空间"), both_ways=False)
    Synonyms(groups=(SynonymGroup(words=("众创空间", "创客空间")), one_way))


@pytest.mark.parametrize("words", [("厅",), ("科技 厅",), ("科技厅", "科技廳"), ("",), ("长" * 41,)])
def test_a_word_that_the_analyzer_could_not_keep_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(KnowledgeError):
        Knowledge(words=words)


def test_ids_of_pairs_are_their_own() -> None:
    one = FaqPair(id=1, questions=("厅长是谁",), answer="张三")
    with pytest.raises(KnowledgeError, match="1"):
        Knowledge(faq=(one, FaqPair(id=1, questions=("电话",), answer="123")))


def test_words_are_told_in_a_question_however_they_are_spelt() -> None:
    assert Knowledge(words=("丝路云", "AI大脑")).words_in("絲路雲和ａｉ大脑") == {"丝路云", "ai大脑"}


TEXTS = {
    "甲.txt": "创客空间达到27家，其中国家级14家。",
    "乙.txt": "众创空间达到30家，其中国家级15家。",
    "丙.txt": "大会在乌鲁木齐市召开，张小雷作工作报告。",
    "丁.txt": "星创天地达到20家，其中国家级3家。",
}


@pytest.fixture
def store() -> MemoryStore:
    embedder = HashingEmbedder()
    store = MemoryStore(analyzer=HanAnalyzer(), embedder=embedder.info)
    for name, text in TEXTS.items():
        document = loader_for(name).load(text.encode(), source=name)
        passages = split(document)
        vectors = embedder.embed_passages(
            [passage_text(document.title, p.heading_path, p.text) for p in passages]
        )
        store.add(document, passages, vectors, upload=text.encode())
    return store


def test_lexical_shares_are_those_of_the_wording_that_fits_best(store: MemoryStore) -> None:
    retriever = Retriever(store, HashingEmbedder())
    question, other = "众创空间达到多少家", "创客空间达到多少家"

    def shares(question: str, also: tuple[str, ...] = ()) -> dict[str, float]:
        return {item.passage.text: item.sparse for item in retriever.retrieve(question, 4, also=also)}

    plain, swapped, both = shares(question), shares(other), shares(question, (other,))
    for text in TEXTS.values():
        assert both[text] == pytest.approx(max(plain[text], OTHER_WORDING * swapped[text]))
        assert 0 <= both[text] <= 1
    assert both[TEXTS["甲.txt"]] > plain[TEXTS["甲.txt"]]
    assert both[TEXTS["乙.txt"]] == plain[TEXTS["乙.txt"]] > both[TEXTS["甲.txt"]]


def test_a_passage_that_only_a_synonym_finds_is_found(store: MemoryStore) -> None:
    retriever = Retriever(store, HashingEmbedder(), pool=1, weight=0.0)
    (found,) = retriever.retrieve("双创载体", 1, also=("星创天地",))
    assert found.passage.text == TEXTS["丁.txt"]


def test_a_sentence_in_a_synonym_covers_the_word_that_was_asked() -> None:
    def ones(terms: object) -> dict[str, float]:
        return dict.fromkeys(terms, 1.0)  # type: ignore[call-overload, no-any-return]

    known = synonyms(("科技厅", "科学技术厅"))
    question = "科技厅在哪里"
    plain = take_apart(question, ones, lambda _: ["科技厅"])
    query = take_apart(
        question, ones, lambda _: ["科技厅"], same=known.same(question), more_names=frozenset({"丝路云"})
    )
    text = "科学技术厅设在北京南路。"
    assert coverage(query.weights, query.terms_in(text)) > coverage(plain.weights, plain.terms_in(text))
    assert query.terms_in("别的厅") == plain.terms_in("别的厅")
    assert (names_kept(plain, text), names_kept(query, text)) == (0.0, 0.5)
    assert names_kept(query, "丝路云属于科技厅。") == 1.0
