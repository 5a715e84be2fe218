"""The compiled book: who wins a key, what never enters, what is noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tanlu.factors import Book, GridLevel, explain
from tanlu.factors.candidate import Loss
from tanlu.factors.model import FactorQuality, Level
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import year_month
from tanlu.kernel.results import Stream

MARCH = year_month(2024, 3)


def used(book: Book, item: str, *, site: str = "north", supplier: str = "", **more: Any) -> str:
    stream, ym, dim = more.get("stream", Stream.MAIN), more.get("ym", MARCH), more.get("dim")
    found = book.find(stream, item, site=site, supplier=supplier, ym=ym, dim=dim or "mass")
    return book.factor(found[0]).factor.id if found else ""


def test_the_most_specific_level_wins(world: Any, make: Any) -> None:
    book = world.book(
        make.factor("default", "diesel"),
        make.factor("country", "diesel", level=Level.COUNTRY, key="CN"),
        make.factor("province", "diesel", level=Level.PROVINCE, key="P2"),
        make.factor("site", "diesel", level=Level.SITE, key="north"),
        make.factor("supplier", "diesel", level=Level.SUPPLIER, key="S"),
    )

    assert used(book, "diesel", supplier="S") == "supplier"
    assert used(book, "diesel") == "site"
    assert used(book, "diesel", site="south") == "province"
    assert used(book, "diesel", site="elsewhere") == "default"


def test_inside_a_key_the_profile_order_of_sets_decides(world: Any, make: Any) -> None:
    book = world.book(make.factor("b", "diesel", factor_set="B"), make.factor("a", "diesel"))

    assert used(book, "diesel") == "a"


def test_the_users_own_factor_comes_before_every_set(world: Any, make: Any) -> None:
    own = make.factor("own", "diesel", factor_set="MINE", quality=FactorQuality.USER)
    book = world.book(make.factor("a", "diesel"), own)

    assert used(book, "diesel") == "own"


def test_a_template_never_enters(world: Any, make: Any) -> None:
    book = world.book(make.factor("t", "diesel", quality=FactorQuality.TEMPLATE))

    assert not book.keys
    choice = explain(
        book, Stream.MAIN, item="diesel", site="north", supplier="", ym=MARCH, dim="mass"
    )
    assert [(r.factor.id, r.reason) for r in choice.others] == [("t", Loss.TEMPLATE)]


def test_a_template_conversion_never_enters(world: Any, make: Any) -> None:
    heat = make.step("diesel", "kg", "MJ", "43", quality=FactorQuality.TEMPLATE)
    book = world.book(make.factor("a", "diesel"), steps=(heat,))

    assert {key.dim for key in book.keys} == {"mass"}


def test_a_factor_published_after_the_date_is_not_used(world: Any, make: Any) -> None:
    late = make.factor("late", "diesel", published=date(2026, 2, 1))

    assert used(world.book(late), "diesel") == ""
    assert used(replace(world, as_of=date(2026, 2, 1)).book(late), "diesel") == "late"


def test_validity_holds_on_the_first_day_of_the_month(world: Any, make: Any) -> None:
    book = world.book(
        make.factor("old", "diesel", valid_to=date(2024, 3, 1)),
        make.factor("new", "diesel", valid_from=date(2024, 3, 1)),
    )

    assert used(book, "diesel", ym=year_month(2024, 2)) == "old"
    assert used(book, "diesel") == "new"


def test_overlapping_validity_inside_one_set_is_refused(world: Any, make: Any) -> None:
    with pytest.raises(TanluError) as caught:
        world.book(
            make.factor("one", "diesel", valid_to=date(2024, 7, 1)),
            make.factor("two", "diesel", valid_from=date(2024, 6, 1)),
        )

    assert caught.value.code == "factors.overlap"
    assert [finding.code for finding in caught.value.findings] == ["FACTOR_OVERLAP"]


def test_a_long_validity_overlaps_beyond_its_neighbour(world: Any, make: Any) -> None:
    with pytest.raises(TanluError):
        world.book(
            make.factor("open", "diesel", valid_from=date(2020, 1, 1)),
            make.factor("short", "diesel", valid_from=date(2019, 1, 1), valid_to=date(2019, 6, 1)),
            make.factor("late", "diesel", valid_from=date(2024, 6, 1)),
        )


def test_a_new_edition_replaces_the_old_one(world: Any, make: Any) -> None:
    first = make.factor("a", "diesel", value="1")
    second = replace(first, version=2, gases={"CO2": Fraction(2)})
    book = world.book(second, first)

    assert book.multipliers[1, "kg"].gases == {"CO2": Decimal("2.000000000000")}


def test_the_newest_published_year_not_after_the_inventory_year_is_used(
    world: Any, make: Any
) -> None:
    rows = [make.grid(f"g{year}", year, "0.5") for year in (2022, 2023, 2025)]
    book = replace(world, years=(2023, 2024)).book(*rows)
    in_2023, in_2024 = year_month(2023, 3), MARCH

    assert used(book, "electricity", ym=in_2023, dim="energy") == "g2023"
    assert used(book, "electricity", ym=in_2024, dim="energy") == "g2023"
    found = book.find(
        Stream.MAIN, "electricity", site="north", supplier="", ym=in_2024, dim="energy"
    )
    assert found is not None
    assert book.factor(found[0]).notes == ("FACTOR_YEAR_LAG",)
    assert book.factor(found[0]).lag_years == 1


@pytest.mark.parametrize(("may_lag", "expected"), [(True, "m2023"), (False, "")])
def test_a_residual_factor_lags_only_where_the_profile_says_so(
    world: Any, make: Any, may_lag: bool, expected: str
) -> None:
    row = make.grid("m2023", 2023, "0.6", definition="residual", stream="market")
    profile = replace(world.profile, market_lag=may_lag)
    book = replace(world, profile=profile).book(row)

    assert used(book, "electricity", stream=Stream.MARKET, dim="energy") == expected


def test_definitions_of_the_grid_are_never_mixed(world: Any, make: Any) -> None:
    book = world.book(make.grid("fossil", 2023, "0.8", definition="fossil_power"))

    assert used(book, "electricity", dim="energy") == ""


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (GridLevel.PROVINCE, "province"),
        (GridLevel.REGION, "region"),
        (GridLevel.NATIONAL, "nation"),
    ],
)
def test_the_profile_chooses_the_level_of_the_grid(
    world: Any, make: Any, level: GridLevel, expected: str
) -> None:
    profile = replace(world.profile, grid_level=level)
    book = replace(world, profile=profile).book(
        make.grid("nation", 2023, "0.5"),
        make.grid("region", 2023, "0.6", level=Level.PROVINCE, key="R1"),
        make.grid("province", 2023, "0.7", level=Level.PROVINCE, key="P1"),
    )

    assert used(book, "electricity", dim="energy") == expected


def test_a_site_without_a_provincial_factor_is_told_so(world: Any, make: Any) -> None:
    book = world.book(
        make.grid("nation", 2023, "0.5"),
        make.grid("province", 2023, "0.7", level=Level.PROVINCE, key="P1"),
    )

    assert [(f.code, f.facts["site"]) for f in book.findings] == [("FACTOR_GRID_FALLBACK", "south")]


def test_an_item_may_stand_on_the_factor_of_another(world: Any, make: Any) -> None:
    book = world.book(make.factor("coal", "coal"))

    assert used(book, "raw_coal") == "coal"
    notes = {book.factor(rid).notes for key, rid in book.keys.items() if key.item == "raw_coal"}
    assert notes == {("COAL_RANK_ASSUMED",)}
    assert [f.code for f in book.findings_for([1, 2])] == ["COAL_RANK_ASSUMED"]


def test_one_conversion_step_either_way(world: Any, make: Any) -> None:
    heat, density = make.step("diesel", "kg", "MJ", "43"), make.step("diesel", "L", "kg", "0.84")
    per_kg = world.book(make.factor("a", "diesel", value="3"), steps=(heat, density))
    per_mj = world.book(make.factor("a", "diesel", value="3", unit="MJ"), steps=(heat, density))

    assert {key.dim for key in per_kg.keys} == {"mass", "energy", "volume"}
    assert {key.dim for key in per_mj.keys} == {"mass", "energy"}
    by_unit = {unit: m.gases["CO2"] for (_, unit), m in per_kg.multipliers.items()}
    assert by_unit["MJ"] == Decimal("0.069767441860")
    assert by_unit["kWh"] == Decimal("0.251162790698")
    assert by_unit["L"] == Decimal("2.520000000000")
    assert by_unit["lb"] == Decimal("1.360777110000")


def test_net_and_gross_heating_values_never_meet(world: Any, make: Any) -> None:
    gross = make.step("diesel", "kg", "MJ", "45", basis="GCV")
    book = world.book(make.factor("a", "diesel", unit="MJ", basis="NCV"), steps=(gross,))

    assert {key.dim for key in book.keys} == {"energy"}


def test_a_conversion_of_another_set_does_not_serve(world: Any, make: Any) -> None:
    other = make.step("diesel", "kg", "MJ", "43", factor_set="B")
    book = world.book(make.factor("a", "diesel"), steps=(other,))

    assert {key.dim for key in book.keys} == {"mass"}


def test_the_factor_of_the_recorded_dimension_wins_inside_a_set(world: Any, make: Any) -> None:
    heat = make.step("diesel", "kg", "MJ", "43")
    book = world.book(
        make.factor("mass", "diesel"), make.factor("heat", "diesel", unit="MJ"), steps=(heat,)
    )

    assert used(book, "diesel", dim="mass") == "mass"
    assert used(book, "diesel", dim="energy") == "heat"


def test_gases_are_weighted_and_kept_apart(world: Any, make: Any) -> None:
    gases = {"CO2": Fraction(2), "CH4": Fraction(1, 100), "CO2bio": Fraction(5)}
    found = world.book(make.factor("a", "diesel", gases=gases)).multipliers[1, "kg"]

    assert found.gases == {"CO2": Decimal(2), "CH4": Decimal("0.28")}
    assert found.biogenic == Decimal(5)


def test_a_gas_without_gwp_keeps_its_factor_out(world: Any, make: Any) -> None:
    book = world.book(make.factor("a", "refrigerant", gases={"HFC999": Fraction(1)}))

    assert not book.keys
    assert book.rejected["refrigerant"][0][1] is Loss.NO_GWP


def test_too_few_digits_are_noted(world: Any, make: Any) -> None:
    book = world.book(make.factor("a", "diesel", value=Fraction(1, 3 * 10**8)))

    assert [f.code for f in book.findings_for([1])].count("BOOK_PRECISION") == 2


def test_equal_content_has_an_equal_hash_in_any_order(world: Any, make: Any) -> None:
    rows = [make.factor("a", "diesel"), make.factor("b", "coal"), make.grid("g", 2023, "0.5")]
    forward, backward = world.book(*rows), world.book(*reversed(rows))

    assert forward.hash == backward.hash
    assert forward.hash != world.book(*rows[:2]).hash
    changed = replace(rows[0], gases={"CO2": Fraction("1.000000000001")})
    assert forward.hash != world.book(changed, *rows[1:]).hash


def test_an_unknown_gwp_set_is_refused(world: Any) -> None:
    with pytest.raises(TanluError) as caught:
        replace(world, profile=replace(world.profile, gwp_set="AR9")).book()

    assert caught.value.code == "factors.gwp-set"


def test_explain_names_the_reason_of_each_loss(world: Any, make: Any) -> None:
    heat = make.step("diesel", "kg", "MJ", "43")
    book = world.book(
        make.factor("won", "diesel", level=Level.PROVINCE, key="P1"),
        make.factor("level", "diesel"),
        make.factor("set", "diesel", level=Level.PROVINCE, key="P1", factor_set="B"),
        make.factor("other_set", "diesel", factor_set="Z"),
        make.factor("elsewhere", "diesel", level=Level.PROVINCE, key="P2"),
        make.factor("expired", "diesel", factor_set="B", valid_to=date(2020, 1, 1)),
        make.factor("heat", "diesel", level=Level.PROVINCE, key="P1", unit="MJ"),
        steps=(heat,),
    )
    choice = explain(
        book, Stream.MAIN, item="diesel", site="north", supplier="", ym=MARCH, dim="mass"
    )

    assert choice.chosen is not None
    assert (choice.chosen.factor.id, choice.level) == ("won", Level.PROVINCE)
    assert {r.factor.id: r.reason.value for r in choice.others} == {
        "level": "less-specific-level",
        "set": "later-set",
        "other_set": "set-not-in-profile",
        "expired": "outside-validity",
        "heat": "needs-conversion",
    }
