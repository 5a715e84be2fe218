"""The language of a workspace, read before anything of it is opened."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

_DATABASE = "workspace.db"
_NEWEST = "SELECT value FROM setting WHERE key = 'language' ORDER BY seq DESC, n DESC LIMIT 1"


def workspace_language(named: str | Path = "") -> str:
    """Return the language a workspace was made in.

    Parameters
    ----------
    named : str or Path
        Folder; empty is the current one.

    Returns
    -------
    str
        ``zh``, ``en`` or ``zh-Hant``; empty where the folder is no workspace that can be read:
        the command itself says what is wrong with it.

    Notes
    -----
    The database is read as a file that does not change, so that nothing is written beside it and
    no other library has to be loaded for a help page.
    """
    try:
        path = (Path(named or ".") / _DATABASE).resolve()
        if not path.is_file():
            return ""
        address = f"file:{quote(path.as_posix())}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as database:
            row = database.execute(_NEWEST).fetchone()
        return str(json.loads(row[0])) if row else ""
    except (OSError, ValueError, sqlite3.Error):
        return ""
