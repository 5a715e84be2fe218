"""A smaller model says the same: fewer columns and rows, the same least cost and answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tanlu.roadmap.assembly import Assembly, assemble
from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.case import read_case
from tanlu.roadmap.condense import condense, whole_model
from tanlu.roadmap.solve import Engine, Status
from tanlu.roadmap.warm import WarmEngine
from tests.unit.roadmap.test_session import works

if TYPE_CHECKING:
    from tanlu.roadmap.problem import Problem

EVERY_THIRD = frozenset({2026, 2029})


def _problem() -> Problem:
    """Return a plant that decides in two of its six years."""
    return replace(read_case(works()), decision_years=EVERY_THIRD)


@pytest.fixture(scope="module")
def coarse() -> Assembly:
    return assemble(_problem())


def test_years_without_a_decision_have_no_columns_of_their_own(coarse: Assembly) -> None:
    small = condense(coarse)

    for row in coarse.layout.z:
        assert len(np.unique(small.column[row])) == len(EVERY_THIRD)
    assert len(small.kept) < coarse.matrix.n_rows


@pytest.mark.parametrize("integer", [False, True])
def test_the_smaller_model_has_the_same_optimum(coarse: Assembly, integer: bool) -> None:
    whole = Engine(coarse.matrix, integer=integer).run()

    small = Engine(coarse.matrix, integer=integer, small=condense(coarse)).run()

    assert small.objective == pytest.approx(whole.objective, rel=1e-9)
    assert small.values is not None
    assert len(small.values) == coarse.matrix.n_columns
    assert float(coarse.matrix.cost @ small.values) == pytest.approx(whole.objective, rel=1e-9)


def test_its_answer_keeps_every_row_of_the_whole_model(coarse: Assembly) -> None:
    matrix = coarse.matrix

    small = Engine(matrix, integer=False, small=condense(coarse)).run()

    assert small.values is not None
    every = np.arange(matrix.n_columns)
    fixed = Engine(matrix, integer=False)
    fixed.set_bounds(every, small.values - 1e-7, small.values + 1e-7)
    assert fixed.run().status is Status.OPTIMAL


def test_its_duals_price_the_targets_as_the_whole_model_does(coarse: Assembly) -> None:
    rows = np.concatenate([coarse.matrix.blocks[b] for b in coarse.rows_of("cap")])

    whole = Engine(coarse.matrix, integer=False).run().row_duals
    small = Engine(coarse.matrix, integer=False, small=condense(coarse)).run().row_duals

    assert whole is not None
    assert small is not None
    np.testing.assert_allclose(small[rows], whole[rows], rtol=1e-6, atol=1e-9)


def test_a_model_that_decides_every_year_stays_as_it_is() -> None:
    assembly = assemble(read_case(works()))

    small = condense(assembly)

    assert small.n_columns == assembly.matrix.n_columns
    assert len(small.kept) == assembly.matrix.n_rows


def test_rows_left_out_do_not_bind(coarse: Assembly) -> None:
    caps = np.concatenate([coarse.matrix.blocks[b] for b in coarse.rows_of("cap")])
    free = replace(coarse.matrix, row_up=coarse.matrix.row_up.copy())
    free.row_up[caps] = np.inf

    dropped = Engine(coarse.matrix, integer=False, small=condense(coarse).without(caps)).run()

    expected = Engine(free, integer=False).run()
    assert dropped.objective == pytest.approx(expected.objective, rel=1e-9)


def test_a_warm_smaller_model_follows_changed_values(coarse: Assembly) -> None:
    dearer = replace(coarse.matrix, cost=coarse.matrix.cost * 1.5)
    engine = WarmEngine(coarse.matrix, small=condense(coarse))
    engine.run_cold()

    engine.apply(dearer)
    warm = engine.run_warm()

    assert warm.objective == pytest.approx(Engine(dearer, integer=False).run().objective, rel=1e-9)


def test_the_identity_is_the_model_itself(coarse: Assembly) -> None:
    same = whole_model(coarse.matrix).matrix(coarse.matrix)

    np.testing.assert_array_equal(same.values, coarse.matrix.values)
    np.testing.assert_array_equal(same.cost, coarse.matrix.cost)


def test_a_row_that_was_added_can_be_moved(coarse: Assembly) -> None:
    matrix = coarse.matrix
    every = np.arange(matrix.n_columns, dtype=np.int64).reshape(1, -1)
    total = Block("cost", ("cost",), (Term(every, matrix.cost.reshape(1, -1)),))
    goals = -np.isin(np.arange(matrix.n_columns), coarse.layout.z).astype(np.float64)
    answers = []

    for small in (None, condense(coarse)):
        engine = Engine(matrix, integer=False, small=small)
        least = engine.run().objective
        assert least is not None
        engine.add(total)
        engine.set_costs(goals)
        engine.set_row(matrix.n_rows, -np.inf, least * 1.01)
        answers.append(engine.run().objective)

    assert answers[1] == pytest.approx(answers[0], rel=1e-7)
