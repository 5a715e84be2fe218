"""Commands that prepare a workspace: init, template, site, settings."""

from pathlib import Path
from typing import Annotated

import typer

from tanlu.cli import views
from tanlu.cli.argv import Call
from tanlu.cli.output import Answer
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError


def add_to(program: typer.Typer, call: Call, say: Say) -> None:
    """Add the commands of this file to the program."""

    @program.command("init", help=say("cli.init"), rich_help_panel=say("cli.panel.start"))
    def init(
        folder: Annotated[str, typer.Argument(help=say("cli.init.folder"))],
        name: Annotated[str, typer.Option("--name", help=say("cli.init.name"))] = "",
        sector: Annotated[str, typer.Option("--sector", help=say("cli.init.sector"))] = "",
        province: Annotated[str, typer.Option("--province", help=say("cli.province"))] = "",
        site: Annotated[list[str] | None, typer.Option("--site", help=say("cli.init.site"))] = None,
    ) -> Answer:
        from tanlu.app import workspaces

        if not folder.strip():  # an empty path would be the current folder
            raise TanluError("cli.folder-unnamed")
        body = workspaces.create_workspace(
            Path(folder),
            name=name or Path(folder).resolve().name,
            sector=sector,
            province=province,
            sites=tuple(site or ()),
            language=call.lang,
        )
        return Answer(body, views.setup.created)

    @program.command("template", help=say("cli.template"), rich_help_panel=say("cli.panel.start"))
    def template(
        sector: Annotated[str, typer.Argument(help=say("cli.template.sector"))] = "machinery",
        output: Annotated[Path | None, typer.Option("-o", help=say("cli.output.file"))] = None,
        gaps: Annotated[int | None, typer.Option("--gaps", help=say("cli.template.gaps"))] = None,
    ) -> Answer:
        from tanlu.app import imports

        if gaps is not None:
            return Answer(_gaps(call, gaps, output, say), views.setup.template)
        target = output or Path(f"{sector}-template.xlsx")
        return Answer(
            imports.write_template(sector, target, say=say, is_forced=call.yes),
            views.setup.template,
        )

    sites = typer.Typer(help=say("cli.site"), no_args_is_help=True)
    program.add_typer(sites, name="site", rich_help_panel=say("cli.panel.start"))

    @sites.command("add", help=say("cli.site.add"))
    def add(
        name: Annotated[str, typer.Argument(help=say("cli.site.name"))],
        province: Annotated[str, typer.Option("--province", help=say("cli.province"))] = "",
        english: Annotated[str, typer.Option("--english", help=say("cli.site.english"))] = "",
    ) -> Answer:
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = workspaces.register_site(workspace, name, province=province, name_en=english)
        return Answer(body, views.setup.sites)

    @sites.command("list", help=say("cli.site.list"))
    def listed() -> Answer:
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(workspaces.sites_body(workspace), views.setup.sites)

    _add_settings(program, call, say)


def _add_settings(program: typer.Typer, call: Call, say: Say) -> None:
    settings = typer.Typer(help=say("cli.settings"), no_args_is_help=True)
    program.add_typer(settings, name="settings", rich_help_panel=say("cli.panel.start"))

    @settings.command("set", help=say("cli.settings.set"))
    def put(
        key: Annotated[str, typer.Argument(help=say("cli.settings.key"))],
        value: Annotated[str, typer.Argument(help=say("cli.settings.value"))],
        english: Annotated[str, typer.Option("--english", help=say("cli.settings.english"))] = "",
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))] = "",
    ) -> Answer:
        from tanlu.app import statements, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = statements.set_statement(
                workspace, key, value, english=english, reason=reason, say=say
            )
        return Answer(body, views.setup.settings)

    @settings.command("list", help=say("cli.settings.list"))
    def listed() -> Answer:
        from tanlu.app import statements, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(statements.settings_body(workspace, say=say), views.setup.settings)


def _gaps(call: Call, year: int, output: Path | None, say: Say) -> dict[str, object]:
    from tanlu.app import gaps, workspaces

    target = output or Path(f"gaps-{year}.xlsx")
    with workspaces.open_workspace(call.workspace) as workspace:
        return gaps.write_gaps(workspace, year, target, say=say, is_forced=call.yes)
