"""Follow-up questions made self-contained from the turns before them, by rules: no model, no I/O."""

from rag.dialogue.turn import Turn, Understood
from rag.dialogue.understand import understand

__all__ = ["Turn", "Understood", "understand"]
