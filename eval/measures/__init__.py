"""Measures: names to numbers, each with the interval that it is to be believed in. docs/measures.md defines them."""

from eval.measures.measure import Measure
from eval.measures.registry import DEFAULTS, names, parse
from eval.measures.resample import figures

__all__ = ["DEFAULTS", "Measure", "figures", "names", "parse"]
