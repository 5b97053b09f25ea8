"""The command line: ``yuanwen add | list | remove | ask | status | reindex | serve | doctor | eval`` and those of
:mod:`api.cli_operate`, :mod:`api.cli_access`, :mod:`api.cli_mcp` and :mod:`api.cli_sync`.

Exit codes: 0 done (an honest "not found" included), 1 something handed in couldn't be used, 2 wrong usage or
settings, 3 the model, 4 the index, 130 interrupted. ``--json`` prints JSON on standard output and nothing else.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api import cli_access, cli_eval, cli_mcp, cli_operate, cli_sync, output
from index.errors import InputError, ModelError, NotFound, StoreError, YuanwenError

if TYPE_CHECKING:
    from rag.service import QAService

app = typer.Typer(
    name="yuanwen",
    help="原文：用你自己的中文文档回答问题，每个答案都是原文，并附可核对的出处。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_eval.app)
cli_operate.register(app)
cli_access.register(app)
cli_mcp.register(app)
cli_sync.register(app)
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，便于脚本使用")]
Collection = Annotated[str, typer.Option("--collection", "-c", help="文档集")]
OneCollection = Annotated[str | None, typer.Option("--collection", "-c", help="只限这个文档集")]

EXIT_CODES: tuple[tuple[type[YuanwenError], int], ...] = (
    (InputError, 1),
    (ModelError, 3),
    (StoreError, 4),
    (YuanwenError, 2),
)


def main() -> None:
    """Entry point: errors of our own tree end as one message and an exit code, never as a traceback."""
    for stream in (sys.stdout, sys.stderr):  # answers are Chinese, whatever the locale says
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except YuanwenError as error:
        if "--json" in sys.argv:
            output.print_json({"error": output.error_object(error)})
        else:
            output.print_error(error)
        raise SystemExit(exit_code(error)) from None


def exit_code(error: YuanwenError) -> int:
    """The exit code that stands for an error's class."""
    return next(code for kind, code in EXIT_CODES if isinstance(error, kind))


@contextlib.contextmanager
def _service(*, quiet: bool) -> Iterator[QAService]:
    from rag.build import open_service
    from rag.settings import load_settings

    with (
        output.model_progress(quiet=quiet) as progress,
        open_service(load_settings(), progress=progress) as service,
    ):
        yield service


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="文件或目录（目录会包含其下所有能读的文件）")],
    collection: Collection = "default",
    encoding: Annotated[str | None, typer.Option(help="文件编码；不写就自动识别")] = None,
    as_json: AsJson = False,
) -> None:
    """添加或更新文档；内容没有变化的文件会跳过。"""
    from index.ingest import find_files
    from index.isolate import IsolatedParser
    from rag.build import parse_limits

    files = list(find_files(paths))
    if not files:
        raise NotFound("没有找到可以添加的文件。", remedy="运行 yuanwen doctor 查看能读哪些格式。")
    with (
        _service(quiet=as_json) as service,
        IsolatedParser(parse_limits(service.settings)) as parser,
        output.ingest_progress(len(files), quiet=as_json) as progress,
    ):
        outcomes = []
        stopped: StoreError | None = None
        ingest = service.add(
            files, collection=collection, encoding=encoding, on_embedded=progress.embedded, load=parser.load
        )
        try:
            for outcome in ingest:
                progress.finished(outcome)
                outcomes.append(outcome)
        except StoreError as error:  # a full disk, say: what was stored until then is still to be told
            stopped = error
        finally:
            ingest.close()
    if as_json:
        output.print_json(output.outcomes_object(outcomes, stopped=stopped))
    else:
        output.print_outcomes(outcomes)
        if stopped is not None:
            output.print_error(stopped)
    if stopped is not None:
        raise typer.Exit(exit_code(stopped))
    if any(outcome.error for outcome in outcomes):
        raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="问题")] = None,
    file: Annotated[Path | None, typer.Option("--file", help='每行一个 {"id","question"} 的 JSONL')] = None,
    collection: OneCollection = None,
    top_k: Annotated[int | None, typer.Option(help="阅读多少个段落", min=1, max=100)] = None,
    as_json: AsJson = False,
) -> None:
    """提问：得到原文答案和出处，或者“没有找到”。"""
    if (question is None) == (file is None):
        raise typer.BadParameter("请给出一个问题，或用 --file 给出一批问题（二者选一）。")
    scope: dict[str, Any] = {"collections": None if collection is None else [collection], "top_k": top_k}
    if file is not None:
        _ask_file(file, scope, collection, as_json=as_json)
        return
    assert question is not None
    with _service(quiet=as_json) as service:
        service.warm()  # so that the time shown is the question's
        answer = service.ask(question, **scope)
    if as_json:
        output.print_json(output.answer_object(answer))
    else:
        output.print_answer(answer, home=service.settings.home, collection=collection)


