"""What Python users hold: a workspace with the same verbs as the command line."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tanlu.app import explanations, imports, inventories, payloads, plans, rankings, reports
from tanlu.app.references import near
from tanlu.app.workspaces import create_workspace, open_workspace
from tanlu.compute import calculate
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from types import TracebackType

    import polars

    from tanlu.storage import Workspace


class Inventory:
    """An inventory as Python users see it: totals, rows, and a table for notebooks."""

    def __init__(self, taken: inventories.TakenInventory, say: Say) -> None:
        self._taken = taken
        self._say = say
        self.body: dict[str, Any] = payloads.inventory_body(taken, say)

    @property
    def total_t(self) -> dict[str, float | None]:
        """Total by scope 2 method [tCO2e]."""
        return dict(self.body["total_t"])

    @property
    def scopes(self) -> dict[str, Any]:
        """Scopes 1, 2 by both methods, and 3 [tCO2e]."""
        return {name: self.body[name] for name in ("scope1_t", "scope2_t", "scope3_t")}

    def rows(self) -> polars.DataFrame:
        """Return the result rows: one per ledger row and stream."""
        import polars

        source = self._taken.calculation.source
        again = calculate(source.activity, source.book, market=source.market, engine=source.engine)
        frame = polars.from_arrow(again.rows)
        assert isinstance(frame, polars.DataFrame)  # noqa: S101  # a table gives a frame
        return frame

    def __repr__(self) -> str:
        return f"Inventory({self.body['year']}, total_t={self.total_t})"

    def _repr_html_(self) -> str:
        say = self._say
        totals = self.body["scope2_t"]
        cells = (
            ("cli.scope1", self.body["scope1_t"]),
            ("cli.scope2_location", totals["location"]),
            ("cli.scope2_market", totals["market"]),
            ("cli.scope3", self.body["scope3_t"]),
            ("cli.total_market", self.total_t["market"]),
        )
        rows = "".join(
            f"<tr><td>{escape(say(code))}</td><td>{escape(say.mass(value))}</td></tr>"
            for code, value in cells
        )
        return f"<table>{rows}</table>"


class Plan(dict[str, Any]):
    """A solved roadmap: the dictionary of ``plan --json``, and names for what is read most."""

    @property
    def adoptions(self) -> list[dict[str, Any]]:
        """Measures taken: site, year, size, cost and reason of each."""
        return list(self["adoptions"])

    @property
    def emissions(self) -> dict[str, list[float]]:
        """Emissions by scope, one value per year [tCO2e]."""
        return dict(self["emissions_t"])

    def why(self, measure: str) -> str:
        """Say why a measure was taken, or why not, at each site.

        Parameters
        ----------
        measure : str
            Id of a measure, with or without ``@site``.

        Raises
        ------
        TanluError
            ``measures.unknown`` for a measure the plan did not consider.
        """
        rows = [*self["adoptions"], *self.get("not_adopted", ())]
        names = {str(row.get("id") or row["measure"]): row for row in rows}
        told = [
            str((row.get("why") or {}).get("text", ""))
            for name, row in names.items()
            if measure in (name, row["measure"], name.partition("@")[0])
        ]
        if not told:
            raise TanluError("measures.unknown", found=measure, near=near(measure, names) or "-")
        return "\n".join(text for text in told if text)

    def explain_infeasible(self) -> dict[str, Any] | None:
        """Return the target that cannot be met, by how much, and what would meet it."""
        found: dict[str, Any] | None = self["infeasible"]
        return found


class Company:
    """A workspace; close it, or use it in a ``with`` block."""

    def __init__(self, workspace: Workspace, *, lang: str = "") -> None:
        self._workspace = workspace
        self._say = Say(lang or workspace.settings.language)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._workspace.close()

    def import_file(
        self, path: str | Path, *, mapping: str | Path | None = None, dry_run: bool = False
    ) -> imports.ImportReport:
        """Import a workbook or CSV file.

        Returns
        -------
        ImportReport
            Findings, files, receipt; ``ok`` is False when something waits for an answer.
        """
        options = imports.ImportOptions(
            mapping=Path(mapping) if mapping else None, is_dry_run=dry_run
        )
        return imports.import_files(self._workspace, [Path(path)], options=options, say=self._say)

    def inventory(self, year: int, **options: Any) -> Inventory:
        """Take the inventory of a year; options as in `InventoryOptions`."""
        chosen = inventories.InventoryOptions(**options)
        return Inventory(
            inventories.take_inventory(self._workspace, year, options=chosen), self._say
        )

    def hotspots(self, year: int, *, versus: int | None = None) -> dict[str, Any]:
        """Rank the sources of a year, and explain the change against another."""
        return rankings.find_hotspots(self._workspace, year, versus=versus, say=self._say)

    def explain(self, figure: str) -> dict[str, Any]:
        """Open a figure: rows, factor editions, source cells."""
        return explanations.explain_figure(self._workspace, figure, say=self._say)

    def plan(
        self,
        *,
        scenario: str | Path | None = None,
        gap: float | None = None,
        time_limit: float | None = None,
    ) -> Plan:
        """Solve for the least-cost roadmap."""
        options = plans.PlanOptions(
            scenario=Path(scenario) if scenario else None, gap=gap, time_limit=time_limit
        )
        return Plan(plans.plan_roadmap(self._workspace, options=options, say=self._say))

    def report(
        self,
        *,
        lang: tuple[str, ...] = ("zh", "en"),
        formats: tuple[str, ...] = ("html",),
        output: str | Path | None = None,
    ) -> list[dict[str, Any]]:
        """Write the reports and return path, language and hash of each."""
        options = reports.ReportOptions(
            languages=lang, formats=formats, output=Path(output) if output else None
        )
        written: list[dict[str, Any]] = reports.write_reports(self._workspace, options=options)[
            "reports"
        ]
        return written


def open_company(folder: str | Path, *, lang: str = "") -> Company:
    """Open a workspace folder.

    Raises
    ------
    TanluError
        ``app.no-workspace`` when the folder is none.
    """
    return Company(open_workspace(folder), lang=lang)


def create_company(folder: str | Path, *, name: str, lang: str = "zh", **options: Any) -> Company:
    """Make a workspace folder and open it; options as in `create_workspace`."""
    create_workspace(Path(folder), name=name, language=lang, **options)
    return open_company(folder, lang=lang)
