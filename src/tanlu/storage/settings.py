"""Settings, sites and targets: small things with versions, the newest of which counts."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from tanlu.kernel.activity import Site
from tanlu.kernel.errors import TanluError
from tanlu.storage import chain, schema
from tanlu.storage.chain import Change, Row, Stamp
from tanlu.storage.entry import json_text
from tanlu.storage.model import Settings, StoredTarget

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.storage.folder import Store

_TYPES: dict[str, type] = {"fiscal_start": int, "sites_declared": bool}
_KNOWN = tuple(field.name for field in fields(Settings) if field.name != "other")


def settings(conn: Connection) -> Settings:
    """Return the newest value of each setting."""
    table = schema.SETTING
    rows = conn.execute(select(table.c.key, table.c.value).order_by(table.c.seq, table.c.n))
    values: dict[str, Any] = {row.key: json.loads(row.value) for row in rows}
    known = {name: values.pop(name) for name in _KNOWN if name in values}
    return Settings(**known, other=values)


def setting_rows(values: Mapping[str, object]) -> list[Row]:
    """Lay settings out as table rows.

    Raises
    ------
    TanluError
        ``storage.setting-type`` when a known setting gets a value of another type.
    """
    for key, value in values.items():
        wanted = _TYPES.get(key, str) if key in _KNOWN else object
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise TanluError("storage.setting-type", key=key, found=value, expected=wanted.__name__)
    return [{"key": key, "value": json_text(value)} for key, value in values.items()]


def put_setting(store: Store, key: str, *, value: object, stamp: Stamp) -> None:
    """Set one value; setting what is set already writes nothing."""
    rows = setting_rows({key: value})
    with store.database.write() as conn:
        table = schema.SETTING
        now = conn.execute(
            select(table.c.value)
            .where(table.c.key == key)
            .order_by(table.c.seq.desc(), table.c.n.desc())
            .limit(1)
        ).scalar()
        if now != rows[0]["value"]:
            chain.append(conn, Change("set", key, rows={"setting": rows}), stamp=stamp)


def sites(conn: Connection) -> tuple[Site, ...]:
    """Return the newest version of each site, in the order they were first named."""
    table = schema.SITE
    rows = conn.execute(select(table).order_by(table.c.seq, table.c.n))
    newest = {row.site_id: Site(row.site_id, row.province, row.name_en) for row in rows}
    return tuple(newest.values())


def site_rows(conn: Connection, wanted: Iterable[Site]) -> list[Row]:
    """Lay out the sites that are new or say something new, as next versions."""
    known = {site.id: site for site in sites(conn)}
    rows = []
    for site in {site.id: site for site in wanted}.values():
        if known.get(site.id) != site:
            version = _next_version(conn, "site", "site_id", site.id)
            rows.append(
                {
                    "site_id": site.id,
                    "province": site.province,
                    "name_en": site.name_en,
                    "version": version,
                }
            )
    return rows


def register_sites(store: Store, wanted: Iterable[Site], *, stamp: Stamp) -> None:
    """Add sites, or new versions of them; what is known already writes nothing."""
    with store.database.write() as conn:
        rows = site_rows(conn, wanted)
        if rows:
            names = ",".join(row["site_id"] for row in rows)
            chain.append(conn, Change("site", names, rows={"site": rows}), stamp=stamp)


def targets(conn: Connection) -> tuple[StoredTarget, ...]:
    """Return the newest version of each target that is not removed."""
    table = schema.TARGET
    newest = {
        row.target_id: StoredTarget(row.target_id, row.version, json.loads(row.body) or {})
        for row in conn.execute(select(table).order_by(table.c.seq, table.c.n))
    }
    return tuple(target for target in newest.values() if target.body)


def put_target(
    store: Store, target_id: str, *, body: Mapping[str, object] | None, stamp: Stamp
) -> None:
    """Add a target or its next version; None removes it."""
    with store.database.write() as conn:
        version = _next_version(conn, "target", "target_id", target_id)
        row = {"target_id": target_id, "version": version, "body": json_text(body)}
        chain.append(conn, Change("target", target_id, rows={"target": [row]}), stamp=stamp)


def _next_version(conn: Connection, name: str, key: str, value: str) -> int:
    table = schema.METADATA.tables[name]
    versions = conn.execute(select(table.c.version).where(table.c[key] == value)).scalars()
    return max(versions, default=0) + 1
