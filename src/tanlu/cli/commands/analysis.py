"""Commands that calculate: inventory, explain, hotspots, claim."""

from datetime import datetime
from typing import Annotated

import typer

from tanlu.cli import views
from tanlu.cli.argv import Call
from tanlu.cli.output import Answer
from tanlu.i18n.say import Say


def add_to(program: typer.Typer, call: Call, say: Say) -> None:
    """Add the commands of this file to the program."""
    _add_inventory(program, call, say)
    _add_explain(program, call, say)
    _add_hotspots(program, call, say)
    _add_claim(program, call, say)


def _add_inventory(program: typer.Typer, call: Call, say: Say) -> None:
    @program.command("inventory", help=say("cli.inventory"), rich_help_panel=say("cli.panel.use"))
    def inventory(
        year: Annotated[int, typer.Argument(help=say("cli.year"))],
        gwp: Annotated[str, typer.Option("--gwp", help=say("cli.inventory.gwp"))] = "",
        profile: Annotated[str, typer.Option("--profile", help=say("cli.inventory.profile"))] = "",
        engine: Annotated[
            str, typer.Option("--engine", help=say("cli.inventory.engine"))
        ] = "duckdb",
        as_of: Annotated[
            datetime | None,
            typer.Option("--as-of", formats=["%Y-%m-%d"], help=say("cli.inventory.as_of")),
        ] = None,
    ) -> Answer:
        from tanlu.app import inventories, payloads, workspaces

        options = inventories.InventoryOptions(
            gwp=gwp, profile=profile, engine=engine, as_of=as_of.date() if as_of else None
        )
        with workspaces.open_workspace(call.workspace) as workspace:
            taken = inventories.take_inventory(workspace, year, options=options)
            names = {"site_names": workspaces.site_names(workspace)}
        return Answer(payloads.inventory_body(taken, say) | names, views.analysis.inventory)


def _add_explain(program: typer.Typer, call: Call, say: Say) -> None:
    @program.command("explain", help=say("cli.explain"), rich_help_panel=say("cli.panel.use"))
    def explain(
        figure: Annotated[str, typer.Argument(help=say("cli.explain.figure"))],
        limit: Annotated[int, typer.Option("--rows", min=1, help=say("cli.explain.rows"))] = 50,
    ) -> Answer:
        from tanlu.app import explanations, report_blocks, workspaces

        if code := explanations.code_of(figure, say):
            return Answer(explanations.code_body(code, say), views.analysis.code)
        with workspaces.open_workspace(call.workspace) as workspace:
            block = report_blocks.block_body(workspace, figure, limit=limit, say=say)
            if block:
                return Answer(block, views.documents.block)
            body = explanations.explain_figure(workspace, figure, limit=limit, say=say)
        return Answer(body, views.analysis.explained)


def _add_hotspots(program: typer.Typer, call: Call, say: Say) -> None:
    @program.command("hotspots", help=say("cli.hotspots"), rich_help_panel=say("cli.panel.use"))
    def hotspots(
        year: Annotated[int, typer.Argument(help=say("cli.year"))],
        vs: Annotated[int | None, typer.Option("--vs", help=say("cli.hotspots.vs"))] = None,
        basis: Annotated[str, typer.Option("--basis", help=say("cli.basis"))] = "market",
    ) -> Answer:
        from tanlu.app import rankings, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = rankings.find_hotspots(workspace, year, versus=vs, basis=basis, say=say)
        return Answer(body, views.analysis.hotspots)


def _add_claim(program: typer.Typer, call: Call, say: Say) -> None:
    @program.command("claim", help=say("cli.claim"), rich_help_panel=say("cli.panel.use"))
    def claim(
        kwh: Annotated[str, typer.Option("--kwh", help=say("cli.claim.kwh"))] = "",
        tce: Annotated[str, typer.Option("--tce", help=say("cli.claim.tce"))] = "",
        tco2: Annotated[str, typer.Option("--tco2", help=say("cli.claim.tco2"))] = "",
        cny: Annotated[str, typer.Option("--cny", help=say("cli.claim.cny"))] = "",
        year: Annotated[int | None, typer.Option("--year", help=say("cli.claim.year"))] = None,
        province: Annotated[str, typer.Option("--province", help=say("cli.claim.province"))] = "",
        article: Annotated[bool, typer.Option("--article", help=say("cli.claim.article"))] = False,
    ) -> Answer:
        from tanlu.app import claims

        if article:
            return Answer(claims.check_article(say=say), views.analysis.claim)
        figures = {"kwh": kwh, "tce": tce, "tco2": tco2, "cny": cny}
        body = claims.check_claim(figures, year=year, province=province, say=say)
        return Answer(body, views.analysis.claim)
