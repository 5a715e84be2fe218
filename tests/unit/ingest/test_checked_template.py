"""The marked copy and the template: exactly the bad cells, and the original untouched."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tanlu.i18n.say import Say
from tanlu.ingest import shipped
from tanlu.ingest.checked import write_checked
from tanlu.ingest.model import ImportContext, ParsedFile
from tanlu.ingest.read import read_file
from tanlu.ingest.template import write_template
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Severity

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

Make = Callable[..., ImportContext]

BAD: dict[str, str | int] = {"D7": "1,2O0", "B9": "三厂", "E11": "kWn", "A13": "Q1", "D15": -4}


def filled(path: Path) -> Path:
    write_template("machinery", path, say=Say("zh"))
    book = openpyxl.load_workbook(path)
    sheet = book["用能"]
    for row in range(2, 17):
        year, month = divmod(row - 2, 12)
        values = [
            f"{2023 + year}-{month + 1:02d}",
            "一厂",
            "外购电力",
            100000 + row,
            "kWh",
            f"V{row}",
        ]
        sheet.append(values)
    for cell, value in BAD.items():
        sheet[cell] = value
    book.save(path)
    return path


def marked(path: Path) -> list[tuple[str, str]]:
    book = openpyxl.load_workbook(path)
    return [
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if cell.fill.fill_type == "solid" and str(cell.fill.start_color.rgb).endswith("FECACA")
    ]


def warned(parsed: ParsedFile) -> list[Any]:
    return [f for f in parsed.findings if f.severity is not Severity.NOTE]


def test_exactly_the_five_bad_cells_become_red(context: Make, tmp_path: Path) -> None:
    path = filled(tmp_path / "t.xlsx")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    parsed = read_file(path, context=context(sites=("一厂", "二厂")))

    out = write_checked(path, warned(parsed), tmp_path / "t.checked.xlsx", say=Say("en"))

    assert sorted(marked(out)) == sorted(("用能", cell) for cell in BAD)
    book = openpyxl.load_workbook(out)
    errors = book.worksheets[0]
    assert errors.title == "错误 Errors"
    assert errors.max_row == 1 + len(warned(parsed)) > 6
    link = errors["A2"].hyperlink
    assert link is not None
    assert link.location.startswith("'用能'!")
    comment = book["用能"]["D7"].comment
    assert comment is not None
    assert comment.text.startswith("[NUMBER_UNPARSED]")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_lists_rules_and_protection_survive(context: Make, tmp_path: Path) -> None:
    path = filled(tmp_path / "t.xlsx")
    parsed = read_file(path, context=context(sites=("一厂", "二厂")))

    out = write_checked(path, warned(parsed), tmp_path / "t.checked.xlsx", say=Say("zh"))

    before, after = openpyxl.load_workbook(path)["用能"], openpyxl.load_workbook(out)["用能"]
    assert after.data_validations.count == before.data_validations.count > 0
    assert after.freeze_panes == "A2"
    assert after.protection.sheet
    assert after["A1"].comment is not None


def test_the_same_findings_give_the_same_bytes(context: Make, tmp_path: Path) -> None:
    path = filled(tmp_path / "t.xlsx")
    parsed = read_file(path, context=context(sites=("一厂", "二厂")))

    one = write_checked(path, warned(parsed), tmp_path / "1.xlsx", say=Say("zh"))
    two = write_checked(path, warned(parsed), tmp_path / "2.xlsx", say=Say("en"))

    assert one.read_bytes() == two.read_bytes()


def test_the_marked_copy_reads_as_the_original(context: Make, tmp_path: Path) -> None:
    path = filled(tmp_path / "t.xlsx")
    imports = context(sites=("一厂", "二厂"))
    parsed = read_file(path, context=imports)
    out = write_checked(path, warned(parsed), tmp_path / "t.checked.xlsx", say=Say("zh"))

    again = read_file(out, context=imports)

    assert again.sheets[0].kind == "errors"
    strip = [(row.site, row.item, row.ym, row.qty_u, row.source.cell) for row in parsed.rows]
    assert [(r.site, r.item, r.ym, r.qty_u, r.source.cell) for r in again.rows] == strip
    assert {f.code for f in again.findings} >= {"NUMBER_UNPARSED", "UNKNOWN_SITE"}


def test_a_text_file_gets_a_marked_workbook_without_formulas(context: Make, tmp_path: Path) -> None:
    path = tmp_path / "能耗.csv"
    path.write_text(
        "期间,厂区,活动,数量,单位,备注\n2024-01,=1+1,电,x,kWh,=cmd|' /C calc'!A0\n",
        encoding="gb18030",
    )
    parsed = read_file(path, context=context())

    out = write_checked(path, warned(parsed), tmp_path / "c.xlsx", say=Say("zh"))

    sheet = openpyxl.load_workbook(out)["能耗"]
    assert sheet["B2"].data_type == "s"
    assert sheet["F2"].data_type == "s"
    assert marked(out) == [("能耗", "D2")]


def test_a_workbook_with_a_picture_part_is_copied_as_data(
    context: Make, workbook: Callable[..., bytes], tmp_path: Path
) -> None:
    import io  # noqa: PLC0415 - only here
    import zipfile  # noqa: PLC0415 - only here

    rows = [["期间", "厂区", "活动", "数量", "单位"], ["2024-01", "A厂", "电", "x", "kWh"]]
    out = io.BytesIO(workbook({"表": rows}))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/media/image1.png", b"png")
    path = tmp_path / "p.xlsx"
    path.write_bytes(out.getvalue())
    parsed = read_file(path, context=context())

    copy = write_checked(path, warned(parsed), tmp_path / "p.checked.xlsx", say=Say("zh"))

    errors = openpyxl.load_workbook(copy).worksheets[0]
    assert marked(copy) == [("表", "D2")]
    assert "data only" in str(errors.cell(errors.max_row, 1).value)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("sector", [row["id"] for row in shipped.rows("template_sector")])
def test_an_empty_template_imports_without_a_question(
    context: Make, tmp_path: Path, sector: str, lang: str
) -> None:
    path = tmp_path / "t.xlsx"

    names = write_template(sector, path, say=Say(lang))
    parsed = read_file(path, context=context())

    assert len(names) == 7
    assert not parsed.rejected
    assert not parsed.open_questions
    assert [s.kind for s in parsed.sheets][:7] == [
        "tidy", "instrument", "purchase", "freight", "equipment", "output", "stack",
    ]  # fmt: skip
    assert {f.code for f in parsed.findings} == {"NO_ROWS"}


def test_every_item_of_a_template_list_is_known(context: Make) -> None:
    from tanlu.ingest.vocabulary import Vocabulary  # noqa: PLC0415 - only here

    words = Vocabulary(context())
    for row in shipped.rows("template_sector"):
        for item in row["items"].split(";"):
            assert item in words.items, (row["id"], item)
    for row in shipped.rows("template_list"):
        if row["list"] == "units":
            assert words.unit(row["text"]).counts, row["text"]
            assert not row["text_en"] or words.unit(row["text_en"]).counts, row["text_en"]


def test_an_english_template_is_english_throughout(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"

    write_template("machinery", path, say=Say("en"))

    book = openpyxl.load_workbook(path)
    texts = [sheet.title for sheet in book.worksheets]
    for sheet in book.worksheets:
        if sheet.title == "_meta":
            continue
        cells = [cell for row in sheet.iter_rows() for cell in row]
        texts += [str(cell.value) for cell in cells if cell.value]
        texts += [cell.comment.text for cell in cells if cell.comment]
    assert [text for text in texts if re.search("[\u4e00-\u9fff]", text)] == []


def test_what_is_filled_into_an_english_template_is_read(
    context: Make,
    sums: Callable[[ParsedFile], dict[tuple[str, str, str], Fraction]],
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.xlsx"
    write_template("machinery", path, say=Say("en"))
    book = openpyxl.load_workbook(path)
    lines: dict[str, dict[str, str | int]] = {
        "Energy": {"Period": "2024-01", "Site": "A", "Activity": "Purchased electricity",
                   "Quantity": 3, "Unit": "10k kWh", "Data source": "Metered"},
        "Green power": {"Site": "A", "Type": "Green certificate", "Year": 2024,
                        "Generation (MWh)": 5},
        "Freight": {"Mode": "Road", "Freight mass (t)": 5, "Distance (km)": 7,
                    "Freight cost (10k CNY)": 2},
        "Output": {"Year": 2024, "Gross output value (10^8 CNY)": 3,
                   "Total energy use (10^4 tce)": 2, "Production (units)": 9},
        "Equipment": {"Site": "A", "Type": "Industrial boiler", "Rating": "10t/h"},
    }  # fmt: skip
    for name, values in lines.items():
        heads = {str(cell.value): index for index, cell in enumerate(book[name][1], 1)}
        for head, value in values.items():
            book[name].cell(2, heads[head], value)
    book.save(path)

    parsed = read_file(path, context=context())

    fields = {record.kind.value: record.fields for record in parsed.records}
    assert sums(parsed) == {("A", "electricity", "kWh"): 30000}
    assert (fields["instrument"]["kind"], fields["instrument"]["kwh"]) == ("gec", "5000")
    assert (fields["freight"]["tkm"], fields["freight"]["cost_cny"]) == ("35", "20000")
    assert fields["output"]["output_value_cny"] == "300000000"
    assert fields["output"]["energy_tce"] == "20000"
    assert (fields["equipment"]["type"], fields["equipment"]["steam_t_per_h"]) == ("boiler", "10")


def test_an_unknown_sector_is_refused_with_the_choices(tmp_path: Path) -> None:
    with pytest.raises(TanluError) as caught:
        write_template("bakery", tmp_path / "t.xlsx", say=Say("zh"))

    assert caught.value.code == "ingest.template-sector"
    assert "machinery" in caught.value.facts["choices"]


def test_a_large_text_file_gets_a_copy_of_its_marked_rows(context: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [
        f"2024-01,A厂,电,{i if i != 90_000 else 'x'},kWh,{'V' * 40}{i}" for i in range(100_000)
    ]
    path.write_text("\n".join(["期间,厂区,活动,数量,单位,凭证号", *lines]), encoding="utf-8")
    parsed = read_file(path, context=context())
    findings = [f for f in parsed.findings if f.severity is not Severity.NOTE]

    write_checked(path, findings, tmp_path / "out.xlsx", say=Say("zh"))

    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["a"]
    assert marked(tmp_path / "out.xlsx") == [("a", "D90002")]
    assert sheet["D90002"].value == "x"
    assert sheet["A1"].value == "期间"
    assert sheet["A50000"].value is None


def test_an_old_format_gets_a_marked_copy_of_its_values(context: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p>'
            "</table:table-cell>"
            for text in row
        )
        + "</table:table-row>"
        for row in (["期间", "厂区", "活动", "数量", "单位"], ["2024-01", "A厂", "电", "x", "kWh"])
    )
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="表">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    parsed = read_file(path, context=context())

    write_checked(path, parsed.findings, tmp_path / "out.xlsx", say=Say("zh"))

    assert marked(tmp_path / "out.xlsx") == [("表", "D2")]
