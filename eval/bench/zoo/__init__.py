"""Files that are bad in every way we know of, and what must become of each; see :mod:`eval.bench.zoo.__main__`."""
