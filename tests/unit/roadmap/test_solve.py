"""What HiGHS does that one must know, each as a test of our door to it."""

from __future__ import annotations

import numpy as np
import pytest

from tanlu.roadmap.builder import Block, Builder, Term
from tanlu.roadmap.solve import Engine, Status


def knapsack(*, infeasible: bool = False, size: int = 12) -> Builder:
    """Minimise minus the value of items within a weight; or demand the impossible."""
    rng = np.random.default_rng(1)
    builder = Builder()
    x = builder.var("x", (size,), ub=1.0, cost=-rng.uniform(1, 2, size), integer=True)
    weight = rng.uniform(1, 2, size).reshape(1, -1)
    builder.con(Block("weight", ("all",), (Term(x.reshape(1, -1), weight),), up=0.4 * size))
    if infeasible:
        builder.con(Block("all", ("all",), (Term(x.reshape(1, -1)),), lo=size))
    return builder


def test_an_infeasible_model_has_no_numbers() -> None:
    answer = Engine(knapsack(infeasible=True).matrix(), integer=True).run()

    assert answer.status is Status.INFEASIBLE
    assert answer.objective is None
    assert answer.values is None


def test_the_library_itself_reports_values_for_an_infeasible_model() -> None:
    engine = Engine(knapsack(infeasible=True).matrix(), integer=False)
    engine.run()

    raw = engine._solver.getSolution()  # noqa: SLF001 - shows why the status comes first

    assert len(raw.col_value) == engine.n_columns


def test_objects_keep_one_thread_so_that_a_second_one_still_solves() -> None:
    first = Engine(knapsack().matrix(), integer=True)
    second = Engine(knapsack().matrix(), integer=True)

    answers = [first.run(), second.run(), first.run()]

    assert [answer.status for answer in answers] == [Status.OPTIMAL] * 3
    assert answers[0].objective == pytest.approx(answers[1].objective)
    for engine in (first, second):
        assert engine._solver.getOptionValue("threads")[1] == 1  # noqa: SLF001


def test_the_time_limit_counts_from_each_run() -> None:
    engine = Engine(knapsack().matrix(), integer=True)

    statuses = [engine.run(seconds=5.0).status for _ in range(4)]

    assert statuses == [Status.OPTIMAL] * 4
    assert engine._solver.getOptionValue("time_limit")[1] >= 5.0  # noqa: SLF001


def test_a_node_limit_gives_a_bound_below_the_incumbent() -> None:
    engine = Engine(knapsack(size=60).matrix(), integer=True)

    answer = engine.run(nodes=1)

    if answer.objective is not None:
        assert answer.bound is not None
        assert answer.bound <= answer.objective + 1e-9


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    Engine(knapsack().matrix(), integer=True).run()

    assert capfd.readouterr().out == ""


def test_rows_added_later_bind() -> None:
    builder = knapsack()
    engine = Engine(builder.matrix(), integer=True)
    x = builder.columns["x"]
    free = engine.run()

    engine.add(Block("two", ("two",), (Term(x.reshape(1, -1)),), up=2.0))
    bound = engine.run()

    assert free.objective is not None
    assert bound.values is not None
    assert bound.values.sum() <= 2 + 1e-6
