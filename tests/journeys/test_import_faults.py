"""What goes wrong at an import: twice, at once, killed, no room, no right, no answer."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tests.journeys.conftest import in_workspace, run, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = (sys.executable, "-c", "from tanlu.cli.main import run; run()")
KILLS = int(os.environ.get("TANLU_CLI_KILLS", "20"))


def start(*argv: str) -> subprocess.Popen[str]:
    """Start the program on its own."""
    return subprocess.Popen(
        [*PROGRAM, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip


def table(folder: Path, name: str, *, month: str = "2024-01", rows: int = 3) -> Path:
    """Write a small table of purchased electricity."""
    path = folder / name
    lines = [f"{month},厂{number},外购电力,{100 + number}.5,kWh" for number in range(rows)]
    path.write_text("\n".join(["期间,厂区,活动,数量,单位", *lines]) + "\n", encoding="utf-8")
    return path


def test_the_same_file_twice_leaves_everything_as_it_was(
    own: Path, workbooks: tuple[str, str], tmp_path: Path
) -> None:
    before = state_of(own)
    renamed = tmp_path / "另一个名字.xlsx"
    renamed.write_bytes(Path(workbooks[1]).read_bytes())

    for path in (workbooks[1], str(renamed)):
        told = run("-w", str(own), "--json", "import", path)

        assert told.code == 2
        assert told.body["code"] == "FILE_ALREADY_IMPORTED"
        assert told.body["batch"] is None
        assert told.body["accepted"] == 0
    assert state_of(own) == before


def test_the_same_file_named_twice_in_one_call_counts_once(empty: Path, tmp_path: Path) -> None:
    path = str(table(tmp_path, "电.csv"))

    told = run("-w", str(empty), "--json", "import", path, path)

    assert told.body["accepted"] == 3
    body = in_workspace(empty)("inventory", "2024")
    assert body["energy"]["electricity_kwh"] == 100.5 + 101.5 + 102.5


def test_a_rejected_file_does_not_hold_back_the_others(empty: Path, tmp_path: Path) -> None:
    bad = tmp_path / "照片.xlsx"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    good = table(tmp_path, "电.csv")

    told = run("-w", str(empty), "--json", "import", str(bad), str(good))

    assert told.code == 2
    assert told.body["ok"] is False
    assert [file["rejected"] for file in told.body["files"]] == [True, False]
    assert told.body["accepted"] == 3
    assert told.body["batch"]
    assert in_workspace(empty)("verify")["failures"] == []


def test_two_imports_at_once_are_both_whole(empty: Path, tmp_path: Path) -> None:
    first = table(tmp_path, "一.csv", month="2024-01", rows=200)
    second = table(tmp_path, "二.csv", month="2024-02", rows=200)
    running = [start("-w", str(empty), "--json", "import", str(p)) for p in (first, second)]

    told = [process.communicate(timeout=120)[0] for process in running]

    assert [process.returncode for process in running] == [0, 0], told
    assert [json.loads(text)["accepted"] for text in told] == [200, 200]
    call = in_workspace(empty)
    assert call("verify")["failures"] == []
    assert call("inventory", "2024")["coverage"]["rows"] == 400
    assert len(call("site", "list")["sites"]) == 200


@pytest.mark.skipif(not hasattr(os, "fork"), reason="SKIPPED: needs SIGKILL")
def test_killed_imports_leave_nothing_half_and_complete_when_called_again(
    empty: Path, tmp_path: Path
) -> None:
    chance = random.Random(20260630)  # noqa: S311 - moments of a test
    call = in_workspace(empty)
    source = table(tmp_path, "电0.csv", rows=50)
    begun = time.monotonic()
    start("-w", str(empty), "import", str(source)).communicate(timeout=120)
    pace = time.monotonic() - begun
    killed = 0
    for number in range(1, KILLS + 1):
        path = table(tmp_path, f"电{number}.csv", month=f"20{number:02d}-03", rows=50)
        process = start("-w", str(empty), "--json", "import", str(path))
        time.sleep(chance.uniform(0.3, 1.1) * pace)
        process.kill()
        process.communicate(timeout=120)
        killed += process.returncode != 0

        assert call("verify")["failures"] == []
        again = run("-w", str(empty), "--json", "import", str(path))
        assert again.body.get("code") in {None, "FILE_ALREADY_IMPORTED"}, again
        assert again.code in {0, 2}
    assert killed > KILLS // 3
    verified = call("verify")
    assert verified["failures"] == []
    assert verified["checked"]["rows"] > 0
    assert call("row", "void-batch", first_batch(call), "--reason", "x")["rows"] == 50
    for number in range(1, KILLS + 1):
        assert call("inventory", f"20{number:02d}")["coverage"]["rows"] == 50


def first_batch(call: Any) -> str:
    return str(call("findings", "list", "--all")["findings"][0]["batch"])


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a small file system, or skip where that is not allowed."""
    folder.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True, check=False,
    )  # fmt: skip
    if not done or done.returncode:
        pytest.skip("SKIPPED LOUDLY: no small file system can be mounted here; full disk untested")
    try:
        yield folder
    finally:
        umount = shutil.which("umount") or "umount"
        subprocess.run([umount, str(folder)], check=True)


