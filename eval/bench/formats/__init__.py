"""What the loaders read out of files of every format, against what was written into them.

    python -m eval.bench.formats make DIR --data DATA [--seed 1]
    python -m eval.bench.formats measure DIR [--worst N] [--only .pdf]

``make`` draws contents (regulations, red-head notices, yearbook pages, reports with tables, running prose) from real
texts, as values of :mod:`eval.bench.formats.model`, and has them written by the programs that intranets' files come
from. The truth beside each file (``NAME.truth.json``) is worked out from the same values, never from what a loader
read. Programs: Chromium, LibreOffice, Chinese fonts.
"""
