"""A plan's decisions with their exact re-run and the bound that certifies them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanlu.roadmap.layout import MEGA

if TYPE_CHECKING:
    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.problem import Problem
    from tanlu.roadmap.search import Found
    from tanlu.roadmap.simulate import Choices, Simulation


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan's decisions, exactly simulated, with what certifies them.

    Parameters
    ----------
    problem : Problem
        What was planned.
    assembly : Assembly
        The model.
    found : Found
        Search result: bound, duals of the relaxation.
    values : FloatArray
        Columns with exact savings and the best continuous rest.
    duals : FloatArray
        Row duals with integers fixed.
    choices : Choices
        Rounded decisions.
    result : Simulation
        Exact re-run.
    """

    problem: Problem
    assembly: Assembly
    found: Found
    values: FloatArray
    duals: FloatArray
    choices: Choices
    result: Simulation

    @property
    def objective_cny(self) -> int:
        """Simulated present value with the internal price, which steers [CNY]."""
        return self.result.npv + self.result.steering_npv

    @property
    def bound_cny(self) -> float:
        """Lower bound [CNY]; never above the simulated cost."""
        bound = (self.found.bound + self.assembly.layout.constant) * MEGA
        return min(bound, float(self.objective_cny))

    @property
    def gap(self) -> float:
        """``(simulated - bound) / |bound|`` [-]."""
        bound = self.bound_cny
        return (self.objective_cny - bound) / abs(bound) if bound else 0.0
