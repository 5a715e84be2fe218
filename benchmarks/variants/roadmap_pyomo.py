"""The plan's model in Pyomo, by rules over its indices; loaded into HiGHS through its own door."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo
from pyomo.contrib.appsi.solvers.highs import Highs
from pyomo.core.expr import LinearExpression

from benchmarks.variants.roadmap_linopy import _payments

if TYPE_CHECKING:
    from pathlib import Path


def build(data: Path, _: Path) -> dict[str, Any]:
    """Build and load; return rows, columns and what it took."""
    with np.load(data / "arrays.npz") as file:
        given = {name: file[name].tolist() for name in file.files}
    begin = time.process_time()
    model = _Model(given).all()
    solver = Highs()
    solver.highs_options = {"output_flag": False}
    solver.set_instance(model)
    highs = solver._solver_model  # noqa: SLF001 - how many rows were loaded
    used = time.process_time() - begin
    lp = highs.getLp()
    value: dict[str, Any] = {"rows": lp.num_row_}
    if given["shape"][0] == 1:
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("solve_relaxation", True)
        highs.run()
        value["objective"] = float(f"{highs.getInfo().objective_function_value:.9g}")
    return {"cpu_s": used, **value}


class _Model:
    """One instance; every method adds some variables and their rows."""

    def __init__(self, given: dict[str, Any]) -> None:
        sites, uses, measures, years = given["shape"]
        self.d = given
        self.model = pyo.ConcreteModel()
        self.S, self.U, self.M, self.T = (
            range(sites), range(uses), range(measures), range(years),
        )  # fmt: skip
        self.K, self.C = range(len(given["inflow"][0])), range(2)

    def all(self) -> Any:
        """Return the finished model."""
        for part in (
            self._columns, self._savings, self._balances, self._generation, self._emissions,
            self._budget, self._targets, self._objective,
        ):  # fmt: skip
            part()
        return self.model

    def rows(self, name: str, *sets: Any, rule: Any) -> None:
        """Add rows over some sets."""
        setattr(self.model, name, pyo.Constraint(*sets, rule=lambda _m, *i: rule(*i)))

    def _columns(self) -> None:
        v, d, st = pyo.Var, self.d, (self.S, self.T)
        model, free = self.model, pyo.Reals
        model.z = v(self.S, self.U, self.M, self.T, domain=pyo.Binary)
        model.zp = v(*st, domain=pyo.Binary)
        model.f = v(
            self.S, self.U, self.T, bounds=lambda _, *i: (_at(d["f_low"], i), _at(d["f_high"], i))
        )
        model.a = v(self.S, self.K, self.T, domain=pyo.NonNegativeReals)
        model.n = v(
            self.S,
            self.K,
            self.T,
            domain=pyo.NonNegativeIntegers,
            bounds=lambda _, *i: (0, _at(d["n_top"], i)),
        )
        model.buy = v(self.S, self.C, self.T, domain=pyo.NonNegativeReals)
        model.q = v(*st, bounds=lambda _, *i: (0, _at(d["q_top"], i)))
        model.g = v(*st, bounds=lambda _, *i: (0, _at(d["g_top"], i)))
        for name in ("e", "use", "pin", "after", "export"):
            setattr(model, name, v(*st, domain=pyo.NonNegativeReals))
        for name in ("s1", "s2l", "s2m", "s3"):
            setattr(model, name, v(*st, domain=free))
        model.off = v(self.T, bounds=(0, 0))
        model.inv = v(self.T, domain=free)
        model.bank = v(self.T, domain=pyo.NonNegativeReals)
        z, zp, later = model.z, model.zp, self.T[1:]
        self.rows(
            "keep",
            self.S,
            self.U,
            self.M,
            later,
            rule=lambda s, u, m, t: z[s, u, m, t] - z[s, u, m, t - 1] >= 0,
        )
        self.rows("keep_pv", self.S, later, rule=lambda s, t: zp[s, t] - zp[s, t - 1] >= 0)

    def _savings(self) -> None:
        slope, least = self.d["slope"], self.d["least"]
        z, f = self.model.z, self.model.f

        def touching(point: int, s: int, u: int, t: int) -> Any:
            if np.isnan(least[point][s][u][t]):
                return pyo.Constraint.Skip
            coefficients = [1.0, *(-slope[point][s][u][m][t] for m in self.M)]
            columns = [f[s, u, t], *(z[s, u, m, t] for m in self.M)]
            row = LinearExpression(linear_coefs=coefficients, linear_vars=columns)
            return row >= least[point][s][u][t]

        self.rows("savings", range(len(least)), self.S, self.U, self.T, rule=touching)

    def _balances(self) -> None:
        d, m = self.d, self.model
        flow, inflow = d["demand"], d["inflow"]
        self.rows(
            "heat",
            self.S,
            self.T,
            rule=lambda s, t: sum(m.a[s, k, t] for k in self.K) - m.f[s, 0, t] == 0,
        )

        def stock(s: int, k: int, t: int) -> Any:
            first = max(0, t - d["life"][s][k] + 1)
            alive = sum(m.n[s, k, year] for year in range(first, t + 1))
            return (
                d["activity"][s][k][t] * m.a[s, k, t] - d["unit"][s][k] * alive
                <= d["existing"][s][k][t]
            )

        self.rows("stock", self.S, self.K, self.T, rule=stock)

        def taken(s: int, t: int, carrier: int, route: int) -> Any:
            flows = sum(
                flow[s][u][t] * m.f[s, u, t] for u in self.U if d["carrier"][s][u] == carrier
            )
            return flows + sum(
                inflow[s][k][t] * m.a[s, k, t] for k in self.K if d["route_carrier"][s][k] == route
            )

        self.rows("used", self.S, self.T, rule=lambda s, t: m.use[s, t] - taken(s, t, 1, 2) == 0)
        self.rows(
            "supply",
            self.S,
            self.T,
            rule=lambda s, t: m.use[s, t] - m.e[s, t] - m.pin[s, t] - m.after[s, t] == 0,
        )
        self.rows(
            "fuel",
            self.S,
            self.C,
            self.T,
            rule=lambda s, c, t: m.buy[s, c, t] - taken(s, t, 2 * c or -1, c) == 0,
        )

    def _generation(self) -> None:
        d, m, st = self.d, self.model, (self.S, self.T)
        made, pairs = d["yield"], d["envelope"]
        self.rows("grow", self.S, self.T[1:], rule=lambda s, t: m.q[s, t] - m.q[s, t - 1] >= 0)
        self.rows(
            "energy",
            *st,
            rule=lambda s, t: (
                m.pin[s, t] + m.after[s, t] + m.export[s, t] - made[s][t] * m.q[s, t] <= 0
            ),
        )

        def envelope(j: int, s: int, t: int) -> Any:
            alpha, beta = pairs[j]
            most = alpha * made[s][t] * m.q[s, t] + beta * m.use[s, t]
            return m.pin[s, t] + m.after[s, t] - most <= 0

        self.rows("envelope", range(len(pairs)), *st, rule=envelope)
        self.rows("open", *st, rule=lambda s, t: m.q[s, t] - d["q_top"][s][t] * m.zp[s, t] <= 0)
        self.rows("own_after", *st, rule=lambda s, t: m.after[s, t] + 0.0 * m.pin[s, t] <= 0)
        self.rows("claims", *st, rule=lambda s, t: m.g[s, t] - m.e[s, t] <= 0)
        self.rows(
            "contract", self.T, rule=lambda t: sum(m.g[s, t] for s in self.S) <= d["contract"][t]
        )

    def _emissions(self) -> None:
        d, m, st = self.d, self.model, (self.S, self.T)
        grid, fuel = d["ef_grid"], d["ef_fuel"]
        self.rows(
            "e1",
            *st,
            rule=lambda s, t: m.s1[s, t] - sum(fuel[c][t] * m.buy[s, c, t] for c in self.C) == 0,
        )
        self.rows("e2l", *st, rule=lambda s, t: m.s2l[s, t] - grid[t] * m.e[s, t] == 0)
        self.rows(
            "e2m",
            *st,
            rule=lambda s, t: m.s2m[s, t] - grid[t] * m.e[s, t] + grid[t] * m.g[s, t] == 0,
        )
        self.rows("e3", *st, rule=lambda s, t: m.s3[s, t] == 0)

    def _budget(self) -> None:
        d, m = self.d, self.model

        def paid(capex: list[float], life: int, path: Any, t: int) -> Any:
            for delay, sign in _payments(len(self.T), [life]):
                if t >= delay:
                    yield -sign * capex[t], path(t - delay)

        def investment(t: int) -> Any:
            cells = [(1.0, m.inv[t])]
            for s in self.S:
                for u in self.U:
                    for i in self.M:
                        cells += paid(
                            d["z_capex"][s][u][i],
                            d["z_life"][s][u][i],
                            lambda y, s=s, u=u, i=i: m.z[s, u, i, y],
                            t,
                        )
                cells += paid(d["q_capex"][s], d["q_life"][s], lambda y, s=s: m.q[s, y], t)
                cells += [(-d["n_capex"][s][k][t], m.n[s, k, t]) for k in self.K]
            row = LinearExpression(
                linear_coefs=[c for c, _ in cells], linear_vars=[x for _, x in cells]
            )
            return row == 0

        self.rows("investment", self.T, rule=investment)
        self.rows(
            "budget",
            self.T,
            rule=lambda t: m.inv[t] + m.bank[t] - (m.bank[t - 1] if t else 0) <= d["budget"][t],
        )

    def _targets(self) -> None:
        d, m = self.d, self.model

        def total(t: int) -> Any:
            return sum(m.s1[s, t] + m.s2m[s, t] for s in self.S)

        def green(i: int) -> Any:
            t = d["share_years"][i]
            own = sum(m.pin[s, t] + m.after[s, t] + m.g[s, t] for s in self.S)
            return own - d["share"][i] * sum(m.use[s, t] for s in self.S) >= 0

        self.rows(
            "cap", range(len(d["cap"])), rule=lambda i: total(d["cap_years"][i]) <= d["cap"][i]
        )
        self.rows("share", range(len(d["share"])), rule=green)
        self.rows("peak", self.T[d["peak"] + 1 :], rule=lambda t: total(t) - total(t - 1) <= 0)

    def _objective(self) -> None:
        d, m = self.d, self.model
        cells = []
        for name in ("z", "n", "buy", "e", "q", "g", "s1"):
            column = getattr(m, name)
            cells += [(_at(d[f"{name}_cost"], i), column[i]) for i in column]
        expression = LinearExpression(
            linear_coefs=[c for c, _ in cells], linear_vars=[x for _, x in cells]
        )
        m.cost = pyo.Objective(expr=expression)


def _at(values: Any, index: tuple[int, ...]) -> float:
    for place in index:
        values = values[place]
    return float(values)
