"""Documents as intranets hold them, drawn from real texts: each call draws another."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from eval.bench.formats.model import Align, Block, Heading, Paragraph, Source
from eval.bench.formats.statistics_tables import draw_table
from eval.bench.texts import squad_contexts

YEARBOOK = Path(__file__).parents[3] / "seeds" / "新疆科技年鉴_第一章.txt"

_ISSUERS = (
    "云岭省人民政府办公厅",
    "江北市人民政府",
    "长河区教育局",
    "南屏县水利局",
    "滨海高新技术产业开发区管理委员会",
)
_BODIES = (
    "各县（市、区）人民政府，市政府各部门、各直属机构：",
    "各镇人民政府、街道办事处，区直各单位：",
    "机关各处室，直属各单位：",
)
_CHINESE = "一二三四五六七八九十"
_SENTENCE = re.compile(r"[^。！？]*[。！？][”』」）]?")
_SPACES = re.compile(r"[\s\u3000\u00a0]+")
_ODD = re.compile(r"[（(][、，；;,\s]*[)）]|[\u200b-\u200f\ufeff\ue000-\uf8ff]")
"""What the passages' own makers left behind: empty brackets, invisible and private characters."""
_SEED_HEADING = re.compile(r"第.章|[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）")


@dataclass(frozen=True)
class Contents:
    """Draws documents.

    Args:
        data: the folder with ``laws/``, ``eval/`` and ``train/``.
        choice: whoever draws with the same state from the same data draws the same.
    """

    data: Path
    choice: random.Random

    def regulation(self, characters: int = 2500, *, titled: bool = True) -> Source:
        """A law from its start: title, chapters, articles."""
        while True:
            path = self.choice.choice(self._laws)
            blocks = list(_law_blocks(path.read_text(encoding="utf-8"), characters))
            if sum(len(block.text) for block in blocks) > characters / 2 and isinstance(blocks[0], Heading):
                title = blocks[0].text
                return Source(
                    title=title, blocks=tuple(blocks if titled else blocks[1:]), running_head=title[:24]
                )

    def prose(self, paragraphs: int = 6, *, headings: bool = True, notes: int = 0) -> Source:
        """An article of an encyclopedia or a newspaper: running paragraphs, some under headings, some with notes."""
        drawn = self._passages(paragraphs)
        title = self._title_from(drawn[0])
        noted = set(self.choice.sample(range(len(drawn)), notes))
        blocks: list[Block] = [Heading(text=title, level=1)]
        for number, text in enumerate(drawn):
            if headings and number % 2 == 0:
                name = f"{_CHINESE[number // 2]}、{self._title_from(drawn[number])}的由来与发展"
                blocks.append(Heading(text=name, level=2))
            note = (
                f"参见{self._title_from(text)}的有关记载，{self._passages(1, 20, 400)[0][:30]}。"
                if number in noted
                else ""
            )
            blocks.append(Paragraph(text=text, note=note))
        return Source(title=title, blocks=tuple(blocks), running_head=f"{title}研究资料汇编")

    def notice(self, *, attached: bool = True) -> Source:
        """A red-head document: issuer, number, title, addressees, measures, signature, imprint."""
        issuer = self.choice.choice(_ISSUERS)
        year, month, day = (
            self.choice.randint(2015, 2024),
            self.choice.randint(1, 12),
            self.choice.randint(1, 28),
        )
        number = f"{issuer[:1]}政办发〔{year}〕{self.choice.randint(1, 210)}号"
        law = self.regulation(1600, titled=False)
        title = f"{issuer}关于贯彻实施《{law.title}》的通知"
        date = f"{year}年{month}月{day}日"
        blocks: list[Block] = [
            Paragraph(text=f"{issuer}文件", align=Align.CENTER, red=True),
            Paragraph(text=number, align=Align.CENTER),
            Heading(text=title, level=1),
            Paragraph(text=self.choice.choice(_BODIES)),
            Paragraph(
                text=f"为做好《{law.title}》的贯彻实施工作，经研究同意，现将有关事项通知如下，请结合实际认真组织落实。"
            ),
            *_measures([b for b in law.blocks if isinstance(b, Paragraph)], self.choice),
        ]
        if attached:
            blocks.append(Paragraph(text=f"附件：{law.title}重点任务分工表"))
        blocks += [
            Paragraph(text=issuer, align=Align.RIGHT),
            Paragraph(text=date, align=Align.RIGHT),
            Paragraph(text="（此件公开发布）"),
            Paragraph(text=f"{issuer}秘书科　　　　{date}印发"),
        ]
        return Source(title=title, blocks=tuple(blocks))

    def yearbook(self, characters: int = 3000, *, notes: int = 0) -> Source:
        """Pages of a yearbook: the sample's own text between its headings, cut into other paragraphs."""
        parts = _yearbook_parts()
        start = self.choice.randrange(1, max(2, len(parts) - 4))
        blocks: list[Block] = [Heading(text="贯彻实施创新驱动发展战略", level=1)]
        size = 0
        for heading, text in parts[start:] + parts[1:start]:
            blocks.append(Heading(text=heading, level=3 if heading.startswith("（") else 2))
            for words in _cut(text, self.choice):
                blocks.append(Paragraph(text=words))
                size += len(words)
            if size > characters:
                break
        return Source(
            title="新疆科技年鉴", blocks=self._noted(blocks, notes), running_head="新疆科技年鉴（2018）"
        )

    def report(self, tables: int = 2, *, rows: int = 6, deep: bool = False) -> Source:
        """A statistical bulletin: prose with tables between."""
        year = self.choice.randint(2017, 2023)
        title = f"{self.choice.choice(_ISSUERS)[:3]}{year}年国民经济和社会发展统计公报"
        blocks: list[Block] = [Heading(text=title, level=1)]
        for number in range(tables):
            table = draw_table(self.choice, number + 1, year, rows=rows, deep=deep)
            topic = re.sub(r"^表\d+\s*", "", table.caption)
            blocks.append(Heading(text=f"{_CHINESE[number]}、{topic}概况", level=2))
            blocks += [Paragraph(text=text) for text in self._passages(1)]
            blocks.append(table)
            blocks += [Paragraph(text=text) for text in self._passages(1)]
        return Source(title=title, blocks=tuple(blocks), running_head=title)

    def sheet(self, rows: int = 14, *, deep: bool = False) -> Source:
        """A table by itself."""
        table = draw_table(self.choice, 1, self.choice.randint(2017, 2023), rows=rows, deep=deep)
        return Source(title=table.caption, blocks=(table,))

    def traditional(self, paragraphs: int = 6) -> Source:
        """Running prose in traditional characters, all of which Big5 can write."""
        texts = [text for text in self._traditional if 80 < len(text) < 500 and _fits_big5(text)]
        drawn = self.choice.sample(texts, paragraphs)
        title = f"{drawn[0][:6].strip('，。、《「')}簡介"
        blocks: list[Block] = [Heading(text=title, level=1), *(Paragraph(text=text) for text in drawn)]
        return Source(title=title, blocks=tuple(blocks))

    def slides(self, number: int = 6) -> Source:
        """Slides: a title each, and points below it."""
        law = self.regulation(3000)
        texts = [b.text for b in law.blocks if isinstance(b, Paragraph) and 20 < len(b.text) < 110]
        blocks: list[Block] = [Heading(text=law.title, level=1)]
        for slide in range(number):
            points = texts[slide * 3 : slide * 3 + 3]
            if len(points) < 2:
                break
            blocks.append(Heading(text=f"{_CHINESE[slide]}、学习要点之{_CHINESE[slide]}", level=2))
            blocks += [Paragraph(text=text) for text in points]
        return Source(title=law.title, blocks=tuple(blocks))

    def _passages(self, number: int, shortest: int = 120, longest: int = 420) -> list[str]:
        """Distinct stretches of whole sentences."""
        found: list[str] = []
        while len(found) < number:
            sentences = _SENTENCE.findall(_clean(self.choice.choice(self._contexts)))
            start = self.choice.randrange(len(sentences)) if sentences else 0
            text = ""
            for sentence in sentences[start:]:
                if len(text) + len(sentence) > longest:
                    break
                text += sentence
            if shortest <= len(text) and text not in found and text[0] not in "，、；：）”」』":
                found.append(text)
        return found

    def _noted(self, blocks: Sequence[Block], notes: int) -> tuple[Block, ...]:
        long = [i for i, b in enumerate(blocks) if isinstance(b, Paragraph) and len(b.text) > 60]
        chosen = set(self.choice.sample(long, min(notes, len(long))))
        return tuple(
            Paragraph(
                text=b.text, note=f"见《{self.choice.choice(self._laws).stem[:20]}》及其附件的有关规定。"
            )
            if i in chosen and isinstance(b, Paragraph)
            else b
            for i, b in enumerate(blocks)
        )

    def _title_from(self, text: str) -> str:
        words = re.split(r"[，。、：；（(《》「」“”\s]", text)
        return next((word[:14] for word in words if len(word) >= 4), text[:8])

    @cached_property
    def _laws(self) -> list[Path]:
        folders = ("行政法规", "行政法", "经济法", "社会法", "民法商法", "部门规章")
        found = (path for name in folders for path in (self.data / "laws" / name).rglob("*.md"))
        return sorted(path for path in found if path.stem != "_index" and path.stat().st_size > 6000)

    @cached_property
    def _contexts(self) -> list[str]:
        return squad_contexts(self.data / "eval" / "cmrc2018_dev.json")

    @cached_property
    def _traditional(self) -> list[str]:
        return squad_contexts(self.data / "train" / "drcd_test.json")


