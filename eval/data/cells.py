"""How Excel shows a cell's value, for the number formats that people use: what they see is what they meant.

Format codes: ECMA-376-1, 18.8.30 (``numFmt``). What isn't covered (fractions, exponents, names of months) is shown
plainly: all digits, or the date as 2017-09-22.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel
from openpyxl.utils.escape import unescape

Value = str | bool | int | float | datetime | date | time | timedelta | None

_YEAR_MONTH = 'yyyy"年"m"月"'
_MONTH_DAY = 'm"月"d"日"'
_CLOCK, _LONG_CLOCK = 'h"时"mm"分"', 'h"时"mm"分"ss"秒"'
CHINESE_CODES = {
    27: _YEAR_MONTH,
    28: _MONTH_DAY,
    29: _MONTH_DAY,
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: _CLOCK,
    33: _LONG_CLOCK,
    34: _CLOCK,
    35: _LONG_CLOCK,
    36: _YEAR_MONTH,
    50: _YEAR_MONTH,
    51: _MONTH_DAY,
    52: _YEAR_MONTH,
    53: _MONTH_DAY,
    54: _MONTH_DAY,
    55: _CLOCK,
    56: _LONG_CLOCK,
    57: _YEAR_MONTH,
    58: _MONTH_DAY,
}
"""Formats of the Chinese Excel that files name by number only (18.8.30, zh-cn); openpyxl takes them for plain
numbers. 34, 35, 55 and 56 mark morning and afternoon there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value as openpyxl gives it.

    Args:
        code: the number format, ``code_id`` its number in the file.
        error: the value is one of Excel's errors ("#N/A").
        date_1904: dates count from 1904, as the Mac's did.
    """

    value: Value = None
    code: str = "General"
    code_id: int = 0
    error: bool = False
    date_1904: bool = False


def display(cell: Cell) -> str:
    """The text that a person sees; an empty cell gives an empty one."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return show_text(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    local = CHINESE_CODES.get(cell.code_id)
    if isinstance(value, int | float):
        moment = None if local is None else _moment(value, cell.date_1904)
        if moment is None or local is None:
            return show_number(value, cell.code)
        return show_date(moment, local)
    return show_date(value, cell.code if local is None else local)


def show_text(text: str) -> str:
    """Without the escapes that a workbook has for characters that XML hasn't; lines end in ``\\n``."""
    plain = unescape(text) if "_x" in text else text
    return plain.replace("\r\n", "\n").replace("\r", "\n") if "\r" in plain else plain


def is_date(cell: Cell) -> bool:
    """Whether it shows as a date or a time."""
    if cell.value is None or isinstance(cell.value, str | bool):
        return False
    return cell.code_id in CHINESE_CODES or not isinstance(cell.value, int | float)


def _moment(serial: float, date_1904: bool) -> datetime | date | time | timedelta | None:
    """None for a number that is no date."""
    epoch = CALENDAR_MAC_1904 if date_1904 else CALENDAR_WINDOWS_1900
    try:
        found: datetime | date | time | timedelta = from_excel(serial, epoch)
    except (OverflowError, ValueError):
        return None
    return found


_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)'
    r"|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[[^\]]*\]|(?P<digits>[0#?][0#?,.]*|\.[0#?]+)|(?P<other>.)",
    re.DOTALL,
)
_SECTION = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])*')


def show_number(value: float, code: str) -> str:
    """``1234.5`` under ``#,##0.00`` is ``1,234.50``; under ``General``, all digits and no more.

    Args:
        code: only its first section counts: a negative number gets a minus sign.
    """
    section = _SECTION.match(code)
    parts = list(_TOKEN.finditer(section[0] if section else code))
    cores = [part["digits"] for part in parts if part["digits"] is not None]
    others = "".join(part["other"] or "" for part in parts)
    if len(cores) != 1 or re.search(r"[/EeA-Za-z@?]", others) or "?" in cores[0]:
        return _plain(value)
    number = Decimal(repr(value)).scaleb(2 * others.count("%"))
    shown = [
        _digits(abs(number), part["digits"]) if part["digits"] is not None else _literal(part)
        for part in parts
    ]
    sign = "-" if number < 0 and any(character in "123456789" for character in "".join(shown)) else ""
    return (sign + "".join(shown)).strip()


