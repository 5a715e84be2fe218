"""Ids of figures, and the rows behind them."""

from __future__ import annotations

import pytest

from tanlu.factors.model import Item
from tanlu.inventory.figures import FigureKey, Measure, read_figure, row_filter
from tanlu.inventory.model import Basis
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import year_month
from tanlu.kernel.results import Stream

ITEMS = {
    item.id: item
    for item in (
        Item("electricity", "", "", "kWh", 2, "electricity", 2),
        Item("natural_gas", "", "", "Nm3", 1, "combustion", 1),
        Item("road_freight", "", "", "tkm", 3, "4", 3),
        Item("output_value", "", "", "CNY", 0, "memo", 0),
    )
}
ISO = {"1": 4, "3": 4, "4": 3}


@pytest.mark.parametrize(
    "figure",
    [
        "inv/2024/total/market",
        "inv/2024/scope1",
        "inv/2024/scope2/location/site=一厂",
        "inv/2024/scope3/category=4",
        "inv/2024/total/location/item=natural_gas/gas=CO2",
        "inv/2024/iso/market/category=2",
        "inv/2024/scope2/market/site=A%2FB %3D 100%25",
    ],
)
def test_figure_id_reads_back_as_itself(figure: str) -> None:
    assert read_figure(figure).id == figure


@pytest.mark.parametrize(
    "figure", ["", "inv", "inv/2024/nothing", "plan/2024/total", "inv/2024/total/market/x=1",
               "inv/2024/scope1/market", "inv/x/total/market", "inv/2024/total"],
)  # fmt: skip
def test_unknown_figure_is_refused(figure: str) -> None:
    with pytest.raises(TanluError) as error:
        read_figure(figure)

    assert error.value.code == "inventory.figure-unknown"


def test_market_total_takes_market_rows_for_electricity_alone() -> None:
    found = row_filter(read_figure("inv/2024/total/market"), ITEMS, iso_of_scope3=ISO)

    by_stream = {s.stream: s.items for s in found.selections}
    assert by_stream[Stream.MARKET] == ("electricity",)
    assert by_stream[Stream.MAIN] == ("natural_gas", "road_freight")
    assert by_stream[Stream.UPSTREAM] == ("electricity", "natural_gas")
    assert found.has_allocations
    assert found.line_categories == ("1", "3", "4")


def test_location_figure_of_a_site_has_no_allocation() -> None:
    key = FigureKey(2024, Measure.SCOPE2, basis=Basis.LOCATION, site="A", gas="CO2")

    found = row_filter(key, ITEMS, iso_of_scope3=ISO)

    (selection,) = found.selections
    assert selection.items == ("electricity",)
    assert (selection.site, selection.gas) == ("A", "CO2")
    assert (selection.first_ym, selection.last_ym) == (year_month(2024, 1), year_month(2024, 12))
    assert not found.has_allocations
    assert found.line_categories == ()


def test_iso_category_takes_the_items_and_lines_mapped_to_it() -> None:
    found = row_filter(read_figure("inv/2024/iso/location/category=3"), ITEMS, iso_of_scope3=ISO)

    assert [s.items for s in found.selections] == [("road_freight",)]
    assert found.line_categories == ("4",)


def test_gas_of_a_figure_leaves_out_what_has_no_such_gas() -> None:
    methane = row_filter(read_figure("inv/2024/total/market/gas=CH4"), ITEMS, iso_of_scope3=ISO)
    unsplit = row_filter(read_figure("inv/2024/total/market/gas=CO2e"), ITEMS, iso_of_scope3=ISO)

    assert (methane.line_categories, methane.has_allocations) == ((), False)
    assert unsplit.line_categories == ("1", "3", "4")


def test_items_that_are_not_recorded_are_left_out() -> None:
    key = read_figure("inv/2024/total/location")

    found = row_filter(key, ITEMS, iso_of_scope3=ISO, recorded={"natural_gas"})

    assert [s.items for s in found.selections] == [("natural_gas",), ("natural_gas",)]
