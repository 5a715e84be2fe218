"""What the power of a plant is worth to the site: hours of the tariff, owner, years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tanlu.kernel.errors import TanluError
from tanlu.kernel.plan import Ownership
from tanlu.measures.saving import payback_of
from tanlu.measures.solar.plant import city_hours
from tanlu.measures.solar.resource import (
    DAYS,
    HOURS_OF_MEAN_DAYS,
    MONTHS,
    find_city,
    mean_days,
    share_of_hours,
)
from tanlu.units.ratio import HOURS_PER_DAY, KG_PER_T

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_BANDS = ("flat", "valley", "peak", "deep_valley", "critical_peak")
LEASE = "lease"
HOST = "host"


def tariff_rows(
    province: str, tou_tariff: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], ...]:
    """Return the latest time-of-use tariff of a province, from its widest bands to its rarest.

    Raises
    ------
    TanluError
        ``calc.tariff-unknown`` where the table has none.
    """
    mine = [row for row in tou_tariff if row["province"] == province]
    if not mine:
        known = ", ".join(sorted({row["province"] for row in tou_tariff}))
        raise TanluError("calc.tariff-unknown", found=province, near=known)
    year = max(row["year"] for row in mine)
    return tuple(
        sorted(
            (row for row in mine if row["year"] == year),
            key=lambda row: _BANDS.index(row["band"]),
        )
    )


def hourly_ratios(rows: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Return the price of each hour of the mean days against the flat price, 12 times 24.

    Later rows lie over earlier ones; hours no row names are flat; an hour that a band takes in
    part counts in part.
    """
    ratios = np.ones((MONTHS, HOURS_PER_DAY))
    for row in rows:
        shares = np.zeros(HOURS_PER_DAY)
        for span in row["hours"]:
            start, end = (float(part) for part in str(span).split("-"))
            shares = np.maximum(shares, share_of_hours(start, end))
        for month in row["months"]:
            line = ratios[int(month) - 1]
            ratios[int(month) - 1] = line + shares * (float(row["ratio"]) - line)
    return ratios


def weighted_ratio(generation: Sequence[float], ratios: NDArray[np.float64]) -> float:
    """Return the price of the hours a plant produces in, against the flat price."""
    weights = np.asarray(generation, dtype=float).reshape(MONTHS, HOURS_PER_DAY)
    weights = weights * DAYS[:, None]
    return float((weights * ratios).sum() / weights.sum())


