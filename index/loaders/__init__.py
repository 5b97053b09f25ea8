"""From an upload to a :class:`index.document.Document`, one loader per kind of file."""

from __future__ import annotations

from pathlib import PurePath

from index.document import Loader
from index.errors import UnsupportedFormat
from index.loaders.epub import EpubLoader
from index.loaders.mail import MailLoader
from index.loaders.markdown import MarkdownLoader
from index.loaders.pdf.loader import PdfLoader
from index.loaders.pictures import PictureLoader
from index.loaders.separated import SeparatedLoader
from index.loaders.slides import SlidesLoader
from index.loaders.text import TextLoader
from index.loaders.web_page import WebPageLoader
from index.loaders.word import WordLoader
from index.loaders.workbook import WorkbookLoader

LOADERS: tuple[Loader, ...] = (
    TextLoader(),
    MarkdownLoader(),
    PdfLoader(),
    WebPageLoader(),
    WordLoader(),
    WorkbookLoader(),
    SeparatedLoader(),
    SlidesLoader(),
    EpubLoader(),
    MailLoader(),
    PictureLoader(),
)


_NEWER = {
    ending: newer
    for newer, endings in ((".docx", (".doc", ".dot", ".wps", ".rtf")), (".pptx", (".ppt", ".pps", ".dps")))
    for ending in endings
}
"""Endings of formats that no loader reads, and the one to save them as."""


def supported_extensions() -> frozenset[str]:
    """File name endings that some loader reads, lower case with the dot."""
    return frozenset().union(*(loader.extensions for loader in LOADERS))


def loader_for(source: str) -> Loader:
    """The loader for a file of that name, by its ending.

    Raises:
        UnsupportedFormat: no loader reads such files.
    """
    ending = PurePath(source).suffix.lower()
    for loader in LOADERS:
        if ending in loader.extensions:
            return loader
    known = "、".join(sorted(supported_extensions()))
    newer = _NEWER.get(ending)
    if newer is not None:
        raise UnsupportedFormat(
            f"不支持“{ending}”文件。",
            source=source,
            remedy=f"请用 Office、WPS 或 LibreOffice 打开，另存为 {newer}，再上传。目前支持 {known}。",
        )
    kind = f"“{ending}”文件" if ending else "没有扩展名的文件"
    raise UnsupportedFormat(f"不支持{kind}。", source=source, remedy=f"目前支持 {known}；请先转换格式。")
