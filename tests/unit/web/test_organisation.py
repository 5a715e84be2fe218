"""Organisation: sites, method, exclusions, statements; the boundary told in both languages."""

from __future__ import annotations

import re

import pytest

from tests.unit.web.conftest import HOSTILE, Browser, text_of


def version_of(html: str, after: str) -> str:
    found = re.search(r'name="version" value="([^"]+)"', html.split(after, 1)[1])
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ("边界说明", "核算口径")), ("en", ("Boundary statement", "Method profile"))],
)
def test_the_page_tells_sites_method_and_boundary_in_both_languages(
    reading: Browser, lang: str, words: tuple[str, ...]
) -> None:
    shown = text_of(reading.get("/organisation", lang=lang))
    assert all(word in shown for word in words)
    assert "徐州重型厂" in shown
    assert "Xuzhou heavy plant" in shown
    assert "运营控制权" in shown
    assert "Operational control" in shown


def test_a_site_is_added_changed_and_shown_literally(empty: Browser) -> None:
    for name in HOSTILE:
        answer = empty.post("/organisation/site", name=name, province="CN-JS", name_en=name)
        assert answer.status_code == 303, text_of(answer)
    shown = empty.get("/organisation")
    assert "<img src=x" not in shown.text
    assert all(name in text_of(shown) for name in HOSTILE)
    again = empty.post("/organisation/site", name=HOSTILE[0], province="CN-JS")
    assert again.status_code == 422
    assert empty.post("/organisation/site", name=" ", province="").status_code == 422
    assert empty.get("/organisation/site", name="none").status_code == 422


def test_a_site_changed_by_somebody_else_is_shown_with_both_versions(writing: Browser) -> None:
    form = writing.get("/organisation/site", name="常州基地").text
    version = version_of(form, "<main")
    first = {"site": "常州基地", "province": "CN-JS", "name_en": "Mine", "version": version}
    assert writing.post("/organisation/site", **first).status_code == 303
    late = writing.post("/organisation/site?lang=en", **{**first, "name_en": "Theirs"})
    assert late.status_code == 409
    assert "Mine" in text_of(late)
    assert 'value="Theirs"' in late.text
    newer = version_of(late.text, "<main")
    kept = writing.post("/organisation/site", **{**first, "name_en": "Theirs", "version": newer})
    assert kept.status_code == 303
    assert "Theirs" in text_of(writing.get("/organisation"))


def test_the_method_changes_the_inventory_and_wrong_values_are_refused(writing: Browser) -> None:
    before = writing.desk.taken(2024).profile.gwp_set
    version = version_of(writing.get("/organisation").text, "/organisation/method")
    fields = {"profile": "ghgp", "gwp": "", "base_year": "2023", "version": version}
    assert writing.post("/organisation/method", **{**fields, "base_year": "x"}).status_code == 422
    assert writing.post("/organisation/method", **{**fields, "profile": "x"}).status_code == 422
    assert writing.post("/organisation/method", **fields).status_code == 303
    assert before == "AR5"
    assert writing.desk.taken(2024).profile.gwp_set == "AR6"
    assert "2023" in text_of(writing.get("/organisation", lang="en"))
    assert writing.post("/organisation/method", **fields).status_code == 409


def test_an_exclusion_has_a_reason_and_a_share_and_is_taken_back(empty: Browser) -> None:
    path = "/organisation/exclusion"
    assert empty.post(path, category="", other="", reason="r").status_code == 422
    assert empty.post(path, category="7", reason=" ").status_code == 422
    assert empty.post(path, category="7", reason="r", share="101").status_code == 422
    assert empty.post(path, category="7", reason="太小", english="small", share="0.3").is_redirect
    shown = text_of(empty.get("/organisation", lang="en"))
    assert "estimated share 0.3%" in shown
    assert "估计占比 0.3%" in shown
    assert empty.post(f"{path}/remove", subject="7").status_code == 303
    assert "0.3" not in text_of(empty.get("/organisation"))


def test_a_statement_is_kept_and_a_stale_one_is_not(empty: Browser) -> None:
    html = empty.get("/organisation").text
    version = version_of(html, 'value="purpose"')
    sent = {"key": "purpose", "text": "为了 <b>", "english": "", "version": version}
    assert empty.post("/organisation/statement", **sent).status_code == 303
    assert "为了 <b>" in text_of(empty.get("/organisation"))
    assert empty.post("/organisation/statement", **sent).status_code == 409
    assert empty.post("/organisation/statement", key="none", text="x").status_code == 422
