"""Commands that look ahead: target, plan."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tanlu.cli import views
from tanlu.cli.argv import Call
from tanlu.cli.output import Answer, Exit
from tanlu.i18n.say import Say


def add_to(program: typer.Typer, call: Call, say: Say) -> None:
    """Add the commands of this file to the program."""
    _add_targets(program, call, say)
    _add_plan(program, call, say)
    _add_approval(program, call, say)


def _add_targets(program: typer.Typer, call: Call, say: Say) -> None:
    targets = typer.Typer(help=say("cli.target"), no_args_is_help=True)
    program.add_typer(targets, name="target", rich_help_panel=say("cli.panel.use"))

    @targets.command("add", help=say("cli.target.add"))
    def add(
        target_id: Annotated[str, typer.Argument(metavar="ID", help=say("cli.target.id"))],
        kind: Annotated[str, typer.Option("--kind", help=say("cli.target.kind"))],
        year: Annotated[int, typer.Option("--year", help=say("cli.target.year"))],
        scope: Annotated[str, typer.Option("--scope", help=say("cli.target.scope"))] = "1+2",
        basis: Annotated[str, typer.Option("--basis", help=say("cli.basis"))] = "market",
        base_year: Annotated[
            int | None, typer.Option("--base-year", help=say("cli.target.base_year"))
        ] = None,
        base_value: Annotated[
            str, typer.Option("--base-value", help=say("cli.target.base_value"))
        ] = "",
        reduction: Annotated[
            str, typer.Option("--reduction", help=say("cli.target.reduction"))
        ] = "",
        level: Annotated[str, typer.Option("--level", help=say("cli.target.level"))] = "",
        name: Annotated[str, typer.Option("--name", help=say("cli.target.name"))] = "",
    ) -> Answer:
        from tanlu.app import goals, workspaces

        draft = goals.TargetDraft(
            target_id, kind=kind, year=year, scope=scope, basis=basis, base_year=base_year,
            base_value=base_value, reduction=reduction, level=level, name=name,
        )  # fmt: skip
        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(goals.add_target(workspace, draft, say=say), views.goals.targets)

    @targets.command("remove", help=say("cli.target.remove"))
    def remove(
        target_id: Annotated[str, typer.Argument(metavar="ID", help=say("cli.target.id"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
    ) -> Answer:
        from tanlu.app import goals, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = goals.remove_target(workspace, target_id, reason=reason, say=say)
        return Answer(body, views.goals.targets)

    @targets.command("list", help=say("cli.target.list"))
    def listed(
        company: Annotated[str, typer.Option("--company", help=say("cli.target.company"))] = "",
    ) -> Answer:
        from tanlu.app import goals, workspaces

        if company:
            return Answer(goals.company_targets_body(company, say=say), views.goals.targets)
        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(goals.targets_body(workspace, say=say), views.goals.targets)

    @targets.command("check", help=say("cli.target.check"))
    def check(
        company: Annotated[str, typer.Option("--company", help=say("cli.target.company"))] = "",
    ) -> Answer:
        from tanlu.app import goals, workspaces

        if company:
            body = goals.check_company(company, say=say)
        else:
            with workspaces.open_workspace(call.workspace) as workspace:
                body = goals.check_targets(workspace, say=say)
        unmet = any(row["met"] is False for row in body["targets"])
        return Answer(body, views.goals.checks, Exit.NOT_MET if unmet else Exit.DONE)


def _add_plan(program: typer.Typer, call: Call, say: Say) -> None:
    @program.command("plan", help=say("cli.plan"), rich_help_panel=say("cli.panel.use"))
    def plan(
        case: Annotated[Path | None, typer.Option("--case", help=say("cli.plan.case"))] = None,
        scenario: Annotated[
            Path | None, typer.Option("--scenario", help=say("cli.plan.scenario"))
        ] = None,
        settings: Annotated[
            list[str] | None, typer.Option("--set", help=say("cli.plan.set"))
        ] = None,
        locks: Annotated[
            list[str] | None,
            typer.Option("--lock", metavar="MEASURE@SITE=YEAR", help=say("cli.plan.lock")),
        ] = None,
        bans: Annotated[
            list[str] | None,
            typer.Option("--ban", metavar="MEASURE@SITE", help=say("cli.plan.ban")),
        ] = None,
        gap: Annotated[float | None, typer.Option("--gap", min=0, help=say("cli.plan.gap"))] = None,
        time_limit: Annotated[
            float | None, typer.Option("--time-limit", min=0, help=say("cli.plan.limit"))
        ] = None,
        output: Annotated[Path | None, typer.Option("-o", help=say("cli.output.folder"))] = None,
        is_delay: Annotated[bool, typer.Option("--delay", help=say("cli.plan.delay"))] = False,
        is_risk: Annotated[bool, typer.Option("--risk", help=say("cli.plan.risk"))] = False,
        chance: Annotated[
            float | None, typer.Option("--chance", min=0, max=1, help=say("cli.plan.chance"))
        ] = None,
        pareto: Annotated[
            int, typer.Option("--pareto", min=0, metavar="N", help=say("cli.plan.pareto"))
        ] = 0,
        what_if: Annotated[
            list[str] | None, typer.Option("--what-if", help=say("cli.plan.what_if"))
        ] = None,
        is_regret: Annotated[bool, typer.Option("--regret", help=say("cli.plan.regret"))] = False,
        robust: Annotated[
            int | None, typer.Option("--robust", min=1, help=say("cli.plan.robust"))
        ] = None,
        aversion: Annotated[
            float | None, typer.Option("--aversion", min=0, max=1, help=say("cli.plan.aversion"))
        ] = None,
        is_tornado: Annotated[
            bool, typer.Option("--tornado", help=say("cli.plan.tornado"))
        ] = False,
        is_alternatives: Annotated[
            bool, typer.Option("--alternatives", help=say("cli.plan.alternatives"))
        ] = False,
        scenarios: Annotated[
            int, typer.Option("--scenarios", min=0, metavar="N", help=say("cli.plan.scenarios"))
        ] = 0,
        seed: Annotated[int, typer.Option("--seed", min=0, help=say("cli.plan.seed"))] = 0,
    ) -> Answer:
        from tanlu.app import plan_studies, plans, workspaces

        studies = plan_studies.StudyOptions(
            is_delay=is_delay, is_risk=is_risk, is_regret=is_regret,
            is_alternatives=is_alternatives, is_tornado=is_tornado, pareto=pareto,
            scenarios=scenarios, what_if=tuple(what_if or ()), chance=chance, seed=seed,
            robust=robust, aversion=aversion,
        )  # fmt: skip
        options = plans.PlanOptions(
            scenario=scenario, settings=tuple(settings or ()), locks=tuple(locks or ()),
            bans=tuple(bans or ()), gap=gap, time_limit=time_limit, output=output,
        )  # fmt: skip
        if case is not None:
            body = plan_studies.study_case(
                case, options=options, studies=studies, say=say, tell=_teller(say)
            )
        else:
            with workspaces.open_workspace(call.workspace) as workspace:
                if studies.asked:
                    body = plan_studies.study_roadmap(
                        workspace, options=options, studies=studies, say=say, tell=_teller(say)
                    )
                else:
                    body = plans.plan_roadmap(
                        workspace, options=options, say=say, tell=_teller(say)
                    )
        infeasible = body["status"] == "infeasible"
        return Answer(body, views.studies.plan, Exit.NOT_MET if infeasible else Exit.DONE)


def _teller(say: Say) -> Callable[[str, int, int], None]:
    """Return a function that shows on a terminal's standard error how far a plan or a study is."""

    def tell(study: str, done: int, steps: int) -> None:
        if sys.stderr.isatty():
            text = say("study.progress", study=study, done=done, steps=steps)
            sys.stderr.write(f"\r{text}" + ("\n" if done == steps else ""))
            sys.stderr.flush()

    return tell


def _add_approval(program: typer.Typer, call: Call, say: Say) -> None:
    @program.command("approve", help=say("cli.approve"), rich_help_panel=say("cli.panel.use"))
    def approve(
        by: Annotated[str, typer.Option("--by", help=say("cli.approve.by"))],
        reason: Annotated[str, typer.Option("--reason", help=say("cli.reason"))],
    ) -> Answer:
        from tanlu.app import plans, workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = plans.approve(workspace, by=by, reason=reason, say=say)
        is_signed = body["approval"]["state"] == "approved"
        return Answer(body, views.goals.approval, Exit.DONE if is_signed else Exit.NOT_MET)
