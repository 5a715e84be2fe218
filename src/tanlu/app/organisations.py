"""The organisation as it is set up: sites, method, what is left out and stated; in words too."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.app import clock, statements, workspaces
from tanlu.app.findings import province_name
from tanlu.app.references import choose_profile, province_code
from tanlu.catalog import load
from tanlu.i18n.say import Say
from tanlu.kernel.activity import Site
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.storage import Workspace

_EXCLUSION = "exclusion."
_CATEGORIES = range(1, 16)


@dataclass(frozen=True, slots=True)
class Changed:
    """What somebody else wrote since a form was drawn: nothing is saved until a choice is made.

    Parameters
    ----------
    theirs : Mapping of str to str
        Values of the fields as they are now.
    version : str
        Mark of that state, for the form that is drawn next.
    """

    theirs: Mapping[str, str]
    version: str


def mark(values: Mapping[str, str]) -> str:
    """Return a short mark of what a form was drawn from."""
    text = "\0".join(f"{key}={value}" for key, value in sorted(values.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def board(workspace: Workspace, say: Say) -> dict[str, Any]:
    """Return sites, method, exclusions, statements and the boundary in words.

    Parameters
    ----------
    workspace : Workspace
    say : Say
        Language; the statement of the boundary is told in Chinese and in English.
    """
    listed = statements.settings_body(workspace, say=say)["settings"]
    return {
        "sites": [_site(site, say) for site in workspace.sites()],
        "method": method(workspace, say),
        "exclusions": [
            {**one, "subject": one["key"].partition(".")[2]}
            for one in listed
            if one["key"].startswith(_EXCLUSION)
        ],
        "statements": [
            one for one in listed
            if one["key"].partition(".")[0] not in ("exclusion", "base_year", "name_en")
        ],
        "told": [(lang, Say(lang).html_lang, boundary_told(workspace, Say(lang)))
                 for lang in ("zh", "en")],
    }  # fmt: skip


def _site(site: Site, say: Say) -> dict[str, str]:
    place = province_name(site.province, say)
    return {"name": site.id, "name_en": site.name_en, "province": place}


def site_form(workspace: Workspace, name: str) -> dict[str, str]:
    """Return the fields of a site; empty ones for a new one.

    Raises
    ------
    TanluError
        ``organisation.site`` for a name that is not registered.
    """
    if not name:
        return {"name": "", "province": workspace.settings.province, "name_en": ""}
    found = next((site for site in workspace.sites() if site.id == name), None)
    if found is None:
        raise TanluError("organisation.site", found=name)
    return {"name": found.id, "province": found.province, "name_en": found.name_en}


def save_site(
    workspace: Workspace, typed: Mapping[str, str], *, name: str, version: str
) -> Changed | None:
    """Register a site, or change a known one; None is done.

    Parameters
    ----------
    workspace : Workspace
    typed : Mapping
        ``name``, ``province``, ``name_en``.
    name : str
        The site to change; empty for a new one.
    version : str
        Mark of the site as the form showed it.

    Raises
    ------
    TanluError
        ``organisation.site``, ``organisation.site-exists``; those of `register_site`.
    """
    if not name:
        new = typed.get("name", "").strip()
        if any(site.id == new for site in workspace.sites()):
            raise TanluError("organisation.site-exists", found=new)
        workspaces.register_site(
            workspace, new, province=typed.get("province", ""), name_en=_english(typed)
        )
        return None
    now = site_form(workspace, name)
    if mark(now) != version:
        return Changed(now, mark(now))
    province = typed.get("province", "")
    changed = Site(name, province_code(province) if province else "", _english(typed))
    workspace.register_sites([changed], at=clock.now(), actor=clock.actor())
    return None


def _english(typed: Mapping[str, str]) -> str:
    return typed.get("name_en", "").strip()


def method(workspace: Workspace, say: Say) -> dict[str, Any]:
    """Return the method: profile, GWP set, base year, and how sites are consolidated."""
    settings = workspace.settings
    profile = choose_profile(settings)
    row = load.profiles()[profile.id]
    return {
        "values": method_form(workspace),
        "profiles": [
            (one["id"], say.pick(one["name_zh"], one["name_en"]))
            for one in load.profiles().values()
        ],
        "gwps": [("", say("organisation.gwp.profile", gwp=row["gwp_set"]))]
        + [(name, name) for name in load.gwp()],
        "consolidation": say(f"boundary.{row['consolidation']}"),
        "profile": say.pick(row["name_zh"], row["name_en"]),
        "gwp": profile.gwp_set,
    }


def method_form(workspace: Workspace) -> dict[str, str]:
    """Return the fields of the method as they are set."""
    settings = workspace.settings
    return {
        "profile": choose_profile(settings).id,
        "gwp": settings.gwp,
        "base_year": str(settings.other.get("base_year") or ""),
    }


def save_method(
    workspace: Workspace, typed: Mapping[str, str], *, version: str, say: Say
) -> Changed | None:
    """Set profile, GWP set and base year; what is as before writes nothing.

    Raises
    ------
    TanluError
        ``app.profile-unknown``, ``app.gwp-unknown``, ``settings.year``.
    """
    now = method_form(workspace)
    if mark(now) != version:
        return Changed(now, mark(now))
    wanted = {key: typed.get(key, "").strip() for key in now}
    choose_profile(workspace.settings, profile=wanted["profile"], gwp=wanted["gwp"])
    if wanted["base_year"] != now["base_year"]:
        statements.set_statement(workspace, "base_year", wanted["base_year"], say=say)
    for key in ("profile", "gwp"):
        if wanted[key] != now[key]:
            workspace.put_setting(key, wanted[key], at=clock.now(), actor=clock.actor())
    return None


def exclusion_subjects(say: Say) -> list[tuple[str, str]]:
    """Return the categories of scope 3 that may be left out, by number and name."""
    return [(str(n), say(f"report.category.{n}")) for n in _CATEGORIES]


def add_exclusion(workspace: Workspace, typed: Mapping[str, str], *, say: Say) -> None:
    """Leave a category or a source out, with the reason and its estimated share.

    Raises
    ------
    TanluError
        ``organisation.subject``, ``organisation.reason``; ``organisation.share``.
    """
    subject = typed.get("category", "") or typed.get("other", "").strip()
    reason, share = typed.get("reason", "").strip(), typed.get("share", "").strip().rstrip("%")
    if not subject:
        raise TanluError("organisation.subject")
    if not reason:
        raise TanluError("organisation.reason")
    english = typed.get("english", "").strip()
    if share:
        share = _percent(share)
        english = f"{english or reason} ({Say('en')('organisation.share-told', share=share)})"
        reason = f"{reason}（{Say('zh')('organisation.share-told', share=share)}）"
    statements.set_statement(workspace, _EXCLUSION + subject, reason, english=english, say=say)


def _percent(text: str) -> str:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:  # noqa: PLR2004 - per cent
        raise TanluError("organisation.share", found=text)
    return text


def remove_exclusion(workspace: Workspace, subject: str, *, say: Say) -> None:
    """Take an exclusion back; the ledger keeps that it was there."""
    statements.set_statement(workspace, _EXCLUSION + subject, "", say=say)


def save_statement(
    workspace: Workspace, key: str, typed: Mapping[str, str], *, version: str, say: Say
) -> Changed | None:
    """State one thing for the report.

    Raises
    ------
    TanluError
        Those of `set_statement`.
    """
    listed = statements.settings_body(workspace, say=say)["settings"]
    row: dict[str, Any] = next((one for one in listed if one["key"] == key), {})
    now = {"text": row.get("value") or "", "english": row.get("english") or ""}
    if row and mark(now) != version:
        return Changed(now, mark(now))
    statements.set_statement(
        workspace, key, typed.get("text", ""), english=typed.get("english", ""), say=say
    )
    return None


def boundary_told(workspace: Workspace, say: Say) -> str:
    """Return the boundary in words of one language, as a report states it."""
    settings = workspace.settings
    sites = workspace.sites()
    profile = choose_profile(settings)
    row = load.profiles()[profile.id]
    zh_name, en_name = settings.name, str(settings.other.get("name_en") or "")
    places = list(dict.fromkeys(province_name(site.province, say) for site in sites))
    parts = [
        say(
            "organisation.told" if sites else "organisation.told.no-sites",
            company=say.pick(zh_name, en_name), count=say.count(len(sites)),
            sites=say.listed([say.pick(site.id, site.name_en) for site in sites]),
            places=say.listed(places), approach=say(f"boundary.{row['consolidation']}"),
        ),
        say("organisation.told.method", profile=say.pick(row["name_zh"], row["name_en"]),
            gwp=profile.gwp_set),
    ]  # fmt: skip
    base = settings.other.get("base_year")
    if base:
        parts.append(say("organisation.told.base", year=base))
    left_out = statements.stated(workspace)["exclusions"]
    known = {str(n) for n in _CATEGORIES}
    lang = "en" if say.lang == "en" else "zh"
    told = [
        say("organisation.told.one", reason=one[lang],
            what=say(f"report.category.{one['subject']}") if one["subject"] in known
            else one["subject"])
        for one in left_out
    ]  # fmt: skip
    parts.append(
        say("organisation.told.excluded", what=say.listed(told))
        if told
        else say("organisation.told.nothing-excluded")
    )
    return (" " if say.lang == "en" else "").join(parts)