def _law_blocks(text: str, characters: int) -> list[Heading | Paragraph]:
    """Title, chapters and articles up to the paragraph that fills ``characters``."""
    head, _, body = text.partition("<!-- INFO END -->")
    blocks: list[Heading | Paragraph] = []
    if head.startswith("# "):
        blocks.append(Heading(text=_clean(head[2:].splitlines()[0]), level=1))
    size = 0
    for line in body.splitlines():
        words = _clean(line.lstrip("#"))
        # Lists, tables and pictures of the Markdown are forms of their own; here only what is plain text.
        if not words or line.startswith(("<", "|", "!", "-", ">")):
            continue
        blocks.append(Heading(text=words, level=2) if line.startswith("#") else Paragraph(text=words))
        size += len(words)
        if size > characters and not line.startswith("#"):
            break
    return blocks


def _measures(articles: Sequence[Paragraph], choice: random.Random) -> list[Block]:
    """Numbered sections with the articles' words, without their numbers."""
    blocks: list[Block] = []
    for number, name in enumerate(("提高思想认识", "明确工作任务", "强化组织保障")):
        blocks.append(Heading(text=f"{_CHINESE[number]}、{name}", level=2))
        chosen = articles[number * 3 : number * 3 + choice.randint(2, 3)]
        for point, article in enumerate(chosen):
            words = re.sub(r"^第[一二三四五六七八九十百]+条\s*", "", article.text)
            if re.match(r"[（(]|[一二三四五六七八九十]+、", words):
                blocks.append(Paragraph(text=words))
            else:
                blocks.append(Paragraph(text=f"（{_CHINESE[point]}）{words}"))
    return blocks


