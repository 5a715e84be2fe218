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
    _add_calculators(measures, say)


def _add_catalogue(measures: typer.Typer, say: Say) -> None:
    @measures.command("list", help=say("cli.measures.list"))
    def listed(
        sector: Annotated[str, typer.Option("--sector", help=say("cli.init.sector"))] = "",
    ) -> Answer:
        from tanlu.app.measures import measures_body

        return Answer(measures_body(sector=sector, say=say), views.measures.listed)

    @measures.command("show", help=say("cli.measures.show"))
    def show(
        measure: Annotated[str, typer.Argument(help=say("cli.measures.id"))],
    ) -> Answer:
        from tanlu.app.measures import measure_body

        return Answer(measure_body(measure, say=say), views.measures.listed)


def _add_calculators(measures: typer.Typer, say: Say) -> None:
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
    ) -> Answer:
        from tanlu.app import calculators

        body = calculators.calculation_body(kind, path, say=say)
        return Answer(body, views.measures.calculated)
