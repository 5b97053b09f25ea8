"""Writes ``t2s.txt``: every character whose Simplified form, by OpenCC's ``t2s``, is one other character.

Run by hand with ``python -m index.data.make_t2s`` after ``pip install opencc`` (Apache-2.0); the table is
committed so that running Yuanwen needs no OpenCC.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    import opencc

    convert = opencc.OpenCC("t2s").convert
    pairs = []
    for code in range(0x3400, 0x32000):
        traditional = chr(code)
        if 0xD800 <= code <= 0xF8FF:
            continue
        simplified = convert(traditional)
        if len(simplified) == 1 and simplified != traditional:
            pairs.append((traditional, simplified))
    lines = ("".join(t for t, _ in pairs), "".join(s for _, s in pairs))
    Path(__file__).with_name("t2s.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(pairs)} pairs\n")


if __name__ == "__main__":
    main()
