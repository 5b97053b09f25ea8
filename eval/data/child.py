"""Reads files of questions in a process that may die of them.

Run as ``python -m eval.data.child`` by :mod:`eval.data.isolated`, by nobody else.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter

from eval.data.load import read_dataset
from eval.dataset import Dataset
from index.errors import YuanwenError
from index.isolation.child import Reply, serve
from index.isolation.frames import Frame

_DATASET = TypeAdapter(Dataset)


def read(request: Frame) -> Reply:
    """The questions in the payload, the file's name in the header; what goes wrong is an answer too."""
    try:
        dataset = read_dataset(request.payload, Path(request.header["name"]), format=request.header["format"])
        return {"dataset": True}, [_DATASET.dump_json(dataset)]
    except MemoryError:
        raise
    except YuanwenError as error:
        told = {
            "message": error.message,
            "remedy": error.remedy,
            "problems": list(getattr(error, "problems", ())),
        }
        return {"error": type(error).__name__}, [json.dumps(told).encode("ascii")]


if __name__ == "__main__":
    serve(read)
