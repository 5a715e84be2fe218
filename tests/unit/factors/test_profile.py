"""Profiles are read from table rows and refuse choices that do not exist."""

from __future__ import annotations

import pytest

from tanlu.factors import Consolidation, GridLevel, Place, Profile, places_of
from tanlu.kernel.errors import TanluError
from tanlu.kernel.results import Stream

ROW = {
    "id": "p",
    "sets": ("A", "B"),
    "grid_location": "average",
    "grid_market": "residual",
    "grid_level": "region",
    "gwp_set": "AR5",
    "consolidation": "equity",
    "market_lag": False,
    "country": "CN",
}


def test_a_row_becomes_a_profile() -> None:
    profile = Profile.from_row(ROW)

    assert profile.sets == ("A", "B")
    assert profile.grid_level is GridLevel.REGION
    assert profile.consolidation is Consolidation.EQUITY
    assert profile.definition(Stream.MARKET) == "residual"
    assert not profile.may_lag(Stream.MARKET)
    assert profile.may_lag(Stream.MAIN)
    assert profile.with_gwp("AR6").gwp_set == "AR6"


@pytest.mark.parametrize("change", [{"grid_level": "galaxy"}, {"sets": 3}, {"consolidation": "x"}])
def test_a_choice_that_does_not_exist_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(TanluError) as caught:
        Profile.from_row({**ROW, **change})

    assert caught.value.code == "factors.profile-invalid"


def test_a_place_without_a_row_takes_the_profile_country() -> None:
    places = places_of([{"id": "CN-JS", "region": "CN-E", "country": "CN"}])
    profile = Profile.from_row(ROW)

    assert profile.place("CN-JS", places) == Place("CN-JS", "CN-E", "CN")
    assert profile.place("Atlantis", places) == Place("Atlantis", "", "CN")
