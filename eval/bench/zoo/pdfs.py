"""Bad PDF files, most of them written by hand."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from eval.bench import small_files as small
from eval.bench.small_files import SAID
from eval.bench.zoo.kinds import BadFile, Outside, either, read, refused
from eval.bench.zoo.texts import noise

_DAMAGED, _LARGE, _NONE = "DamagedDocument", "DocumentTooLarge", ("EmptyDocument", "NoTextLayer")
_LATIN = "The year 2017 had 253 makerspaces in the whole region."
_SHOW = b"BT /F1 12 Tf 72 700 Td (" + _LATIN.encode() + b") Tj ET"


def objects(changed: Mapping[int, bytes], *, trailer: bytes = b"") -> bytes:
    """A file of a catalog, a tree of one page, the page, its contents, and a font; by number, what is otherwise."""
    usual = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> >>",
        4: stream(_SHOW),
        5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in sorted((usual | dict(changed)).items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (max(places) + 1)
    for number in range(1, max(places) + 1):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (max(places) + 1, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def stream(data: bytes, dictionary: bytes = b"") -> bytes:
    """A stream object's contents."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), dictionary, data)


def _previous_loop() -> bytes:
    made = objects({})
    return made.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % made.rfind(b"xref\n0"))


def _remote(outside: Outside) -> bytes:
    url = outside.url.encode()
    action = b"<< /S /URI /URI (%s/uri) >>" % url
    files = b"<< /Type /Filespec /FS /URL /F (%s/file) >>" % url
    return objects(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction %s /AA << /O %s >> >>" % (action, action),
            4: stream(_SHOW + b" /X Do"),
            6: stream(b"", b"/Type /XObject /Subtype /Image /Width 9 /Height 9 /F %s" % files),
        }
    )


def _script() -> bytes:
    script = b"<< /S /JavaScript /JS (app.alert\\('script'\\); this.submitForm\\('x'\\)) >>"
    embedded = b"<< /Names [(a.txt) << /Type /Filespec /F (a.txt) /EF << /F 6 0 R >> >>] >>"
    names = b"<< /EmbeddedFiles %s /JavaScript << /Names [(s) %s] >> >>" % (embedded, script)
    return objects(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction %s /Names %s >>" % (script, names),
            6: stream(b"embedded secret", b"/Type /EmbeddedFile"),
        }
    )


