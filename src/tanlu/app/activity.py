"""The ledger's rows as a person looks them up: filtered by the address, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tanlu.app import access
from tanlu.app.activity_marks import Marks, read_marks
from tanlu.app.findings import item_name
from tanlu.app.references import items_by_id
from tanlu.catalog import tables
from tanlu.kernel.activity import Quality
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import Period, month_of, year_month, year_of
from tanlu.storage import browse
from tanlu.storage.canonical import plain_decimal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from decimal import Decimal

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say

PAGE = 100
MOST = 1000  # rows of one answer
_MONTHS = 12
_DIGITS = 15  # what a browser holds of a number
UNKNOWN = "unknown"
QUALITIES = tuple(one.value or UNKNOWN for one in Quality)
STATUSES = (*QUALITIES, "proven", "unproven", "approved", "waiting")
_SIGN = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page of rows shows; empty is all.

    Parameters
    ----------
    year, month : int or None
        Ledger months.
    site, item : str
        Ids.
    text : str
        Part of a text of the row, or of the name of its item.
    status : str
        One of `STATUSES`.
    row, batch : str
        Id of one row, or of the batch that wrote its newest version.
    page : int
        From 1.
    size : int
        Rows of a page.
    """

    year: int | None = None
    month: int | None = None
    site: str = ""
    item: str = ""
    text: str = ""
    status: str = ""
    row: str = ""
    batch: str = ""
    page: int = 1
    size: int = PAGE

    @property
    def query(self) -> dict[str, str]:
        """What the address says of it, without the page."""
        names = ("year", "month", "site", "item", "text", "status", "row", "batch")
        return {name: str(getattr(self, name)) for name in names if getattr(self, name)}


