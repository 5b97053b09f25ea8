"""Benchmarks: they print tables and keep no state."""
