"""The furniture of web sites around an article: none of it belongs to the article."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from eval.bench.formats.model import Heading, Paragraph, Source, Table, Truth, truth_of
from eval.bench.formats.pages import body, table

TEMPLATES = Path(__file__).parent / "sites"
"""A page for each kind of site: of a government, an old one of nested tables, a newspaper, a wiki, saved by Word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """How a site sets its articles.

    Args:
        name: of its template.
        encoding: of the bytes; ``declared`` is what the page says of it.
        breaks: paragraphs are lines ended by ``<br>`` that open with two ideographic spaces.
    """

    name: str
    encoding: str = "utf-8"
    declared: str = "utf-8"
    breaks: bool = False


def site_page(source: Source, site: Site, stamp: str) -> tuple[bytes, Truth]:
    """The article on the site's page, and what it says.

    Args:
        source: its first heading is the page's title.
        stamp: the line of date and source below the title, which may be read or left out.
    """
    blocks = source.blocks
    first = next(i for i, block in enumerate(blocks) if isinstance(block, Heading))
    rest = [*blocks[:first], *blocks[first + 1 :]]
    content = _broken(rest) if site.breaks else "".join(body(rest))
    if site.name == "word":
        content = content.replace(
            "<p>", '<p class=MsoNormal style="text-indent:21.0pt"><span lang=EN-US>&nbsp;</span>'
        )
    text = Template((TEMPLATES / f"{site.name}.html").read_text(encoding="utf-8")).substitute(
        title=escape(source.title), stamp=escape(stamp), content=content, declared=site.declared
    )
    told = Source(title=source.title, blocks=(blocks[first], *rest))
    return text.encode(site.encoding, "xmlcharrefreplace"), truth_of(told, optional=(stamp,))


def _broken(blocks: list[Heading | Paragraph | Table]) -> str:
    lines = []
    for block in blocks:
        if isinstance(block, Table):
            lines.append(table(block, heads="td"))
        elif isinstance(block, Heading):
            lines.append(f"　　<b>{escape(block.text)}</b><br>\n")
        else:
            lines.append(f"　　{escape(block.text)}<br>\n")
    return "".join(lines)
