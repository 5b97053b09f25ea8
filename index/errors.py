"""The one error tree of Yuanwen.

Every error that a user can meet derives from :class:`YuanwenError` and carries a ``remedy``: the next thing
to do, in words. "No answer" is a value (:class:`rag.answer.Answer` with ``abstained=True``), never an error.

::

    YuanwenError
    ├── InputError               what was handed in can't be used
    │   ├── QuestionError        empty, only punctuation, too long
    │   ├── DocumentError        one file can't be taken in (carries ``source``)
    │   │   ├── EmptyDocument
    │   │   ├── BinaryDocument
    │   │   ├── UnsupportedFormat
    │   │   ├── MissingExtra     a format whose library isn't installed
    │   │   ├── MislabelledDocument  something else than its name says
    │   │   ├── DamagedDocument  cut off or garbled
    │   │   ├── EncryptedDocument  can't be read without a password
    │   │   ├── NoTextLayer      pictures of pages, and no OCR
    │   │   ├── DocumentTooLarge
    │   │   ├── UndecodableText
    │   │   ├── UnreadableFile   permission, vanished, not a file
    │   │   └── ParsingFailed    the process that read it crashed or took too much memory
    │   │       └── ParsingTimedOut
    │   ├── NotFound             no such document, collection or passage
    │   ├── KnowledgeError       a pair, a group of synonyms or a word that an administrator wrote
    │   ├── DatasetError         a file of evaluation questions (carries ``problems``, one a bad row)
    │   └── MeasureError         no such measure
    ├── SettingsError            a setting is unknown, out of range or contradicts another
    ├── ModelError               a model can't be made, loaded or trusted
    │   └── ModelClosed          the service ends while somebody waits for it
    ├── StoreError               the index on disk
    │   ├── EmbedderMismatch     the index was made with another embedder
    │   ├── NewerStore           written by a newer version of Yuanwen
    │   ├── DamagedStore
    │   ├── DamagedBackup        a backup that isn't whole, or none at all
    │   ├── StoreBusy            another process is writing
    │   └── StorageFull          no space left; nothing acknowledged was lost
    └── VerificationError        a citation that doesn't hold against the upload
"""

from __future__ import annotations

from collections.abc import Sequence


class YuanwenError(Exception):
    """Base of all errors; ``str(error)`` is the message and the remedy, one after the other."""

    default_remedy = ""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        self.message = message
        self.remedy = self.default_remedy if remedy is None else remedy
        super().__init__(f"{message} {self.remedy}".strip())


class InputError(YuanwenError):
    """What was handed in can't be used."""


class QuestionError(InputError):
    """The question is empty, holds nothing to look for, or is too long."""

    default_remedy = "请用一句话提问，例如：奖励大会是哪天召开的？"


class DocumentError(InputError):
    """One document can't be taken in; the others are unaffected."""

    def __init__(self, message: str, *, source: str = "", remedy: str | None = None) -> None:
        self.source = source
        super().__init__(f"{source}: {message}" if source else message, remedy=remedy)


class EmptyDocument(DocumentError):
    """Nothing but white space in it."""

    default_remedy = "文件里没有文字，请检查是否导出完整。"


class BinaryDocument(DocumentError):
    """The bytes are no text, whatever the file name says."""

    default_remedy = "这不是文本文件；请按实际格式改扩展名，或转换为文本。"


class UnsupportedFormat(DocumentError):
    """No loader knows this kind of file."""

    default_remedy = "运行 yuanwen doctor 查看支持的格式；请先转换。"


class MissingExtra(DocumentError):
    """The format is known, but the library that reads it isn't installed."""

    default_remedy = "请安装所需的附加组件。"


class MislabelledDocument(DocumentError):
    """The bytes are of another format than the file's name says."""

    default_remedy = "请把扩展名改成与内容相符的，或重新导出。"


class DamagedDocument(DocumentError):
    """Cut off, garbled, or contradicting itself."""

    default_remedy = "文件已损坏或没有传完；请重新导出、重新上传。"


class EncryptedDocument(DocumentError):
    """It can't be read without a password."""

    default_remedy = "请先去掉密码（另存为不加密的文件）再上传。"