def test_a_full_disk_is_told_and_nothing_is_lost(
    tmp_path: Path, workbooks: tuple[str, str]
) -> None:
    with small_disk(tmp_path / "small", "600k") as disk:
        folder = disk / "ws"
        assert run("init", str(folder), "--name", "小").code == 0
        call = in_workspace(folder)
        assert call("import", str(table(tmp_path, "电.csv")))["accepted"] == 3
        before = call("verify")["head"]
        filler = disk / "filler"
        free = shutil.disk_usage(disk).free
        filler.write_bytes(b"x" * max(free - 40_000, 0))

        told = run("-w", str(folder), "--json", "--lang", "en", "import", *workbooks)

        assert told.code == 2, told
        assert told.body["code"] in {"storage.full", "cli.refused"}, told.body
        assert told.body["message"]
        filler.unlink()
        assert call("verify")["failures"] == []
        assert call("verify")["head"] == before
        assert call("inventory", "2024")["coverage"]["rows"] == 3


@pytest.mark.parametrize("words", [("report",), ("template", "machinery")])
def test_documents_without_room_are_told(words: tuple[str, ...], own: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "4k") as disk:
        target = disk / "out" if words == ("report",) else disk / "t.xlsx"

        told = run("-w", str(own), "--json", *words, "-o", str(target))

        assert told.code == 2, told
        assert told.body["code"] == "cli.refused"


