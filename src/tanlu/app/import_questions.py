"""The questions a reading leaves open, as fields of a form, and its answers as a mapping."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

from tanlu.app.findings import facts_in_words, province_name
from tanlu.app.references import items_by_id
from tanlu.catalog import load, tables
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tanlu.i18n.say import Say

REGISTER = "+"  # the answer that a site is new
_BOTH = ("include", "exclude")
# Code of a finding -> key of the mapping file that answers it, for one sheet or for the file.
_SHEET: dict[str, tuple[str, tuple[str, ...]]] = {
    "LAYOUT_WIDE": ("year", ()),
    "YEAR_MISSING": ("year", ()),
    "SITE_MISSING": ("site", ()),
    "UNIT_MISSING": ("unit", ()),
    "HEADER_UNRECOGNISED": ("skip", ("true",)),
    "HIDDEN_ROWS": ("hidden_rows", _BOTH),
    "HIDDEN_SHEET_SKIPPED": ("hidden_sheets", _BOTH),
    "STRIKETHROUGH_ROW": ("strikethrough", _BOTH),
    "MULTIPLE_TABLES": ("tables", ("first", "all")),
    "PERCENT_OR_FRACTION": ("percent", ("percent", "fraction")),
    "HEATING_VALUE_BASIS": ("heating_value", ("net",)),
    "GAS_STATE_UNSTATED": ("gas_volume", ("normal",)),
}
_FILE: dict[str, str] = {
    "FISCAL_YEAR": "fiscal_start",
    "ENCODING_AMBIGUOUS": "encoding",
    "DELIMITER_UNCERTAIN": "delimiter",
    "TYPE_MISMATCH": "file_type",
}
_NAMES: dict[str, str] = {
    "UNKNOWN_ITEM": "items",
    "UNKNOWN_UNIT": "units",
    "UNIT_AMBIGUOUS": "units",
    "UNKNOWN_SITE": "sites",
    "SITE_REGISTERED": "sites",
}
ANSWERED = frozenset({*_SHEET, *_FILE, *_NAMES, "COLUMN_IGNORED"})
_MONTHS = 12


def questions(preview: Mapping[str, Any], sites: Sequence[str], say: Say) -> list[dict[str, Any]]:
    """Return what may be answered, each thing once, worst first.

    Parameters
    ----------
    preview : Mapping
        As `app.import_desk` keeps it.
    sites : sequence of str
        The registered sites.
    say : Say
        Language of the questions.

    Returns
    -------
    list of dict
        ``id`` (name of the field), ``code``, ``key`` (of the mapping), ``sheet``, ``found``,
        ``place``, ``count``, ``text``, ``is_needed`` (rows wait for it), ``options`` (value and
        words; empty takes any text), ``near``.
    """
    new = [one["site"] for file in preview["files"] for one in file["new_sites"]]
    known = list(dict.fromkeys((*sites, *new)))
    asked = {one["key"] + "\0" + one["found"]: one for one in _columns_asked(preview, say)}
    for finding in preview["findings"]:
        key = _key(finding)
        if key is None:
            continue
        place = "\0".join(key)
        if place in asked:
            asked[place]["count"] += 1
            continue
        asked[place] = _question(finding, key, sites=known, say=say)
    listed = sorted(asked.values(), key=lambda one: not one["is_needed"])
    return [{"id": f"q{n}", **one} for n, one in enumerate(listed)]


def _columns_asked(preview: Mapping[str, Any], say: Say) -> Iterator[dict[str, Any]]:
    """Yield a question for each column that is not recognised, first where rows are set aside."""
    for file in preview["files"]:
        held = {sheet["name"] for sheet in file["sheets"] if sheet["quarantined"]}
        for sheet in file["previews"]:
            if sheet["header"] is None or sheet["state"] != "visible":
                continue
            for column in sheet["columns"]:
                if column["by"] or not column["texts"]:
                    continue
                place = (file["name"], sheet["name"], column["letter"])
                yield {
                    "code": "COLUMN",
                    "key": "headers",
                    "sheet": "",
                    "found": column["texts"][-1],
                    "place": " › ".join(part for part in place if part),
                    "count": 1,
                    "text": say("web.import.column.ask", label=column["label"]),
                    "is_needed": sheet["name"] in held,
                    "options": field_choices(say),
                    "near": "",
                }


def _key(finding: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return key of the mapping, sheet and text that a finding asks about; None for no question."""
    code, found = finding["code"], str(finding["facts"].get("found", ""))
    if code in _SHEET:
        return _SHEET[code][0], finding["sheet"], ""
    if code in _FILE:
        return _FILE[code], "", ""
    if code in _NAMES:
        return _NAMES[code], "", found
    return None


def _question(
    finding: Mapping[str, Any], key: tuple[str, str, str], *, sites: Sequence[str], say: Say
) -> dict[str, Any]:
    told = Finding(
        finding["code"], Outcome(finding["outcome"]), finding["file"], finding["sheet"],
        finding["cell"], finding["facts"],
    )  # fmt: skip
    words = facts_in_words(told.facts, say)
    place = " › ".join(part for part in (told.file, told.sheet, told.cell) if part)
    near = str(told.facts.get("near", "-"))
    return {
        "code": told.code,
        "key": key[0],
        "sheet": key[1],
        "found": key[2],
        "place": place,
        "count": 1,
        "text": say(told.code, **words),
        "is_needed": told.outcome.holds,
        "options": list(_options(told, key, sites=sites, say=say)),
        "near": "" if near == "-" else near,
    }


