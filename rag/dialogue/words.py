"""The closed classes of words that the rules of this package tell questions apart by.

All of it is in Simplified characters: text is simplified before it is compared, which keeps its length.
"""

from __future__ import annotations

import re

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff"


def any_of(words: str) -> str:
    """A pattern for one of the words, longest first, so that a longer one isn't cut short."""
    return "(?:" + "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True)) + ")"


_MEASURE = (
    r"(?:平方米|平方公里|公顷|人次|万元|亿元|万人|周岁|小时|分钟"
    r"|[家个名项人次场件条位岁年月天日号届期倍所座种类级批部本台套章亩吨米里页成层元点步份篇张款只国省市县区城钱])"
)
NUMERAL = r"(?:\d[\d,.]*[万亿余多]*|[〇零一二两三四五六七八九十百千万亿半]+)"

ASKING = re.compile(
    r"(?:(?<![作成称分])为什么|为何|为啥|什么时[候间]|什么地[方点]|什么样|什么|啥时候?|啥|何时|何地|何处|何人|谁"
    rf"|多少{_MEASURE}?|第几{_MEASURE}?|几{_MEASURE}|多[大高长久宽深重远]"
    rf"|哪里|哪儿|哪些|哪{NUMERAL}?几?{_MEASURE}?|怎么样|怎么|怎样|如何|是否|是不是|有没有|能不能|可不可以"
    r"|吗$)"
)
"""One word that asks, with the measure word that belongs to it."""

WHEN = re.compile(r"什么时[候间]|何时|啥时候?|哪一?[年月日天]$|几[月号日]")
WHERE = re.compile(r"什么地[方点]|何地|何处|哪里|哪儿|哪个?[省市县区城国]")
WHY = re.compile(r"(?<![作成称分])为什么|为何|为啥")
HOW_MANY = re.compile(r"多少|几")

DATE = re.compile(
    r"(?:\d{4}|[〇零一二三四五六七八九]{4})年度?(?:\d{1,2}月份?)?(?:\d{1,2}[日号])?"
    r"|\d{1,2}月份?(?:\d{1,2}[日号])?|[去今明前当]年|[上本这]个?月"
)
YEAR = re.compile(r"(?:\d{4}|[〇零一二三四五六七八九]{4})年")
MONTH = re.compile(r"\d{1,2}月份?")

_UNIT = (
    r"(?:周岁|岁|个工作日|个?年|个?月|日|天|周|个?小时|分钟|余?人|[万亿]?元|吨|公里|米|平方米|名|家|件|次"
    r"|倍|成|%|％)"
)
_BOUND = r"(?:以上|以下|以内|以外|之内|之前|以前|以后)"
_LIMIT = r"(?:已满|未满|不满|超过|不足|不超过|达到|满)"
EACH = re.compile("每[年月周日天次人个]")
QUANTITY = re.compile(
    rf"{_LIMIT}?{NUMERAL}{_UNIT}{_BOUND}?(?:(?:至|到|-|～|~)?{_LIMIT}?{NUMERAL}{_UNIT}{_BOUND}?)*"
)
"""A measured range: "三个月以上不满一年", "已满10年不满20年", "16周岁以下"."""

_NTH = rf"第(?:\d+|{NUMERAL})"
_PART = "条|款|项|点|个|名|批|届|次|章|节|编|期|类|种|步|位|号"
ORDINAL = re.compile(rf"{_NTH}(?P<measure>{_PART})?")
ORDINALS = re.compile(rf"(?:{_NTH}(?:{_PART})?)+")
"""Several in one: "第十九条第二款"."""

