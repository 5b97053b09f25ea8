"""Coverage-guided fuzzing of the loaders; see :mod:`eval.bench.fuzz_uploads.__main__`."""