def _options(
    finding: Finding, key: tuple[str, str, str], *, sites: Sequence[str], say: Say
) -> Iterator[tuple[str, str]]:
    name, _, found = key
    if name == "sites":
        province = province_name(str(finding.facts.get("province", "")).strip("-"), say)
        is_new = finding.code == "SITE_REGISTERED"
        yield (REGISTER, say("web.import.site.new", province=province)
               if is_new else say("web.import.site.register"))  # fmt: skip
        yield from ((site, say("web.import.site.is", site=site)) for site in sites if site != found)
    elif name == "fiscal_start":
        yield from ((str(n), str(n)) for n in range(1, _MONTHS + 1))
    elif finding.code in _SHEET:
        for value in _SHEET[finding.code][1]:
            yield value, say(f"web.import.answer.{name}.{value}")
    elif name in ("encoding", "file_type", "delimiter", "units"):
        parted = str(finding.facts.get("choices", "")).replace(",", " " if name != "delimiter"
                                                               else ",").split()  # fmt: skip
        yield from ((value, value) for value in parted if value != "-")


def item_names(say: Say) -> list[str]:
    """Return the names of all items, for the list a field offers."""
    return sorted({say.pick(item.name_zh, item.name_en) for item in items_by_id().values()})


@cache
def _field_aliases() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in tables.read("header_alias"):
        found.setdefault(str(row["field"]), {}).setdefault(str(row["lang"]), str(row["text"]))
    return found


def field_name(field: str, say: Say) -> str:
    """Return the word for a field of the header dictionary: its first header in the language."""
    if say.knows(f"row_field.{field}"):
        return say(f"row_field.{field}")
    named = _field_aliases().get(field, {})
    return say.pick(named.get("zh", field), named.get("en", field))


def field_choices(say: Say) -> list[tuple[str, str]]:
    """Return every field a column can be, with its word."""
    return sorted(((field, field_name(field, say)) for field in _field_aliases()),
                  key=lambda pair: pair[1])  # fmt: skip


def province_choices(say: Say) -> list[tuple[str, str]]:
    """Return the provinces by code and name."""
    return [(str(row["id"]), say.pick(str(row["name_zh"]), str(row["name_en"])))
            for row in load.provinces()]  # fmt: skip


def answered(
    mapping: Mapping[str, Any],
    asked: Sequence[Mapping[str, Any]],
    typed: Mapping[str, str],
    *,
    previews: Sequence[Sequence[Mapping[str, Any]]],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the mapping with what a form answers, and the sites it registers.

    Parameters
    ----------
    mapping : Mapping
        Answers so far.
    asked : sequence of Mapping
        As `questions` gives them.
    typed : Mapping
        Fields of the form: ``q0`` for a question, ``p0`` for the province of a new site,
        ``c0.1.2`` for column 2 of sheet 1 of file 0, ``k0.1`` for what sheet 1 is.
    previews : sequence
        Sheets of each file.

    Returns
    -------
    mapping : dict
        For `import_desk.keep_answers`.
    new : dict
        Province by name of each site to register.
    """
    found: dict[str, Any] = copy.deepcopy(dict(mapping))
    new: dict[str, str] = {}
    for one in asked:
        value = typed.get(one["id"], "").strip()
        if not value:
            continue
        if value == REGISTER and one["key"] == "sites":
            if one["code"] == "UNKNOWN_SITE":
                new[one["found"]] = typed.get(f"p{one['id'][1:]}", "")
        elif one["found"]:
            found.setdefault(one["key"], {})[one["found"]] = value
        elif one["code"] in _FILE:
            found[one["key"]] = "\t" if value == "TAB" else value
        else:
            found.setdefault("sheets", {}).setdefault(one["sheet"], {})[one["key"]] = value
    _columns(found, typed, previews)
    return found, new


def _columns(
    found: dict[str, Any],
    typed: Mapping[str, str],
    previews: Sequence[Sequence[Mapping[str, Any]]],
) -> None:
    for f, sheets in enumerate(previews):
        for s, sheet in enumerate(sheets):
            kind = typed.get(f"k{f}.{s}", "")
            own = {"skip": "true"} if kind == "skip" else {"kind": kind} if kind else {}
            if own:
                found.setdefault("sheets", {}).setdefault(sheet["name"], {}).update(own)
            for column in sheet["columns"]:
                field = typed.get(f"c{f}.{s}.{column['index']}", "")
                if field and field != column["field"] and column["texts"]:
                    found.setdefault("headers", {})[column["texts"][-1]] = field


def flat(mapping: Mapping[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    """Return the answers one by one: the way to each, and its value."""
    found: list[tuple[tuple[str, ...], str]] = []
    for key, value in mapping.items():
        if isinstance(value, dict):
            found += [((str(key), *way), text) for way, text in flat(value)]
        else:
            told = str(value).lower() if isinstance(value, bool) else str(value)
            found.append(((str(key),), told))
    return found


def without(mapping: Mapping[str, Any], numbers: Sequence[int]) -> dict[str, Any]:
    """Return the answers less some of them, counted as `flat` lists them."""
    found: dict[str, Any] = {}
    for n, (way, value) in enumerate(flat(mapping)):
        if n in numbers:
            continue
        place = found
        for part in way[:-1]:
            place = place.setdefault(part, {})
        place[way[-1]] = value
    return found
