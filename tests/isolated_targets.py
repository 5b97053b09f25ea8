"""Run in a child process by ``test_isolate.py``: reads documents, or misbehaves where the source's name says so."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from index.isolation.child import Reply, load, serve
from index.isolation.documents import pack_error
from index.isolation.frames import Frame

HOARD: list[object] = []


def handle(request: Frame) -> Reply:
    match request.header["source"]:
        case "loops":
            while True:
                pass
        case "sleeps":
            time.sleep(1000)
        case "starts another":
            pid = subprocess.Popen(["sleep", "1000"]).pid
            return {"pid": pid}, ()
        case "eats memory":
            while True:
                HOARD.append(np.empty(2**24))  # address space alone: quick to use up
        case "segfaults":
            ctypes.string_at(0)
        case "exits":
            os._exit(0)
        case "raises":
            return pack_error(KeyError("a bug")), ()
        case "prints":
            print("noise" * 1000, flush=True)
            os.write(1, b"more noise")
            return {"read": sys.stdin.read()}, ()
        case "tells":
            files = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.exists()]
            modules = sorted(sys.modules.keys() & {"torch", "transformers", "pydantic", "faiss", "sqlite3"})
            return {
                "files": files,
                "environment": sorted(os.environ),
                "nice": os.nice(0),
                "session": os.getsid(0) == os.getpid(),
                "modules": modules,
            }, ()
        case "lies":
            header, payload = load(Frame({"source": "a.txt", "encoding": None}, request.payload))
            return {**header, **request.header["but"]}, payload
        case "writes nonsense":
            return {"padding": "x" * 2**21}, ()
    return load(request)


if __name__ == "__main__":
    serve(handle)