def _bomb(size: int) -> bytes:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(size // 2**20)) + packer.flush()
    return objects({4: stream(packed, b"/Filter /FlateDecode")})


def _packed_often(size: int) -> bytes:
    """Deflated four times over: 1 GB of blanks in a few hundred bytes."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b" " * 2**20) for _ in range(size // 2**20)) + packer.flush()
    for _ in range(3):
        data = zlib.compress(data, 9)
    return objects({4: stream(data, b"/Filter [" + b"/FlateDecode " * 4 + b"]")})


def _object_streams() -> bytes:
    """Two object streams, each said to lie in the other."""
    body = b"%PDF-1.7\n"
    for one, other in ((1, 2), (2, 1)):
        inside = stream(b"%d 0 << >>" % other, b"/Type /ObjStm /N 1 /First 4 /Extends %d 0 R" % other)
        body += b"%d 0 obj\n%s\nendobj\n" % (one, inside)
    at = len(body)
    rows = (
        bytes([0, 0, 0, 0])
        + bytes([2, 0, 2, 0])
        + bytes([2, 0, 1, 0])
        + bytes([1])
        + at.to_bytes(2, "big")
        + b"\0"
    )
    table = stream(rows, b"/Type /XRef /Size 4 /W [1 2 1] /Root 1 0 R")
    return body + b"3 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, at)


def _character_map() -> bytes:
    """A font whose map sends every code to half a surrogate pair, and ranges without an end."""
    mapping = b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00> <FF> <D800> "
    mapping += (
        b"99999999 beginbfchar <41> <" + b"DC00" * 5000 + b"> beginbfrange <00000000> <FFFFFFFF> <0000>"
    )
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R /FirstChar -9 /LastChar 99999999 >>"
    return objects({5: font, 6: stream(mapping)})


def _sized(size: bytes) -> bytes:
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    )
    return objects({3: page % size})


def _lines(count: int) -> bytes:
    return objects(
        {4: stream(_SHOW + b"".join(b" 72 %d m 500 %d l S" % (n % 800, n % 800) for n in range(count)))}
    )


_SELF = b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 /Parent 2 0 R >>"
_OUTLINES = b"<< /Title (a) /Next 6 0 R /First 6 0 R /Parent 6 0 R >>"
PDFS: tuple[BadFile, ...] = (
    refused("empty.pdf", lambda _: b"", "EmptyDocument", "MislabelledDocument"),
    refused("zeros.pdf", lambda _: bytes(5000), "MislabelledDocument"),
    refused("random.pdf", lambda _: noise(), "MislabelledDocument"),
    refused("random-after-its-mark.pdf", lambda _: b"%PDF-1.7\n" + noise(), _DAMAGED),
    refused("html-named.pdf", lambda _: small.HTML.encode(), "MislabelledDocument"),
    refused("docx-named.pdf", lambda _: small.word(small.paragraph()), "MislabelledDocument"),
    either("cut-after-a-quarter.pdf", lambda _: small.pdf()[: len(small.pdf()) // 4], _DAMAGED, *_NONE),
    either("cut-in-the-middle.pdf", lambda _: small.pdf()[: len(small.pdf()) // 2], _DAMAGED, *_NONE),
    either(
        "cut-before-its-table.pdf",
        lambda _: small.pdf()[: small.pdf().rfind(b"xref\n0")],
        _DAMAGED,
        says=SAID,
    ),
    refused("with-a-password.pdf", lambda _: small.pdf(password="a", owner="b"), "EncryptedDocument"),
    either("with-an-owners-password.pdf", lambda _: small.pdf(owner="b"), "EncryptedDocument", says=SAID),
    refused("without-pages.pdf", lambda _: objects({2: b"<< /Type /Pages /Kids [] /Count 0 >>"}), _DAMAGED),
    either("page-tree-that-loops.pdf", lambda _: objects({2: _SELF}), _DAMAGED),
    refused(
        "page-tree-of-itself-alone.pdf",
        lambda _: objects({2: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"}),
        _DAMAGED,
        *_NONE,
    ),
    read(
        "outline-that-loops.pdf",
        lambda _: objects({1: b"<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>", 6: _OUTLINES}),
        says=_LATIN,
    ),
    either("table-that-is-its-own-predecessor.pdf", lambda _: _previous_loop(), _DAMAGED, says=_LATIN),
    either("object-streams-in-each-other.pdf", lambda _: _object_streams(), _DAMAGED),
    either("stream-without-an-end.pdf", lambda _: small.pdf().replace(b"endstream", b""), _DAMAGED, *_NONE),
    either(
        "lengths-that-lie.pdf",
        lambda _: objects({4: b"<< /Length 999999999999 >>\nstream\n%s\nendstream" % _SHOW}),
        _DAMAGED,
        *_NONE,
    ),
    read(
        "page-of-five-kilometres.pdf",
        lambda _: _sized(b"[0 0 14400 14400] /UserUnit 1000"),
        says=_LATIN,
    ),
    either(
        "page-without-a-size.pdf",
        lambda _: _sized(b"[0 0 0 0]"),
        _DAMAGED,
        *_NONE,
    ),
    either(
        "page-of-no-numbers.pdf",
        lambda _: _sized(b"[nan -1e38 1e38 1e99]"),
        _DAMAGED,
        *_NONE,
    ),
    refused(
        "hundred-thousand-pages.pdf",
        lambda _: objects({2: b"<< /Type /Pages /Kids [%s] /Count 100000 >>" % (b"3 0 R " * 100_000)}),
        _LARGE,
    ),
    read(
        "scripts-and-embedded-file.pdf",
        lambda _: _script(),
        says=_LATIN,
        never=("app.alert", "embedded secret"),
    ),
    read("addresses-outside.pdf", _remote, says=_LATIN),
    either(
        "contents-of-one-gigabyte.pdf",
        lambda _: _bomb(2**30),
        _DAMAGED,
        _LARGE,
        *_NONE,
        "ParsingFailed",
        quick=False,
    ),
    either(
        "contents-packed-four-times.pdf",
        lambda _: _packed_often(2**30),
        _DAMAGED,
        _LARGE,
        *_NONE,
        "ParsingFailed",
        quick=False,
    ),
    either("map-of-characters-broken.pdf", lambda _: _character_map(), _DAMAGED, *_NONE),
    either(
        "drawing-that-draws-itself.pdf",
        lambda _: objects(
            {
                4: stream(_SHOW + b" /X Do"),
                6: stream(
                    b"/X Do",
                    b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>",
                ),
            }
        ),
        _DAMAGED,
        says=_LATIN,
    ),
    refused(
        "million-characters-on-a-page.pdf",
        lambda _: objects({4: stream(b"BT /F1 1 Tf " + b"0 1 Td (abcdefghij) Tj " * 100_000 + b"ET")}),
        _LARGE,
        quick=False,
    ),
    either("hundred-thousand-lines-drawn.pdf", lambda _: _lines(100_000), _LARGE, says=_LATIN, quick=False),
    either(
        "brackets-nested-100000.pdf",
        lambda _: objects({6: b"[" * 100_000 + b"]" * 100_000, 4: stream(b"q " * 100_000 + _SHOW)}),
        _DAMAGED,
        *_NONE,
    ),
)
