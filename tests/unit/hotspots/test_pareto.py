"""Ranking: exact shares, an order that does not depend on the input, the vital few."""

from __future__ import annotations

from fractions import Fraction

from tanlu.hotspots.pareto import rank_sources, vital_few


def test_ranking_is_by_size_then_by_name() -> None:
    ranked = rank_sources({("B", "x"): 10, ("A", "x"): 10, ("A", "y"): 80})

    assert [(r.site, r.item) for r in ranked] == [("A", "y"), ("A", "x"), ("B", "x")]
    assert [r.share for r in ranked] == [Fraction(4, 5), Fraction(1, 10), Fraction(1, 10)]
    assert ranked[-1].cumulative == 1


def test_vital_few_stop_at_the_threshold() -> None:
    ranked = rank_sources({("A", "y"): 80, ("A", "x"): 10, ("B", "x"): 10})

    assert len(vital_few(ranked, Fraction(4, 5))) == 1
    assert len(vital_few(ranked, Fraction(9, 10))) == 2


def test_nothing_emitted_gives_no_ranking() -> None:
    assert rank_sources({("A", "x"): 0}) == ()
