"""Are tantivy's files what it wrote? Its own code doesn't ask when it opens an index."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

_FOOTER_MAGIC = 1337


def damaged_files(folder: Path) -> list[str]:
    """Names of files of the index in ``folder`` that don't match the checksums in them."""
    try:
        return [path.name for path in _live_files(folder) if not _is_intact(path)]
    except (OSError, ValueError, KeyError):
        return ["meta.json"]


def _live_files(folder: Path) -> list[Path]:
    """Segment files that the last commit is made of; others may be unfinished work of a process that was killed."""
    segments = json.loads((folder / "meta.json").read_text())["segments"]
    names = {segment["segment_id"].replace("-", ""): segment.get("deletes") for segment in segments}
    live = []
    for path in sorted(folder.iterdir()):
        name, _, rest = path.name.partition(".")
        deletes = names.get(name)
        is_stale = rest.endswith("del") and (deletes is None or rest != f"{deletes['opstamp']}.del")
        if name in names and not is_stale:
            live.append(path)
    return live


def _is_intact(path: Path) -> bool:
    """Checks a segment file against its footer: JSON with a CRC-32, its length, a magic number."""
    data = path.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    if int.from_bytes(data[-4:], "little") != _FOOTER_MAGIC or length + 8 > len(data):
        return False
    try:
        footer = json.loads(data[-8 - length : -8])
    except ValueError:
        return False
    return bool(footer.get("crc") == zlib.crc32(data[: -8 - length]))
