"""The import wizard: files handed in, read, asked about, posted as one batch, undone."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from tanlu.app import import_history
from tanlu.app.access import Kind, Principal, Role
from tanlu.app.spool import Spool, safe_name
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tests.unit.web.conftest import HOSTILE, Browser, text_of

if TYPE_CHECKING:
    from httpx2 import Response

WORKBOOK = Path("src/tanlu/data/demo/machinery/energy-2024.xlsx")
MONTHS = ",".join(f"{n}月" for n in range(1, 13))
WIDE = f"厂区,能源品种,单位,{MONTHS}\n甲厂,外购电力,kWh," + ",".join(["10"] * 12) + "\n"
TIDY = "月份,厂区,能源品种,单位,数量\n2024-01,甲厂,外购电力,kWh,100\n2024-02,甲厂,外购电力,kWh,90\n"


def hand_in(browser: Browser, *files: tuple[str, bytes]) -> Response:
    """Send files as the form does."""
    sent = [("files", (name, data)) for name, data in files]
    return browser.upload("/import", sent)


def settled(browser: Browser, answer: Response, **query: str) -> Response:
    """Follow a form to where it leads, and wait for the job there."""
    assert answer.status_code == 303, text_of(answer)
    place = answer.headers["location"]
    for _ in range(200):
        shown = browser.get(place, **query)
        if 'data-state="running"' not in shown.text and 'data-state="queued"' not in shown.text:
            return shown
        time.sleep(0.05)
    raise AssertionError(shown.text)


def token_of(answer: Response) -> str:
    """Return the token of what was handed in."""
    found = re.search(r"/import/staged/([\w-]{22})", answer.headers.get("location") or answer.text)
    assert found is not None
    return found[1]


def posted(browser: Browser, token: str) -> Response:
    """Import what waits, and open the batch."""
    head = re.search(r'name="head" value="([^"]+)"', browser.get(f"/import/staged/{token}").text)
    assert head is not None
    before = len(browser.desk.workspace.batches())
    answer = browser.post(f"/import/staged/{token}/commit", head=head[1])
    assert answer.status_code == 303, text_of(answer)
    for _ in range(200):
        batches = browser.desk.workspace.batches()
        if len(batches) > before and not Spool(browser.desk.folder).has(token):
            return browser.get(f"/import/batch/{batches[-1].batch_id}")
        time.sleep(0.05)
    raise AssertionError(text_of(browser.get(f"/import/staged/{token}")))


@pytest.mark.parametrize(("lang", "word"), [("zh", "导入后"), ("en", "What the import will do")])
def test_a_workbook_is_shown_posted_and_undone(empty: Browser, lang: str, word: str) -> None:
    first = hand_in(empty, ("台账.csv", TIDY.encode()))
    shown = settled(empty, first, lang=lang)
    assert word in text_of(shown)
    assert "甲厂" in text_of(shown)
    assert empty.desk.workspace.batches() == ()
    batch = posted(empty, token_of(first))
    assert "190" in text_of(batch)
    assert Spool(empty.desk.folder).tokens() == []
    batch_id = empty.desk.workspace.batches()[0].batch_id
    refused = empty.post(f"/import/batch/{batch_id}/undo", reason="")
    assert refused.status_code == 422
    undone = empty.post(f"/import/batch/{batch_id}/undo", reason="test")
    assert undone.status_code == 303
    assert "test" in text_of(empty.get("/import"))
    assert empty.desk.years() == ()


def test_a_question_is_answered_by_form_and_remembered(empty: Browser) -> None:
    first = hand_in(empty, ("wide.csv", WIDE.encode()))
    shown = settled(empty, first, lang="en")
    assert 'name="q0"' in shown.text
    token = token_of(first)
    again = empty.post(f"/import/staged/{token}/answers", q0="2024")
    read = settled(empty, again, lang="en")
    assert "Year" in text_of(read)
    posted(empty, token)
    assert empty.desk.years() == (2024,)
    later = hand_in(empty, ("wide2.csv", WIDE.replace("10", "11").encode()))
    text = text_of(settled(empty, later, lang="en"))
    assert "its answers are taken over" in text


def test_what_an_import_left_open_is_answered_from_its_originals(empty: Browser) -> None:
    text = TIDY + "3月,甲厂,外购电力,kWh,80\n"
    first = hand_in(empty, ("open.csv", text.encode()))
    settled(empty, first)
    posted(empty, token_of(first))
    batch = empty.desk.workspace.batches()[0]
    assert batch.open_questions
    again = empty.post(f"/import/batch/{batch.batch_id}/again")
    settled(empty, again)
    token = token_of(again)
    settled(empty, empty.post(f"/import/staged/{token}/answers", q0="2024"))
    posted(empty, token)
    assert sum(one.rows for one in empty.desk.workspace.batches()) == 3


def test_who_is_held_to_sites_sees_own_imports_only(writing: Browser) -> None:
    clerk = Principal("clerk", Role.DATA_ENTRY, frozenset({"常州基地"}), Kind.USER)
    assert import_history.overview(writing.desk, clerk, Say("en"))["batches"] == []
    batch = writing.desk.workspace.batches()[0].batch_id
    with pytest.raises(TanluError, match="no-such-batch"):
        import_history.batch(writing.desk, clerk, batch, say=Say("en"))


def test_wrong_answers_are_refused_and_kept_in_the_form(empty: Browser) -> None:
    first = hand_in(empty, ("x.csv", TIDY.replace("外购电力", "绿色魔力").encode()))
    shown = settled(empty, first)
    assert "绿色魔力" in text_of(shown)
    token = token_of(first)
    answer = empty.post(f"/import/staged/{token}/answers", q0="no such item")
    assert answer.status_code == 422
    assert 'value="no such item"' in answer.text
    answer = empty.post(f"/import/staged/{token}/answers", q0="外购电力")
    assert "190" in text_of(settled(empty, answer))


def test_columns_nobody_knows_are_told_by_form(empty: Browser) -> None:
    odd = TIDY.replace("数量", "用掉多少").replace("能源品种", "啥")
    first = hand_in(empty, ("odd.csv", odd.encode()))
    shown = settled(empty, first, lang="en")
    assert "not recognised" in text_of(shown)
    token = token_of(first)
    answer = empty.post(
        f"/import/staged/{token}/answers", **{"c0.0.3": "item", "c0.0.5": "quantity"}
    )
    assert "190" in text_of(settled(empty, answer))


def test_an_unknown_column_of_a_known_sheet_is_the_first_question(empty: Browser) -> None:
    first = hand_in(empty, ("2024.csv", WIDE.replace("能源品种", "啥").encode()))
    shown = settled(empty, first, lang="en")
    assert "What is the column “啥”?" in text_of(shown).split("Questions", 2)[-1][:400]
    token = token_of(first)
    answer = empty.post(f"/import/staged/{token}/answers", q0="item")
    assert "120" in text_of(settled(empty, answer))


def test_hostile_names_and_cells_are_shown_literally(empty: Browser) -> None:
    text = "月份,厂区,能源品种,单位,数量\n" + "".join(
        f'2024-01,"{one}",外购电力,kWh,1\n' for one in HOSTILE
    )
    first = hand_in(empty, ("../../<img src=x onerror=alert(1)>.csv", text.encode()))
    shown = settled(empty, first)
    assert "<img src=x" not in shown.text
    for one in HOSTILE:
        assert one in text_of(shown) or one.replace("<", "&lt;") in shown.text
    assert not (empty.desk.folder.parent.parent / "passwd").exists()
    batch = posted(empty, token_of(first))
    assert "<img src=x" not in batch.text


def test_a_preview_is_stale_once_the_ledger_has_changed(empty: Browser) -> None:
    first = hand_in(empty, ("a.csv", TIDY.encode()))
    head = re.search(r'name="head" value="([^"]+)"', settled(empty, first).text)
    assert head is not None
    second = hand_in(empty, ("b.csv", TIDY.replace("甲", "乙").encode()))
    settled(empty, second)
    posted(empty, token_of(second))
    answer = empty.post(f"/import/staged/{token_of(first)}/commit", head=head[1])
    assert answer.status_code == 409
    assert len(empty.desk.workspace.batches()) == 1


def test_the_marked_copy_can_be_downloaded(empty: Browser) -> None:
    first = hand_in(empty, ("x.csv", TIDY.replace("90", "9O").encode()))
    settled(empty, first)
    answer = empty.get(f"/import/staged/{token_of(first)}/checked/1")
    assert answer.content.startswith(b"PK")
    assert "x.checked.xlsx" in answer.headers["content-disposition"]


def test_a_file_that_is_in_the_ledger_is_refused_with_words_of_the_page(empty: Browser) -> None:
    first = hand_in(empty, ("a.csv", TIDY.encode()))
    settled(empty, first)
    posted(empty, token_of(first))
    shown = settled(empty, hand_in(empty, ("a.csv", TIDY.encode())), lang="en")
    assert "The ledger holds all of this file" in text_of(shown)
    assert "--force" not in text_of(shown)
    assert "/commit" not in shown.text


def test_dropped_files_leave_nothing(empty: Browser) -> None:
    head = empty.desk.head()
    first = hand_in(empty, ("a.csv", TIDY.encode()))
    settled(empty, first)
    token = token_of(first)
    assert empty.post(f"/import/staged/{token}/drop").status_code == 303
    assert empty.get(f"/import/staged/{token}").status_code == 404
    assert list((empty.desk.folder / "inbox").iterdir()) == []
    assert empty.desk.head() == head


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a" * 500 + ".xlsx", "\0\u202e", "a:b|c.csv", "CON.csv"]
)
def test_a_safe_name_is_one_name_in_one_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set('/\\\0<>:"|?*')
    assert len(safe.encode()) <= 200
    assert safe.partition(".")[0].upper() != "CON"


def test_no_file_too_many_files_and_no_such_token_are_refused(empty: Browser) -> None:
    assert empty.upload("/import", [("files", ("", b""))]).status_code == 422
    many = [(f"{n}.csv", TIDY.encode()) for n in range(21)]
    assert hand_in(empty, *many).status_code == 422
    assert empty.get("/import/staged/../../etc").status_code == 404
    assert empty.get("/import/batch/none").status_code in (404, 422)


def test_formulas_are_text_or_their_stored_value(empty: Browser, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["月份", "厂区", "能源品种", "单位", "数量"],
        ["2024-01", "=1+1", "电", "kWh", "=1+1"],
    ):
        sheet.append(row)
    book.save(tmp_path / "f.xlsx")
    first = hand_in(empty, ("f.xlsx", (tmp_path / "f.xlsx").read_bytes()))
    assert settled(empty, first).status_code == 200
