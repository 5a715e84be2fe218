"""What Python users hold: a workspace with the same verbs as the command line."""

from __future__ import annotations

from functools import wraps
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from tanlu.app import (
    audits,
    equipment,
    explanations,
    goals,
    imports,
    inventories,
    own_measures,
    payloads,
    plans,
    rankings,
    report_blocks,
    reports,
    statements,
)
from tanlu.app.languages import workspace_language
from tanlu.app.references import near
from tanlu.app.workspaces import create_workspace, open_workspace
from tanlu.compute import calculate
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    import polars

    from tanlu.storage import Workspace

M = TypeVar("M", bound="Callable[..., Any]")
_LISTED = 5


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
            known = sorted({row["measure"] for row in rows})
            listed = near(measure, names) or ", ".join(known[:_LISTED]) or "-"
            raise TanluError("measures.unknown", found=measure, near=listed)
        return "\n".join(text for text in told if text)

    def explain_infeasible(self) -> dict[str, Any] | None:
        """Return the target that cannot be met, by how much, and what would meet it."""
        found: dict[str, Any] | None = self["infeasible"]
        return found


def _telling(method: M) -> M:
    """Let an anticipated error carry its sentence, so that a notebook shows it with the code."""

    @wraps(method)
    def told(company: Company, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(company, *args, **kwargs)
        except TanluError as error:
            error.sentence = company.tell(error)
            raise

    return cast("M", told)


class Company:
    """A workspace; close it, or use it in a ``with`` block.

    Its verbs are the words of the command line, joined by ``_`` (``target add`` is
    `target_add`), and answer what ``--json`` answers. They raise `TanluError`: `code` and `facts`
    say what is wrong, the error's text is the code with the sentence that `tell` returns.
    """

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

    def tell(self, error: TanluError) -> str:
        """Say what an error means and what to do, in the language of the company."""
        return self._say.error(error)

    # ------------------------------------------------------------------ calculate
    @_telling
    def import_file(
        self, path: str | Path, *, mapping: str | Path | None = None, dry_run: bool = False
    ) -> imports.ImportReport:
        """Import a workbook or CSV file.

        Returns
        -------
        ImportReport
            Findings, files, totals, receipt; ``ok`` is False when something waits for an answer.
        """
        options = imports.ImportOptions(
            mapping=Path(mapping) if mapping else None, is_dry_run=dry_run
        )
        return imports.import_files(self._workspace, [Path(path)], options=options, say=self._say)

    @_telling
    def inventory(self, year: int, **options: Any) -> Inventory:
        """Take the inventory of a year; options as in `InventoryOptions`."""
        chosen = inventories.InventoryOptions(**options)
        return Inventory(
            inventories.take_inventory(self._workspace, year, options=chosen), self._say
        )

    @_telling
    def hotspots(
        self, year: int, *, versus: int | None = None, basis: str = "market"
    ) -> dict[str, Any]:
        """Rank the sources of a year, and explain the change against another."""
        return rankings.find_hotspots(
            self._workspace, year, versus=versus, basis=basis, say=self._say
        )

    @_telling
    def explain(self, figure: str, *, rows: int = 50) -> dict[str, Any]:
        """Open a figure, a table of the report, a row (``row/`` and its id), a code or a rule."""
        code = explanations.code_of(figure, self._say)
        if code:
            return explanations.code_body(code, self._say)
        block = report_blocks.block_body(self._workspace, figure, limit=rows, say=self._say)
        return block or explanations.explain_figure(
            self._workspace, figure, limit=rows, say=self._say
        )

    @_telling
    def plan(
        self,
        *,
        scenario: str | Path | None = None,
        settings: Mapping[str, object] | None = None,
        gap: float | None = None,
        time_limit: float | None = None,
    ) -> Plan:
        """Solve for the least-cost roadmap.

        Parameters
        ----------
        scenario : str or Path, optional
            YAML file that changes prices, growth, budget ...
        settings : Mapping, optional
            What ``--set`` changes, for example ``{"budget": 30_000_000}``.
        gap : float, optional
            Gap to the lower bound at which to stop [-].
        time_limit : float, optional
            Longest search [s].
        """
        options = plans.PlanOptions(
            scenario=Path(scenario) if scenario else None,
            settings=tuple(f"{key}={value}" for key, value in (settings or {}).items()),
            gap=gap,
            time_limit=time_limit,
        )
        return Plan(plans.plan_roadmap(self._workspace, options=options, say=self._say))

    @_telling
    def report(
        self,
        *,
        year: int | None = None,
        kind: str = "full",
        lang: str | tuple[str, ...] = ("zh", "en"),
        formats: str | tuple[str, ...] = ("html",),
        output: str | Path | None = None,
    ) -> list[dict[str, Any]]:
        """Write the reports and return path, language, format and hash of each.

        Raises
        ------
        TanluError
            ``report.format`` and ``report.kind`` for one that is not there, with those that are.
        """
        options = reports.ReportOptions(
            year=year,
            kind=kind,
            languages=(lang,) if isinstance(lang, str) else tuple(lang),
            formats=(formats,) if isinstance(formats, str) else tuple(formats),
            output=Path(output) if output else None,
        )
        written = reports.write_reports(self._workspace, options=options)
        return list(written["reports"])

    @_telling
    def settings_set(
        self, key: str, text: str, *, english: str = "", reason: str = ""
    ) -> list[dict[str, Any]]:
        """State something for the report; see `tanlu.app.statements`."""
        body = statements.set_statement(
            self._workspace, key, text, english=english, reason=reason, say=self._say
        )
        return list(body["settings"])

    @_telling
    def settings_list(self) -> list[dict[str, Any]]:
        """Return what may be stated for the report and what is."""
        return list(statements.settings_body(self._workspace, say=self._say)["settings"])

    # -------------------------------------------------------------------- targets
    @_telling
    def target_add(self, target_id: str, *, kind: str, year: int, **draft: Any) -> dict[str, Any]:
        """Set a target; ``base_year``, ``base_value``, ``reduction`` ... as in `TargetDraft`."""
        amounts = ("base_value", "reduction", "level")
        texts = {name: str(draft[name]) for name in amounts if draft.get(name) is not None}
        typed = goals.TargetDraft(target_id, kind, year, **(draft | texts))
        return goals.add_target(self._workspace, typed, say=self._say)

    @_telling
    def target_remove(self, target_id: str, *, reason: str) -> dict[str, Any]:
        """Withdraw a target; the ledger keeps its history."""
        return goals.remove_target(self._workspace, target_id, reason=reason, say=self._say)

    @_telling
    def target_list(self) -> list[dict[str, Any]]:
        """Return the targets."""
        return list(goals.targets_body(self._workspace, say=self._say)["targets"])

    @_telling
    def target_check(self) -> list[dict[str, Any]]:
        """Hold the targets against their path, the national calendar and SBTi."""
        return list(goals.check_targets(self._workspace, say=self._say)["targets"])

    # --------------------------------------------------------------------- ledger
    @_telling
    def equipment_list(self, *, site: str = "") -> list[dict[str, Any]]:
        """Return the lines of the equipment list."""
        body = equipment.equipment_body(self._workspace, site=site, say=self._say)
        return list(body["equipment"])

    @_telling
    def equipment_actions(self, *, site: str = "", machine: str = "") -> dict[str, Any]:
        """Return what each listed machine could do, calculated; see ``actions``."""
        return equipment.actions_body(self._workspace, site=site, machine=machine, say=self._say)

    @_telling
    def measures_add(self, measure: str, *, site: str, **draft: str) -> dict[str, Any]:
        """Add a measure of one's own; see `tanlu.app.own_measures.Draft`."""
        return own_measures.add_measure(self._workspace, own_measures.Draft(measure, site, **draft))

    @_telling
    def measures_override(self, measure: str, *, site: str, **draft: str) -> dict[str, Any]:
        """Put one's own figures in place of the catalogue's for a site."""
        return own_measures.override_measure(
            self._workspace, own_measures.Draft(measure, site, **draft), say=self._say
        )

    @_telling
    def measures_remove(self, name: str, *, reason: str) -> dict[str, Any]:
        """Take out a measure or figures of one's own."""
        return own_measures.remove_measure(self._workspace, name, reason=reason)

    @_telling
    def approve(self, *, by: str, reason: str) -> dict[str, Any]:
        """Approve the plan solved last; refused while it rests on templates."""
        body = plans.approve(self._workspace, by=by, reason=reason, say=self._say)
        return dict(body["approval"])

    @_telling
    def findings_list(self, *, every: bool = False) -> list[dict[str, Any]]:
        """Return the findings of the imports; those accepted only when asked for."""
        return list(audits.findings_body(self._workspace, every=every, say=self._say)["findings"])

    @_telling
    def findings_acknowledge(
        self, batch: str, numbers: Sequence[int], *, reason: str
    ) -> list[dict[str, Any]]:
        """Accept findings with a reason, and return those still open."""
        told = audits.acknowledge(self._workspace, batch, numbers, reason=reason, say=self._say)
        return list(told["findings"])

    @_telling
    def row_correct(
        self, row: str, *, quantity: object, reason: str, field: str = ""
    ) -> dict[str, Any]:
        """Correct a row, in the unit as written, or a field of a record; the old version stays."""
        return audits.correct_row(
            self._workspace, row, quantity=str(quantity), reason=reason, field=field, say=self._say
        )

    @_telling
    def row_void(self, row: str, *, reason: str) -> dict[str, Any]:
        """Void a row or a record."""
        return audits.void_row(self._workspace, row, reason=reason)

    @_telling
    def row_void_batch(self, batch: str, *, reason: str) -> dict[str, Any]:
        """Take an import back; what it corrected is as before."""
        return audits.void_batch(self._workspace, batch, reason=reason)

    @_telling
    def period_close(self, year: int, *, reason: str = "") -> dict[str, Any]:
        """Close the months of a year: every later write into them is refused."""
        return audits.close_year(self._workspace, year, reason=reason)

    @_telling
    def period_reopen(self, year: int, *, second: str, reason: str) -> dict[str, Any]:
        """Open the months of a year again; takes a second person."""
        return audits.reopen_year(self._workspace, year, second=second, reason=reason)

    @_telling
    def period_list(self) -> list[str]:
        """Return the closed months."""
        return list(audits.periods_body(self._workspace)["closed"])

    @_telling
    def verify(self, *, expect_head: str = "") -> dict[str, Any]:
        """Recompute the event chain, the originals and the ledger rows."""
        return audits.verify(self._workspace.folder, expect_head=expect_head, say=self._say)


def open_company(folder: str | Path, *, lang: str = "") -> Company:
    """Open a workspace folder.

    Raises
    ------
    TanluError
        ``app.no-workspace`` when the folder is none.
    """
    try:
        return Company(open_workspace(folder), lang=lang)
    except TanluError as error:
        error.sentence = Say(lang or workspace_language(folder) or "zh").error(error)
        raise


def create_company(folder: str | Path, *, name: str, lang: str = "zh", **options: Any) -> Company:
    """Make a workspace folder and open it; options as in `create_workspace`."""
    try:
        create_workspace(Path(folder), name=name, language=lang, **options)
    except TanluError as error:
        error.sentence = Say(lang).error(error)
        raise
    return open_company(folder, lang=lang)
