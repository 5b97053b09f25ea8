"""The command line; see the package's docstring."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.bench.formats.making import make
from eval.bench.formats.measuring import Measured, files_in, measure
from eval.bench.formats.recipes import recipes
from eval.bench.formats.table import as_json, tables, worst
from index.errors import YuanwenError


def main(argv: Sequence[str] | None = None) -> int:
    """0 when all went well; 1 when a program is missing, a file couldn't be read, or a span didn't verify."""
    options = _parser().parse_args(argv)
    try:
        if options.command == "make":
            chosen = [recipe for recipe in recipes() if options.only in recipe.name]
            make(options.folder, options.data, chosen, seed=options.seed)
            return 0
    except YuanwenError as error:
        print(f"错误：{error}", file=sys.stderr)
        return 1
    results = list(_measured(files_in(options.folder, options.only)))
    if not results:
        print(f"错误：{options.folder} 里没有语料。请先用 make 生成。", file=sys.stderr)
        return 1
    print(tables(results))
    if options.worst:
        print(worst(results, options.worst))
    print(json.dumps(as_json(results), ensure_ascii=False))
    return int(any(one.error or one.spans[0] < one.spans[1] for one in results))


def _measured(paths: Sequence[Path]) -> list[Measured]:
    results = []
    for number, path in enumerate(paths, 1):
        results.append(measure(path))
        sys.stderr.write(f"\r{number}/{len(paths)} {path.name:<40}")
    sys.stderr.write("\n")
    return results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.formats", description="各种格式读得准不准。")
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="生成语料，每个文件旁边是它的真值")
    making.add_argument("--data", type=Path, required=True, help="有 laws/、eval/、train/ 的文件夹")
    making.add_argument("--seed", type=int, default=1)
    measuring = commands.add_parser("measure", help="读入语料，与真值相比")
    measuring.add_argument("--worst", type=int, default=0, metavar="N", help="每个文件再列出最大的 N 处差别")
    for command in (making, measuring):
        command.add_argument("folder", type=Path)
        command.add_argument("--only", default="", help="只要名字里有这几个字的文件，例如 .pdf")
    return parser


if __name__ == "__main__":
    sys.exit(main())