class NoTextLayer(DocumentError):
    """The pages are pictures, and nothing here reads those."""

    default_remedy = "这是扫描件；请安装文字识别：pip install 'yuanwen[ocr]'，再重新添加。"


class DocumentTooLarge(DocumentError):
    """Above ``max_upload_bytes``."""

    default_remedy = "请拆分文件，或调大设置 YUANWEN_MAX_UPLOAD_MB。"


class UndecodableText(DocumentError):
    """No supported encoding decodes every byte."""

    default_remedy = "请用 --encoding 指明编码(utf-8、gb18030、big5、utf-16),或另存为 UTF-8。"


class UnreadableFile(DocumentError):
    """The operating system won't give us the file."""

    default_remedy = "请检查路径和读取权限。"


class ParsingFailed(DocumentError):
    """The process that read the file crashed, or took more memory than it may; nothing else was harmed."""

    default_remedy = "文件可能已损坏或过于复杂；请重新导出、拆分后再上传。"


class ParsingTimedOut(ParsingFailed):
    """Reading the file took longer than it may."""

    default_remedy = "请拆分文件，或另存为更简单的格式后再上传。"


class NotFound(InputError):
    """No such document, collection or passage."""

    default_remedy = "运行 yuanwen list 查看已有文档。"


class KnowledgeError(InputError):
    """A pair of question and answer, a group of synonyms or a word for the dictionary can't be used."""

    default_remedy = "请修改后再保存。"


class DatasetError(InputError):
    """A file of evaluation questions can't be used.

    Args:
        problems: one line for each bad row, with its number; all of them, of which the message shows the first.
    """

    default_remedy = "运行 yuanwen eval template 可以得到一个填写样例。"
    _SHOWN = 20

    def __init__(self, message: str, *, problems: Sequence[str] = (), remedy: str | None = None) -> None:
        self.problems = tuple(problems)
        shown = "\n".join(f"  {problem}" for problem in self.problems[: self._SHOWN])
        more = f"\n  ……共 {len(self.problems)} 处" if len(self.problems) > self._SHOWN else ""
        super().__init__(f"{message}\n{shown}{more}\n" if shown else message, remedy=remedy)


class MeasureError(InputError):
    """No measure of that name."""

    default_remedy = "可用的指标见 docs/measures.md，例如 EM、F1@lcs、Recall@5。"


class SettingsError(YuanwenError):
    """A setting is unknown or out of range."""

    default_remedy = "运行 yuanwen doctor 查看设置。"


class ModelError(YuanwenError):
    """A model can't be made, loaded or trusted."""

    default_remedy = "运行 yuanwen doctor 检查模型；删除缓存目录后会重新生成。"


class ModelClosed(ModelError):
    """Whoever owns the model has closed it; the question was neither answered nor declined."""

    default_remedy = "服务正在结束，请稍后重试。"


class StoreError(YuanwenError):
    """Something about the index on disk."""

    default_remedy = "运行 yuanwen doctor 检查索引。"


class EmbedderMismatch(StoreError):
    """The index was made with another embedder than the one in the settings."""

    default_remedy = "运行 yuanwen reindex 用当前模型重新编码，或改回原来的模型。"


class NewerStore(StoreError):
    """The database was written by a newer version."""

    default_remedy = "请升级 yuanwen；旧版本不会改动这个数据库。"


class DamagedStore(StoreError):
    """The database can't be read; derived indexes that are damaged are rebuilt instead."""

    default_remedy = "请从备份恢复数据库文件，或删除后重新添加文档。"


class DamagedBackup(StoreError):
    """What is to be restored isn't a whole backup; nothing changed."""

    default_remedy = "请换一份备份。"


class StoreBusy(StoreError):
    """Another process holds the writer's lock."""

    default_remedy = "另一个进程正在写入，请稍后重试。"


class StorageFull(StoreError):
    """The disk is full; what was acknowledged before is intact."""

    default_remedy = "请清理磁盘后重试；已确认的文档没有丢失。"


class VerificationError(YuanwenError):
    """A span that doesn't say what its document says: a bug, never the user's fault."""

    default_remedy = "请运行 yuanwen reindex 并报告此问题。"
