"""The plan's model in linopy, vectorised over sites, end uses and years; loaded into HiGHS."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

if TYPE_CHECKING:
    from pathlib import Path

warnings.simplefilter("ignore")  # about semantics of a later version


def build(data: Path, _: Path) -> dict[str, Any]:
    """Build and load; return rows, columns and what it took."""
    with np.load(data / "arrays.npz") as file:
        given = {name: file[name] for name in file.files}
    begin = time.process_time()
    model = _Model(given).all()
    highs = model.to_highspy()
    used = time.process_time() - begin
    lp = highs.getLp()
    value: dict[str, Any] = {"rows": lp.num_row_}
    if given["shape"][0] == 1:
        value["objective"] = _relaxed(highs)
    return {"cpu_s": used, **value}


def _relaxed(highs: Any) -> float:
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("solve_relaxation", True)
    highs.run()
    return float(f"{highs.getInfo().objective_function_value:.9g}")


class _Model:
    """One instance; every method adds some variables and their rows."""

    def __init__(self, given: dict[str, Any]) -> None:
        sites, uses, measures, years = (int(v) for v in given["shape"])
        self.given = given
        self.model = linopy.Model()
        self.s = pd.RangeIndex(sites, name="s")
        self.u = pd.RangeIndex(uses, name="u")
        self.m = pd.RangeIndex(measures, name="m")
        self.t = pd.RangeIndex(years, name="t")
        self.k = pd.RangeIndex(given["inflow"].shape[1], name="k")
        self.c = pd.RangeIndex(2, name="c")
        self.p = pd.RangeIndex(len(given["least"]), name="p")

    def data(self, name: str, *dims: str) -> xr.DataArray:
        """Return an array with its dimensions named."""
        coords = {d: getattr(self, d) for d in dims}
        return xr.DataArray(self.given[name], dims=dims, coords=coords)

    def all(self) -> Any:
        self._columns()
        self._adoption()
        self._savings()
        self._balances()
        self._generation()
        self._emissions()
        self._budget()
        self._targets()
        self._objective()
        return self.model

    def _columns(self) -> None:
        add, st = self.model.add_variables, [self.s, self.t]
        self.z = add(binary=True, coords=[self.s, self.u, self.m, self.t], name="z")
        self.zp = add(binary=True, coords=st, name="zp")
        self.f = add(
            self.data("f_low", "s", "u", "t"), self.data("f_high", "s", "u", "t"), name="f"
        )
        self.a = add(lower=0, coords=[self.s, self.k, self.t], name="a")
        self.n = add(lower=0, upper=self.data("n_top", "s", "k", "t"), integer=True, name="n")
        self.buy = add(lower=0, coords=[self.s, self.c, self.t], name="buy")
        self.q = add(lower=0, upper=self.data("q_top", "s", "t"), name="q")
        for name in ("e", "use", "pin", "after", "export"):
            setattr(self, name, add(lower=0, coords=st, name=name))
        self.g = add(lower=0, upper=self.data("g_top", "s", "t"), name="g")
        for name in ("s1", "s2l", "s2m", "s3"):
            setattr(self, name, add(coords=st, name=name))
        self.off = add(lower=0, upper=0, coords=[self.t], name="off")
        self.inv = add(coords=[self.t], name="inv")
        self.bank = add(lower=0, coords=[self.t], name="bank")

    def _adoption(self) -> None:
        later = slice(1, None)
        for name, z in (("z", self.z), ("zp", self.zp)):
            change = z - z.shift(t=1)
            self.model.add_constraints(change.sel(t=later) >= 0, name=f"adoption_{name}")

    def _savings(self) -> None:
        slope, least = self.data("slope", "p", "s", "u", "m", "t"), self.data("least", *"psut")
        for point in range(len(self.p)):
            row = self.f - (slope.isel(p=point, drop=True) * self.z).sum("m")
            low = least.isel(p=point, drop=True)
            self.model.add_constraints(
                row >= low.fillna(0), name=f"savings_{point}", mask=low.notnull()
            )

    def _balances(self) -> None:
        add = self.model.add_constraints
        demand, inflow = self.data("demand", "s", "u", "t"), self.data("inflow", "s", "k", "t")
        heat = self.a.sum("k") - self.f.isel(u=0, drop=True)
        add(heat == 0, name="heat")
        alive = self.n.rolling(t=int(self.given["life"].flat[0])).sum()
        capacity = self.data("activity", "s", "k", "t") * self.a
        add(
            capacity - self.data("unit", "s", "k") * alive <= self.data("existing", "s", "k", "t"),
            name="stock",
        )
        carrier, route = self.data("carrier", "s", "u"), self.data("route_carrier", "s", "k")
        load = self.use
        load = load - (demand.where(carrier == 1, 0) * self.f).sum("u")
        load = load - (inflow.where(route == 2, 0) * self.a).sum("k")
        add(load == 0, name="use")
        add(self.use - self.e - self.pin - self.after == 0, name="supply")
        for c in range(2):
            fuel = self.buy.sel(c=c, drop=True) - (inflow.where(route == c, 0) * self.a).sum("k")
            if c == 1:
                fuel = fuel - (demand.where(carrier == 2, 0) * self.f).sum("u")
            add(fuel == 0, name=f"fuel_{c}")

    def _generation(self) -> None:
        add, per_mw = self.model.add_constraints, self.data("yield", "s", "t")
        add((self.q - self.q.shift(t=1)).sel(t=slice(1, None)) >= 0, name="grow")
        add(self.pin + self.after + self.export - per_mw * self.q <= 0, name="energy")
        for number, (alpha, beta) in enumerate(self.given["envelope"]):
            row = self.pin + self.after - float(alpha) * per_mw * self.q - float(beta) * self.use
            add(row <= 0, name=f"envelope_{number}")
        add(self.q - self.data("q_top", "s", "t") * self.zp <= 0, name="open")
        add(self.after <= 0, name="own_after")
        add(self.g - self.e <= 0, name="claims")
        add(self.g.sum("s") <= self.data("contract", "t"), name="contract")

    def _emissions(self) -> None:
        add = self.model.add_constraints
        grid, fuel = self.data("ef_grid", "t"), self.data("ef_fuel", "c", "t")
        add(self.s1 - (fuel * self.buy).sum("c") == 0, name="s1")
        add(self.s2l - grid * self.e == 0, name="s2l")
        add(self.s2m - grid * self.e + grid * self.g == 0, name="s2m")
        add(self.s3 == 0, name="s3")

    def _budget(self) -> None:
        spent = self.inv
        capex, life = self.data("z_capex", "s", "u", "m", "t"), self.data("z_life", "s", "u", "m")
        for delay, sign in _payments(len(self.t), self.given["z_life"]):
            due = (delay % life == 0) if sign > 0 else ((delay - 1) % life == 0)
            paid = capex.where(due, 0)
            spent = spent - sign * (paid * self.z.shift(t=delay)).sum(["s", "u", "m"])
        capex, life = self.data("q_capex", "s", "t"), self.data("q_life", "s")
        for delay, sign in _payments(len(self.t), self.given["q_life"]):
            due = (delay % life == 0) if sign > 0 else ((delay - 1) % life == 0)
            spent = spent - sign * (capex.where(due, 0) * self.q.shift(t=delay)).sum("s")
        spent = spent - (self.data("n_capex", "s", "k", "t") * self.n).sum(["s", "k"])
        self.model.add_constraints(spent == 0, name="investment")
        row = self.inv + self.bank - self.bank.shift(t=1)
        self.model.add_constraints(row <= self.data("budget", "t"), name="budget")

    def _targets(self) -> None:
        add, total = self.model.add_constraints, (self.s1 + self.s2m).sum("s")
        years = self.given["cap_years"]
        limit = xr.DataArray(self.given["cap"], dims="t", coords={"t": years})
        add(total.sel(t=years) <= limit, name="cap")
        years = self.given["share_years"]
        share = xr.DataArray(self.given["share"], dims="t", coords={"t": years})
        green = (self.pin + self.after + self.g).sum("s").sel(t=years)
        add(green - share * self.use.sum("s").sel(t=years) >= 0, name="share")
        fall = total - total.shift(t=1)
        add(fall.sel(t=slice(int(self.given["peak"]) + 1, None)) <= 0, name="peak")

    def _objective(self) -> None:
        cost = (self.data("z_cost", "s", "u", "m", "t") * self.z).sum()
        cost = cost + (self.data("n_cost", "s", "k", "t") * self.n).sum()
        cost = cost + (self.data("buy_cost", "s", "c", "t") * self.buy).sum()
        for name in ("e", "q", "g", "s1"):
            cost = cost + (self.data(f"{name}_cost", "s", "t") * getattr(self, name)).sum()
        self.model.add_objective(cost)


def _payments(years: int, lives: Any) -> list[tuple[int, int]]:
    """Return (delay, sign) of what starts and what had started: builds and renewals."""
    every = sorted({j for life in np.unique(lives) for j in range(0, years, int(life))})
    return [(d, 1) for d in every] + [(d + 1, -1) for d in every if d + 1 < years]
