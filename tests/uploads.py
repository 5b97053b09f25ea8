"""Uploading in tests, and waiting for what becomes of it."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from typing import Any

import openpyxl
from fastapi.testclient import TestClient


def upload(
    client: TestClient, files: Mapping[str, str | bytes], *, collection: str = "default", **query: str
) -> dict[str, Any]:
    """Uploads files by name and gives the job that was accepted."""
    parts = [
        ("files", (name, data.encode() if isinstance(data, str) else data)) for name, data in files.items()
    ]
    response = client.post("/v1/documents", params={"collection": collection, **query}, files=parts)
    assert response.status_code == 202, response.text
    job: dict[str, Any] = response.json()
    return job


def ended(client: TestClient, job: Mapping[str, Any], *, seconds: float = 60) -> dict[str, Any]:
    """The job with its files once it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        now: dict[str, Any] = client.get(f"/v1/jobs/{job['id']}").json()
        if now["status"] not in ("waiting", "running"):
            return now
        time.sleep(0.02)
    raise AssertionError(f"job didn't end: {now}")


def stored(client: TestClient, name: str, data: str | bytes, *, collection: str = "default") -> int:
    """Uploads one file and gives the number of the document."""
    (file,) = ended(client, upload(client, {name: data}, collection=collection))["files"]
    assert file["error"] is None, file
    return int(file["document_id"])


def uncounted() -> bytes:
    """A workbook that is read but for a formula, which no program has calculated."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["名称", "数量", "合计"], ["众创空间", 253, "=B2*2"]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
