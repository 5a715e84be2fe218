"""Commands of measures: the catalogue and the engineering calculators."""

from pathlib import Path
from typing import Annotated

import typer

from tanlu.cli import views
from tanlu.cli.argv import Call
from tanlu.cli.output import Answer
from tanlu.i18n.say import Say


def add_to(program: typer.Typer, call: Call, say: Say) -> None:
    """Add the commands of this file to the program."""
    measures = typer.Typer(help=say("cli.measures"), no_args_is_help=True)
    program.add_typer(measures, name="measures", rich_help_panel=say("cli.panel.use"))
    _add_catalogue(measures, say)
    _add_own(measures, call, say)
    _add_calculators(measures, call, say)


def _add_catalogue(measures: typer.Typer, say: Say) -> None:
    @measures.command("list", help=say("cli.measures.list"))
    def listed(
        sector: Annotated[str, typer.Option("--sector", help=say("cli.init.sector"))] = "",
        family: Annotated[str, typer.Option("--family", help=say("cli.measures.family"))] = "",
        carrier: Annotated[str, typer.Option("--carrier", help=say("cli.measures.carrier"))] = "",
        end_use: Annotated[str, typer.Option("--end-use", help=say("cli.measures.use"))] = "",
        text: Annotated[str, typer.Option("--search", help=say("cli.measures.search"))] = "",
    ) -> Answer:
        from tanlu.app.measures import Filter, measures_body

        wanted = Filter(sector=sector, family=family, carrier=carrier, end_use=end_use, text=text)
        return Answer(measures_body(wanted, say=say), views.measures.listed)

    @measures.command("show", help=say("cli.measures.show"))
    def show(
        measure: Annotated[str, typer.Argument(help=say("cli.measures.id"))],
    ) -> Answer:
        from tanlu.app.measures import measure_body

        return Answer(measure_body(measure, say=say), views.measures.listed)

    @measures.command("compare", help=say("cli.measures.compare"))
    def compare(
        chosen: Annotated[list[str], typer.Argument(metavar="ID…", help=say("cli.measures.id"))],
    ) -> Answer:
        from tanlu.app.measures import compared_body

        return Answer(compared_body(chosen, say=say), views.measures.compared)


def _add_own(measures: typer.Typer, call: Call, say: Say) -> None:
    @measures.command("own", help=say("cli.measures.own"))
    def own() -> Answer:
        from tanlu.app import own_measures, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(own_measures.own_body(workspace, say=say), views.measures.own)

    @measures.command("add", help=say("cli.measures.add"))
    def add(
        measure: Annotated[str, typer.Argument(metavar="ID", help=say("cli.measures.new_id"))],
        site: Annotated[str, typer.Option("--site", help=say("cli.equipment.site"))],
        saves: Annotated[str, typer.Option("--saves", help=say("cli.measures.saves"))],
        capex: Annotated[str, typer.Option("--capex", help=say("cli.measures.capex"))],
        life: Annotated[str, typer.Option("--life", help=say("cli.measures.life"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
        name: Annotated[str, typer.Option("--name", help=say("cli.measures.name"))] = "",
        carrier: Annotated[
            str, typer.Option("--carrier", help=say("cli.measures.carrier"))
        ] = "electricity",
        end_use: Annotated[str, typer.Option("--end-use", help=say("cli.measures.use"))] = "",
        om: Annotated[str, typer.Option("--om", help=say("cli.measures.om"))] = "",
        lead: Annotated[str, typer.Option("--lead", help=say("cli.measures.lead"))] = "",
        evidence: Annotated[
            str, typer.Option("--evidence", help=say("cli.measures.evidence"))
        ] = "typed",
        source: Annotated[str, typer.Option("--source", help=say("cli.measures.source"))] = "",
    ) -> Answer:
        from tanlu.app import own_measures, workspaces

        draft = own_measures.Draft(
            measure, site, name=name, carrier=carrier, end_use=end_use, saves=saves, capex=capex,
            om=om, life=life, lead=lead, evidence=evidence, source=source, reason=reason,
        )  # fmt: skip
        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(own_measures.add_measure(workspace, draft), views.measures.own)

    @measures.command("override", help=say("cli.measures.override"))
    def override(
        measure: Annotated[str, typer.Argument(metavar="ID", help=say("cli.measures.id"))],
        site: Annotated[str, typer.Option("--site", help=say("cli.equipment.site"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
        saving: Annotated[str, typer.Option("--saving", help=say("cli.measures.saving"))] = "",
        capex: Annotated[str, typer.Option("--capex", help=say("cli.measures.capex"))] = "",
        om: Annotated[str, typer.Option("--om", help=say("cli.measures.om"))] = "",
        life: Annotated[str, typer.Option("--life", help=say("cli.measures.life"))] = "",
        lead: Annotated[str, typer.Option("--lead", help=say("cli.measures.lead"))] = "",
        evidence: Annotated[
            str, typer.Option("--evidence", help=say("cli.measures.evidence"))
        ] = "quoted",
        source: Annotated[str, typer.Option("--source", help=say("cli.measures.source"))] = "",
    ) -> Answer:
        from tanlu.app import own_measures, workspaces

        draft = own_measures.Draft(
            measure, site, saving=saving, capex=capex, om=om, life=life, lead=lead,
            evidence=evidence, source=source, reason=reason,
        )  # fmt: skip
        with workspaces.open_workspace(call.workspace) as workspace:
            body = own_measures.override_measure(workspace, draft, say=say)
        return Answer(body, views.measures.own)

    @measures.command("remove", help=say("cli.measures.remove"))
    def remove(
        name: Annotated[str, typer.Argument(metavar="ID", help=say("cli.measures.removed"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
    ) -> Answer:
        from tanlu.app import own_measures, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            own_measures.remove_measure(workspace, name, reason=reason)
            return Answer(own_measures.own_body(workspace, say=say), views.measures.own)


def _add_calculators(measures: typer.Typer, call: Call, say: Say) -> None:
    @measures.command("kinds", help=say("cli.measures.kinds"))
    def kinds(
        kind: Annotated[str, typer.Argument(help=say("cli.measures.kind"))] = "",
        area: Annotated[str, typer.Option("--area", help=say("cli.measures.area"))] = "",
    ) -> Answer:
        from tanlu.app import calculators

        if kind:
            return Answer(calculators.kind_body(kind, say=say), views.measures.kinds)
        return Answer(calculators.kinds_body(area=area, say=say), views.measures.kinds)

    @measures.command("calc", help=say("cli.measures.calc"))
    def calc(
        kind: Annotated[str, typer.Argument(metavar="KIND", help=say("cli.measures.kind"))],
        path: Annotated[Path, typer.Option("--input", help=say("cli.measures.input"))],
        output: Annotated[Path | None, typer.Option("-o", help=say("cli.measures.chart"))] = None,
    ) -> Answer:
        from tanlu.app import calculators

        body = calculators.calculation_body(kind, path, say=say)
        if output is not None:
            calculators.write_chart(body, output, say=say, is_forced=call.yes)
        return Answer(body, views.measures.calculated)
