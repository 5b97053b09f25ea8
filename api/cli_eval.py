"""``yuanwen eval``: measure the answers on a file of questions, compare runs, hold the scores to expected ones.

Nothing of :mod:`eval` is imported before a command runs, so that the other commands start as quickly without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from api import output
from index.retrieve import Mode

if TYPE_CHECKING:
    from eval.tasks.options import Options, Report

app = typer.Typer(
    name="eval",
    help="评测：用带标准答案的问题文件衡量系统，比较两次结果，核对历史分数。",
    no_args_is_help=True,
    add_completion=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，便于脚本使用")]
Data = Annotated[Path, typer.Option("--data", help="问题文件：JSON(SQuAD 系)、JSONL、CSV 或 XLSX")]
Out = Annotated[Path, typer.Option("--out", help="结果目录：新的、空的，或上一次评测的")]
Corpus = Annotated[list[Path] | None, typer.Option("--corpus", help="把这个文件的段落也放进索引；可重复")]
Index = Annotated[
    Path | None, typer.Option("--index", help="段落索引的目录，已有的会接着用；不写就放在缓存里")
]
Form = Annotated[
    Literal["squad", "cjrc", "expmrc", "table"] | None,
    typer.Option("--format", help="问题文件的格式；不写就自动识别"),
]
Measures = Annotated[list[str] | None, typer.Option("--measure", help="指标名，如 EM、Recall@5；可重复")]
TopK = Annotated[int | None, typer.Option(help="阅读多少个段落", min=1, max=100)]
Threshold = Annotated[float | None, typer.Option(help="低于此概率就拒答；0 为总给答案", min=0, max=1)]
Retrieval = Annotated[Mode | None, typer.Option("--retrieval", help="检索方式")]
Limit = Annotated[int | None, typer.Option(help="只抽这么多个问题", min=1)]
Seed = Annotated[int, typer.Option(help="抽题和计算置信区间的随机种子", min=0)]
Name = Annotated[str | None, typer.Option(help="报告里的名字；不写就用文件名")]
Resume = Annotated[bool, typer.Option("--resume", help="接着做上次中断的评测")]


@app.command()
def read(
    data: Data,
    out: Out,
    corpus: Corpus = None,
    index: Index = None,
    form: Form = None,
    measure: Measures = None,
    top_k: TopK = None,
    threshold: Threshold = None,
    retrieval: Retrieval = None,
    limit: Limit = None,
    seed: Seed = 0,
    name: Name = None,
    resume: Resume = False,
    as_json: AsJson = False,
) -> None:
    """阅读理解：给定含答案的段落，能不能找出答案。"""
    from eval.tasks.options import Options

    options = Options(
        task="read", data=data, corpus=tuple(corpus or ()), index=index, format=form,
        measures=tuple(measure or ()), top_k=top_k, threshold=threshold, retrieval=retrieval, limit=limit, seed=seed,
        name=name,
    )  # fmt: skip
    _evaluate(options, out, resume=resume, as_json=as_json)


@app.command()
def retrieve(
    data: Data,
    out: Out,
    corpus: Corpus = None,
    index: Index = None,
    form: Form = None,
    measure: Measures = None,
    depth: Annotated[int, typer.Option(help="看前多少名", min=1, max=1000)] = 100,
    retrieval: Retrieval = None,
    limit: Limit = None,
    seed: Seed = 0,
    name: Name = None,
    resume: Resume = False,
    as_json: AsJson = False,
) -> None:
    """检索：含答案的段落在全部段落里排第几。"""
    from eval.tasks.options import Options

    options = Options(
        task="retrieve", data=data, corpus=tuple(corpus or ()), index=index, format=form,
        measures=tuple(measure or ()), depth=depth, retrieval=retrieval, limit=limit, seed=seed, name=name,
    )  # fmt: skip
    _evaluate(options, out, resume=resume, as_json=as_json)


@app.command()
def ask(
    data: Data,
    out: Out,
    corpus: Corpus = None,
    index: Index = None,
    form: Form = None,
    measure: Measures = None,
    top_k: TopK = None,
    threshold: Threshold = None,
    retrieval: Retrieval = None,
    absent: Annotated[
        bool, typer.Option("--absent", help="知道所在文档的问题，再问一遍而不查那份文档：应当拒答")
    ] = False,
    limit: Limit = None,
    seed: Seed = 0,
    name: Name = None,
    resume: Resume = False,
    as_json: AsJson = False,
) -> None:
    """完整问答：从全部文档里回答，答错、该拒未拒都算数。"""
    from eval.tasks.options import Options

    options = Options(
        task="ask", data=data, corpus=tuple(corpus or ()), index=index, format=form,
        measures=tuple(measure or ()), top_k=top_k, threshold=threshold, retrieval=retrieval, absent=absent,
        limit=limit, seed=seed, name=name,
    )  # fmt: skip
    _evaluate(options, out, resume=resume, as_json=as_json)


def _evaluate(options: Options, out: Path, *, resume: bool, as_json: bool) -> None:
    from api.eval_words import print_run
    from eval.store import summary_object
    from eval.tasks.evaluate import evaluate
    from rag.settings import load_settings

    if not (resume or as_json):
        _tell_replaced(out)
    with _progress(quiet=as_json) as report:
        run = evaluate(options, load_settings(), out, resume=resume, report=report)
    if as_json:
        output.print_json(summary_object(run.summary))
    else:
        print_run(run, out, chosen=bool(options.measures))


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="第一次评测的目录", metavar="DIR_A")],
    second: Annotated[Path, typer.Argument(help="第二次评测的目录", metavar="DIR_B")],
    out: Out,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """逐题比较两次评测：差多少，是不是偶然，哪些题变了。"""
    from eval import compare as comparing
    from eval.store import COMPARISON, comparison_object, load_run, require_free, save_comparison

    require_free(out, kind=COMPARISON)
    comparison = comparing.compare(load_run(first), load_run(second), seed=seed)
    save_comparison(comparison, out)
    if as_json:
        output.print_json(comparison_object(comparison))
    else:
        from eval.report import markdown_comparison

        typer.echo(markdown_comparison(comparison))
        typer.echo(f"报告：{out / 'report.html'}")


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="评测或比较的目录", metavar="DIR")], as_json: AsJson = False
) -> None:
    """从已有的结果重新生成报告。"""
    from eval.store import render_again

    written = render_again(folder)
    if as_json:
        output.print_json({"written": [str(path) for path in written]})
    else:
        typer.echo(f"已重新生成 {written[0]} 和 {written[1]}。")


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="要写出的 .xlsx 文件", metavar="FILE.xlsx")],
    as_json: AsJson = False,
) -> None:
    """写出一个带说明的问题表，填好就能评测。"""
    from eval.data.template import write_template

    write_template(file)
    if as_json:
        output.print_json({"written": [str(file)]})
    else:
        typer.echo(f"已写出 {file}：填好后运行 yuanwen eval ask --data {file} --out 结果目录。")


@app.command()
def measures(as_json: AsJson = False) -> None:
    """列出全部指标和它们的含义。"""
    from eval.measures.registry import FORMS
    from eval.report.words import definition

    listed = [
        {
            "name": name,
            "title": title.replace("{n}", form.parameter),
            "unit": form.unit,
            "higher_is_better": form.higher_is_better,
            "definition": definition(name),
        }
        for form in FORMS
        for name, (title, _) in zip(form.names(form.parameter), form.variants.values(), strict=True)
    ]
    if as_json:
        output.print_json({"measures": listed})
        return
    for one in listed:
        typer.echo(f"{one['name']}  {one['title']}\n    {one['definition']}")


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="历史分数文件；不写就是随程序附带的全部")] = None,
    root: Annotated[
        list[Path] | None, typer.Option("--root", help="数据文件所在的目录；可重复，不写就是当前目录")
    ] = None,
    update: Annotated[
        list[Path] | None, typer.Option("--update", help="重新测量，并把结果写进这个历史分数文件；可重复")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """重新测量，与记下的分数核对；对不上，或一项也没能核对，就以 1 退出。"""
    from eval import check as checking
    from rag.settings import load_settings

    if files and update:
        raise typer.BadParameter("--update 写回的文件和要核对的文件不能同时给出。")
    roots = [Path()] if root is None else root
    settings = load_settings()
    with _progress(quiet=as_json) as report:
        if update:
            outcomes = [checking.update(path, roots, settings, report=report) for path in update]
        else:
            paths = files if files else checking.shipped()
            outcomes = [checking.check(path, roots, settings, report=report) for path in paths]
    if as_json:
        output.print_json({"checks": [checking.outcome_object(outcome) for outcome in outcomes]})
    else:
        typer.echo("\n\n".join(checking.as_text(outcome, change=bool(update)) for outcome in outcomes))
    nothing = all(outcome.skipped for outcome in outcomes)
    if nothing and not as_json:
        typer.echo("没有核对任何一项。请用 --root 指明数据所在的目录。", err=True)
    if not update and (nothing or not all(outcome.passed for outcome in outcomes)):
        raise typer.Exit(1)


def _tell_replaced(out: Path) -> None:
    """An earlier result is told of while it is still there."""
    from eval.store import SUMMARY

    if (out / SUMMARY).exists():
        told = f"{out} 里有上一次评测的结果，这次的会替换它；要留着，请换一个 --out。"
        Console(stderr=True).print(escape(told), style="yellow", highlight=False, soft_wrap=True)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Report | None]:
    """A bar on standard error for each thing that takes long; it goes when that is done."""
    if quiet:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as progress:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield report