def _yearbook_parts() -> list[tuple[str, str]]:
    """The sample's headings with all the text up to the next one, its line breaks closed up."""
    parts: list[tuple[str, str]] = []
    unfinished = False
    for line in YEARBOOK.read_text(encoding="utf-8").splitlines():
        words = _clean(line)
        if not words:
            unfinished = False
        elif _SEED_HEADING.match(words) and len(words) < 24 and "。" not in words and "；" not in words:
            parts.append((words, ""))
            unfinished = True
        elif unfinished and len(parts[-1][0]) >= 13 and len(words) <= 10:
            parts[-1] = (parts[-1][0] + words, "")
        elif parts:
            parts[-1] = (parts[-1][0], parts[-1][1] + words)
    return [(heading, text) for heading, text in parts if text and len(heading) < 50]


def _cut(text: str, choice: random.Random) -> list[str]:
    """Paragraphs of two to five sentences."""
    sentences = _SENTENCE.findall(text)
    found = []
    while sentences:
        number = choice.randint(2, 5)
        found.append("".join(sentences[:number]))
        sentences = sentences[number:]
    return found


def _clean(text: str) -> str:
    """Without what the programs would treat each in its own way: runs of spaces, empty brackets, invisible marks."""
    words = _SPACES.sub(" ", _ODD.sub("", text)).strip().replace("**", "")
    return re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", words) if not words.startswith("第") else words


def _fits_big5(text: str) -> bool:
    try:
        text.encode("big5")
    except UnicodeEncodeError:
        return False
    return True
