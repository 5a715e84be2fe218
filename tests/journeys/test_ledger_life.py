"""A ledger through its life: corrected, voided, closed, refused, reopened, tampered with."""

from __future__ import annotations

import json
import shutil
import sqlite3
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.conftest import in_workspace, run, state_of

if TYPE_CHECKING:
    from pathlib import Path


def row_of(folder: Path, item: str, *, site: str) -> dict[str, Any]:
    """Return the first opened row of an item at a site."""
    figure = f"inv/2024/scope1/site={site}/item={item}"
    row: dict[str, Any] = in_workspace(folder)("explain", figure)["rows"][0]
    return row


def test_a_correction_moves_the_total_by_exactly_its_difference(own: Path) -> None:
    call = in_workspace(own)
    before = call("inventory", "2024")
    row = row_of(own, "natural_gas", site="徐州重型厂")
    more = Decimal(str(row["quantity"])) + 1  # 10^4 m3

    told = call("row", "correct", row["row_id"], "--quantity", str(more), "--reason", "抄表错误")

    after = call("inventory", "2024")
    moved = Decimal(str(after["scope1_t"])) - Decimal(str(before["scope1_t"]))
    # 10^4 Nm3 x 2.16218881 kg/Nm3; each row is rounded to the mg once
    assert abs(moved - Decimal("21.6218881")) <= Decimal("1e-8")
    assert told["rows"] == 1
    assert told["head"] == after["run"]["ledger_head"]
    assert after["run"]["hash"] != before["run"]["hash"]
    again = row_of(own, "natural_gas", site="徐州重型厂")
    assert {r["row_id"] for r in (row, again)} == {row["row_id"]}
    assert call("verify")["failures"] == []


def test_a_correction_back_and_forth_gives_the_first_total(own: Path) -> None:
    call = in_workspace(own)
    before = call("inventory", "2024")
    row = row_of(own, "diesel", site="常州基地")

    call("row", "correct", row["row_id"], "--quantity", "1", "--reason", "试")
    call("row", "correct", row["row_id"], "--quantity", str(row["quantity"]), "--reason", "还原")

    after = call("inventory", "2024")
    assert after["total_t"] == before["total_t"]
    assert after["run"]["hash"] == before["run"]["hash"]


@pytest.mark.parametrize(
    "quantity", ["NaN", "Infinity", "-5", "1,5", "1e30", "五吨半", "", "1.0000000001", "12 kWh"]
)
def test_a_quantity_that_is_none_is_refused(own: Path, quantity: str) -> None:
    row = row_of(own, "diesel", site="常州基地")
    before = state_of(own)

    told = run("-w", str(own), "--json", "row", "correct", row["row_id"],
               f"--quantity={quantity}", "--reason", "x")  # fmt: skip

    assert told.code == 2, told
    assert told.body["code"] == "app.not-a-quantity"
    assert state_of(own) == before


def test_a_corrected_row_beyond_the_range_has_no_result(own: Path) -> None:
    call = in_workspace(own)
    row = row_of(own, "diesel", site="常州基地")

    call("row", "correct", row["row_id"], "--quantity", "1" + "0" * 15, "--reason", "x")

    assert call("inventory", "2024")["coverage"]["by_status"]["OUT_OF_RANGE"] == 1


def test_a_unit_below_the_ledgers_keeps_its_scale(empty: Path, tmp_path: Path) -> None:
    table = tmp_path / "气体.csv"
    table.write_text(
        "期间,厂区,活动,数量,单位\n2024-01,一厂,天然气,1500000,L\n2024-01,一厂,柴油,2500000,g\n",
        "utf-8",
    )
    call = in_workspace(empty)
    call("import", str(table))
    before = call("inventory", "2024")["scope1_t"]
    row = call("explain", "inv/2024/scope1/item=diesel")["rows"][0]

    call("row", "correct", row["row_id"], "--quantity", "5000000", "--reason", "一倍")

    after = call("inventory", "2024")["scope1_t"]
    # 2,500 kg more of diesel at 43.33 x 0.0202 x 0.98 x 44/12 = 3.14512249 kg/kg
    assert after - before == pytest.approx(7.862806, abs=1e-6)


def test_a_voided_import_can_be_imported_again(own: Path, workbooks: tuple[str, str]) -> None:
    call = in_workspace(own)
    before = call("inventory", "2024")
    (batch,) = {row["batch"] for row in call("findings", "list", "--all")["findings"]}

    call("row", "void-batch", batch, "--reason", "导错了")

    assert run("-w", str(own), "--json", "inventory", "2024").code == 2
    assert call("import", *workbooks)["batch"] != batch
    assert call("inventory", "2024")["total_t"] == before["total_t"]
    assert call("verify")["failures"] == []


def close(folder: Path, year: str) -> dict[str, Any]:
    """Accept every finding and close a year."""
    call = in_workspace(folder)
    by_batch: dict[str, list[str]] = {}
    for row in call("findings", "list")["findings"]:
        by_batch.setdefault(row["batch"], []).append(str(row["n"]))
    for batch, numbers in by_batch.items():
        call("findings", "acknowledge", batch, *numbers, "--reason", "已核对")
    return call("period", "close", year, "--reason", "年度核查")


