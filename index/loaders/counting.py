"""Labels of automatic numbering in Word files: ``第三条``, ``（二）``, ``4.1``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_DIGITS = "〇一二三四五六七八九"
_HAN = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
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
        restart: the level, from 1, whose paragraphs make it start again; 0 for none, None for each one above it.
        legal: numbers of the levels above are written with digits.
        spaced: a space or tab stands behind the label.
        style: id of the paragraph style that stands for it.
    """

    form: str
    text: str
    start: int = 1
    restart: int | None = None
    legal: bool = False
    spaced: bool = True
    style: str | None = None


@dataclass(slots=True)
class Counter:
    """Counts the paragraphs of one numbered list."""

    _now: dict[int, int] = field(default_factory=dict)

    def start(self, numbers: Mapping[int, int]) -> None:
        """Starts levels anew, each at a number."""
        self._now.update({depth: number - 1 for depth, number in numbers.items()})

    def label(self, depth: int, levels: Mapping[int, Level]) -> str:
        """The label of the next paragraph at a level, from 0, with the space behind it; empty for a bullet."""
        level = levels.get(depth)
        if level is None:
            return ""
        self._now[depth] = self._now.get(depth, level.start - 1) + 1
        for deeper in [key for key in self._now if key > depth]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or depth < restart:
                del self._now[deeper]
        if level.form in ("bullet", "none"):
            return ""
        text = re.sub(
            "%([1-9])", lambda found: self._number(int(found.group(1)) - 1, level, levels), level.text
        )
        tight = not level.spaced or not text or text[-1] in "、，．）)】〕：: "
        return text if tight else f"{text} "

    def _number(self, depth: int, asking: Level, levels: Mapping[int, Level]) -> str:
        level = levels.get(depth)
        if level is None:
            return ""
        return written(self._now.get(depth, level.start), "decimal" if asking.legal else level.form)


_ROWS = {
    "decimalEnclosedCircle": "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedCircleChinese": "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedFullstop": " ⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
    "decimalEnclosedParen": " ⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
    "ideographEnclosedCircle": " ㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
    "ideographTraditional": " 甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": " 子丑寅卯辰巳午未申酉戌亥",
}
_PLACES = frozenset({"ideographDigital", "chineseDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"})
_LEGAL = frozenset({"chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"})
_CAPITALS = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
_LONGEST_LETTERS = 10


def written(number: int, form: str) -> str:
    """A number as a format of WordprocessingML writes it (ECMA-376, 17.18.59); decimal for those not known here."""
    row = _ROWS.get(form)
    if row is not None:
        return row[number] if 0 <= number < len(row) and row[number] != " " else str(number)
    if form in _HAN:
        return han(number)
    if form in _LEGAL:
        capital = "一" + han(number) if 10 <= number < 20 else han(number)
        return capital.translate(_CAPITALS).replace("〇", "零")
    if form in _PLACES:
        return "".join(_DIGITS[int(digit)] for digit in str(abs(number)))
    if form in ("lowerLetter", "upperLetter") and 0 < number <= 26 * _LONGEST_LETTERS:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        return roman(number) if form == "upperRoman" else roman(number).lower()
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