@pytest.mark.skipif(os.name != "posix", reason="SKIPPED: needs users")
def as_nobody(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a user without rights."""
    env = {**os.environ, "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [*PROGRAM, *words],
            capture_output=True, text=True, check=False, user=65534, group=65534, env=env,
        )  # fmt: skip
    except PermissionError:
        pytest.skip("SKIPPED LOUDLY: the other user may not run this Python")
    if "ModuleNotFoundError" in done.stderr:
        pytest.skip("SKIPPED LOUDLY: the other user may not read this Python's packages")
    return done


def test_a_folder_one_may_only_read_is_told(own: Path, tmp_path: Path) -> None:
    """Run as a user who may read the workspace and not write it."""
    if os.geteuid() != 0:
        pytest.skip("SKIPPED LOUDLY: needs root to become another user")
    source = table(tmp_path, "电.csv")
    places = [own, *own.parents]
    for place in places:
        if place.stat().st_uid == 0 and str(place).startswith(str(Path(tmp_path).parents[1])):
            place.chmod(0o755)
    for path in own.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o444)
    before = state_of(own)

    done = as_nobody("-w", str(own), "--json", "import", str(source))

    assert done.returncode == 2, done.stderr + done.stdout
    assert json.loads(done.stdout)["code"] == "storage.read-only"
    assert state_of(own) == before


def test_a_dry_run_with_a_marked_copy_writes_only_that(
    empty: Path, workbooks: tuple[str, str], tmp_path: Path
) -> None:
    before = state_of(empty)
    marked = tmp_path / "红.xlsx"

    body = in_workspace(empty)("import", "--dry-run", "--errors", str(marked), workbooks[1])

    assert body["batch"] is None
    assert body["dry_run"] is True
    assert body["accepted"] > 300
    assert body["checked"] == [str(marked)]
    assert marked.is_file()
    assert state_of(empty) == before
    assert list((empty / "exports").iterdir()) == []


def test_marked_copies_of_two_files_stay_apart(
    empty: Path, workbooks: tuple[str, str], tmp_path: Path
) -> None:
    body = in_workspace(empty)("import", *workbooks, "--errors", str(tmp_path / "红.xlsx"))

    assert body["checked"] == [str(tmp_path / "红.xlsx"), str(tmp_path / "红-2.xlsx")]
    assert len({Path(path).read_bytes() for path in body["checked"]}) == 2


def test_a_marked_copy_never_replaces_a_file_to_be_imported(
    empty: Path, workbooks: tuple[str, str], tmp_path: Path
) -> None:
    mine = tmp_path / "台账.xlsx"
    mine.write_bytes(Path(workbooks[1]).read_bytes())

    told = run("-w", str(empty), "--json", "import", str(mine), "--errors", str(mine))

    assert told.code == 2
    assert told.body["code"] == "app.file-own"
    assert mine.read_bytes() == Path(workbooks[1]).read_bytes()


def test_a_corrected_marked_copy_adds_only_the_corrected_rows(
    own: Path, workbooks: tuple[str, str], tmp_path: Path
) -> None:
    call = in_workspace(own)
    before = call("inventory", "2024")
    marked = tmp_path / "更正.xlsx"
    call("import", "--dry-run", "--force", workbooks[1], "--errors", str(marked))
    book = openpyxl.load_workbook(marked)
    book["用能"]["K20"] = 60.25  # natural gas, July, 10^4 m3
    book["用能"]["G30"] = 1.65  # gasoline, March, t
    book.save(marked)

    body = call("import", str(marked))

    energy = next(sheet for sheet in body["files"][0]["sheets"] if sheet["name"] == "用能")
    assert energy["accepted"] == 2
    assert energy["duplicates"] == before["coverage"]["ok"] - before["coverage"]["lines"] or True
    assert {total["item"]: total["quantity"] for total in body["totals"]} == {
        "natural_gas": 602_500, "gasoline": 1650,
    }  # fmt: skip
    after = call("inventory", "2024")
    # 60.25 x 10^4 Nm3 x 2.16218881 + 1,650 kg x 3.0425472, in t
    assert after["scope1_t"] - before["scope1_t"] == pytest.approx(1307.738961, abs=1e-5)
    assert after["scope2_t"] == before["scope2_t"]
    assert after["scope3"]["1"] == before["scope3"]["1"]


_ASKS = {
    "LAYOUT_WIDE": ("dq/wide_months.csv", "year: 2024\n", 303_750),
    "HIDDEN_ROWS": ("xlsx/hidden_rows.xlsx", "hidden_rows: include\n", None),
}


@pytest.mark.parametrize("code", _ASKS)
def test_a_mapping_answers_a_question_and_the_rows_count(
    code: str, shared: Path, empty: Path, tmp_path: Path
) -> None:
    file, answer, kwh = _ASKS[code]
    source = shared / "badinputs" / file
    mapping = tmp_path / "答.yaml"
    mapping.write_text(answer, encoding="utf-8")
    asked = run("-w", str(empty), "--json", "import", str(source))
    assert asked.code == 2
    assert code in {f["code"] for f in asked.body["findings"] if f["severity"] == "error"}
    before = asked.body["accepted"]

    answered = run("-w", str(empty), "--json", "import", str(source), "--mapping", str(mapping))

    assert answered.code == 0, answered.text
    assert answered.body["accepted"] > 0
    body = in_workspace(empty)("inventory", "2024")
    counted = before + answered.body["accepted"]
    assert body["coverage"]["by_status"]["OK"] == counted
    if kwh is not None:
        assert body["energy"]["electricity_kwh"] == kwh


def test_unknown_answers_are_refused_before_anything_is_read(empty: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "答.yaml"
    mapping.write_text("yaer: 2024\n", encoding="utf-8")

    told = run("-w", str(empty), "--json", "import", str(table(tmp_path, "电.csv")),
               "--mapping", str(mapping))  # fmt: skip

    assert told.code == 2
    assert "year" in told.body["message"]
    assert in_workspace(empty)("verify")["checked"].get("sources", 0) == 0


def test_an_unknown_site_waits_with_near_misses(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    run("init", str(folder), "--name", "甲", "--site", "徐州工厂", "--site", "常州工厂")
    path = tmp_path / "电.csv"
    path.write_text(
        "期间,厂区,活动,数量,单位\n2024-01,徐州工场,外购电力,5,万kWh\n2024-01,常州工厂,外购电力,7,万kWh\n",
        encoding="utf-8",
    )

    body = in_workspace(folder)("import", str(path))

    assert (body["accepted"], body["quarantined"]) == (1, 1)
    (found,) = (f for f in body["findings"] if f["code"] == "UNKNOWN_SITE")
    assert "徐州工厂" in found["message"]
    assert found["cell"]


def test_an_unknown_unit_waits(empty: Path, tmp_path: Path) -> None:
    path = tmp_path / "电.csv"
    path.write_text("期间,厂区,活动,数量,单位\n2024-01,一厂,外购电力,5,坨\n", encoding="utf-8")

    body = in_workspace(empty)("import", str(path))

    assert body["quarantined"] == 1
    assert "UNKNOWN_UNIT" in {f["code"] for f in body["findings"]}


def test_a_fiscal_year_is_read_as_its_advice_says(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)
    table, mapping = tmp_path / "电.csv", tmp_path / "映射.yaml"
    table.write_text("期间,厂区,活动,数量,单位\nFY2024,一厂,外购电力,1200,MWh\n", encoding="utf-8")
    mapping.write_text("fiscal_start: 4", encoding="utf-8")

    asked = run("-w", str(empty), "--json", "import", str(table)).body
    (message,) = (f["message"] for f in asked["findings"] if f["code"] == "FISCAL_YEAR")
    told = call("import", str(table), "--mapping", str(mapping))

    assert "fiscal_start: 4" in message
    assert told["accepted"] == 1
    # nine months of the year that begins in April 2024 lie in 2024
    energy = call("inventory", "2024")["energy"]["electricity_kwh"]
    assert 0 < energy < 1_200_000
