"""Ingest and ask, side by side with what people would otherwise pick; ``docs/benchmarks.md`` says how.

    python -m eval.bench.peers setup --venv DIR
    python -m eval.bench.peers run --venv DIR --data FILE --reader FOLDER --out DIR
    python -m eval.bench.peers report DIR

Each system is a program of its own (``workers/``) that speaks JSON lines over its standard streams; one driver asks
them in turn, so that whatever else the machine does falls on all of them alike.
"""
