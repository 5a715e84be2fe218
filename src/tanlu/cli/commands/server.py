"""The command that serves pages and API: serve."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tanlu.cli.argv import Call
from tanlu.cli.output import Exit, console, print_json
from tanlu.i18n.say import Say

_NEW = "tanlu-workspace"


def add_to(program: typer.Typer, call: Call, say: Say) -> None:
    """Add the commands of this file to the program."""

    @program.command("serve", help=say("cli.serve"), rich_help_panel=say("cli.panel.start"))
    def serve(
        host: Annotated[str, typer.Option("--host", help=say("cli.serve.host"))] = "127.0.0.1",
        port: Annotated[
            int, typer.Option("--port", min=1, max=65535, help=say("cli.serve.port"))
        ] = 8765,
        name: Annotated[
            list[str] | None, typer.Option("--name", help=say("cli.serve.name"))
        ] = None,
        has_accounts: Annotated[
            bool, typer.Option("--accounts", help=say("cli.serve.accounts"))
        ] = False,
        certificate: Annotated[
            Path | None, typer.Option("--certificate", help=say("cli.serve.certificate"))
        ] = None,
        key: Annotated[Path | None, typer.Option("--key", help=say("cli.serve.key"))] = None,
        behind_tls: Annotated[
            bool, typer.Option("--behind-tls", help=say("cli.serve.behind_tls"))
        ] = False,
        no_browser: Annotated[
            bool, typer.Option("--no-browser", help=say("cli.serve.no_browser"))
        ] = False,
    ) -> Exit:
        from tanlu.app.desk import Desk
        from tanlu.server.door import Door
        from tanlu.server.run import serve as run

        door = Door(
            host=host, port=port, names=tuple(name or ()), has_accounts=has_accounts,
            is_encrypted=bool(certificate) or behind_tls,
            certificate=str(certificate or ""), key=str(key or ""),
        )  # fmt: skip
        desk = Desk(_folder(call))

        def ready() -> None:
            address = door.url if door.has_accounts else f"{door.url}?token={door.token}"
            if call.as_json:
                print_json({"ok": True, "url": door.url, "open": address})
                sys.stdout.flush()
                return
            console(call).print(say("cli.serve.ready", url=address), markup=False)
            if sys.stdout.isatty() and not no_browser:
                import webbrowser

                webbrowser.open(address)

        run(desk, door, ready=ready)
        return Exit.DONE


def _folder(call: Call) -> Path:
    """Return the workspace to serve: the one named, the current folder, or a new one in it."""
    from tanlu.app.workspaces import DATABASE

    if call.workspace:
        return Path(call.workspace)
    here = Path.cwd()
    return here if (here / DATABASE).is_file() else here / _NEW