def listing(desk: Desk, principal: Principal, asked: Asked, *, say: Say) -> dict[str, Any]:
    """Return a page of rows, how many there are, and what one may filter by.

    Parameters
    ----------
    desk : Desk
        The workspace.
    principal : Principal
        Who looks: one held to sites sees the rows of its sites alone.
    asked : Asked
        Filters and page.
    say : Say
        Language.

    Returns
    -------
    dict
        ``rows``, ``count``, ``page``, ``pages``, ``head``, ``sites``, ``batches`` (of the rows
        that were found: id, actor, rows, approved).
    """
    head, whole = desk.head(), table(desk)
    marks = read_marks(desk)
    found = browse.chosen(whole, wanted(asked, principal, marks, say=say))
    pages = max(1, -(-found.num_rows // asked.size))
    page = min(max(1, asked.page), pages)
    rows = browse.told(found, start=(page - 1) * asked.size, size=asked.size)
    return {
        "rows": [told(row, marks, say=say) for row in rows],
        "count": found.num_rows,
        "page": page,
        "pages": pages,
        "head": head,
        "batches": browse.counted(found, "batch_id"),
    }


def choices(desk: Desk, principal: Principal, say: Say) -> dict[str, Any]:
    """Return the sites and items a person may filter by and type."""
    mine = access.scope(principal)

    def make() -> dict[str, list[str]]:
        whole = table(desk)
        known = {site.id for site in desk.workspace.sites()}
        return {
            "sites": sorted({*browse.counted(whole, "site"), *known}),
            "items": sorted(browse.counted(whole, "item")),
        }

    found = desk.kept("activity.choices", make)
    used = set(found["items"])
    names = sorted(items_by_id(), key=lambda one: (one not in used, item_name(one, say)))
    units = [str(row["text"]) for row in tables.read("template_list") if row["list"] == "units"]
    return {
        "sites": [site for site in found["sites"] if mine is None or site in mine],
        "used": [(item, item_name(item, say)) for item in found["items"]],
        "items": [(item, item_name(item, say)) for item in names],
        "units": units,
        "qualities": [(one, quality_name(one, say)) for one in QUALITIES],
    }


def held_back(desk: Desk, principal: Principal) -> int:
    """Return how many rows are kept and in no total, of the sites a person sees."""
    mine = access.scope(principal)
    rows = desk.kept("held", desk.workspace.quarantine)
    return sum(mine is None or row.key.get("site", "") in mine for row in rows)


def table(desk: Desk) -> Any:
    """Return the current rows, newest month first, read once for the state the ledger is in."""
    return desk.kept("activity", lambda: browse.ordered(desk.workspace.activity()))


def rows_with(desk: Desk, row_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the current rows with these ids, as the ledger has them."""
    found = browse.chosen(table(desk), browse.Wanted(equal={"row_id": row_ids}))
    return {row["row_id"]: row for row in browse.told(found)}


def wanted(asked: Asked, principal: Principal, marks: Marks, *, say: Say) -> browse.Wanted:
    """Return the filters of an address as columns and values, held to the sites of a person."""
    equal: dict[str, Collection[str]] = {}
    for column, value in (("row_id", asked.row), ("batch_id", asked.batch), ("item", asked.item)):
        if value:
            equal[column] = (value,)
    sites = access.scope(principal)
    if asked.site:
        sites = (asked.site,) if sites is None or asked.site in sites else ()
    if sites is not None:
        equal["site"] = sites
    found = browse.Wanted(_months(asked), equal, asked.text, _items_named(asked.text, say))
    return _with_status(found, asked.status, marks)


def _months(asked: Asked) -> range | None:
    if asked.year is None:
        return None
    if asked.month is None:
        first = year_month(asked.year, 1)
        return range(first, first + _MONTHS)
    first = year_month(asked.year, asked.month)
    return range(first, first + 1)


def _items_named(text: str, say: Say) -> list[str]:
    if not text:
        return []
    small = text.lower()
    return [one for one in items_by_id() if small in f"{one} {item_name(one, say)}".lower()]


def _with_status(found: browse.Wanted, status: str, marks: Marks) -> browse.Wanted:
    if status in QUALITIES:
        value = "" if status == UNKNOWN else status
        return replace(found, equal={**found.equal, "quality": (value,)})
    if status in ("proven", "unproven"):
        proofs = {"row_id": [*marks.by_row], "voucher": [*marks.by_voucher]}
        return replace(found, marked=proofs, is_marked=status == "proven")
    if status in ("approved", "waiting"):
        approved = {"batch_id": [*marks.approved]}
        return replace(found, marked=approved, is_marked=status == "approved")
    if status:
        raise TanluError("activity.status", found=status, choices=", ".join(STATUSES))
    return found


def told(row: Mapping[str, Any], marks: Marks, *, say: Say) -> dict[str, Any]:
    """Return a row as pages, grid and API show it."""
    proofs = marks.proofs(row)
    words = [
        quality_name(row["quality"] or UNKNOWN, say),
        *([say("web.activity.proven", n=len(proofs))] if proofs else []),
        *([say("web.activity.approved")] if row["batch_id"] in marks.approved else []),
    ]
    return {
        "id": row["row_id"],
        "site": row["site"],
        "item": item_name(row["item"], say),
        "item_id": row["item"],
        "month": period_text(row),
        "year": int(year_of(row["ym"])),
        "quantity": _shown(row["quantity"]),
        "unit": row["unit"],
        "supplier": row["supplier"],
        "voucher": row["voucher"],
        "quality": row["quality"],
        "note": row["note"],
        "source": _SIGN.join(filter(None, (row["file"], row["sheet"], row["cell"]))),
        "version": row["version"],
        "batch": row["batch_id"],
        "status": " · ".join(words),
        "evidence": len(proofs),
        "approved": row["batch_id"] in marks.approved,
        "trace": f"/trace/row/{row['row_id']}",
        "page": f"/activity/row/{row['row_id']}",
    }


def told_rows(desk: Desk, row_ids: Collection[str], *, say: Say) -> list[dict[str, Any]]:
    """Return current rows by their ids."""
    marks, rows = read_marks(desk), rows_with(desk, row_ids) if row_ids else {}
    return [told(rows[name], marks, say=say) for name in row_ids if name in rows]


def quality_name(quality: str, say: Say) -> str:
    """Return the words for how a quantity is evidenced."""
    return say(f"report.evidence.{quality}")


def period_text(row: Mapping[str, Any]) -> str:
    """Return the month of a row, or its days where they are not the whole month."""
    year, month = int(year_of(row["ym"])), month_of(row["ym"])
    whole = Period.of_month(year, month)
    if (row["first_day"], row["last_day"]) == (whole.first, whole.last):
        return f"{year}-{month:02d}"
    return f"{row['first_day'].isoformat()}~{row['last_day'].isoformat()}"


def _shown(quantity: Decimal) -> int | float | str:
    """Return a quantity as a number where a browser can hold it to the last digit."""
    text = plain_decimal(quantity)
    if len(text.strip("-").replace(".", "").lstrip("0")) > _DIGITS:
        return text
    return float(text) if "." in text else int(text)
