"""Commands of the equipment register: list, add, actions."""

from typing import Annotated

import typer

from tanlu.cli import views
from tanlu.cli.argv import Call
from tanlu.cli.output import Answer, Exit
from tanlu.i18n.say import Say


def add_to(program: typer.Typer, call: Call, say: Say) -> None:
    """Add the commands of this file to the program."""
    equipment = typer.Typer(help=say("cli.equipment"), no_args_is_help=True)
    program.add_typer(equipment, name="equipment", rich_help_panel=say("cli.panel.use"))
    _add_views(equipment, call, say)
    _add_typed(equipment, call, say)


def _add_views(equipment: typer.Typer, call: Call, say: Say) -> None:
    @equipment.command("list", help=say("cli.equipment.list"))
    def listed(
        site: Annotated[str, typer.Option("--site", help=say("cli.equipment.site"))] = "",
    ) -> Answer:
        from tanlu.app import equipment as app
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(app.equipment_body(workspace, site=site, say=say), views.equipment.listed)

    @equipment.command("actions", help=say("cli.equipment.actions"))
    def actions(
        machine: Annotated[
            str, typer.Argument(metavar="ID", help=say("cli.equipment.machine"))
        ] = "",
        site: Annotated[str, typer.Option("--site", help=say("cli.equipment.site"))] = "",
    ) -> Answer:
        from tanlu.app import equipment as app
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = app.actions_body(workspace, site=site, machine=machine, say=say)
        return Answer(body, views.equipment.actions)


def _add_typed(equipment: typer.Typer, call: Call, say: Say) -> None:
    @equipment.command("add", help=say("cli.equipment.add"))
    def add(
        machine: Annotated[str, typer.Argument(metavar="ID", help=say("cli.equipment.machine"))],
        site: Annotated[str, typer.Option("--site", help=say("cli.equipment.site"))],
        kind: Annotated[str, typer.Option("--type", help=say("cli.equipment.type"))],
        rating: Annotated[str, typer.Option("--rating", help=say("cli.equipment.rating"))],
        count: Annotated[int, typer.Option("--count", help=say("cli.equipment.count"))] = 1,
        hours: Annotated[str, typer.Option("--hours", help=say("cli.equipment.hours"))] = "",
        load: Annotated[str, typer.Option("--load", help=say("cli.equipment.load"))] = "",
        grade: Annotated[str, typer.Option("--grade", help=say("cli.equipment.grade"))] = "",
        year: Annotated[str, typer.Option("--year", help=say("cli.equipment.year"))] = "",
        note: Annotated[str, typer.Option("--note", help=say("cli.equipment.note"))] = "",
    ) -> Answer:
        from tanlu.app import equipment as app
        from tanlu.app import imports, workspaces

        draft = app.MachineDraft(
            machine, site=site, kind=kind, rating=rating, count=count, hours=hours, load=load,
            grade=grade, year=year, note=note,
        )  # fmt: skip
        with workspaces.open_workspace(call.workspace) as workspace:
            report = app.add_machine(workspace, draft, say=say)
        body = imports.import_body(report, say)
        return Answer(body, views.ledger.imported, Exit.DONE if report.ok else Exit.INPUT)
