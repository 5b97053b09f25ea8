"""``yuanwen serve`` as processes: how it starts, shares, replaces what dies, and ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import func, select

from api.addresses import told_addresses
from api.security.principal import LOCAL, Scope
from api.state.database import FILE, StateDatabase
from api.state.keys import Keys
from api.state.tables import job_files, jobs, users
from conftest import YEARBOOK
from fakes import HashingEmbedder
from index.ingest import Ingester, Limits
from index.segment import HanAnalyzer
from index.store.embedded import open_store
from rag.settings import Settings
from service_process import SLOW, Served, environment, served

QUESTION = {"question": "奖励大会是谁主持的？"}
SLOW_QUESTION = {"question": "奖励大会是谁慢慢主持的？"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With ``home`` in it, where a document is."""
    embedder = HashingEmbedder()
    with closing(open_store(tmp_path / "home", analyzer=HanAnalyzer(), embedder=embedder.info)) as store:
        Ingester(store, embedder, limits=Limits()).add_bytes(YEARBOOK.encode(), source="年鉴.txt")
    return tmp_path


@pytest.fixture
def key(folder: Path) -> dict[str, str]:
    """Headers of a program that may do everything."""
    with closing(StateDatabase(folder / "home" / FILE)) as database:
        _, token = Keys(database).create("测试", tuple(Scope), maker=LOCAL)
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def ask(service: Served, key: dict[str, str], body: dict[str, str] = QUESTION) -> httpx.Response:
    return httpx.post(f"{service.url}/v1/ask", json=body, headers=key, timeout=60, trust_env=False)


def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """What the condition gives once it gives something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("it never came to be")


def under_way(service: Served, key: dict[str, str]) -> float:
    text = service.get("/metrics", headers=key).text
    (value,) = re.findall(r"^yuanwen_questions_under_way (\S+)$", text, re.MULTILINE)
    return float(value)


def test_told_to_end_it_refuses_what_is_new_and_finishes_what_is_under_way(
    folder: Path, key: dict[str, str], pool: ThreadPoolExecutor
) -> None:
    with served(folder, before=SLOW) as service:
        slow = pool.submit(ask, service, key, SLOW_QUESTION)
        until(lambda: under_way(service, key) == 1)
        service.terminate()
        until(lambda: "ending" in service.output)
        for response in (service.get("/readyz"), ask(service, key)):
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) >= 1
            assert response.json()["title"] == "Overloaded"
        assert service.get("/healthz").status_code == 200
        assert service.process.poll() is None
        assert slow.result(60).json()["text"]
        assert service.process.wait(30) == 0
    assert "Traceback" not in service.output


def test_told_twice_it_ends_at_once(folder: Path, key: dict[str, str], pool: ThreadPoolExecutor) -> None:
    very_slow = SLOW.replace("1.5", "30")
    with served(folder, before=very_slow) as service:
        slow = pool.submit(ask, service, key, SLOW_QUESTION)
        until(lambda: under_way(service, key) == 1)
        service.terminate()
        until(lambda: "ending" in service.output)
        service.terminate()
        assert service.process.wait(10) == 128 + signal.SIGTERM
        with pytest.raises(httpx.TransportError):
            slow.result(10)


def test_it_ends_when_its_time_is_over_whatever_is_under_way(
    folder: Path, key: dict[str, str], pool: ThreadPoolExecutor
) -> None:
    very_slow = SLOW.replace("1.5", "60")
    with served(folder, before=very_slow, stop_seconds="1") as service:
        slow = pool.submit(ask, service, key, SLOW_QUESTION)
        until(lambda: under_way(service, key) == 1)
        service.terminate()
        assert service.process.wait(30) == 1
        assert "out of time" in service.output
        assert slow.exception(10) is not None or slow.result().status_code >= 500


def test_processes_share_one_index_one_database_and_one_first_administrator(
    folder: Path, key: dict[str, str], pool: ThreadPoolExecutor
) -> None:
    with served(folder, before=SLOW, workers="2") as service:
        until(lambda: len(service.started) == 2)
        assert len(re.findall(r"密码 +\S+$", service.output, re.MULTILINE)) == 1
        assert service.output.count(f"可以用了：{service.url}/") == 1
        told = service.get("/v1/settings", headers=key).json()["items"]
        origins = {one["name"]: (one["value"], one["origin"]) for one in told}
        assert origins["port"] == (service.port, "argument")
        assert origins["threads"] == (0, "default")  # whatever each was given
        assert origins["workers"] == (2, "environment")
        with closing(StateDatabase(folder / "home" / FILE)) as database, database.read() as connection:
            assert connection.scalars(select(users.c.name)).all() == ["admin"]
        texts = list(pool.map(lambda _: ask(service, key).json()["text"], range(16)))
        assert len(set(texts)) == 1
        assert texts[0]
        metrics = service.get("/metrics", headers=key).text
        assert 'yuanwen_questions_total{outcome="answered"} 16.0' in metrics

        os.kill(service.started[0], signal.SIGKILL)
        until(lambda: len(service.started) == 3)
        assert ask(service, key).json()["text"] == texts[0]
        metrics = service.get("/metrics", headers=key).text
        assert 'yuanwen_questions_total{outcome="answered"} 17.0' in metrics

        slow = [pool.submit(ask, service, key, SLOW_QUESTION) for _ in range(3)]
        until(lambda: under_way(service, key) == 3)
        service.terminate()
        assert [answer.result(60).status_code for answer in slow] == [200] * 3
        assert service.process.wait(30) == 0
    assert "Traceback" not in service.output


SLOW_EMBEDDING = """
import time
embed = HashingEmbedder.embed_passages
def slowly(self, texts, *, progress=None):
    time.sleep(0.5)
    return embed(self, texts, progress=progress)
