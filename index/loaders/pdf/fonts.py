"""Whether this machine has a Chinese font, for PDF files that bring none along."""

from __future__ import annotations

from functools import cache

from index.loaders.pdf.characters import PDFIUM, read_page

_SAMPLE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 30>>stream
BT /F 40 Tf 9 9 Td <65E0> Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>endobj
6 0 obj<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 7 0 R/DW 1000
/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>endobj
7 0 obj<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0
/Ascent 752 /Descent -271 /CapHeight 737 /StemV 58>>endobj
trailer<</Root 1 0 R>>
"""
"""One page with one character, in a font that isn't embedded."""


@cache
def has_chinese_font() -> bool:
    """Whether pdfium found one when it was first used. Without, a file that embeds no font loses every character that
    is drawn by itself, and its pages are drawn blank."""
    import pypdfium2 as pdfium

    with PDFIUM, pdfium.PdfDocument(_SAMPLE) as document:
        return "无" in read_page(document[0]).text
