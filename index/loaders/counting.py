"""Labels of automatic numbering in Word files: ``第三条``, ``（二）``, ``4.1``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_DIGITS = "〇一二三四五六七八九"
_CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_HAN = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "ideographTraditional",
        "koreanCounting",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a numbered list, as ``numbering.xml`` defines it.

    Args:
        form: ``w:numFmt``.
        text: ``w:lvlText``, with ``%1`` for the number of the outermost level.
        start: of its numbers.
    """

    form: str
    text: str
    start: int = 1


@dataclass(slots=True)
class Counter:
    """Counts the paragraphs of one numbered list."""

    levels: Mapping[int, Level]
    _now: dict[int, int] = field(default_factory=dict)

    def label(self, depth: int) -> str:
        """The label of the next paragraph at a level, from 0; empty where it has none that can be read."""
        level = self.levels.get(depth)
        if level is None:
            return ""
        self._now[depth] = self._now.get(depth, level.start - 1) + 1
        for deeper in [key for key in self._now if key > depth]:
            del self._now[deeper]
        if level.form in ("bullet", "none"):
            return ""
        return re.sub("%([1-9])", lambda found: self._number(int(found.group(1)) - 1), level.text)

    def _number(self, depth: int) -> str:
        level = self.levels.get(depth)
        if level is None:
            return ""
        return written(self._now.get(depth, level.start), level.form)


def written(number: int, form: str) -> str:
    """A number as a format of WordprocessingML writes it (ECMA-376, 17.18.59); decimal for those not known here."""
    if form in _HAN:
        return han(number)
    if form in ("ideographDigital", "chineseDigital", "japaneseDigitalTenThousand"):
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        return roman(number) if form == "upperRoman" else roman(number).lower()
    if form.startswith("decimalEnclosedCircle") and 0 <= number < len(_CIRCLED):
        return _CIRCLED[number]
    return f"{number:02d}" if form == "decimalZero" else str(number)


def han(number: int) -> str:
    """``12`` -> ``十二``; decimal from 10,000 on."""
    if not 0 < number < 10_000:
        return "〇" if number == 0 else str(number)
    out = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            out += _DIGITS[digit] + name
        elif out and number and not out.endswith("零"):
            out += "零"
    return out.removeprefix("一") if out.startswith("一十") else out


def roman(number: int) -> str:
    """``14`` -> ``XIV``."""
    out = ""
    for value, letters in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        out += letters * (number // value)
        number %= value
    return out