HashingEmbedder.embed_passages = slowly
"""


def test_a_job_is_handed_back_between_two_files_and_gone_on_with_at_the_next_start(
    folder: Path, key: dict[str, str]
) -> None:
    count = 6
    body = "这里说的是一件事。" * 7000  # so long that files aren't embedded together
    sent = [("files", (f"{number}.txt", f"第{number}份文件。{body}".encode())) for number in range(count)]
    with served(folder, before=SLOW_EMBEDDING) as service:
        started = httpx.post(
            f"{service.url}/v1/documents?collection=default",
            files=sent,
            headers=key,
            timeout=60,
            trust_env=False,
        )
        assert started.status_code == 202, started.text
        job = f"/v1/jobs/{started.json()['id']}"
        until(lambda: service.get(job, headers=key).json()["done"] >= 1)
        service.terminate()
        assert service.process.wait(30) == 0
    with closing(StateDatabase(folder / "home" / FILE)) as database, database.read() as connection:
        assert connection.scalars(select(jobs.c.status)).all() == ["waiting"]
        decided = connection.scalar(select(func.count()).where(job_files.c.document_id.is_not(None)))
        assert 1 <= int(decided or 0) < count
    with served(folder) as service:
        assert service.output.index("正在准备模型") < service.output.index(f"可以用了：{service.url}/")
        assert "密码" not in service.output
        until(lambda: service.get(job, headers=key).json()["status"] == "done")
        assert service.get("/readyz").json()["documents"] == count + 1


def test_processes_without_their_parent_end(folder: Path) -> None:
    with served(folder, workers="2") as service:
        until(lambda: len(service.started) == 2)
        service.process.kill()
        service.process.wait()
        with closing(socket.socket()) as probe:
            until(lambda: _free(probe, service.port))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "可以用了：http://127.0.0.1:8080/"),
        ({"host": "192.168.1.20"}, "可以用了：http://192.168.1.20:8080/"),
        ({"host": "::1"}, "可以用了：http://[::1]:8080/"),
        (
            {"host": "0.0.0.0", "allowed_hosts": ("qa.cn", "127.0.0.1")},
            "可以用了：http://qa.cn:8080/",
        ),
        (
            {"allowed_hosts": ("qa.cn", "127.0.0.1")},
            "可以用了，监听 127.0.0.1:8080。请经反向代理，用这里的主机名打开：qa.cn",
        ),
    ],
)
def test_addresses_that_are_told_can_be_opened(given: dict[str, Any], told: str) -> None:
    assert told_addresses(Settings(**given)) == told


def test_who_listens_for_others_and_lets_nobody_in_is_told_so() -> None:
    told = told_addresses(Settings(host="0.0.0.0"))
    assert "http://127.0.0.1:8080/" in told
    assert "YUANWEN_ALLOWED_HOSTS" in told


def _free(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", *arguments],
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_an_address_in_use_is_told_before_anything_is_loaded(folder: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(folder, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "不能在 127.0.0.1" in done.stderr


def test_processes_that_cannot_start_end_the_service(folder: Path) -> None:
    # The index was made with another embedder than the one that each of them finds.
    other = "rag.build.make_embedder = lambda settings, progress=None: HashingEmbedder(revision='2')\n"
    with served(folder, before=other, wait=False, workers="2") as service:
        assert service.process.wait(60) == 2
    assert "索引是用模型" in service.output
    assert "Traceback" not in service.output


def test_it_can_be_told_to_end_before_it_has_started(folder: Path) -> None:
    waits = "import time\nHashingEmbedder.embed_queries = lambda self, texts: time.sleep(60)\n"
    with served(folder, before=waits, wait=False) as service:
        until(lambda: "管理员" in service.output)
        service.terminate()
        assert service.process.wait(30) == 0


def test_a_thread_may_not_install_the_handlers(folder: Path) -> None:
    """As in tests, where applications run on other threads than the main one."""
    import asyncio

    from api.ending import Ending, ending_by_signals

    before = signal.getsignal(signal.SIGTERM)

    async def inside() -> None:
        with ending_by_signals(Ending(), seconds=1, insist=True):
            assert signal.getsignal(signal.SIGTERM) is before

    thread = threading.Thread(target=lambda: asyncio.run(inside()))
    thread.start()
    thread.join()
