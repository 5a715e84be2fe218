"""Calculators: the list, a form made from the inputs, the answer, and a measure made of it."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tanlu.app import access, calculated_measures, calculator_forms, workspaces
from tanlu.gate.permission import needs
from tanlu.gate.visit import Here, Visit, proven
from tanlu.kernel.errors import TanluError
from tanlu.web.held import demand
from tanlu.web.pages import go, page
from tanlu.web.typed import Typed

router = APIRouter(include_in_schema=False, dependencies=[needs("calculate")])
_SENT = [Depends(proven)]


@router.get("/calculators")
def calculators(here: Here, area: str = "", q: str = "") -> Response:
    """List the calculators by area; one area, or those whose words are searched for."""
    found = calculator_forms.listed(area=area, text=q, say=here.say.typographic())
    return page(here, "calculators.html.j2", screen="calculators", found=found)


@router.get("/calculators/{kind}")
def form(here: Here, kind: str, calculation: str = "") -> Response:
    """Show a calculator's form, filled with a kept calculation where one is named."""
    if not calculation:
        return _page(here, kind)
    given = calculated_measures.kept_inputs(here.desk.workspace, calculation)
    return _answered(here, kind, given, calculator_forms.written(given, kind))


@router.post("/calculators/{kind}", dependencies=_SENT)
def calculate(here: Here, kind: str, typed: Typed) -> Response:
    """Calculate; or draw the form again with one more row where that was asked for."""
    if typed.get("more"):
        return _page(here, kind, typed=typed, more=typed["more"])
    return _answered(here, kind, calculator_forms.read(kind, typed), typed)


@router.post("/calculators/{kind}/measure", dependencies=[needs("measure", by_site=True), *_SENT])
def make(here: Here, kind: str, typed: Typed) -> Response:
    """Make the answer a measure of the company's own."""
    demand(here.principal, "measure", site=typed.get("site", ""))
    given = calculator_forms.read(kind, typed)
    try:
        made = calculated_measures.make_measure(
            here.desk.workspace, kind, given, typed=typed, say=here.say
        )
    except TanluError as error:
        return _answered(here, kind, given, typed, refused=error)
    return go(here, "/measures/own", made=made)


def _answered(
    here: Visit,
    kind: str,
    given: Mapping[str, Any],
    typed: Mapping[str, str],
    *,
    refused: TanluError | None = None,
) -> Response:
    say = here.say.typographic()
    try:
        found = calculator_forms.answer(kind, given, say)
    except TanluError as error:
        return _page(here, kind, typed=typed, error=error)
    facts: dict[str, Any] = {"answer": found, "offer": None, "sites": (), "no_measure": False}
    if found["body"]["measure"] is not None and access.can(here.principal, "measure"):
        facts["offer"] = calculated_measures.offer(found["body"], say)
        facts["no_measure"] = facts["offer"] is None
        if here.desk.has_workspace:
            listed = workspaces.sites_body(here.desk.workspace)["sites"]
            mine = access.scope(here.principal)
            facts["sites"] = [one for one in listed if mine is None or one["site"] in mine]
    return _page(here, kind, typed=typed, refused=refused, **facts)


def _page(
    here: Visit,
    kind: str,
    *,
    typed: Mapping[str, str] | None = None,
    error: TanluError | None = None,
    refused: TanluError | None = None,
    more: str = "",
    **facts: Any,
) -> Response:
    say = here.say.typographic()
    found = calculator_forms.form(kind, say, typed=typed, error=error, more=more)
    wrong = error or refused
    shown = {"answer": None, "offer": None, "sites": (), "no_measure": False} | facts
    shown |= {
        "found": found,
        "typed": typed or {},
        "message": calculator_forms.message_of(wrong, say) if wrong else "",
        "focus": more,
    }
    status = 422 if wrong else 200
    return page(
        here, "calculator.html.j2", screen="calculators", title=found["name"], status=status,
        **shown,
    )  # fmt: skip