def _ask_file(path: Path, scope: dict[str, Any], collection: str | None, *, as_json: bool) -> None:
    from rag.questions import load_questions

    questions = load_questions(path)
    failed = False
    with _service(quiet=as_json) as service:
        service.warm()
        for item in questions:
            try:
                answer = service.ask(item.question, **scope)
            except InputError as error:
                failed = True
                record = output.answer_object(output.no_answer(item.question))
                record["error"] = output.error_object(error)
                if not as_json:
                    output.print_error(error)
            else:
                record = output.answer_object(answer)
                if not as_json:
                    output.print_answer(answer, home=service.settings.home, collection=collection)
            if as_json:
                output.print_json({"id": item.id, **record}, lines=True)
    if failed:
        raise typer.Exit(1)


@app.command(name="list")
def list_(collection: OneCollection = None, as_json: AsJson = False) -> None:
    """列出文档。"""
    from rag.build import open_embedded_store
    from rag.settings import load_settings

    with contextlib.closing(open_embedded_store(load_settings(), None)) as store:
        records = store.documents(collection=collection)
    if as_json:
        output.print_json({"documents": [output.document_object(record) for record in records]})
    else:
        output.print_documents(records)


@app.command()
def remove(
    documents: Annotated[list[str], typer.Argument(help="文档编号、路径或文件名")],
    collection: OneCollection = None,
    as_json: AsJson = False,
) -> None:
    """删除文档；删除后它不会再出现在任何答案里。"""
    from rag.build import open_embedded_store
    from rag.manage import resolve_documents
    from rag.settings import load_settings

    with contextlib.closing(open_embedded_store(load_settings(), None)) as store:
        records = resolve_documents(store, documents, collection=collection)
        with store.batch():
            for record in records:
                store.delete(record.id)
    if as_json:
        output.print_json({"removed": [output.document_object(record) for record in records]})
    else:
        Console().print("\n".join(f"已删除 {record.source}" for record in records), highlight=False)


@app.command()
def status(as_json: AsJson = False) -> None:
    """文档、段落的数量和索引大小。"""
    from rag.build import open_embedded_store
    from rag.settings import load_settings

    settings = load_settings()
    with contextlib.closing(open_embedded_store(settings, None)) as store:
        state = store.status()
    if as_json:
        output.print_json(output.status_object(state, settings))
    else:
        output.print_status(state, settings)


@app.command()
def reindex(as_json: AsJson = False) -> None:
    """换了模型后重新编码全部段落；没有换，就从数据库重建两个检索索引。"""
    from rag.build import reindex as run
    from rag.settings import load_settings

    with output.model_progress(quiet=as_json) as model, output.passages_progress(quiet=as_json) as passages:
        report = run(load_settings(), model_progress=model, progress=passages)
    if as_json:
        output.print_json({"documents": report.documents, "passages": report.passages})
    else:
        Console().print(f"已重建：{report.documents} 个文档，{report.passages} 个段落。", highlight=False)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="监听地址，默认只限本机")] = None,
    port: Annotated[int | None, typer.Option(help="端口", min=1, max=65535)] = None,
) -> None:
    """启动 HTTP 服务；首次启动会创建管理员并显示密码。"""
    from api import serve as serving
    from rag.settings import load_settings

    settings = load_settings(host=host, port=port)
    way_in = serving.first_administrator(settings)
    if way_in is not None:
        typer.echo(way_in)
    with output.model_progress(quiet=False) as progress:
        serving.serve(settings, tell=typer.echo, progress=progress)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """检查设置、模型和索引，逐项说明问题和处理办法。"""
    from rag.doctor import examine

    with output.model_progress(quiet=as_json) as progress:
        findings = examine(progress=progress)
    if as_json:
        output.print_json({"checks": [output.finding_object(finding) for finding in findings]})
    else:
        table = Table("检查", "结果", "说明", box=None, pad_edge=False)
        for finding in findings:
            table.add_row(finding.name, "正常" if finding.ok else "[red]有问题[/red]", escape(finding.detail))
        Console().print(table)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(4)
