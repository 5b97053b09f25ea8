"""Changes that get past checksums and compression: inside an archive's members, inside a PDF's streams.

Bytes flipped in a ZIP archive are mostly refused by its CRC, and never reach the XML behind; so are those in a stream
that is compressed. Here the inside is changed, and closed up again rightly.
"""

from __future__ import annotations

import copy
import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

Change = Callable[[bytes, int], bytes]
"""(bytes, most bytes that may come out) to bytes: what libFuzzer does to a plain file."""

_STREAM = re.compile(
    rb"<<((?:(?!stream).){0,400}?)/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])((?:(?!stream).){0,400}?)>>"
    rb"\s*stream\r?\n(.*?)\r?\nendstream",
    re.DOTALL,
)
_LENGTH = re.compile(rb"/Length\s+\d+(?!\s+\d+\s+R)")
_PLAIN = 0.1
"""Of the changes, those made to the whole file as it is."""
_WELL_FORMED = 0.7
"""Of the changes to a member, those that leave XML well-formed; most others end at the XML parser."""
_VALUES = (
    "",
    "0",
    "-1",
    "1",
    "2",
    "9",
    "255",
    "65536",
    "99999999999999999999",
    "1.5",
    "nan",
    "1e308",
    "x",
    "真",
    "\uff11",
)
_MOST_INSIDE = 2**20
_PARTS = (b"<", b">", b"/", b"&", b"\n", b"\r\n\r\n", b",", b'"', b" obj", b"endobj")


def in_archive(
    data: bytes, most: int, chance: random.Random, change: Change, *, sound: Sequence[bytes]
) -> bytes:
    """An archive with one of its members changed, left out, renamed, or written twice.

    Args:
        sound: archives, one of which is changed where ``data`` is none any more: it would stay broken.
    """
    if chance.random() < _PLAIN:
        return change(data, most)
    members = _members(data) or _members(chance.choice(sound))
    at = chance.randrange(len(members))
    name, content = members[at]
    what = chance.random()
    if what < 0.02:
        del members[at]
    elif what < 0.04:
        members[at] = (members[chance.randrange(len(members))][0], content)
    elif what < 0.06:
        members[at] = (name, members[chance.randrange(len(members))][1])
    else:
        change_inside = in_xml if chance.random() < _WELL_FORMED else in_text
        members[at] = (name, change_inside(content, _MOST_INSIDE, chance, change))
    packed = _packed(members)
    return packed if len(packed) <= most else change(data, most)


def in_xml(data: bytes, most: int, chance: random.Random, change: Change) -> bytes:
    """XML with elements left out, repeated, moved, renamed, or with other values; as text where it is none."""
    from lxml import etree

    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return in_text(data, most, chance, change)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        with suppress(ValueError):  # names that were recovered may be none
            _change_element(root, chance, change)
    made: bytes = etree.tostring(root, encoding="utf-8")
    return made if len(made) <= most else data


def _change_element(root: Any, chance: random.Random, change: Change) -> None:
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    one, other = chance.choice(elements), chance.choice(elements)
    parent, what = one.getparent(), chance.randrange(8)
    if what == 0 and parent is not None:
        parent.remove(one)
    elif what == 1 and parent is not None:
        for _ in range(chance.choice((1, 1, 2, 30))):
            parent.insert(chance.randrange(len(parent) + 1), copy.deepcopy(one))
    elif what == 2 and len(list(one.iter())) < 2000:
        other.insert(chance.randrange(len(other) + 1), copy.deepcopy(one))
    elif what == 3:
        one.tag = other.tag
    elif what == 4:
        one.text = _text(change((one.text or "").encode(), 200))
    elif one.attrib:
        name = chance.choice(list(one.attrib))
        if what == 5:
            del one.attrib[name]
        elif other.attrib and what == 6:
            one.set(name, chance.choice(list(other.attrib.values())))
        else:
            one.set(name, chance.choice((*_VALUES, _text(change(one.get(name).encode(), 60)))))


def _text(data: bytes) -> str:
    """What XML may hold of it."""
    return "".join(character for character in data.decode("utf-8", "replace") if _allowed(ord(character)))


def _allowed(code: int) -> bool:
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF


def in_pdf(data: bytes, most: int, chance: random.Random, change: Change) -> bytes:
    """A PDF with its streams inflated, and something changed."""
    plain = _STREAM.sub(_inflated, data) if b"FlateDecode" in data else data
    return in_text(plain if len(plain) <= most else data, most, chance, change)


def in_text(data: bytes, most: int, chance: random.Random, change: Change) -> bytes:
    """libFuzzer's change, or a stretch between two marks of markup left out, repeated, or moved."""
    if len(data) < 4 or chance.random() < 0.75:
        return change(data, most)
    mark = chance.choice([part for part in _PARTS if part in data] or [data[:1]])
    pieces = data.split(mark)
    start = chance.randrange(len(pieces))
    end = min(len(pieces), start + 1 + int(chance.expovariate(0.2)))
    stretch = pieces[start:end]
    match chance.randrange(3):
        case 0:
            pieces[start:end] = []
        case 1:
            pieces[start:end] = stretch * chance.choice((2, 2, 3, 20, 200))
        case _:
            pieces[start:end] = []
            to = chance.randrange(len(pieces) + 1)
            pieces[to:to] = stretch
    made = mark.join(pieces)
    return made[:most] or change(data, most)


def in_words(data: bytes, most: int, chance: random.Random, change: Change) -> bytes:
    """A text changed, and mostly left in UTF-8: any other is refused before its loader has looked at it."""
    made = in_text(data, most, chance, change)
    if chance.random() < _PLAIN:
        return made
    return made.decode("utf-8", "ignore").encode() or made


def _inflated(found: re.Match[bytes]) -> bytes:
    try:
        inside = zlib.decompress(found[3])
    except zlib.error:
        return found[0]
    words = _LENGTH.sub(b"/Length %d" % len(inside), found[1] + found[2])
    return b"<<" + words + b">>\nstream\n" + inside + b"\nendstream"


def _members(data: bytes) -> list[tuple[str, bytes]]:
    out = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist()[:200]:
                with archive.open(info) as stream:
                    out.append((info.filename, stream.read(_MOST_INSIDE)))
    except Exception:  # noqa: BLE001, what has been changed may be broken in any way
        return []
    return out


def _packed(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in {name: content for name, content in members if name}.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
