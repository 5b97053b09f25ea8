"""The format corpus's files say what their truth says, and the measures tell where a loader reads something else."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from eval.bench.formats.__main__ import main
from eval.bench.formats.bundles import as_mail, mail_truth
from eval.bench.formats.making import TRUTH
from eval.bench.formats.measuring import files_in, measure
from eval.bench.formats.model import (
    Cell,
    Heading,
    Notes,
    Paragraph,
    Source,
    Table,
    Truth,
    Unit,
    cells_of,
    truth_of,
)
from eval.bench.formats.pages import table as table_elements
from eval.bench.formats.plain import as_separated, as_text
from eval.bench.formats.programs import ProgramMissing, Programs
from eval.bench.formats.recipes import recipes
from eval.bench.formats.statistics_tables import draw_table
from eval.bench.formats.workbooks import as_xlsx

TABLE = Table(
    caption="表1 2022—2023年产量",
    headers=(("指标", "2022年", "2022年"), ("指标", "产值", "增速（%）")),
    rows=(("粮食", "12.5", "3.1"), ("棉花", "7", "")),
    unit="单位：万吨",
)
SOURCE = Source(
    title="水利工程管理办法",
    blocks=(
        Heading(text="水利工程管理办法", level=1),
        Heading(text="第一章 总则", level=2),
        Paragraph(text="第一条 为了加强水利工程管理，保障工程安全，制定本办法。"),
        Paragraph(text="第二条 本市行政区域内水利工程的管理，适用本办法。", note="见《水法》。"),
    ),
)


def write(folder: Path, name: str, data: bytes, truth: Truth) -> Path:
    (folder / name).write_bytes(data)
    (folder / (name + TRUTH)).write_text(json.dumps(truth.to_json(), ensure_ascii=False), encoding="utf-8")
    return folder / name


def test_the_truth_comes_from_the_source_alone() -> None:
    truth = truth_of(SOURCE)
    assert [unit.kind for unit in truth.units] == ["heading", "heading", "paragraph", "paragraph", "note"]
    assert truth.units[-2] == Unit(
        kind="paragraph",
        text=SOURCE.blocks[-1].text + "①",  # type: ignore[union-attr]
        also=(SOURCE.blocks[-1].text,),  # type: ignore[union-attr]
    )
    assert truth_of(SOURCE, notes=Notes.NONE).units[-1].kind == "paragraph"
    assert Truth.from_json(json.dumps(truth.to_json())) == truth


def test_cells_stand_under_all_their_headers() -> None:
    assert list(cells_of(TABLE)) == [
        Cell(label="粮食", headers=("2022年", "产值"), value="12.5"),
        Cell(label="粮食", headers=("2022年", "增速（%）"), value="3.1"),
        Cell(label="棉花", headers=("2022年", "产值"), value="7"),
    ]


def test_merged_headers_are_one_cell() -> None:
    elements = table_elements(TABLE)
    assert '<th colspan="1" rowspan="2">指标</th>' in elements
    assert '<th colspan="2" rowspan="1">2022年</th>' in elements
    assert elements.count("指标") == 1


def test_rows_of_headers_become_one_where_cells_cannot_be_merged() -> None:
    assert as_separated(TABLE, titled=False).splitlines()[0] == "指标,2022年产值,2022年增速（%）"


def test_files_that_loaders_read_well_are_measured_as_right(tmp_path: Path) -> None:
    source = Source(
        title=SOURCE.title,
        blocks=tuple(replace(b, note="") if isinstance(b, Paragraph) else b for b in SOURCE.blocks),
    )
    text = measure(write(tmp_path, "a.txt", as_text(source).encode("gb18030"), truth_of(source)))
    assert (text.accuracy, text.units, text.headings, text.error) == (1.0, (4, 4), (2, 2), "")
    assert text.spans == (1000, 1000)
    assert text.seconds > 0
    book = measure(
        write(
            tmp_path,
            "b.xlsx",
            as_xlsx([TABLE]),
            truth_of(Source(title="", blocks=(TABLE,)), optional=("表1",)),
        )
    )
    assert (book.cells, book.units) == ((3, 3), (2, 2))
    mail = as_mail(source, charset="gb18030", transfer="base64")
    assert measure(write(tmp_path, "c.eml", mail, mail_truth(source))).accuracy == 1.0


def test_what_a_loader_loses_is_told(tmp_path: Path) -> None:
    lost = Paragraph(text="第三条 本办法自发布之日起施行。")
    truth = truth_of(Source(title="", blocks=(*SOURCE.blocks[:3], lost)))
    short = as_text(Source(title="", blocks=SOURCE.blocks[:3])).encode()
    measured = measure(write(tmp_path, "a.txt", short, truth))
    assert measured.units == (3, 4)
    assert measured.accuracy < 1
    assert any(lost.text in difference.what for difference in measured.differences)


def test_a_value_under_another_header_is_not_found(tmp_path: Path) -> None:
    flat = replace(TABLE, headers=TABLE.headers[1:], rows=TABLE.rows[:1])
    data = as_separated(flat, titled=False).encode()
    wrong = tuple(replace(cell, headers=("增速（%）",)) for cell in cells_of(flat))
    measured = measure(write(tmp_path, "a.csv", data, Truth(units=(), cells=wrong)))
    assert measured.cells == (1, 2)


def test_a_file_that_cannot_be_read_is_an_error_and_not_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "a.pdf", b"%PDF-1.7 nothing", truth_of(SOURCE))
    assert main(["measure", str(tmp_path), "--worst", "1"]) == 1
    assert "- a.pdf：" in capsys.readouterr().out


def test_the_corpus_has_every_format_once_by_name() -> None:
    names = [recipe.name for recipe in recipes()]
    assert len(names) == len(set(names)) >= 60
    endings = {Path(name).suffix for name in names}
    assert endings >= {".txt", ".md", ".csv", ".html", ".pdf", ".docx", ".pptx", ".xlsx", ".xls", ".ods"}
    assert endings >= {".epub", ".eml", ".png", ".jpg", ".tiff"}
    assert files_in(Path("/nonexistent")) == []


def test_the_same_seed_draws_the_same_table() -> None:
    tables = [draw_table(random.Random(3), 1, 2023, rows=5, deep=True) for _ in range(2)]
    assert tables[0] == tables[1]
    assert all(len(row) == len(tables[0].headers[0]) for row in tables[0].rows)


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with Programs() as programs, pytest.raises(ProgramMissing, match="LibreOffice"):
        programs.converted(b"", "odt", "pdf")
