"""Reading uploads in a process of its own: the same documents, and no file can do harm beyond itself."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import YEARBOOK
from fakes import HashingEmbedder
from index.document import Document
from index.errors import (
    BinaryDocument,
    DocumentError,
    EmptyDocument,
    ParsingFailed,
    ParsingTimedOut,
    YuanwenError,
)
from index.ingest import Ingester, Limits, Status, load_here
from index.isolate import IsolatedParser, ParseLimits, load_isolated
from index.isolation.documents import pack_document, pack_error, unpack_document, unpack_error
from index.isolation.frames import BadFrame, Frame
from index.isolation.process import LimitedProcess, OutOfTime, ProcessDied
from index.segment import HanAnalyzer
from index.store.embedded import open_store

TARGETS = "isolated_targets"
TIGHT = ParseLimits(seconds=3.0, cpu_seconds=60, memory_bytes=2**30)
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits and /proc of Linux")

TRADITIONAL = "第一章 總則\n\n第一條 本辦法自二〇二一年一月一日起施行。\n第二條 臺北市政府應設置委員會。\n"
MARKDOWN = (
    "# 年鉴\n\n## 奖励\n\n大会于**三月五日**召开。\n\n- 一等奖\n- 二等奖\n\n| 甲 | 乙 |\n|--|--|\n| 1 | 2 |\n"
)
SAMPLES = [
    ("年鉴.txt", YEARBOOK, "gb18030"),
    ("年鉴.txt", YEARBOOK, "utf-16"),
    ("年鉴.txt", YEARBOOK, "utf-8-sig"),
    ("辦法.txt", TRADITIONAL, "big5hkscs"),
    ("夹/年鉴.md", MARKDOWN, "utf-8"),
    ("年鉴.md", MARKDOWN, "gb18030"),
    ("长.txt", YEARBOOK * 200, "utf-8"),
]


@pytest.fixture(scope="module")
def parser() -> Iterator[IsolatedParser]:
    """The one that production uses."""
    with IsolatedParser() as parser:
        yield parser


@pytest.fixture(scope="module")
def risky() -> Iterator[IsolatedParser]:
    """One whose child misbehaves where it is told to."""
    with IsolatedParser(TIGHT, module=TARGETS) as parser:
        yield parser


@pytest.fixture
def child() -> Iterator[LimitedProcess]:
    process = LimitedProcess(TARGETS, TIGHT)
    yield process
    process.close()


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def assert_same(one: Document, other: Document) -> None:
    for field in fields(Document):
        if field.name != "offsets":
            assert getattr(one, field.name) == getattr(other, field.name), field.name
    np.testing.assert_array_equal(one.offsets.clean_starts, other.offsets.clean_starts)
    np.testing.assert_array_equal(one.offsets.raw_starts, other.offsets.raw_starts)
    assert one.offsets.length == other.offsets.length


def failure(load: Any, data: bytes, source: str, encoding: str | None = None) -> tuple[type, str, str, str]:
    with pytest.raises(DocumentError) as caught:
        load(data, source=source, encoding=encoding)
    return type(caught.value), caught.value.message, caught.value.remedy, caught.value.source


@pytest.mark.parametrize(("source", "text", "encoding"), SAMPLES)
def test_document_is_the_one_that_the_loader_gives_here(
    parser: IsolatedParser, source: str, text: str, encoding: str
) -> None:
    data = text.encode(encoding)
    assert_same(parser.load(data, source=source), load_here(data, source=source))


def test_samples_that_come_with_yuanwen_are_read_the_same(parser: IsolatedParser) -> None:
    for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt")):
        data = path.read_bytes()
        assert_same(parser.load(data, source=path.name), load_here(data, source=path.name))


_CHARACTERS = st.sampled_from("第一二三条章节、。,:;!?\n\n\n 　的是在年月日abc12(《》)#*-|\t\r\f臺灣總統龍龜")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(_CHARACTERS, max_size=300),
    st.sampled_from([".txt", ".md"]),
    st.sampled_from(["utf-8", "gbk", "big5", "utf-16", "utf-16-be", "gb18030"]),
    st.booleans(),
)
def test_whatever_is_written_it_makes_no_difference_where_it_is_read(
    parser: IsolatedParser, text: str, ending: str, encoding: str, told: bool
) -> None:
    data = text.encode(encoding, "replace")
    options: dict[str, Any] = {"source": f"a{ending}", "encoding": encoding if told else None}
    try:
        here = load_here(data, **options)
    except DocumentError:
        assert failure(parser.load, data, **options) == failure(load_here, data, **options)
    else:
        assert_same(parser.load(data, **options), here)


@pytest.mark.parametrize(
    ("data", "source", "encoding"),
    [
        (b"\x00\x01\x02" * 100, "a.txt", None),
        (b"%PDF-1.7 ...", "a.txt", None),
        (b"  \n", "a.txt", None),
        (b"x", "a.xyz", None),
        (b"x", "a", None),
        (b"\xff\xff\xff", "a.md", "utf-8"),
        (b"x", "a.txt", "no-such-codec"),
        (b"", "夹/a: b.txt", None),
    ],
)
def test_error_is_the_one_that_the_loader_raises_here(
    parser: IsolatedParser, data: bytes, source: str, encoding: str | None
) -> None:
    assert failure(parser.load, data, source, encoding) == failure(load_here, data, source, encoding)


def test_error_of_a_class_that_is_not_known_is_a_document_error() -> None:
    class Strange(YuanwenError):
        default_remedy = "请重试。"

    error = unpack_error(pack_error(Strange("怪。")), source="a.txt")
    assert type(error) is DocumentError
    assert (error.message, error.remedy) == ("a.txt: 怪。", "请重试。")
    with pytest.raises(BadFrame):
        unpack_error({"error": 3}, source="a.txt")


@linux
@pytest.mark.parametrize(
    ("source", "kind", "says"),
    [
        ("loops", ParsingTimedOut, "3 秒"),
        ("eats memory", ParsingFailed, "内存"),
        ("segfaults", ParsingFailed, "中止"),
        ("exits", ParsingFailed, "中止"),
        ("raises", ParsingFailed, "KeyError"),
        ("writes nonsense", ParsingFailed, "中止"),
    ],
)
def test_file_that_its_loader_does_not_survive_is_an_error_and_the_next_one_is_read(
    risky: IsolatedParser, source: str, kind: type[ParsingFailed], says: str
) -> None:
    started = time.monotonic()
    with pytest.raises(kind) as caught:
        risky.load(b"", source=source)
    assert type(caught.value) is kind
    assert says in caught.value.message
    assert caught.value.source == source
    assert caught.value.remedy
    assert time.monotonic() - started < 60
    data = YEARBOOK.encode()
    assert_same(risky.load(data, source="a.txt"), load_here(data, source="a.txt"))


def test_processor_time_is_limited_for_each_file() -> None:
    process = LimitedProcess(TARGETS, ParseLimits(seconds=100, cpu_seconds=1))
    try:
        assert process.call({"source": "a.txt", "encoding": None}, b"x").header["sizes"]
        with pytest.raises(OutOfTime):
            process.call({"source": "loops"})
    finally:
        process.close()


@linux
def test_what_the_loader_started_dies_with_it(child: LimitedProcess) -> None:
    pid = child.call({"source": "starts another"}).header["pid"]
    assert psutil.pid_exists(pid)
    with pytest.raises(OutOfTime):
        child.call({"source": "sleeps"})
    child.close()
    deadline = time.monotonic() + 20
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@linux
def test_child_has_nothing_open_nothing_to_tell_and_no_priority(
    child: LimitedProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("YUANWEN_ADMIN_KEY", "secret")
    secret = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(secret, True)
    process = LimitedProcess(TARGETS, TIGHT)
    try:
        told = process.call({"source": "tells"}).header
    finally:
        process.close()
        os.close(secret)
    others = [name for name in told["files"] if not name.startswith("pipe:") and name != os.devnull]
    assert others == []
    assert len([name for name in told["files"] if name.startswith("pipe:")]) == 2
    assert "YUANWEN_ADMIN_KEY" not in told["environment"]
    assert told["nice"] >= 10
    assert told["session"]
    assert told["modules"] == []


def test_what_a_loader_prints_or_reads_does_not_get_between(child: LimitedProcess) -> None:
    assert child.call({"source": "prints"}).header == {"read": ""}
    assert child.call({"source": "a.txt", "encoding": None}, b"x").header["title"] == "a"


@pytest.mark.parametrize(
    "but",
    [
        {"sha256": "0" * 64},
        {"sizes": [1, 2]},
        {"sizes": [10**30, 0, 0, 0]},
        {"sizes": [-1, 1, 0, 0]},
        {"sizes": "many"},
        {"title": None},
        {"title": ["年鉴"]},
    ],
)
def test_answer_that_contradicts_itself_is_not_believed(but: Mapping[str, Any]) -> None:
    data = YEARBOOK.encode()
    header, payload = pack_document(load_here(data, source="a.txt"))
    unpack_document(Frame(header, b"".join(payload)), data=data, source="a.txt")
    with pytest.raises(BadFrame):
        unpack_document(Frame({**header, **but}, b"".join(payload)), data=data, source="a.txt")


@pytest.mark.parametrize(
    ("piece", "wrong"),
    [
        (0, b"\xff"),
        (1, b'[[5, 3, "paragraph", 0, []]]'),
        (1, b'[[0, 3, "paragraph", 0, []], [1, 4, "paragraph", 0, []]]'),
        (1, b'[[0, 9999999, "paragraph", 0, []]]'),
        (1, b'[[0, 3, "no kind", 0, []]]'),
        (1, b'[[0, 3.5, "paragraph", 0, []]]'),
        (1, b"[" * 100_000),
        (2, b"\0" * 7),
        (2, np.array([1, 2]).tobytes()),
        (3, b""),
    ],
)
def test_text_blocks_and_offsets_that_do_not_fit_are_not_believed(piece: int, wrong: bytes) -> None:
    data = YEARBOOK.encode()
    header, payload = pack_document(load_here(data, source="a.txt"))
    payload[piece] = wrong
    frame = Frame({**header, "sizes": [len(part) for part in payload]}, b"".join(payload))
    with pytest.raises(BadFrame):
        unpack_document(frame, data=data, source="a.txt")


def test_child_is_kept_for_the_next_file_and_replaced_in_time() -> None:
    others = children()
    with IsolatedParser(reuse=2) as parser:
        seen = []
        for _ in range(4):
            parser.load(b"x", source="a.txt")
            seen.append(children() - others)
    assert seen[1] == seen[3] == set()
    assert len(seen[0]) == len(seen[2]) == 1
    assert seen[0] != seen[2]


@linux
def test_nothing_is_left_behind(risky: IsolatedParser) -> None:
    with pytest.raises(ParsingFailed):  # from here on it has no child that was started before
        risky.load(b"", source="exits")
    process = psutil.Process()
    before = process.num_fds(), threading.active_count(), children()
    for source in ("exits", "segfaults", "a.txt", "exits"):
        with suppress(ParsingFailed):
            risky.load(b"x", source=source)
    load_isolated(b"x", source="a.txt", encoding=None, limits=TIGHT)
    assert (process.num_fds(), threading.active_count(), children()) == before


def test_threads_share_a_parser() -> None:
    texts = [f"第{i}条 内容。".encode() for i in range(12)]
    others = children()
    with IsolatedParser(children=2) as parser:
        results: list[Document | None] = [None] * len(texts)

        def work(index: int) -> None:
            results[index] = parser.load(texts[index], source=f"{index}.txt")

        threads = [threading.Thread(target=work, args=(index,)) for index in range(len(texts))]
        for thread in threads:
            thread.start()
        assert len(children() - others) <= 2
        for thread in threads:
            thread.join()
    for index, document in enumerate(results):
        assert document is not None
        assert_same(document, load_here(texts[index], source=f"{index}.txt"))


def test_closing_ends_a_document_that_is_being_read() -> None:
    others = children()
    parser = IsolatedParser(ParseLimits(seconds=200), module=TARGETS)
    caught: list[Exception] = []

    def work() -> None:
        try:
            parser.load(b"", source="sleeps")
        except ParsingFailed as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while children() == others:
        time.sleep(0.01)
    parser.close()
    thread.join(60)
    assert len(caught) == 1
    with pytest.raises(ParsingFailed, match="结束"):
        parser.load(b"x", source="a.txt")
    parser.close()
    assert children() == others


def test_child_follows_when_its_parent_is_gone() -> None:
    script = (
        "import os, psutil\nfrom index.isolate import IsolatedParser\n"
        "parser = IsolatedParser()\nparser.load(b'x', source='a.txt')\n"
        "print(psutil.Process().children()[0].pid, flush=True)\nos._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    pid = int(done.stdout)
    deadline = time.monotonic() + 30
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_child_that_cannot_start_is_an_error() -> None:
    process = LimitedProcess("no_such_module", TIGHT)
    with pytest.raises(ProcessDied) as caught:
        process.call({"source": "a.txt"})
    assert caught.value.returncode != 0
    process.close()


def test_child_that_was_closed_answers_no_more(child: LimitedProcess) -> None:
    child.close()
    with pytest.raises(ProcessDied):
        child.call({"source": "a.txt", "encoding": None}, b"x")


def test_ingester_reads_by_the_parser_that_it_is_given(tmp_path: Path, risky: IsolatedParser) -> None:
    embedder = HashingEmbedder()
    store = open_store(tmp_path / "home", analyzer=HanAnalyzer(), embedder=embedder.info)
    try:
        ingester = Ingester(store, embedder, limits=Limits(), load=risky.load)
        with pytest.raises(ParsingFailed):
            ingester.add_bytes(b"x", source="exits")
        with pytest.raises(EmptyDocument):
            ingester.add_bytes(b"", source="a.txt")
        with pytest.raises(BinaryDocument):
            ingester.add_bytes(b"\0" * 10, source="a.txt")
        outcome = ingester.add_bytes(YEARBOOK.encode("gb18030"), source="年鉴.txt")
        assert outcome.status is Status.ADDED
        assert outcome.document is not None
        assert store.content(outcome.document.id).text == load_here(YEARBOOK.encode(), source="a.txt").text
    finally:
        store.close()