def _literal(part: re.Match[str]) -> str:
    kept = (part["quoted"], part["escaped"], part["currency"], part["other"])
    return next((text for text in kept if text is not None), "")


_WIDE = Context(prec=1000)
"""Holds any float under any format code (of 255 characters at most)."""


def _digits(number: Decimal, core: str) -> str:
    """A number that isn't negative, in one run of ``0``, ``#``, ``,`` and ``.``."""
    shape = core.rstrip(",")
    scaled = number.scaleb(-3 * (len(core) - len(shape)))  # a comma at the end stands for thousands
    whole, _, fraction = shape.partition(".")
    places = len(fraction)
    text = f"{scaled.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_WIDE):f}"
    left, _, right = text.partition(".")
    left = left.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole:
        left = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", left)
    optional = len(fraction) - len(fraction.rstrip("#"))
    kept = right[: places - optional] + right[places - optional :].rstrip("0")
    return f"{left}.{kept}" if kept else left


def _plain(value: float) -> str:
    """All digits that the number has, at most 15: 2017, 0.3, 12000000000000."""
    if isinstance(value, int):
        return str(value)
    text = f"{Decimal(f'{value:.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_DATE_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[\$[^\]]*\]|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]'
    r"|(?P<part>y+|m+|d+|h+|s+|a+|am/pm|a/p|\.0+)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_LONG_DATE = 'yyyy"年"m"月"d"日"'


def show_date(value: datetime | date | time | timedelta, code: str) -> str:
    """``2017年9月22日`` under ``yyyy"年"m"月"d"日"``.

    A code that begins with the day or the month in figures (the built-in 14 among them) is one that Excel shows in
    the order of the user's country: 2017-09-22, as are those with names of days or months. Midnight after a date
    isn't shown: most programs write every date as a moment.
    """
    if code.startswith("[$-F800]"):  # "long date" of the system, which is this one in China
        return show_date(value, _LONG_DATE)
    section = _SECTION.match(code)
    parts = list(_DATE_TOKEN.finditer(section[0] if section else code))
    names = [part["part"].lower() for part in parts if part["part"]]
    if isinstance(value, timedelta) or not names or _foreign(names) or any(part["elapsed"] for part in parts):
        return _iso(value, timed=any(name[0] in "hs" for name in names))
    minutes = _minutes(names)
    whole_day = isinstance(value, datetime) and value.time() == time() and names[0][0] == "y"
    shown, seen = [], 0
    for part in parts:
        if part["part"]:
            if whole_day and names[seen][0] in "hs":  # a date under the format of a moment
                break
            shown.append(_part(value, names[seen], minute=seen in minutes))
            seen += 1
        else:
            kept = (part["quoted"], part["escaped"], part["other"])
            shown.append(next((text for text in kept if text is not None and text != "@"), ""))
    return "".join(shown).strip()


def _foreign(names: list[str]) -> bool:
    """Whether the code is in the order, or the words, of another country."""
    worded = any(name.startswith(("mmm", "ddd", "a", ".")) for name in names)
    return worded or (any(name[0] == "y" for name in names) and names[0][0] != "y")


def _minutes(names: list[str]) -> set[int]:
    """Which ``m`` are minutes: those next to hours before, or seconds after."""
    return {
        at
        for at, name in enumerate(names)
        if name[0] == "m"
        and ((at > 0 and names[at - 1][0] == "h") or (at + 1 < len(names) and names[at + 1][0] == "s"))
    }


def _part(value: datetime | date | time, name: str, *, minute: bool) -> str:
    unit = (
        "minute" if minute else {"y": "year", "m": "month", "d": "day", "h": "hour", "s": "second"}[name[0]]
    )
    number = int(getattr(value, unit, 0))
    if unit == "year":
        return f"{number % 100:02d}" if len(name) <= 2 else f"{number:04d}"
    return f"{number:02d}" if len(name) > 1 else str(number)


def _iso(value: datetime | date | time | timedelta, *, timed: bool) -> str:
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    if not isinstance(value, datetime):
        return value.isoformat()
    clock = value.strftime(" %H:%M:%S" if value.second else " %H:%M")
    return f"{value:%Y-%m-%d}" + (clock if timed or value.time() != time() else "")
