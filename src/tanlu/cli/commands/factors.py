"""Commands of factors: those of an item, project factors, and going back to published ones."""

from typing import Annotated

import typer

from tanlu.cli import views
from tanlu.cli.argv import Call
from tanlu.cli.output import Answer
from tanlu.i18n.say import Say


def add_to(program: typer.Typer, call: Call, say: Say) -> None:
    """Add the commands of this file to the program."""
    factor = typer.Typer(help=say("cli.factors"), no_args_is_help=True)
    program.add_typer(factor, name="factor", rich_help_panel=say("cli.panel.use"))
    _add_list(factor, call, say)
    _add_override(factor, call, say)
    _add_remove(factor, call, say)


def _add_list(factor: typer.Typer, call: Call, say: Say) -> None:
    @factor.command("list", help=say("cli.factor.list"))
    def listed(
        item: Annotated[str, typer.Argument(help=say("cli.factor.item"))] = "",
    ) -> Answer:
        from tanlu.app import factor_library, own_factors, workspaces

        if item:
            body = factor_library.editions_body(item, say=say)
            return Answer(body, views.factors.editions)
        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(own_factors.factors_body(workspace, say=say), views.factors.own)


def _add_override(factor: typer.Typer, call: Call, say: Say) -> None:
    @factor.command("override", help=say("cli.factor.override"))
    def override(
        item: Annotated[str, typer.Argument(help=say("cli.factor.item"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
        value: Annotated[str, typer.Option("--value", help=say("cli.factor.value"))] = "",
        unit: Annotated[str, typer.Option("--unit", help=say("cli.factor.unit"))] = "",
        gas: Annotated[str, typer.Option("--gas", help=say("cli.factor.gas"))] = "CO2e",
        adopt: Annotated[str, typer.Option("--adopt", help=say("cli.factor.adopt"))] = "",
        site: Annotated[str, typer.Option("--site", help=say("cli.factor.site"))] = "",
        stream: Annotated[str, typer.Option("--stream", help=say("cli.factor.stream"))] = "main",
        source: Annotated[str, typer.Option("--source", help=say("cli.factor.source"))] = "",
        first: Annotated[str, typer.Option("--from", help=say("cli.factor.first"))] = "",
        last: Annotated[str, typer.Option("--to", help=say("cli.factor.last"))] = "",
        is_tried: Annotated[bool, typer.Option("--dry-run", help=say("cli.factor.try"))] = False,
    ) -> Answer:
        from tanlu.app import factor_effects, own_factors, workspaces

        draft = own_factors.Draft(
            item, site=site, stream=stream, value=value, unit=unit, gas=gas, adopt=adopt,
            source=source, reason=reason, first_year=first, last_year=last,
        )  # fmt: skip
        with workspaces.open_workspace(call.workspace) as workspace:
            effect = factor_effects.effect_of(workspace, draft)
            if is_tried:
                body = own_factors.factors_body(workspace, say=say)
            else:
                body = own_factors.override_factor(workspace, draft, say=say)
        return Answer(body | {"effect": effect}, views.factors.own)


def _add_remove(factor: typer.Typer, call: Call, say: Say) -> None:
    @factor.command("remove", help=say("cli.factor.remove"))
    def remove(
        name: Annotated[str, typer.Argument(help=say("cli.factor.name"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
    ) -> Answer:
        from tanlu.app import own_factors, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = own_factors.remove_factor(workspace, name, reason=reason, say=say)
        return Answer(body, views.factors.own)
