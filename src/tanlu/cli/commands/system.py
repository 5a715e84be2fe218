"""Commands about the program itself: doctor, version."""

import typer

from tanlu.cli import views
from tanlu.cli.argv import Call
from tanlu.cli.output import Answer, Exit
from tanlu.i18n.say import Say


def add_to(program: typer.Typer, call: Call, say: Say) -> None:
    """Add the commands of this file to the program."""

    @program.command("doctor", help=say("cli.doctor"), rich_help_panel=say("cli.panel.trust"))
    def doctor() -> Answer:
        from tanlu.app import doctor as checks

        body = checks.examine(call.workspace, say=say)
        healthy = all(check["passed"] for check in body["checks"])
        return Answer(body, views.documents.doctor, Exit.DONE if healthy else Exit.NOT_MET)

    @program.command("version", help=say("cli.version"), rich_help_panel=say("cli.panel.trust"))
    def version() -> Answer:
        from tanlu._version import __version__

        return Answer({"version": __version__}, views.documents.version)
