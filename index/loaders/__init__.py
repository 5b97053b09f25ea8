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


_SAVE_AS = {
    ending: (program, kind)
    for program, kind, endings in (
        (" Office、WPS 或 LibreOffice ", ".docx", (".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt", ".fodt")),
        (" Office、WPS 或 LibreOffice ", ".pptx", (".ppt", ".pps", ".dps", ".dpt", ".odp", ".key")),
        (" Office、WPS 或 LibreOffice ", ".xlsx", (".et", ".ett", ".xlsb", ".numbers")),
        ("它的阅读器", ".pdf", (".ofd", ".caj", ".kdh", ".xps", ".djvu")),
        ("浏览器", ".html", (".mht", ".mhtml", ".webarchive")),
    )
    for ending in endings
}
"""Endings of formats that no loader reads: the program that opens them, and what to save them as."""
_ARCHIVES = frozenset(
    {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cab", ".iso", ".jar"}
)


def supported_extensions() -> frozenset[str]:
    """File name endings that some loader reads, lower case with the dot."""
    return frozenset().union(*(loader.extensions for loader in LOADERS))


def is_document(source: str) -> bool:
    """Whether a file of that name holds documents, though no loader may read them: an older format, an archive."""
    ending = PurePath(source).suffix.lower()
    return ending in _SAVE_AS or ending in _ARCHIVES or ending in supported_extensions()


def loader_for(source: str) -> Loader:
    """The loader for a file of that name, by its ending.

    Raises:
        UnsupportedFormat: no loader reads such files.
    """
    ending = PurePath(source).suffix.lower()
    for loader in LOADERS:
        if ending in loader.extensions:
            return loader
    if ending in _SAVE_AS:
        program, newer = _SAVE_AS[ending]
        raise UnsupportedFormat(
            f"不支持“{ending}”文件。",
            source=source,
            remedy=f"请用{program}打开，另存为 {newer}，再上传。",
        )
    if ending in _ARCHIVES:
        raise UnsupportedFormat(
            f"不读压缩包（{ending}）。",
            source=source,
            remedy="请先解压，再添加里面的文件；整个目录可以用 yuanwen add 或 yuanwen sync。",
        )
    known = "、".join(sorted(supported_extensions()))
    kind = f"“{ending}”文件" if ending else "没有扩展名的文件"
    raise UnsupportedFormat(f"不支持{kind}。", source=source, remedy=f"目前支持 {known}；请先转换格式。")
