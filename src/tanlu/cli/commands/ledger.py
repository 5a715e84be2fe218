"""Commands that write to and check the ledger: import, verify, row, period, findings."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tanlu.cli import views
from tanlu.cli.argv import Call
from tanlu.cli.output import Answer, Exit
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError


def add_to(program: typer.Typer, call: Call, say: Say) -> None:
    """Add the commands of this file to the program."""
    _add_import(program, call, say)
    _add_verify(program, call, say)
    _add_rows(program, call, say)
    _add_periods(program, call, say)
    _add_findings(program, call, say)


def _add_import(program: typer.Typer, call: Call, say: Say) -> None:
    @program.command("import", help=say("cli.import"), rich_help_panel=say("cli.panel.start"))
    def import_(
        files: Annotated[list[Path], typer.Argument(help=say("cli.import.files"))],
        mapping: Annotated[
            Path | None, typer.Option("--mapping", help=say("cli.import.mapping"))
        ] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=say("cli.import.dry"))] = False,
        errors: Annotated[
            Path | None, typer.Option("--errors", help=say("cli.import.errors"))
        ] = None,
        force: Annotated[bool, typer.Option("--force", help=say("cli.import.force"))] = False,
    ) -> Answer:
        from tanlu.app import imports, workspaces

        options = imports.ImportOptions(
            mapping=mapping, is_dry_run=dry_run, checked=errors, is_forced=force
        )
        with workspaces.open_workspace(call.workspace) as workspace:
            report = imports.import_files(workspace, files, options=options, say=say)
        body = imports.import_body(report, say)
        return Answer(body, views.ledger.imported, Exit.DONE if report.ok else Exit.INPUT)


def _add_verify(program: typer.Typer, call: Call, say: Say) -> None:
    @program.command("verify", help=say("cli.verify"), rich_help_panel=say("cli.panel.trust"))
    def verify(
        path: Annotated[Path | None, typer.Argument(help=say("cli.verify.path"))] = None,
        expect_head: Annotated[
            str, typer.Option("--expect-head", help=say("cli.verify.head"))
        ] = "",
    ) -> Answer:
        from tanlu.app import audits

        body = audits.verify(path or call.workspace, expect_head=expect_head, say=say)
        code = Exit.NOT_MET if body["failures"] else Exit.DONE
        return Answer(body, views.ledger.verified, code)


def _add_rows(program: typer.Typer, call: Call, say: Say) -> None:
    rows = typer.Typer(help=say("cli.row"), no_args_is_help=True)
    program.add_typer(rows, name="row", rich_help_panel=say("cli.panel.trust"))

    @rows.command("correct", help=say("cli.row.correct"))
    def correct(
        row: Annotated[str, typer.Argument(help=say("cli.row.id"))],
        quantity: Annotated[str, typer.Option("--quantity", help=say("cli.row.quantity"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
        field: Annotated[str, typer.Option("--field", help=say("cli.row.field"))] = "",
    ) -> Answer:
        from tanlu.app import audits, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = audits.correct_row(
                workspace, row, quantity=quantity, reason=reason, field=field, say=say
            )
        return Answer(body, views.ledger.posted)

    @rows.command("void", help=say("cli.row.void"))
    def void(
        row: Annotated[str, typer.Argument(help=say("cli.row.id"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
    ) -> Answer:
        from tanlu.app import audits, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(audits.void_row(workspace, row, reason=reason), views.ledger.posted)

    @rows.command("void-batch", help=say("cli.row.void_batch"))
    def void_batch(
        batch: Annotated[str, typer.Argument(help=say("cli.row.batch"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
    ) -> Answer:
        from tanlu.app import audits, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            content = audits.batch_content(workspace, batch, say=say)
            if not _agreed(say("cli.void.ask", batch=batch, content=content), call):
                raise TanluError("app.batch-not-voided", batch=batch)
            body = audits.void_batch(workspace, batch, reason=reason)
        return Answer(body | {"content": content}, views.ledger.voided)


def _agreed(question: str, call: Call) -> bool:
    """Ask a person at a terminal; a script has said what it wants."""
    if call.yes or call.as_json or not sys.stdin.isatty():
        return True
    return typer.confirm(question, err=True)


def _add_periods(program: typer.Typer, call: Call, say: Say) -> None:
    periods = typer.Typer(help=say("cli.period"), no_args_is_help=True)
    program.add_typer(periods, name="period", rich_help_panel=say("cli.panel.trust"))

    @periods.command("close", help=say("cli.period.close"))
    def close(
        year: Annotated[int, typer.Argument(help=say("cli.year"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))] = "",
    ) -> Answer:
        from tanlu.app import audits, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(audits.close_year(workspace, year, reason=reason), views.ledger.periods)

    @periods.command("reopen", help=say("cli.period.reopen"))
    def reopen(
        year: Annotated[int, typer.Argument(help=say("cli.year"))],
        second: Annotated[str, typer.Option("--second", help=say("cli.period.second"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
    ) -> Answer:
        from tanlu.app import audits, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = audits.reopen_year(workspace, year, second=second, reason=reason)
        return Answer(body, views.ledger.periods)

    @periods.command("list", help=say("cli.period.list"))
    def listed() -> Answer:
        from tanlu.app import audits, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(audits.periods_body(workspace), views.ledger.periods)


def _add_findings(program: typer.Typer, call: Call, say: Say) -> None:
    findings = typer.Typer(help=say("cli.findings"), no_args_is_help=True)
    program.add_typer(findings, name="findings", rich_help_panel=say("cli.panel.trust"))

    @findings.command("list", help=say("cli.findings.list"))
    def listed(
        every: Annotated[bool, typer.Option("--all", help=say("cli.findings.all"))] = False,
        year: Annotated[int | None, typer.Option("--year", help=say("cli.findings.year"))] = None,
    ) -> Answer:
        from tanlu.app import audits, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = audits.findings_body(workspace, every=every, year=year, say=say)
        return Answer(body, views.ledger.findings)

    @findings.command("acknowledge", help=say("cli.findings.acknowledge"))
    def acknowledge(
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
        batch: Annotated[str, typer.Argument(help=say("cli.row.batch"))] = "",
        numbers: Annotated[
            list[int] | None, typer.Argument(help=say("cli.findings.numbers"))
        ] = None,
        every: Annotated[bool, typer.Option("--all", help=say("cli.findings.accept_all"))] = False,
        of_batch: Annotated[str, typer.Option("--batch", help=say("cli.row.batch"))] = "",
        year: Annotated[int | None, typer.Option("--year", help=say("cli.findings.year"))] = None,
    ) -> Answer:
        from tanlu.app import audits, workspaces

        if every and numbers:
            raise TanluError("app.findings-all-and-numbers")
        named = of_batch or batch
        with workspaces.open_workspace(call.workspace) as workspace:
            if every:
                body = audits.acknowledge_all(
                    workspace, batch_id=named, year=year, reason=reason, say=say
                )
            else:
                body = audits.acknowledge(workspace, named, numbers or [], reason=reason, say=say)
        return Answer(body, views.ledger.acknowledged)