def solar_tariff(
    *,
    city: str | None,
    province: str | None,
    tilt: float | None,
    azimuth: float,
    albedo: float,
    generation: Sequence[float] | None,
    tariff: Sequence[Mapping[str, Any]] | None,
    solar_city: Sequence[Mapping[str, Any]],
    tou_tariff: Sequence[Mapping[str, Any]],
    sources: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what the hours of a plant are worth under a time-of-use tariff.

    Parameters
    ----------
    city, province : str or None
        Row of `solar_city`; its province tells the tariff unless `province` does.
    tilt, azimuth, albedo : float or None
        Of the plane [deg]; the best tilt of the city where None. Ground [-].
    generation : sequence of 288 or None
        Mean days of the months [kW]; else those of the city.
    tariff : sequence of mapping or None
        Own bands: ``months``, ``hours``, ``ratio``; in place of the table's.
    solar_city, tou_tariff, sources : sequence of mapping
        Rows of the tables.

    Returns
    -------
    dict
        ``ratio_value`` of the price in the hours of the plant against the flat price,
        ``ratio_load`` of an even load, ``ratio_month`` [-]; ``document`` of the tariff.

    Raises
    ------
    TanluError
        ``calc.needs-one`` where the hours or the tariff are not told; ``calc.tariff-unknown``,
        ``calc.city-unknown``, ``calc.solar-profile``, ``calc.tariff-row``.
    """
    row = find_city(city, solar_city) if city else None
    if generation is not None and len(generation) != HOURS_OF_MEAN_DAYS:
        raise TanluError("calc.solar-profile", name="generation", found=len(generation))
    if generation is None:
        if row is None:
            raise TanluError("calc.needs-one", found="city, generation")
        angle = float(row["tilt_optimum"] or 0) if tilt is None else tilt
        generation = mean_days(city_hours(row, angle, azimuth, albedo, 1.0))
    where = province or (None if row is None else str(row["province"]))
    if tariff is None and where is None:
        raise TanluError("calc.needs-one", found="city, province, tariff")
    rows = own_rows(tariff) if tariff is not None else tariff_rows(str(where), tou_tariff)
    ratios = hourly_ratios(rows)
    document = None
    if tariff is None:
        number = next(one["document_no"] for one in sources if one["id"] == rows[0]["source"])
        document = f"{number} ({rows[0]['year']})"
    even = np.ones(HOURS_OF_MEAN_DAYS)
    months = np.asarray(generation, dtype=float).reshape(MONTHS, HOURS_PER_DAY)
    return {
        "ratio_value": weighted_ratio(generation, ratios),
        "ratio_load": weighted_ratio(list(even), ratios),
        "ratio_month": list((months * ratios).sum(axis=1) / months.sum(axis=1)),
        "document": document,
    }


def own_rows(tariff: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Return a user's bands with their months and hours as lists.

    Raises
    ------
    TanluError
        ``calc.tariff-row`` where months or hours cannot be read.
    """
    found = []
    for place, row in enumerate(tariff):
        try:
            months = [month for part in _parts(row["months"]) for month in _run(part)]
            hours = _parts(row["hours"])
            spans = [tuple(float(end) for end in part.split("-")) for part in hours]
        except ValueError as error:
            raise TanluError("calc.tariff-row", row=place + 1, found=error) from error
        if not all(1 <= month <= MONTHS for month in months) or not all(
            len(span) == len(("start", "end")) for span in spans
        ):
            raise TanluError("calc.tariff-row", row=place + 1, found=f"{months} {hours}")
        found.append({"months": months, "hours": hours, "ratio": row["ratio"]})
    return tuple(found)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in str(text).replace(";", ",").split(",") if part.strip()]