TITLE = re.compile(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》")
NUMBERED = re.compile(rf"[{HAN}]{{0,8}}[〔\[(（【]\d{{4}}[〕\])）】]第?\d+号")

REGION = re.compile(
    any_of(
        "自治区 全区 我区 本区 全疆 新疆 全国 我国 国内 兵团 南疆 北疆 全省 全市 我市 本市 本省 我省 全县 我县"
    )
)
LEVEL = re.compile(any_of("国家 自治区 省部 省 市 县 区 部 厅 乡镇 校 院 地 州") + "级")

ATTRIBUTE = any_of(
    "文号 发文字号 编号 面积 数量 总数 人数 时间 日期 地点 名称 名字 全名 全称 简称 "
    "别名 目的 作用 意义 职务 电话 地址 规模 金额 总额 比例 占比 标准 条件 期限 "
    "有效期 内容 原因 理由 结果 依据 范围 对象 程序 流程 步骤 方式 费用 罚款 年龄 "
    "主题 任务 目标 措施 职责 定义 特点 特征 公布令 税率 利率 额度 效力 宗旨 原则 "
    "背景 影响 要求 资格"
)
ROLE = any_of(
    "主持人 负责人 组长 副组长 主任 副主任 厅长 副厅长 局长 副局长 部长 副部长 书记 "
    "副书记 党组书记 主席 副主席 院长 副院长 校长 副校长 会长 所长 处长 县长 市长 区长 "
    "省长 总理 主编 作者 导演 发起人 起草人 发言人 起草单位 主办单位 承办单位 牵头单位 "
    "牵头部门 主办方 主管部门 制定机关 发布机关 秘书长 副秘书长 政委 司令员"
)
ASPECT = re.compile(rf"{ATTRIBUTE}|{ROLE}")
"""What one asks of a thing: its number, its purpose, who heads it."""

NUMBER_LIKE = re.compile(
    r"文号|字号|编号|面积|数量|总数|人数|金额|总额|比例|占比|税率|利率|额度|规模|电话|年龄$"
)
WHO_LIKE = re.compile(rf"{ROLE}$")

_VERBS = (
    "主持 召开 举办 举行 发布 公布 颁布 颁发 颁奖 出台 印发 下发 施行 实施 执行 生效 "
    "起草 制定 制订 修订 修改 废止 通过 审议 批准 审批 签发 签署 发起 组织 负责 管理 "
    "参加 参与 出席 到会 参会 讲话 发言 致辞 传达 获得 获奖 得奖 荣获 得到 成立 设立 "
    "建立 建成 启动 开始 结束 完成 进行 开展 提出 规定 要求 包括 包含 涉及 组成 构成 "
    "起算 计算 处罚 处理 赔偿 支付 缴纳 申请 提交 办理 受理 审核 登记 决定 确定 任命 "
    "担任 当选 出生 去世 毕业 工作 位于 属于 适用 使用 牵头 安排 部署 指导 采用 采取 "
    "认定 明确 强调 指出 提倡 作出 服务 发放 发生 失效 覆盖 投入 拨付 下拨 评选 授予 "
    "举报 具备 享受 投资 持续 连续 延长 解除 终止 作 做 写 开 办 投 拨 发 颁 领 "
    "拿 收 算 定 设 建 来 去 住 生 叫 称 讲 说 罚 赔 缴 交 推介 借助 拥有 吸纳 "
    "提供 凝练提出 联合 分布 栖息 生活 生存 存在 发生 喜欢 选择 创立 创办 创建 凭借 "
    "从事 组建 有着 出版 出道 建造 上映 播出 发行 推广 立 砸 掏 花 派 弄 出 搞 批"
)
VERB = any_of(_VERBS)
LONG_VERB = any_of(" ".join(verb for verb in _VERBS.split() if len(verb) > 1))
"""Those that aren't likely to be part of a longer word."""

EVENT = any_of("建设 规划 研究 支持 实现 推进 落实 加强 推动 投资 调研 评估 培训 宣传 整合 下达")
"""Verbs that are nouns as often: what is done only before 了 and 过."""

STATING = any_of("距离 要求 提出 指出 强调 规定 明确 提倡 决定 认为 部署 说")
TAKING = any_of("获得 荣获 得到 参加 出席 参与 担任 负责 主持 发布 举办 拿到 起草 制定 代表 领到 得了")
"""Verbs whose object names what a question is about: "获得突出贡献奖的有谁"."""

_FUNCTION = any_of(
    "的 了 是 有 由 被 在 从 自 于 到 为 以 将 把 给 让 和 与 及 或 跟 同 对 "
    "向 都 也 就 又 还 再 才 当时 那时 后 前 之 一共 总共 总计 共计 合计 共 一般 "
    "最多 最少 至少 最长 最短 最高 最低 具体 大约 约 大概 现在 目前 后来 究竟 到底 "
    "分别 各 主要 可以 可 应当 应该 应 需要 需 必须 须 要 得 会 能 不得 不能 不 "
    "没有 没 每年 每月 每次 每人 每天 起 止 为止 着 过 上 下 里 中 内 这 那 么 "
    "呢 啊 呀 吧 嘛 吗 啦 请问 请 什 人 钱 其中 其他 单位 部门 领导 地方 城市 "
    "东西 事 事情 工作报告 报告 重要讲话 总结 低于 高于 超过 不超过 早于 晚于 正式 "
    "首次 第一次 最后 最早"
)
_NOT_CONTENT = re.compile(rf"{ASKING.pattern}|{ATTRIBUTE}|{ROLE}|{VERB}|{_FUNCTION}|[^\w]|_")


def ends_phrase(rest: str) -> bool:
    """Whether what follows a noun in simplified text doesn't make a longer noun of it."""
    return not rest or _NOT_CONTENT.match(rest) is not None


def content(text: str) -> str:
    """What is left of simplified text without words that only ask, link or name an aspect of something."""
    return _NOT_CONTENT.sub("", text)
