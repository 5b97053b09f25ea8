"""The command line; see the package's docstring."""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.bench.peers.drive import Bench, Budget, Samples
from eval.bench.peers.install import install
from eval.bench.peers.plan import Sizes, choose_samples
from eval.bench.peers.process import Worker
from eval.bench.peers.records import Records
from eval.bench.peers.report import render
from eval.bench.peers.summary import summarise
from eval.bench.peers.systems import SYSTEMS, System, make_worker, thread_environment
from eval.data import load_dataset
from eval.dataset import Dataset
from eval.tasks.facts import machine
from index.encoding import decode
from index.errors import DatasetError, ModelError, YuanwenError
from index.ingest import find_files
from index.models.cache import sha256_of
from index.models.default import default_cache_dir, ensure_default_model

SAMPLES = 10


def main(argv: Sequence[str] | None = None) -> int:
    """0 when all went well, 1 when a message says what didn't."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    options = _parser().parse_args(arguments)
    try:
        if options.command == "setup":
            seconds = install(options.venv, pip_options=options.pip_option)
            print(f"{options.venv}:{seconds:.0f} 秒装好，没有 CUDA。")
        elif options.command == "run":
            run(options, command=shlex.join(["python", "-m", "eval.bench.peers", *arguments]))
        else:
            result = json.loads((options.out / "results.json").read_text(encoding="utf-8"))
            print(render(result))
    except YuanwenError as error:
        print(f"错误：{error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.peers", description="与同类系统并排测量。")
    commands = parser.add_subparsers(dest="command", required=True)
    setup = commands.add_parser("setup", help="为各家建一个独立的环境")
    setup.add_argument("--venv", type=Path, required=True)
    setup.add_argument("--pip-option", action="append", default=[], help="传给每次 pip install，可重复")
    _run_options(commands.add_parser("run", help="测量；中断后用同样的命令接着跑"))
    report = commands.add_parser("report", help="再打印一次结果")
    report.add_argument("out", type=Path)
    return parser


def _run_options(run: argparse.ArgumentParser) -> None:
    sizes = Sizes()
    run.add_argument("--venv", type=Path, required=True, help="setup 建的环境")
    run.add_argument("--data", type=Path, required=True, help="带原文的题库，例如 cmrc2018_dev.json")
    run.add_argument("--out", type=Path, required=True, help="结果目录")
    run.add_argument("--reader", type=Path, help="各家共用的抽取式模型目录；不给则各家答排在最前的一段")
    run.add_argument("--documents", type=Path, nargs="*", default=[], help="另外入库、只看原始回答的文件")
    run.add_argument("--document-questions", type=Path, help="关于这些文件的题库，抽十题")
    run.add_argument("--cache", type=Path, default=default_cache_dir(), help="模型缓存目录")
    run.add_argument(
        "--systems", nargs="+", choices=[s.name for s in SYSTEMS], default=[s.name for s in SYSTEMS]
    )
    run.add_argument("--minutes", type=float, default=25.0, help="到时就不再开新的一轮")
    run.add_argument("--timeout", type=float, default=600.0, help="一次请求最多几秒")
    run.add_argument("--threads", type=int, nargs="+", default=sizes.threads)
    run.add_argument("--clients", type=int, nargs="+", default=sizes.clients)
    for name in (
        "passages",
        "questions",
        "ingest_rounds",
        "ask_rounds",
        "client_rounds",
        "client_questions",
        "warm_up",
        "seed",
    ):
        run.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(sizes, name))


def _sizes(options: argparse.Namespace) -> Sizes:
    values = {name: getattr(options, name) for name in Sizes.__dataclass_fields__}
    return Sizes(**{**values, "threads": tuple(options.threads), "clients": tuple(options.clients)})


def run(options: argparse.Namespace, *, command: str) -> None:
    """Measures, and writes ``results.json`` and ``report.md``, also when it is stopped half way.

    Args:
        command: what does it again, for the report.

    Raises:
        YuanwenError: the data can't be used, a system failed, or the folder belongs to another run.
    """
    dataset = load_dataset(options.data)
    sizes = _sizes(options)
    samples = _read_samples(options, sizes.seed)
    systems = [system for system in SYSTEMS if system.name in options.systems]
    embedder = ensure_default_model(options.cache)
    records = Records(options.out, _configuration(options, dataset, sizes, systems))
    bench = Bench(
        systems=[system.name for system in systems],
        launch=lambda name, threads: _launch(options, name, threads),
        dataset=dataset,
        sizes=sizes,
        models={"embedder": str(embedder), "reader": str(options.reader) if options.reader else None},
        records=records,
        state=options.out / "state",
        budget=Budget(options.minutes, sizes.threads),
        samples=samples,
        tell=lambda line: print(line, file=sys.stderr, flush=True),
        timeout=options.timeout,
    )
    try:
        bench.run()
    finally:
        result = {
            "machine": machine(),
            "configuration": _configuration(options, dataset, sizes, systems),
            "command": command,
            **summarise(
                records,
                systems=systems,
                threads=sizes.threads,
                clients=sizes.clients,
                questions={question.id: question for question in dataset.questions},
                samples=samples.questions if samples else (),
                seed=sizes.seed,
            ),
        }
        written = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
        (options.out / "results.json").write_text(written, encoding="utf-8")
        (options.out / "report.md").write_text(render(result), encoding="utf-8")
        print(f"{options.out / 'report.md'}")


def _launch(options: argparse.Namespace, name: str, threads: int) -> Worker:
    system = next(system for system in SYSTEMS if system.name == name)
    home = options.out / "work" / f"threads-{threads}" / name
    if home.exists():
        shutil.rmtree(home)
    return make_worker(
        system,
        threads=threads,
        venv=options.venv,
        cache=options.cache,
        home=home,
        log=options.out / "logs" / f"threads-{threads}-{name}.log",
    )


def _read_samples(options: argparse.Namespace, seed: int) -> Samples | None:
    if not options.documents:
        return None
    if options.document_questions is None:
        raise DatasetError("--documents 还需要 --document-questions。", remedy="例如 seeds/questions.jsonl。")
    texts = {path.name: decode(path.read_bytes()).text for path in find_files(options.documents)}
    questions = load_dataset(options.document_questions).questions
    return Samples(documents=texts, questions=choose_samples(questions, SAMPLES, seed))


def _configuration(
    options: argparse.Namespace, dataset: Dataset, sizes: Sizes, systems: Sequence[System]
) -> dict[str, Any]:
    """What a run must have in common with the one that it goes on with."""
    reader = (
        None
        if options.reader is None
        else f"{options.reader} {_digest(options.reader / 'model.safetensors')}"
    )
    return {
        "data": f"{dataset.name} {dataset.sha256[:12]}",
        "reader": reader,
        "documents": [str(path) for path in options.documents],
        "systems": [system.name for system in systems],
        **{
            name: list(value) if isinstance(value, tuple) else value
            for name, value in ((name, getattr(sizes, name)) for name in Sizes.__dataclass_fields__)
        },
        "thread_variables": sorted(thread_environment(1)),
    }


def _digest(file: Path) -> str:
    try:
        return sha256_of(file)[:12]
    except OSError as error:
        raise ModelError(
            f"读不了阅读模型 {file}：{error}。", remedy="--reader 要给 transformers 的模型目录。"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