def _run(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def solar_value(
    *,
    power_dc: float,
    yield_year: float,
    fraction_self_use: float,
    ratio_value: float,
    price_electricity: float,
    price_export: float | None,
    ownership: str,
    price_installation: float,
    price_om: float,
    price_discount: float | None,
    price_contract: float | None,
    price_rent: float | None,
    certificate_holder: str | None,
    grid_factor: float | None,
    life: float,
    years_term: float,
    fraction_degradation: float,
    fraction_first_year: float,
    discount_rate: float,
) -> dict[str, Any]:
    """Return what a plant saves the site, by who owns it.

    Parameters
    ----------
    power_dc : float
        [kW].
    yield_year : float
        First year [kWh/kW].
    fraction_self_use : float
        [-].
    ratio_value : float
        Price in the hours of the plant against the flat price [-].
    price_electricity, price_export : float or None
        Flat price, and price of what is fed in [CNY/kWh].
    ownership : str
        ``own``, ``emc``, ``ppa`` or ``lease`` (the roof is let, all power is the investor's).
    price_installation, price_om : float
        Of an own plant [CNY/kW], [CNY/kW/yr].
    price_discount, price_contract, price_rent : float or None
        Off the tariff (emc), of the power (ppa) [CNY/kWh], of the roof (lease) [CNY/kW/yr].
    certificate_holder : str or None
        ``host`` or ``investor``; of an own plant the host.
    grid_factor : float or None
        [kg/kWh].
    life, years_term : float
        Of the plant, of the contract [yr].
    fraction_degradation, fraction_first_year : float
        Yearly after the first year, and in it [-].
    discount_rate : float
        [-].

    Returns
    -------
    dict
        First year: ``energy``, ``energy_self``, ``energy_export``, ``energy_claimed``
        (renewable in the market-based ledger) [kWh/yr]; ``cost_avoided`` [CNY/yr];
        ``investment``, ``om``, ``cost_saved``, ``price_saved`` per kWh produced [CNY/kWh],
        ``payback``, ``life`` counted [yr], ``price_present`` (net present value over it) [CNY];
        ``emission`` avoided by location [t/yr].

    Raises
    ------
    TanluError
        ``calc.needs`` where the ownership asks for a price, or for who holds the certificates.
    """
    given = {
        "price_discount": price_discount,
        "price_contract": price_contract,
        "price_rent": price_rent,
        "certificate_holder": certificate_holder,
        "price_export": price_export,
    }
    asked = [*_ASKED[ownership]]
    if fraction_self_use < 1 and ownership == Ownership.OWN:
        asked.append("price_export")
    missing = [name for name in asked if given[name] is None]
    if missing:
        raise TanluError("calc.needs", name=", ".join(missing), when=ownership)
    is_own, is_let = ownership == Ownership.OWN, ownership == LEASE
    energy = power_dc * yield_year
    own = 0.0 if is_let else energy * fraction_self_use
    price = price_electricity * ratio_value
    keeps = {
        Ownership.OWN: price,
        Ownership.EMC: price_discount or 0.0,
        Ownership.PPA: price - (price_contract or 0.0),
        LEASE: 0.0,
    }[ownership]
    feeding = (energy - own) * (price_export or 0.0) if is_own else 0.0
    income = own * keeps + feeding
    rent = power_dc * (price_rent or 0.0) if is_let else 0.0
    investment = power_dc * price_installation if is_own else 0.0
    om = power_dc * price_om if is_own else 0.0
    saved = income + rent - om
    years = int(life if is_own else min(life, years_term))
    present = -investment
    for year in range(1, years + 1):
        aged = (1 - fraction_first_year) * (1 - fraction_degradation) ** (year - 2)
        aged = 1.0 if year == 1 else aged
        present += (income * aged + rent - om) / (1 + discount_rate) ** year
    holds = is_own or certificate_holder == HOST
    return {
        "energy": energy,
        "energy_self": own,
        "energy_export": energy - own,
        "energy_claimed": own if holds else 0.0,
        "cost_avoided": own * price,
        "investment": investment,
        "om": om,
        "cost_saved": saved,
        "price_saved": saved / energy,
        "payback": payback_of(investment, saved) if is_own else None,
        "price_present": present,
        "life": years,
        "emission": None if grid_factor is None else own * grid_factor / KG_PER_T,
    }


_ASKED = {
    Ownership.OWN.value: (),
    Ownership.EMC.value: ("price_discount", "certificate_holder"),
    Ownership.PPA.value: ("price_contract", "certificate_holder"),
    LEASE: ("price_rent", "certificate_holder"),
}


def solar_claim(
    *,
    energy: float,
    cost_claimed: float,
    price_electricity: float,
    price_contract_low: float,
    price_contract_high: float,
    fraction_own_least: float,
) -> dict[str, Any]:
    """Return what a claimed saving of a plant says about who owns it.

    Parameters
    ----------
    energy : float
        Of the plant [kWh/yr].
    cost_claimed : float
        Saving claimed [CNY/yr].
    price_electricity : float
        Of the site [CNY/kWh].
    price_contract_low, price_contract_high : float
        What contracts with an investor leave the site of each kWh [CNY/kWh].
    fraction_own_least : float
        Of the price, what an own plant saves at the least [-].

    Returns
    -------
    dict
        ``price_claimed`` [CNY/kWh]; ``fraction_price`` of the price [-]; ``reading``:
        ``third_party_contract``, ``own_investment``, ``above_price`` or ``unclear``.
    """
    each = cost_claimed / energy
    if each > price_electricity:
        reading = "above_price"
    elif each >= fraction_own_least * price_electricity:
        reading = "own_investment"
    elif price_contract_low <= each <= price_contract_high:
        reading = "third_party_contract"
    else:
        reading = "unclear"
    return {
        "price_claimed": each,
        "fraction_price": each / price_electricity,
        "reading": reading,
    }


FORMULAS = {
    "solar-claim": solar_claim,
    "solar-tariff": solar_tariff,
    "solar-value": solar_value,
}
