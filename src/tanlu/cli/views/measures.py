"""Terminal views of the catalogue and the calculators."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout
from tanlu.render.amounts import calculated as calculated_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say

_LISTED = 1


def listed(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the catalogue as a table, a single measure in full."""
    rows = body["measures"]
    if len(rows) == _LISTED:
        _card(console, say, rows[0])
        return
    heads = [say("cli.measure"), say("cli.name"), say("cli.kind"), say("cli.confidence"),
             say("cli.saving"), say("cli.life")]  # fmt: skip
    layout.table(
        console,
        heads,
        [
            (row["id"], row["label"], layout.word("cli.family", row["family"], say),
             layout.word("cli.quality", row["confidence"], say),
             say.percent(row["saving_typical"]), str(row["life_years"]))
            for row in rows
        ],
        right=2,
    )  # fmt: skip


def _card(console: Console, say: Say, row: Mapping[str, Any]) -> None:
    layout.line(console, f"{row['label']}  ({row['id']})", style="bold")
    layout.table(console, ["", ""], _facts(say, row))
    note = say.pick(row["note_zh"] or "", row["note_en"] or "")
    if note:
        layout.paragraph(console, note, indent=0)


def _facts(say: Say, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the facts of a measure as head and text."""
    saving = " – ".join(say.percent(row[f"saving_{end}"]) for end in ("low", "typical", "high"))
    capex = " – ".join(say.exact(str(row[f"capex_{end}"])) for end in ("low", "typical", "high"))
    facts = [
        ("cli.sector", row["sector"]),
        ("cli.kind", layout.word("cli.family", row["family"], say)),
        ("cli.applies_to", say.listed([row["carrier"], *(row["end_uses"] or [])])),
        ("cli.saving", saving),
        ("cli.cost", f"{capex} {row['capex_unit']}"),
        ("cli.life", str(row["life_years"])),
        ("cli.lead", str(row["lead_years"])),
        ("cli.rollout", say.percent(row["max_rollout"])),
        ("cli.confidence", layout.word("cli.quality", row["confidence"], say)),
        ("cli.source", f"{row['source']} · {row['locator']}"),
    ]
    return [(say(code), text) for code, text in facts]


def compared(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show measures side by side: one column each."""
    rows = body["measures"]
    facts = [_facts(say, row) for row in rows]
    layout.table(
        console,
        [""] + [f"{row['label']} ({row['id']})" for row in rows],
        [(head, *(fact[place][1] for fact in facts)) for place, (head, _) in enumerate(facts[0])],
    )


def own(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the company's own measures and figures."""
    heads = [say("cli.measure"), say("cli.name"), say("cli.applies_to"), say("cli.cost"),
             say("cli.life"), say("cli.confidence"), say("cli.source")]  # fmt: skip
    rows = [
        (row["id"], row["name"], _place(row), _money(row["capex"], say), str(row["life"]),
         say(f"measures.evidence.{row['evidence']}"), row["source"] or row["reason"])
        for row in body["own"]
    ]  # fmt: skip
    rows += [
        (row["id"], row["label"], _share(row["saving"], say),
         _money(row["capex"], say), str(row["life"] or say.missing),
         say(f"measures.evidence.{row['evidence']}"), row["source"] or row["reason"])
        for row in body["overrides"]
    ]  # fmt: skip
    if rows:
        layout.table(console, heads, rows)
    else:
        layout.paragraph(console, say("measures.none-own"), indent=0)


def _place(row: Mapping[str, Any]) -> str:
    return " · ".join(part for part in (row["site"], row["carrier"], row["end_use"]) if part)


def _money(text: str | None, say: Say) -> str:
    return say.missing if text is None else say.exact(str(round(Fraction(text))))


def _share(text: str | None, say: Say) -> str:
    return say.missing if text is None else say.percent(Fraction(text))


def kinds(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the calculators as a table, a single one with all it takes and gives."""
    rows = body["calculators"]
    if len(rows) == _LISTED:
        _calculator(console, say, rows[0])
        return
    heads = [say("cli.calculator"), say("cli.area"), say("cli.name")]
    layout.table(console, heads, [(row["kind"], row["area"], row["name"]) for row in rows])


def _calculator(console: Console, say: Say, row: Mapping[str, Any]) -> None:
    layout.line(console, f"{row['name']}  ({row['kind']})", style="bold")
    layout.paragraph(console, row["method"], indent=0)
    layout.paragraph(console, _cited(row["source"]), indent=0)
    if row["note"]:
        layout.paragraph(console, row["note"], indent=0)
    heads = [say("cli.input"), say("cli.unit"), say("cli.allowed"), say("cli.default"),
             say("cli.meaning")]  # fmt: skip
    layout.table(
        console,
        heads,
        [
            (value["name"], value["unit"], value["allowed"], _default(value, say),
             value["meaning"])
            for given in row["inputs"]
            for value in (given, *_columns(given))
        ],
    )  # fmt: skip
    heads = [say("cli.output"), say("cli.unit"), say("cli.meaning")]
    layout.table(
        console,
        heads,
        [(value["name"], value["unit"], value["meaning"]) for value in row["outputs"]],
    )


def _columns(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {**column, "name": f"{value['name']}[].{column['name']}"} for column in value["columns"]
    ]


def _default(value: Mapping[str, Any], say: Say) -> str:
    if value["required"]:
        return say("cli.required")
    return say.missing if value["default"] is None else calculated_words(value["default"], say)


def _cited(source: Mapping[str, str]) -> str:
    return " · ".join(part for part in source.values() if part)


def calculated(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show what a calculator took and what it answers."""
    layout.line(console, f"{body['name']}  ({body['kind']})", style="bold")
    for head, values in (("cli.input", body["inputs"]), ("cli.output", body["outputs"])):
        layout.table(
            console,
            [say(head), say("cli.value"), say("cli.unit"), say("cli.meaning")],
            [
                (name, calculated_words(value["value"], say), value["unit"], value["name"])
                for name, value in values.items()
            ],
        )
    layout.paragraph(console, body["method"], indent=0)
    layout.paragraph(console, _cited(body["source"]), indent=0)
    layout.findings(console, body["findings"], say)
