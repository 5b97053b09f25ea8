"""How much of a text is right: the official scores of CMRC 2018 and ExpMRC, as pure functions.

Two scripts are followed, in what they compute, not in their wording:

- CMRC 2018, https://github.com/ymcui/cmrc2018 (``squad-style-data/cmrc2018_evaluate.py``): exact match and
  the F1 over the *longest common substring* of tokens;
- ExpMRC, https://github.com/ymcui/expmrc (``eval_expmrc.py``): SQuAD's bag-of-tokens F1 on mixed text, for
  answers and for evidence.

Both cut a text into *tokens* alike: a Han character (U+4E00 to U+9FA5) or one of :data:`MARKS` is a token of
its own; what stands between is cut as ``nltk.word_tokenize`` cuts English ("3.5" and "1,000" are one token,
"don't" is two). Neither folds Traditional into Simplified, or full-width into half-width; nor do we.
A score is the best over the accepted answers, and case doesn't count.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

MARKS = frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")
"""What both scripts take for punctuation. "…" isn't among them: the scripts look for two of it as one character."""

_CELL = re.compile(f"([\u4e00-\u9fa5{re.escape(''.join(sorted(MARKS)))}])")
_DROPPED = frozenset(string.punctuation) | MARKS
_ARTICLES = frozenset({"a", "an", "the"})
_CACHED = 65536

_ALONE = r"[;@#$%&?!()\[\]{}<>«»“”‘’„\u2012-\u2015]"
_FINAL_PERIOD = r"\.(?=[\])}>\"'»”’ ]*\s*$)"
_COMMA = r",(?!\d)"
_WORD_END = rf"(?=\s|$|{_ALONE}|\"|{_COMMA}|\.\.|{_FINAL_PERIOD})"
_STOP = "|".join(
    (
        r"\.{2,}",
        r"''",
        r'"',
        _ALONE,
        _FINAL_PERIOD,
        _COMMA,
        rf"(?<=\S)(?:n't|'(?:s|m|d|ll|re|ve)){_WORD_END}",
        r"(?<!\w)'(?!(?:re|ve|ll|m|t|s|d|n)\b)(?=\w)",
        rf"'{_WORD_END}",
        r"\bcan(?=not\b)|\b(?:gon|wan)(?=na\b)|\bgot(?=ta\b)|\b(?:gim|lem)(?=me\b)",
    )
)
_ENGLISH = re.compile(rf"{_STOP}|(?:(?!{_STOP})\S)+", re.IGNORECASE)


def _english(run: str) -> list[str]:
    """Cuts text without Han characters or marks as the Penn Treebank does, like ``nltk.word_tokenize``.

    One difference: a period inside the run stays with its word ("Henry A. Walsh"), where NLTK first splits
    sentences with a trained model, and cuts the period off at what that takes for a sentence's end.
    """
    tokens: list[str] = []
    opened = 0  # where an opening quote ends: another one right there opens as well
    for match in _ENGLISH.finditer(run):
        token = match.group()
        if token == '"':
            opens = match.start() == opened or run[match.start() - 1] in " ([{<«‘„"
            opened = match.end() if opens else -1
            token = "``" if opens else "''"
        tokens.append(token)
    return tokens


def tokenize(text: str) -> list[str]:
    """The tokens of Chinese text with Latin words and numbers in it, in order; white space is none."""
    tokens: list[str] = []
    for place, piece in enumerate(_CELL.split(text.strip())):
        if place % 2:
            tokens.append(piece)
        elif piece:
            tokens.extend(_english(piece))
    return tokens


def normalise(text: str) -> str:
    """Lower case, stripped, :data:`MARKS` taken out: what CMRC 2018 compares for exact match."""
    return "".join(character for character in text.lower().strip() if character not in MARKS)


def _best(score: Callable[[str, str], float], prediction: str, accepted: Sequence[str]) -> float:
    """The best score over the accepted texts.

    Raises:
        ValueError: there is none.
    """
    return max(score(prediction, text) for text in accepted)


