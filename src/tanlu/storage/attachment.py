"""Evidence kept with the ledger: a file under its hash, and the event that says what it proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from tanlu.kernel.errors import TanluError
from tanlu.storage import chain, durable, folder, schema
from tanlu.storage.chain import Change

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tanlu.storage.chain import Row, Stamp
    from tanlu.storage.folder import Store

ACTION = "attach"


def attach(
    store: Store, path: Path, *, name: str, suffix: str, about: Mapping[str, str], stamp: Stamp
) -> str:
    """Keep a file as evidence; return its SHA-256.

    Parameters
    ----------
    store : Store
        The workspace.
    path : Path
        Where the file lies now.
    name : str
        Name as the user knows it.
    suffix : str
        Extension it is kept with, such as ``.pdf``, proven by the contents.
    about : Mapping of str to str
        What it is evidence of: ``row``, ``voucher``, ``site``; one event for each call.
    stamp : Stamp
        When, by whom and why.

    Raises
    ------
    TanluError
        ``storage.source-missing``; those of the database.
    """
    if not path.is_file():
        raise TanluError("storage.source-missing", file=name, path=path)
    sha256 = durable.sha256_file(path)
    written: list[Path] = []
    try:
        with store.database.write(needed=path.stat().st_size) as conn:
            held = select(schema.SOURCE.c.seq).where(schema.SOURCE.c.sha256 == sha256)
            rows: dict[str, list[Row]] = {}
            if conn.execute(held).first() is None:
                rows["source"] = [_kept(store, path, name=name, suffix=suffix, written=written)]
            subject = about.get("row") or about.get("voucher") or sha256
            payload = {**about, "sha256": sha256, "name": name}
            chain.append(conn, Change(ACTION, subject, rows=rows, payload=payload), stamp=stamp)
    except BaseException:
        folder.discard(store, written)
        raise
    return sha256


def _kept(store: Store, path: Path, *, name: str, suffix: str, written: list[Path]) -> Row:
    kept = durable.write_named_by_hash(store.sources, suffix, durable.copy_file(path))
    written.append(kept.path)
    place = kept.path.relative_to(store.folder).as_posix()
    return {"sha256": kept.sha256, "name": name, "path": place, "size": kept.size}
