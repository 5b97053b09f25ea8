"""Tables of made-up figures as statistical bulletins have them."""

from __future__ import annotations

import random

from eval.bench.formats.model import Table

_FARMING = "粮食 夏粮 秋粮 油料 棉花 甜菜 蔬菜 水果 肉类 牛奶 禽蛋 水产品 茶叶 药材 羊毛"
_INDUSTRY = (
    "采矿业 煤炭开采和洗选业 石油和天然气开采业 制造业 农副食品加工业 纺织业 化学原料和化学制品制造业 医药制造业 "
    "电气机械和器材制造业 汽车制造业 计算机、通信和其他电子设备制造业 电力、热力生产和供应业 燃气生产和供应业"
)
_COUNTIES = (
    "东城区 西城区 长河区 南屏县 北山县 青石县 临江县 平湖县 云岭县 白沙镇 金沙镇 高新区 经开区 新城区"
)
_SCHOOLS = (
    "普通高等学校 中等职业学校 普通高中 初中 小学 特殊教育学校 幼儿园 在校研究生 在校本科生 专任教师 毕业生 招生数 "
    "成人高等学校"
)
_TOPICS = (
    ("主要农产品产量", "万吨", _FARMING),
    ("规模以上工业增加值", "亿元", _INDUSTRY),
    ("各县区人口情况", "万人", _COUNTIES),
    ("教育事业基本情况", "所、人", _SCHOOLS),
)
"""What a table counts, in what, and its rows' labels."""
_REMARKS = (
    "",
    "注：本表数据为初步统计数，部分合计数因四舍五入原因与分项之和略有出入。",
    "资料来源：市统计局。",
)
_PARTS = (("产值", "增速（%）"), ("合计", "占比（%）"), ("城镇", "乡村"))


def draw_table(choice: random.Random, number: int, year: int, *, rows: int, deep: bool) -> Table:
    """A table; ``deep``: each year over two columns, so that headers stand in two rows.

    Args:
        number: of the table in its document.
        year: the last one shown.
        rows: 13 at most.
    """
    topic, unit, words = choice.choice(_TOPICS)
    names = words.split()
    span = choice.randint(2, 3) if deep else choice.randint(3, 5)
    years = [f"{y}年" for y in range(year - span + 1, year + 1)]
    headers: tuple[tuple[str, ...], ...] = (("指标", *years),)
    if deep:
        parts = choice.choice(_PARTS)
        headers = (("指标", *(y for y in years for _ in parts)), ("指标", *(p for _ in years for p in parts)))
    chosen = sorted(choice.sample(range(len(names)), min(rows, len(names))))
    width = len(headers[0]) - 1
    return Table(
        caption=f"表{number} {years[0][:4]}—{years[-1][:4]}年{topic}",
        unit=f"单位：{unit}",
        headers=headers,
        rows=tuple((names[i], *(_figure(choice) for _ in range(width))) for i in chosen),
        remark=choice.choice(
            (
                "",
                "注：本表数据为初步统计数，部分合计数因四舍五入原因与分项之和略有出入。",
                "资料来源：市统计局。",
            )
        ),
    )


def _figure(choice: random.Random) -> str:
    """A number, all of them written so that programs keep their digits: no zero at the end of a fraction."""
    return choice.choice(
        (
            str(choice.randint(11, 9999)),
            f"{choice.randint(1, 999)}.{choice.randint(1, 9)}",
            f"{choice.randint(1, 99)}.{choice.randint(0, 9)}{choice.randint(1, 9)}",
        )
    )