def test_a_closed_year_refuses_until_a_second_person_reopens_it(own: Path, tmp_path: Path) -> None:
    call = in_workspace(own)
    assert run("-w", str(own), "--json", "period", "close", "2023").body["code"] == (
        "storage.open-findings"
    )
    closed = close(own, "2023")
    late = tmp_path / "补报.csv"
    late.write_text("期间,厂区,活动,数量,单位\n2023-05,常州基地,柴油,3.5,吨\n", "utf-8")
    row = row_of(own, "diesel", site="常州基地")
    before = state_of(own)

    refused = run("-w", str(own), "--json", "import", str(late))

    assert closed["closed"] == [f"2023-{month:02d}" for month in range(1, 13)]
    assert refused.code == 2
    assert refused.body["code"] == "storage.period-closed"
    assert state_of(own) == before
    assert not list((own / "sources").glob("*.csv"))
    call("row", "correct", row["row_id"], "--quantity", "1", "--reason", "2024 仍开着")
    for second in ("li", ""):
        told = run("-w", str(own), "--json", "period", "reopen", "2023", "--second", second,
                   "--reason", "漏报")  # fmt: skip
        assert told.code == 2, told
    call("period", "reopen", "2023", "--second", "王", "--reason", "漏报")
    assert call("period", "list")["closed"] == []
    assert call("import", str(late))["accepted"] == 1
    assert call("verify")["failures"] == []


def test_an_old_head_is_part_of_the_chain_and_a_foreign_one_is_not(own: Path) -> None:
    call = in_workspace(own)
    old = call("verify")["head"]
    call("row", "void", row_of(own, "diesel", site="常州基地")["row_id"], "--reason", "重复")

    assert call("verify", "--expect-head", old)["failures"] == []
    seq, _, digits = old.partition(":")
    assert call("verify", "--expect-head", f"{seq}:{digits[:9]}")["failures"] == []
    for wrong in (f"{seq}:{digits[::-1]}", f"{int(seq) + 5}:{digits}"):
        told = run("-w", str(own), "--json", "verify", "--expect-head", wrong)
        assert told.code == 1, wrong
        assert told.body["ok"] is True
        assert told.body["failures"]
    told = run("-w", str(own), "--json", "verify", "--expect-head", f"{seq}:")
    assert (told.code, told.body["code"]) == (2, "storage.head-format")


def test_a_restored_older_copy_does_not_match_the_head_written_down(own: Path) -> None:
    call = in_workspace(own)
    older = _copy(own)
    call("target", "add", "cut", "--kind", "absolute", "--year", "2030", "--level", "1")
    head = call("verify")["head"]

    told = run("-w", str(older), "--json", "verify", "--expect-head", head)

    assert told.code == 1
    assert told.body["failures"]


def _copy(folder: Path) -> Path:
    return shutil.copytree(folder, folder.with_name("older"))


def _flip(path: Path) -> None:
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _flip_source(folder: Path) -> None:
    _flip(next((folder / "sources").glob("*.xlsx")))


def _flip_segment(folder: Path) -> None:
    _flip(next(path for path in sorted((folder / "segments").rglob("*")) if path.is_file()))


def _lose_segment(folder: Path) -> None:
    path = next(path for path in sorted((folder / "segments").rglob("*")) if path.is_file())
    path.chmod(0o644)
    path.unlink()


def _lose_source(folder: Path) -> None:
    path = next((folder / "sources").glob("*.xlsx"))
    path.chmod(0o644)
    path.unlink()


def _change_database(folder: Path) -> None:
    """Change a purchase's money behind the program's back, its triggers taken away."""
    with sqlite3.connect(folder / "workspace.db") as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        row_id, fields = connection.execute(
            "SELECT record_id, fields FROM record WHERE kind = 'purchase'"
        ).fetchone()
        changed = json.dumps(json.loads(fields) | {"spend_cny": "1"})
        connection.execute("UPDATE record SET fields = ? WHERE record_id = ?", (changed, row_id))
    connection.close()


@pytest.mark.parametrize(
    "tamper", [_flip_source, _flip_segment, _lose_segment, _lose_source, _change_database]
)
def test_tampering_is_found(own: Path, tamper: Any) -> None:
    assert in_workspace(own)("verify")["failures"] == []

    tamper(own)

    told = run("-w", str(own), "--json", "--lang", "en", "verify")
    assert told.code == 1, told
    assert told.body["failures"]
    for failure in told.body["failures"]:
        assert failure["code"]
        assert failure["message"]


@pytest.mark.parametrize(("lang", "told"), [("zh", "数量 "), ("en", "quantity ")])
def test_a_correction_shows_the_old_number_and_the_new_one(own: Path, lang: str, told: str) -> None:
    row = row_of(own, "diesel", site="常州基地")
    words = ("row", "correct", row["row_id"], "--quantity", "12.5", "--reason", "抄表")

    shown = run("-w", str(own), "--lang", lang, *words).text
    again = in_workspace(own)(*words)["changed"]

    assert f"{told}{row['quantity']}" in shown
    assert "→ 12.5 " in shown
    assert again["before"] == again["after"]
    assert again["after"].startswith("12.5 ")


def test_a_void_row_that_was_posted_again_names_the_one_that_counts(
    empty: Path, tmp_path: Path
) -> None:
    table = tmp_path / "电.csv"
    table.write_text("期间,厂区,活动,数量,单位\n2024-01,一厂,柴油,1000,kg\n", encoding="utf-8")
    call = in_workspace(empty)
    call("import", str(table))
    old = row_of(empty, "diesel", site="一厂")["row_id"]
    call("row", "void", old, "--reason", "重复")
    call("import", "--force", str(table))
    words = ("--quantity", "900", "--reason", "抄表")

    told = run("-w", str(empty), "--json", "row", "correct", old, *words)

    assert (told.code, told.body["code"]) == (2, "app.row-live")
    live = told.body["facts"]["live"]
    assert live == f"{old}#2"
    assert call("row", "correct", live, *words)["changed"]["after"] == "900 kg"