def exact_match(prediction: str, accepted: Sequence[str]) -> float:
    """CMRC 2018's EM: 1 if the normalised prediction is an accepted answer, normalised; else 0."""
    return _best(lambda one, other: float(normalise(one) == normalise(other)), prediction, accepted)


@lru_cache(maxsize=_CACHED)
def _substring_tokens(text: str) -> tuple[str, ...]:
    # The script takes the marks out before it cuts: "A-B" is the one token "ab".
    return tuple(tokenize(normalise(text)))


@lru_cache(maxsize=_CACHED)
def _bag_tokens(text: str) -> tuple[str, ...]:
    # The script tells articles before it folds case: "The" stays, "the" goes.
    return tuple(
        token.lower() for token in tokenize(text) if token not in _ARTICLES and token not in _DROPPED
    )


def _f1(common: int, predicted: int, accepted: int) -> float:
    return 2 * common / (predicted + accepted) if common else 0.0


@lru_cache(maxsize=_CACHED)
def _substring_f1(prediction: str, accepted: str) -> float:
    ours, theirs = _substring_tokens(prediction), _substring_tokens(accepted)
    common = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match().size
    return _f1(common, len(ours), len(theirs))


@lru_cache(maxsize=_CACHED)
def _bag_f1(prediction: str, accepted: str) -> float:
    ours, theirs = _bag_tokens(prediction), _bag_tokens(accepted)
    if not ours or not theirs:
        return float(ours == theirs)
    return _f1(sum((Counter(ours) & Counter(theirs)).values()), len(ours), len(theirs))


def f1_substring(prediction: str, accepted: Sequence[str]) -> float:
    """CMRC 2018's F1, in [0, 1]: precision and recall of the longest run of tokens that both have.

    ``2 L / (P + A)``, L the length of that run, P and A the tokens of the prediction and of the accepted
    answer, marks taken out; 0 where nothing is left of either.
    """
    return _best(_substring_f1, prediction, accepted)


def f1_bag(prediction: str, accepted: Sequence[str]) -> float:
    """SQuAD's F1 as ExpMRC takes it on mixed text, in [0, 1]: ``2 C / (P + A)``.

    C counts tokens that both have, each as often as both have it; single punctuation marks and a, an, the are
    no tokens here. Where nothing is left of one, 1 if nothing is left of the other either, else 0.
    """
    return _best(_bag_f1, prediction, accepted)


def contains(text: str, accepted: Sequence[str]) -> bool:
    """Whether an accepted answer stands in the text; case, white space and :data:`MARKS` don't count.

    An answer of which nothing is left then (a bare "。") stands nowhere, and 6家 doesn't stand in 16家: see
    :func:`find_whole`.
    """
    bare = squeeze(normalise(text))
    wanted = (squeeze(normalise(answer)) for answer in accepted)
    return any(find_whole(bare, answer) >= 0 for answer in wanted)


def squeeze(text: str) -> str:
    """``text`` without its white space."""
    return "".join(text.split())


_NUMBER_BEFORE = re.compile(r"\d[.,]?$")
_NUMBER_AFTER = re.compile(r"[.,]?\d")


def find_whole(text: str, words: str, start: int = 0) -> int:
    """Where ``words`` begin in ``text`` at or after ``start``, as ``str.find`` does; -1 for nowhere or no words.

    Not where they would begin or end inside a number or a Latin word.
    """
    at = text.find(words, start) if words else -1
    while at >= 0 and (_joins(text, at) or _joins(text, at + len(words))):
        at = text.find(words, at + 1)
    return at


def _joins(text: str, at: int) -> bool:
    """Whether the characters on both sides of ``at`` belong to one number or one Latin word."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if before.isascii() and after.isascii() and before.isalpha() and after.isalpha():
        return True
    return bool(_NUMBER_BEFORE.search(text[max(0, at - 2) : at]) and _NUMBER_AFTER.match(text[at : at + 2]))
