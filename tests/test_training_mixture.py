"""What a pass over the training data is mixed of: kinds, shares, and what is held out."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag.training.mixture import Material, Shares, epoch_items, load_material, load_mined
from rag.training.squad import Example
from rag.training.windows import Asked, Item
from squad_files import paragraph, write_squad


def pool(count: int, *, translated: bool = False, answerable: bool = True) -> list[Asked]:
    """Questions over texts with room for a window elsewhere."""
    made = []
    for number in range(count):
        text = f"第{number}届大会在{1950 + number}年召开。" + "草" * 100 + "。"
        start = text.index(f"{1950 + number}年") if answerable else 0
        example = Example(
            source="s", question=f"第{number}届大会在何时召开?", start=start, end=start + 5 * answerable
        )
        made.append(Asked(example=example, text=text, translated=translated))
    return made


MINED = [Item(question=f"谁主持第{n}届大会?", text="别的。", start=0, end=0, kind="mined") for n in range(60)]
FULL = Material(
    clean=pool(100),
    translated=pool(60, translated=True) + pool(60, translated=True, answerable=False),
    cloze=pool(100),
    mined=MINED,
    names=["北京"],
)


def test_a_pass_mixes_the_kinds_as_its_shares_say() -> None:
    shares = Shares(
        mined=0.3, elsewhere=0.1, impossible=0.2, altered=0.25, translated=0.4, cloze=0.5, reworded=0
    )
    items = epoch_items(FULL, shares, 1)
    assert Counter(item.kind for item in items) == {
        "asked": 100,
        "mined": 30,
        "elsewhere": 10,
        "impossible": 20,
        "altered": 25,
        "translated": 40,
        "cloze": 50,
    }
    assert {item.question for item in items if item.kind == "asked"} == {
        f"第{n}届大会在何时召开?" for n in range(100)
    }
    assert all(item.answerable == (item.kind in ("asked", "translated", "cloze")) for item in items)
    few = epoch_items(replace(FULL, mined=MINED[:5]), shares, 1)
    assert Counter(item.kind for item in few)["mined"] == 5


def test_an_altered_question_asks_about_what_its_window_does_not_tell() -> None:
    shares = Shares(altered=1.0, reworded=0)
    changed = [item for item in epoch_items(FULL, shares, 1) if item.kind == "altered"]
    assert changed
    for item in changed:
        number = item.question.removeprefix("第").split("届")[0]
        assert f"第{number}届" not in item.text


def test_a_question_without_a_number_or_a_name_is_not_altered() -> None:
    example = Example(source="s", question="大会在何时召开?", start=3, end=8)
    asked = Asked(example=example, text="大会在1950年召开。", translated=False)
    material = Material(clean=[asked] * 20, translated=[], cloze=[], mined=[], names=["北京"])
    items = epoch_items(material, Shares(altered=1.0), 1)
    assert not [item for item in items if item.kind == "altered"]


def test_a_pass_is_the_same_for_its_seed_only() -> None:
    assert epoch_items(FULL, Shares(), 1) == epoch_items(FULL, Shares(), 1)
    assert epoch_items(FULL, Shares(), 1) != epoch_items(FULL, Shares(), 2)


def test_the_share_of_reworded_questions_holds_for_every_kind() -> None:
    items = epoch_items(replace(FULL, clean=pool(300)), Shares(mined=0.2, altered=0, reworded=0.5), 1)
    known = {one.example.question for one in pool(300)} | {item.question for item in MINED}
    changed = [item.question not in known for item in items]
    assert 0.4 < np.mean(changed) < 0.55
    assert any(new for new, item in zip(changed, items, strict=True) if item.kind == "mined")


def test_mined_passages_are_items_without_an_answer(tmp_path: Path) -> None:
    file = tmp_path / "negatives.jsonl"
    lines = [{"question": "何时?", "passages": ["甲。", "乙。"]}, {"question": "谁?", "passages": []}]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert load_mined(file) == [
        Item(question="何时?", text=text, start=0, end=0, kind="mined") for text in ("甲。", "乙。")
    ]


def test_paragraphs_of_what_is_held_out_are_nowhere_in_the_material(tmp_path: Path) -> None:
    (tmp_path / "negatives.jsonl").write_text("", encoding="utf-8")
    files = []
    for name in ("cmrc2018_train_evidence.json", "drcd_test.json", "squad2_zh_dev.json"):
        texts = [f"{name[:4]}第{n}届大会于{1950 + n}年在北京召开，{n + 20}人参加了会议。" for n in range(6)]
        asked = [
            paragraph(
                text, {f"第{n}届大会哪年召开?": f"{1950 + n}年", f"第{n}届大会几人参加?": f"{n + 20}人"}
            )
            for n, text in enumerate(texts)
        ]
        files.append(write_squad(tmp_path / name, asked))
    material, tight = load_material(files, tmp_path / "negatives.jsonl", aside=3)
    assert [one.example.source for one in tight] == [f"drcd_test/{n}.txt" for n in (4, 5, 5)]
    held = {one.text for one in tight}
    assert not held & {one.text for one in (*material.clean, *material.translated, *material.cloze)}
    assert material.counts() == {"clean": 20, "translated": 12, "cloze": len(material.cloze), "mined": 0}
    assert material.cloze
    assert load_material(files, tmp_path / "negatives.jsonl", aside=3)[0] == material
    nothing_aside, none = load_material(files, tmp_path / "negatives.jsonl", aside=0)
    assert (len(nothing_aside.clean), none) == (24, [])
