"""The bytes and the characters of a file of questions."""

from __future__ import annotations

import stat
from pathlib import Path

from eval.data.findings import Findings
from index.encoding import decode
from index.errors import BinaryDocument, DatasetError, EmptyDocument, UndecodableText, UnreadableFile

MAX_BYTES = 512 * 2**20
"""Larger files are refused: all of it is held in memory."""


def read_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        UnreadableFile: the operating system won't give them.
        DatasetError: larger than :data:`MAX_BYTES`.
    """
    source = str(path) if "\0" not in str(path) else repr(str(path))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a folder; a pipe would block, a device never end
            raise UnreadableFile("不是普通文件。", source=source)
        if status.st_size > MAX_BYTES:
            raise DatasetError(
                f"{path.name}: 文件有 {status.st_size / 2**20:.0f} MB，上限是 {MAX_BYTES / 2**20:.0f} MB。",
                remedy="请拆成几个文件。",
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableFile("没有这个文件。", source=source) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableFile(f"读不了：{reason}。", source=source) from error


def read_text(data: bytes, name: str, findings: Findings) -> str:
    """The file's characters; an encoding other than UTF-8 is noted.

    Raises:
        DatasetError: it is empty, or no text.
    """
    try:
        decoded = decode(data)
    except EmptyDocument as error:
        raise empty(name) from error
    except BinaryDocument as error:
        raise DatasetError(f"{name}: {error.message}") from error
    except UndecodableText as error:
        raise DatasetError(
            f"{name}: {error.message}", remedy="请另存为 UTF-8 编码，或存为 .xlsx。"
        ) from error
    if not decoded.encoding.startswith("utf-8"):
        findings.remark(f"文件不是 UTF-8 编码，按 {decoded.encoding} 读取")
    return decoded.text


def empty(name: str) -> DatasetError:
    """The error of a file that holds no question."""
    return DatasetError(f"{name}: 文件里没有问题。")
