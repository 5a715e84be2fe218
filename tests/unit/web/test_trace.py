"""The trace of a number: what it is the sum of, its rows and cells, factors, files and history."""

from __future__ import annotations

import hashlib
import io
import re
import time
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tanlu.app import activity_marks, clock, traces
from tanlu.app.access import Kind, Principal, Role
from tanlu.app.spool import Upload
from tanlu.i18n.say import Say
from tanlu.kernel.activity import Site
from tanlu.kernel.errors import TanluError
from tests.unit.web.conftest import HOSTILE, text_of

if TYPE_CHECKING:
    from tests.unit.web.conftest import Browser

TOTAL = "inv/2024/total/market"
WARM_S = 0.15


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_total_tells_parts_factors_rows_and_who_wrote_them(reading: Browser, lang: str) -> None:
    answer = reading.get(f"/trace/{TOTAL}", lang=lang)
    told = text_of(answer)

    say = Say(lang).typographic()
    assert answer.status_code == 200
    assert say("web.trace.closes") in told
    assert 'data-figure="inv/2024/scope2/market"' in answer.text
    assert "machinery-group-2024.xlsx" in told
    assert say("web.trace.batch.import") in told
    assert say("factors.loss.set-not-in-profile") in told
    assert "web.trace" not in told


def test_the_parts_of_every_level_add_up_to_the_figure(reading: Browser) -> None:
    say = Say("en")
    waiting, opened = [TOTAL, "inv/2024/iso/location"], 0

    while waiting:
        body = traces.trace(reading.desk, waiting.pop(), say=say)
        opened += 1
        assert body["closes"], body["figure"]
        if body["terms"]:
            known = [term["t"] for term in body["terms"] if term["t"] is not None]
            summed = sum(map(Decimal, map(str, known))) if known else None
            assert summed == (None if body["value"] is None else Decimal(str(body["value"])))
        waiting += [term["figure"] for term in body["terms"] if term["figure"]]

    assert opened > 40


def test_any_figure_opens_in_time_once_the_year_was_read(reading: Browser) -> None:
    say = Say("zh")
    for figure in (TOTAL, "inv/2024/scope3"):
        traces.trace(reading.desk, figure, say=say)
    spent = []

    for figure in (TOTAL, "inv/2024/total/location", "inv/2024/scope1", "inv/2024/scope2/market"):
        began = time.process_time()
        traces.trace(reading.desk, figure, say=say)
        spent.append(time.process_time() - began)

    assert max(spent) < WARM_S


def test_a_row_opens_to_its_product_its_cell_and_its_activity_row(reading: Browser) -> None:
    body = traces.trace(reading.desk, "inv/2024/scope1/item=natural_gas", say=Say("en"))
    row = body["rows"][0]

    answer = reading.get(f"/trace/row/{row['row_id']}", lang="en")

    assert row["source"]["cell"] in text_of(answer)
    assert f"/activity/row/{row['row_id']}?lang=en" in answer.text
    assert re.search(r"× [\d.]+ kgCO ?2 ?e/Nm3", text_of(answer))


def test_a_corrected_row_tells_both_versions_and_who_wrote_them(writing: Browser) -> None:
    desk = writing.desk
    body = traces.trace(desk, "inv/2024/scope1/item=natural_gas", say=Say("en"))
    row = desk.workspace.row(body["rows"][0]["row_id"])
    assert row is not None
    new = replace(row, quantity=row.quantity + 1, qty_u=(row.qty_u or 0) + 1, note=HOSTILE[0])
    desk.workspace.correct([new], at=clock.now(), actor="li.na", reason=HOSTILE[1])

    answer = writing.get(f"/trace/row/{row.row_id}", lang="en")

    told = text_of(answer)
    assert "Version 1" in told
    assert "Version 2" in told
    assert "li.na" in told
    assert HOSTILE[0] in told
    assert HOSTILE[0] not in answer.text


def test_a_row_tells_its_evidence_and_who_approved_its_import(writing: Browser) -> None:
    desk = writing.desk
    owner = Principal("wang", Role.ADMIN, kind=Kind.LOCAL)
    body = traces.trace(desk, "inv/2024/scope1/item=natural_gas", say=Say("en"))
    row = desk.workspace.row(body["rows"][0]["row_id"])
    assert row is not None
    told = {"row_id": row.row_id, "site": row.site, "voucher": row.voucher}
    bill = Upload("bill.pdf", io.BytesIO(b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"))
    sha256 = activity_marks.attach(desk, owner, told, bill, note=HOSTILE[1])
    batch = body["history"][0]["batch"]
    with clock.acting("chen"):
        activity_marks.decide(desk, owner, [batch], approve=True, reason="")

    answer = writing.get(f"/trace/row/{row.row_id}", lang="en")

    assert f"/activity/evidence/{sha256}?lang=en" in answer.text
    assert HOSTILE[1] in text_of(answer)
    assert "Approved by chen" in text_of(answer)


def test_an_original_is_saved_as_it_came_and_never_shown(reading: Browser) -> None:
    source = reading.desk.workspace.sources()[0]

    answer = reading.get(f"/original/{source.sha256}")

    assert hashlib.sha256(answer.content).hexdigest() == source.sha256
    assert answer.headers["content-disposition"].startswith("attachment")
    assert reading.get("/original/" + "0" * 64).status_code == 404


def test_somebody_held_to_a_site_sees_its_figures_alone(reading: Browser) -> None:
    site = reading.desk.workspace.sites()[0].id
    held = Principal("wang", Role.DATA_ENTRY, frozenset({site}))
    say = Say("en")
    source = reading.desk.workspace.sources()[0]
    own = traces.trace(reading.desk, f"inv/2024/scope1/site={site}", principal=held, say=say)

    with pytest.raises(TanluError) as refused:
        traces.trace(reading.desk, TOTAL, principal=held, say=say)

    assert own["rows"]
    assert refused.value.code == "gate.denied"
    with pytest.raises(TanluError, match=r"gate\.denied"):
        traces.original(reading.desk, source.sha256, principal=held)


def test_a_wrong_figure_is_refused_with_those_like_it(reading: Browser) -> None:
    answer = reading.get("/trace/inv/2024/totl/market", lang="en")

    assert answer.status_code == 404
    assert TOTAL in text_of(answer)


def test_a_rule_and_a_code_open_too(reading: Browser) -> None:
    assert "M-12" in text_of(reading.get("/trace/M-12", lang="zh"))


def test_hostile_names_of_sites_stand_as_typed(writing: Browser) -> None:
    workspace = writing.desk.workspace
    first = workspace.sites()[0]
    workspace.register_sites(
        [Site(first.id, first.province, HOSTILE[0])], at=clock.now(), actor="t", reason=""
    )

    answer = writing.get(f"/trace/inv/2024/scope1/site={first.id}", lang="en")

    assert HOSTILE[0] in text_of(answer)
    assert HOSTILE[0] not in answer.text
