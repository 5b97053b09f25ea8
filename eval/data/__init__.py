"""Files of questions, public ones and an evaluator's own, read into one :class:`eval.dataset.Dataset`."""

from eval.data.load import load_dataset

__all__ = ["load_dataset"]
