"""Words of each format that the fuzzer strews in."""

from __future__ import annotations

_TEXT = (
    "第一章",
    "第二条",
    "（一）",
    "①",
    "\f",
    "\r",
    "\u3000",
    "\u2028",
    "\ufeff",
    "\x00",
    "- 1 -",
    "目录",
    "……1",
)
_XML = (
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&#0;",
    "&#xD800;",
    "&lt;",
    "&amp;",
    '="',
    '"/>',
    "<?xml",
    "&#x4e2d;",
)
_WORD = (
    *("<w:p>", "</w:p>", "<w:r>", "<w:t>", "<w:tbl>", "</w:tbl>", "<w:tr>", "<w:tc>", "</w:tc>", "<w:sdt>"),
    *('w:val="', '<w:gridSpan w:val="', '<w:vMerge w:val="restart"/>', "<w:vMerge/>", '<w:ilvl w:val="'),
    *('<w:numId w:val="', '<w:outlineLvl w:val="', "<w:del>", "<w:ins>", "<w:txbxContent>", "<mc:Fallback>"),
    *('<w:lvlText w:val="%1%2%9"/>', '<w:numFmt w:val="chineseCounting"/>', '<w:start w:val="', "<w:basedOn"),
    *("w:footnoteReference", '"-1"', '"99999999999999999999"', '"1e9"', '"\uff11"', '"NaN"'),
)
_HTML = (
    *(
        "<table>",
        "<tr>",
        "<td>",
        "</td>",
        "<th>",
        'colspan="',
        'rowspan="',
        "65534",
        "<li>",
        "<ol>",
        "<br>",
        "<p>",
    ),
    *(
        "<svg>",
        "<math>",
        "<template>",
        "<noscript>",
        "<ruby>",
        "<rt>",
        "<select>",
        "<textarea>",
        "<plaintext>",
    ),
    *(
        "<caption>",
        "<form>",
        "<frameset>",
        "</p>",
        "</body>",
        "hidden",
        "<h1>",
        "<pre>",
        "<details>",
        "&nbsp",
    ),
)
WORDS = {
    "txt": _TEXT,
    "md": (
        *_TEXT,
        *("# ", "|--|", "| ", "```", "~~~", "[^1]", "[a]: b", "> ", "- ", "1. ", "<div>", "---\n", "===", "**", "`"),
    ),
    "csv": (*_TEXT, '"', '""', ",", "\t", ";", "\r\n", '"\n', "，", "注：", "来源："),
    "pdf": (
        *("endobj", " 0 obj", "stream", "endstream", "/Length", "/Kids", "/Parent", "/Count", "/MediaBox ["),
        *("/Rotate", "/CropBox [", "/Filter", "/FlateDecode", "/ObjStm", "/XRef", "/ToUnicode", "/Encoding", "/W ["),
        *(" Tf", " Tm", " Td", " Tj", " TJ", " re", " l S", " cm", " q", " Q", " BT", " ET", " Tr", " Do", " 3 Tr"),
        *("99999999999", "-1", "1e38", "nan", "0.00001", " R", "/Type /Page", "/Annots", "/Contents", "/UserUnit"),
    ),
    "html": (*_HTML, *_XML),
    "docx": (*_WORD, *_XML),
    "pptx": (
        *("<a:p>", "<a:r>", "<a:t>", "<a:tbl>", "<a:tr", "<a:tc", 'gridSpan="', 'rowSpan="', 'vMerge="1"', "<p:sp>"),
        *('<p:ph type="', 'idx="', '<a:off x="', '<a:ext cx="', "<p:grpSp>", 'show="0"', "<c:v>", "<c:pt", 'id="'),
        *("<mc:AlternateContent>", "ppaction://", '"-1"', '"99999999999999999999"', '"nan"', *_XML),
    ),
    "xlsx": (
        *("<c ", '<row r="', "<v>", "</v>", 't="s"', 't="inlineStr"', 't="e"', 't="d"', 's="', 'r="A1"', "XFD9"),
        *('<mergeCell ref="', '<dimension ref="', 'numFmtId="', 'formatCode="', "<f>", "<is><t>", "<si>", "<xf "),
        *('"-1"', '"99999999999999999999"', '"1e308"', "A1:XFD1048576", 'state="hidden"', 'date1904="1"', *_XML),
    ),
    "ods": (
        *("table:number-columns-repeated=", "table:number-rows-repeated=", "office:value-type=", "office:value="),
        *("table:number-columns-spanned=", "office:date-value=", "<table:covered-table-cell/>", "<text:p>"),
        *("<table:table-row>", "<table:table-cell>", '"1048576"', '"-1"', '"float"', '"time"', *_XML),
    ),
    "epub": (
        *("<itemref", "<item ", 'idref="', 'href="', 'full-path="', "../", "%2e%2e/", 'linear="no"', "media-type="),
        *("<dc:title>", "epub:type=", *_HTML, *_XML),
    ),
    "eml": (
        *("Content-Type: ", "multipart/mixed", "multipart/alternative", "message/rfc822", "text/html", "boundary="),
        *("charset=", "Content-Transfer-Encoding: ", "base64", "quoted-printable", "x-uuencode", "=?utf-8?B?", "?="),
        *("=?gb2312?Q?", "filename*=", "filename*0*=", "Subject: ", "From: ", "\r\n\r\n", "--"),
        *("utf-7", "rot13", "idna", "punycode", "unicode_escape", "undefined", "zlib", "\x00", "=\n"),
    ),
}  # fmt: skip
"""By format; pictures have none."""
