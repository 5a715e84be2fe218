"""Commands that write documents: report, demo."""

from pathlib import Path
from typing import Annotated

import typer

from tanlu.cli import views
from tanlu.cli.argv import Call
from tanlu.cli.output import Answer, console
from tanlu.i18n.say import Say


def add_to(program: typer.Typer, call: Call, say: Say) -> None:
    """Add the commands of this file to the program."""

    def progress(code: str) -> None:
        if not call.quiet:
            console(call, stderr=True).print(f"· {say(code)}", markup=False)

    @program.command("report", help=say("cli.report"), rich_help_panel=say("cli.panel.use"))
    def report(
        year: Annotated[int | None, typer.Option("--year", help=say("cli.year"))] = None,
        kind: Annotated[str, typer.Option("--kind", help=say("cli.report.kind"))] = "full",
        lang: Annotated[str, typer.Option("--lang", help=say("cli.report.lang"))] = "zh,en",
        formats: Annotated[str, typer.Option("--format", help=say("cli.report.format"))] = "html",
        output: Annotated[Path | None, typer.Option("-o", help=say("cli.output.folder"))] = None,
    ) -> Answer:
        from tanlu.app import reports, workspaces

        options = reports.ReportOptions(
            year=year,
            kind=kind,
            languages=tuple(part.strip() for part in lang.split(",") if part.strip()),
            formats=tuple(part.strip() for part in formats.split(",") if part.strip()),
            output=output,
        )
        with workspaces.open_workspace(call.workspace) as workspace:
            body = reports.write_reports(workspace, options=options, progress=progress)
        return Answer(body, views.documents.reports)

    @program.command("demo", help=say("cli.demo"), rich_help_panel=say("cli.panel.start"))
    def demo(
        case: Annotated[str, typer.Argument(help=say("cli.demo.case"))] = "machinery",
        output: Annotated[Path | None, typer.Option("-o", help=say("cli.output.folder"))] = None,
    ) -> Answer:
        from tanlu.app import demo as demos

        body = demos.run_demo(case, output or Path("tanlu-demo"), say=say, progress=progress)
        return Answer(body, views.documents.demo)
