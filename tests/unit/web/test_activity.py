"""Activity data: rows looked up, changed, proven, approved, with and without script."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app import (
    access,
    activity,
    activity_changes,
    activity_marks,
    activity_row,
    audits,
    clock,
    traces,
)
from tanlu.app.access import Principal, Role
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tanlu.storage import verify
from tests.unit.web.conftest import HOSTILE, text_of

if TYPE_CHECKING:
    from tests.unit.web.conftest import Browser

GAS = {
    "site": "徐州重型厂",
    "item": "天然气",
    "month": "2025-03",
    "quantity": "12.5",
    "unit": "万m³",
}


def rows_of(browser: Browser, **query: str | int) -> dict[str, Any]:
    found: dict[str, Any] = browser.get("/api/activity", **query).json()
    return found


def send(browser: Browser, head: str, *changes: dict[str, Any], reason: str = "checked") -> Any:
    body = {"head": head, "reason": reason, "changes": changes}
    return browser.send("/api/activity?lang=en", body)


def new(name: str, **typed: str) -> dict[str, Any]:
    return {"row": name, "is_new": True, "typed": GAS | typed}


def test_the_page_shows_the_rows_of_the_newest_year_in_a_grid(reading: Browser) -> None:
    page = reading.get("/activity", lang="en")

    assert page.status_code == 200
    assert "data-grid=" in page.text
    assert "Rows: 346" in text_of(page)
    assert "machinery-group-2024.xlsx" in page.text


def test_the_page_in_chinese(reading: Browser) -> None:
    assert "346 行" in text_of(reading.get("/activity", lang="zh"))


def test_rows_are_filtered_by_the_address(reading: Browser) -> None:
    whole = rows_of(reading)["count"]
    plant = rows_of(reading, site="常州基地", year=2024, month=12)
    named = rows_of(reading, text="天然气", lang="zh", year=2024)
    none = rows_of(reading, status="approved")

    assert whole == 692
    assert {row["site"] for row in plant["rows"]} == {"常州基地"}
    assert {row["month"] for row in plant["rows"]} == {"2024-12"}
    assert {row["item_id"] for row in named["rows"]} == {"natural_gas"}
    assert none["count"] == 0
    assert rows_of(reading, status="waiting")["count"] == whole


def test_pages_follow_each_other_without_overlap(reading: Browser) -> None:
    first, second = (rows_of(reading, size=400, page=page) for page in (1, 2))

    assert (first["pages"], len(first["rows"]), len(second["rows"])) == (2, 400, 292)
    assert not {r["id"] for r in first["rows"]} & {r["id"] for r in second["rows"]}


def test_an_unknown_filter_or_field_is_refused(reading: Browser) -> None:
    head = rows_of(reading)["head"]

    assert reading.get("/api/activity", status="fine").status_code == 422
    wrong = reading.send("/api/activity", {"head": head, "changes": [], "more": 1})
    assert wrong.status_code == 422


def test_one_save_corrects_cancels_and_adds_and_one_undo_takes_it_back(writing: Browser) -> None:
    found = rows_of(writing, year=2024)
    first, second = found["rows"][:2]

    saved = send(
        writing,
        found["head"],
        {"row": first["id"], "typed": {"quantity": "１,１１１.５", "voucher": "V-7"}},
        {"row": second["id"], "is_removed": True},
        new("new-1"),
    ).json()
    now = {row["id"]: row for row in rows_of(writing)["rows"]} | {
        row["id"]: row for row in rows_of(writing, year=2024)["rows"]
    }

    assert saved["bad"] == []
    assert (now[first["id"]]["quantity"], now[first["id"]]["voucher"]) == (1111.5, "V-7")
    assert now[first["id"]]["version"] == 2
    assert second["id"] not in now
    assert [now[name]["quantity"] for name in saved["added"]] == [12.5]
    assert now[saved["added"][0]]["source"].startswith("手工录入") or "typed-in" in str(now)
    undone = writing.send("/api/activity/undo", {"undo": saved["undo"], "head": saved["head"]})
    assert undone.status_code == 200
    after = {row["id"]: row for row in rows_of(writing, year=2024)["rows"]}
    assert after[first["id"]]["quantity"] == first["quantity"]
    assert after[second["id"]]["quantity"] == second["quantity"]
    assert rows_of(writing)["count"] == 692
    assert verify(writing.desk.folder).ok


def test_cells_nobody_can_read_are_listed_and_count_in_no_total(writing: Browser) -> None:
    found = rows_of(writing, year=2024)
    row = found["rows"][0]
    before = len(writing.desk.workspace.quarantine())

    saved = send(
        writing,
        found["head"],
        {"row": row["id"], "typed": {"quantity": "3O3"}},
        new("new-1", quantity="3O3"),
        new("new-2", item="天然汽"),
        new("new-3", month="2025-13"),
    ).json()

    bad = {(one["row"], one["field"]): one["found"] for one in saved["bad"]}
    assert bad == {
        (row["id"], "quantity"): "3O3",
        ("new-1", "quantity"): "3O3",
        ("new-2", "item"): "天然汽",
        ("new-3", "month"): "2025-13",
    }
    assert all(one["reason"] for one in saved["bad"])
    assert "天然气" in next(o for o in saved["bad"] if o["row"] == "new-2")["advice"]
    assert saved["added"] == []
    assert len(writing.desk.workspace.quarantine()) == before + 3
    assert rows_of(writing)["count"] == 692
    assert f"{before + 3}" in text_of(writing.get("/activity", lang="en"))


def test_the_words_of_the_screen_for_evidence_are_read_in_new_rows(writing: Browser) -> None:
    words = {"1": "Metered", "2": "Proxy", "3": "Not stated", "4": "票据", "5": "estimated"}
    changes = [new(n, month=f"2025-0{n}", quality=word) for n, word in words.items()]

    added = send(writing, rows_of(writing)["head"], *changes).json()["added"]

    told = {row["id"]: row["quality"] for row in rows_of(writing, year=2025)["rows"]}
    assert [told[name] for name in added] == ["metered", "proxy", "", "invoiced", "estimated"]


def test_a_row_that_changed_meanwhile_comes_back_with_both_versions(writing: Browser) -> None:
    found = rows_of(writing, year=2024)
    row, other = found["rows"][:2]
    send(writing, found["head"], {"row": row["id"], "typed": {"quantity": "5"}})
    head = rows_of(writing)["head"]

    late = send(
        writing,
        found["head"],
        {"row": row["id"], "typed": {"quantity": "6"}},
        {"row": other["id"], "typed": {"quantity": "7"}},
    )

    told = late.json()
    assert late.status_code == 409
    assert [(one["mine"], one["theirs"]) for one in told["stale"]] == [
        ({"quantity": "6"}, {"quantity": 5, "unit": row["unit"]})
    ]
    assert rows_of(writing)["head"] == head, "nothing was written"
    chosen = send(writing, told["head"], {"row": row["id"], "typed": {"quantity": "6"}})
    assert chosen.status_code == 200
    assert writing.desk.workspace.row(row["id"]).version == 3  # type: ignore[union-attr]


def test_what_says_which_row_it_is_cannot_be_corrected_and_units_keep_their_kind(
    writing: Browser,
) -> None:
    found = rows_of(writing, text="天然气", lang="zh")
    row = found["rows"][0]

    saved = send(
        writing, found["head"], {"row": row["id"], "typed": {"site": "X", "unit": "GJ"}}
    ).json()
    good = send(
        writing, found["head"], {"row": row["id"], "typed": {"quantity": "3", "unit": "m³"}}
    ).json()

    assert {one["field"] for one in saved["bad"]} == {"site", "unit"}
    assert good["bad"] == []
    now = writing.desk.workspace.row(row["id"])
    assert now is not None
    assert (now.unit, now.ledger_unit, now.qty_u) == ("m³", "Nm3", 3_000_000)


def test_a_correction_takes_a_reason_and_a_closed_month_refuses(writing: Browser) -> None:
    found = rows_of(writing, year=2023)
    row = found["rows"][0]
    silent = send(writing, found["head"], {"row": row["id"], "typed": {"quantity": "5"}}, reason="")
    workspace = writing.desk.workspace
    ym = workspace.row(row["id"]).ym  # type: ignore[union-attr]
    audits.acknowledge_all(workspace, reason="seen", say=Say("en"))
    workspace.close_period(ym, ym, at=clock.now(), actor="li")

    closed = send(writing, rows_of(writing)["head"], {"row": row["id"], "typed": {"quantity": "5"}})
    late = send(writing, rows_of(writing)["head"], new("new-1", month=row["month"]))

    assert silent.status_code == 422
    assert closed.status_code == late.status_code == 409
    assert closed.json()["code"] == "storage.period-closed"


def test_data_entry_sees_and_writes_its_own_sites_alone(writing: Browser) -> None:
    desk, say = writing.desk, Say("en")
    clerk = Principal("wu", Role.DATA_ENTRY, frozenset({"常州基地"}))
    found = activity.listing(desk, clerk, activity.Asked(size=1000), say=say)
    theirs = rows_of(writing, site="徐州重型厂")["rows"][0]

    def refused(change: activity_changes.Change) -> str:
        try:
            asked = activity_changes.Save(found["head"], [change], "try")
            activity_changes.save(desk, clerk, asked, say=say)
        except TanluError as error:
            return error.code
        return ""

    assert {row["site"] for row in found["rows"]} == {"常州基地"}
    assert refused(activity_changes.Change(theirs["id"], {"quantity": "1"})) == "activity.sites"
    assert refused(activity_changes.Change("new-1", GAS, is_new=True)) == "import.sites"
    own = activity_changes.Change("new-1", GAS | {"site": "常州基地"}, is_new=True)
    assert refused(own) == ""
    with pytest.raises(TanluError) as hidden:
        activity_row.one(desk, clerk, theirs["id"], say=say)
    assert hidden.value.code == "activity.sites"


def test_nobody_approves_own_entries(writing: Browser) -> None:
    desk = writing.desk
    batch = next(iter(rows_of(writing)["batches"]))
    author = next(b.actor for b in desk.workspace.batches() if b.batch_id == batch)
    codes = []
    for name in (author, "zhao"):
        try:
            reviewer = Principal(name, Role.REVIEWER)
            activity_marks.decide(desk, reviewer, [batch], approve=True, reason="")
            codes.append("")
        except TanluError as error:
            codes.append(error.code)

    assert codes == ["activity.own", ""]
    assert rows_of(writing, status="approved")["count"] > 0
    assert "approved" in text_of(writing.get("/activity", lang="en"))
    assert access.can(Principal("wu", Role.DATA_ENTRY), "approve") is False


def test_a_row_is_corrected_and_cancelled_without_script(writing: Browser) -> None:
    row = rows_of(writing, year=2024)["rows"][0]
    at = f"/activity/row/{row['id']}"
    form = {"quantity": "42", "reason": "meter", "version": row["version"], "act": "correct"}

    assert writing.post(at, **form).status_code == 303
    page = writing.get(at, lang="en")
    stale = writing.post(at, **form | {"quantity": "43"})
    wrong = writing.post(at, **form | {"quantity": "4Z", "version": 2})
    kept = writing.post(at, **form | {"quantity": "43", "version": 2})
    gone = writing.post(at, reason="double", version=3, act="void")

    assert "42" in text_of(page)
    assert "Reason: meter" in text_of(page)
    assert stale.status_code == 409
    assert 'value="43"' in stale.text
    assert wrong.status_code == 422
    assert 'value="4Z"' in wrong.text
    assert kept.status_code == gone.status_code == 303
    assert "cancelled" in text_of(writing.get(at, lang="en"))


def test_a_row_is_added_and_taken_back_without_script(writing: Browser) -> None:
    plain = writing.get("/activity", lang="en", view="plain")
    bad = writing.post("/activity/new?lang=en", **GAS | {"quantity": "3O3"})
    added = writing.post("/activity/new?lang=en", **GAS)
    page = writing.get(added.headers["location"])
    token = re.search('name="undo" value="([^"]+)"', page.text)

    assert 'action="/activity/new' in plain.text
    assert bad.status_code == 422
    assert 'value="3O3"' in bad.text
    assert token is not None
    assert rows_of(writing)["count"] == 693
    assert writing.post("/activity/undo", undo=token[1]).status_code == 303
    assert rows_of(writing)["count"] == 692


def test_evidence_is_kept_by_its_hash_and_comes_back_as_a_download(writing: Browser) -> None:
    row = rows_of(writing, year=2024)["rows"][0]
    at = f"/activity/row/{row['id']}"
    pdf = b"%PDF-1.7\nbill"

    taken = writing.upload(f"{at}/evidence", {"file": ("账单<b>.pdf", pdf)}, note="bill")
    wrong = writing.upload(f"{at}/evidence?lang=en", {"file": ("run.pdf", b"MZ\x90")})
    none = writing.upload(f"{at}/evidence", {})
    page = writing.get(at, lang="en")
    link = re.search('href="(/activity/evidence/[^"]+)"', page.text)

    assert taken.status_code == 303
    assert wrong.status_code == none.status_code == 422
    assert link is not None
    answer = writing.get(link[1].partition("?")[0])
    assert answer.content == pdf
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "<b>.pdf" not in page.text
    assert rows_of(writing, status="proven")["count"] == 1
    clerk = Principal("wu", Role.DATA_ENTRY, frozenset({"another site"}))
    sha256 = hashlib.sha256(pdf).hexdigest()
    for opened in (traces.original, activity_marks.evidence):
        with pytest.raises(TanluError):
            opened(writing.desk, sha256=sha256, principal=clerk)
    assert verify(writing.desk.folder).ok


def test_hostile_texts_are_shown_as_they_are(writing: Browser) -> None:
    found = rows_of(writing, year=2024)
    row = found["rows"][0]
    for text in HOSTILE:
        head = rows_of(writing)["head"]
        saved = send(writing, head, {"row": row["id"], "typed": {"note": text}}, reason=text)
        page = writing.get(f"/activity/row/{row['id']}", lang="en")

        assert saved.status_code == 200
        assert text in text_of(page)
        assert "<img src=x" not in page.text
        assert "<img src=x" not in writing.get("/activity", lang="en").text
    assert "<img" not in writing.get("/activity", text=HOSTILE[0]).text


def test_an_empty_workspace_says_what_to_do(empty: Browser) -> None:
    page = empty.get("/activity", lang="en")

    assert page.status_code == 200
    assert "Type below or paste from Excel" in text_of(page)
    assert empty.get("/api/activity").json()["rows"] == []
    assert empty.get("/activity/row/none").status_code == 404
