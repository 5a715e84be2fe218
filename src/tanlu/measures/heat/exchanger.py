"""Heat exchangers: mean temperature difference, effectiveness, size, fouling."""

from __future__ import annotations

from math import exp, expm1, isclose, log, log1p, pi, sqrt
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.measures.heat.temperature import crossing
from tanlu.units.ratio import W_PER_KW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_STEPS = 200
_MOST_NTU = 1000.0
_SAME = 1e-9
_TINY = 1e-16


def mean_difference(*ends: Mapping[str, float]) -> float:
    """Return the logarithmic mean of the temperature differences at both ends.

    Parameters
    ----------
    *ends : mapping
        The hot and the cold temperature [K] of each end, in this order, by name.

    Raises
    ------
    TanluError
        ``calc.temperatures-cross`` where a difference is not positive.
    """
    for end in ends:
        hot, cold = end.values()
        if hot <= cold:
            raise crossing("K", **end)
    first, second = (hot - cold for hot, cold in (end.values() for end in ends))
    if isclose(first, second, rel_tol=_SAME):
        return (first + second) / 2
    return (first - second) / log(first / second)


def _parallel(ntu: float, ratio: float) -> float:
    return -expm1(-ntu * (1 + ratio)) / (1 + ratio)


def _counter(ntu: float, ratio: float) -> float:
    if isclose(ratio, 1, rel_tol=_SAME):
        return ntu / (1 + ntu)
    share = exp(-ntu * (1 - ratio))
    return (1 - share) / (1 - ratio * share)


def _shell(ntu: float, ratio: float) -> float:
    """One shell pass, two, four... tube passes."""
    root = sqrt(1 + ratio**2)
    share = exp(-ntu * root)
    return 2 / (1 + ratio + root * (1 + share) / (1 - share)) if share < 1 else 0.0


def _two_shells(ntu: float, ratio: float) -> float:
    """Two shell passes, four, eight... tube passes; the transfer units are of both together."""
    one = _shell(ntu / 2, ratio)
    if isclose(ratio, 1, rel_tol=_SAME):
        return 2 * one / (1 + one)
    share = ((1 - one * ratio) / (1 - one)) ** 2
    return (share - 1) / (share - ratio)


def _cross_unmixed(ntu: float, ratio: float) -> float:
    """Both streams unmixed: Mason's series, exact where the usual closed form is not."""
    if ratio == 0:
        return -expm1(-ntu)
    if ntu == 0:
        return 0.0
    total, left, right = 0.0, 1.0, 1.0
    term_left, term_right = exp(-ntu), exp(-ratio * ntu)
    for n in range(1, int(ntu + 10 * sqrt(ntu)) + 2 * _STEPS):
        left, right = left - term_left, right - term_right
        total += left * right
        term_left, term_right = term_left * ntu / n, term_right * ratio * ntu / n
        if left * right <= _TINY:
            break
    return total / (ratio * ntu)


def _cross_closed(ntu: float, ratio: float) -> float:
    """Both streams unmixed by the closed form that textbooks print, within 4 % of the series."""
    if ratio == 0 or ntu == 0:
        return -expm1(-ntu)
    return -expm1(ntu**0.22 / ratio * expm1(-ratio * ntu**0.78))


def _cross_max_mixed(ntu: float, ratio: float) -> float:
    """Of the two streams, that of the larger capacity rate is mixed."""
    if ratio == 0:
        return -expm1(-ntu)
    return -expm1(ratio * expm1(-ntu)) / ratio


def _cross_min_mixed(ntu: float, ratio: float) -> float:
    """Of the two streams, that of the smaller capacity rate is mixed."""
    if ratio == 0:
        return -expm1(-ntu)
    return -expm1(expm1(-ratio * ntu) / ratio)


_EFFECTIVENESS: dict[str, Callable[[float, float], float]] = {
    "parallel": _parallel,
    "counter": _counter,
    "shell_tube": _shell,
    "shell_tube_2": _two_shells,
    "cross_unmixed": _cross_unmixed,
    "cross_unmixed_closed": _cross_closed,
    "cross_max_mixed": _cross_max_mixed,
    "cross_min_mixed": _cross_min_mixed,
}


def ntu_of(arrangement: str, wanted: float, ratio: float) -> float:
    """Return the transfer units that give an effectiveness.

    Raises
    ------
    TanluError
        ``calc.effectiveness`` where no exchanger of the arrangement reaches it.
    """
    of = _EFFECTIVENESS[arrangement]
    low, high = 0.0, _MOST_NTU
    if arrangement.startswith("cross_unmixed"):
        high = _MOST_NTU / 10
    largest = of(high, ratio)
    if not 0 <= wanted < largest:
        raise TanluError("calc.effectiveness", found=f"{wanted:.4f}", allowed=f"{largest:.4f}")
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if of(middle, ratio) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def design(
    *,
    arrangement: str,
    temperature_hot_in: float,
    temperature_hot_out: float | None,
    temperature_cold_in: float,
    temperature_cold_out: float | None,
    mass_flow_hot: float | None,
    heat_capacity_hot: float | None,
    heat_capacity_rate_hot: float | None,
    mass_flow_cold: float | None,
    heat_capacity_cold: float | None,
    heat_capacity_rate_cold: float | None,
    heat_transfer: float | None,
    fouling: float,
    diameter: float | None,
) -> dict[str, float | None]:
    """Return duty, mean temperature difference, UA and area of an exchanger.

    Parameters
    ----------
    arrangement : str
        ``counter``, ``parallel``, ``shell_tube`` (one shell pass, two or more tube passes),
        ``shell_tube_2`` (two shell passes), ``cross_unmixed``, ``cross_max_mixed``,
        ``cross_min_mixed``.
    temperature_hot_in, temperature_cold_in : float
        [K].
    temperature_hot_out, temperature_cold_out : float or None
        [K]; one of them follows from both capacity rates where it is not given.
    mass_flow_hot, mass_flow_cold : float or None
        [kg/s].
    heat_capacity_hot, heat_capacity_cold : float or None
        [kJ/(kg K)].
    heat_capacity_rate_hot, heat_capacity_rate_cold : float or None
        [kW/K], in place of flow and heat capacity.
    heat_transfer : float or None
        Clean overall coefficient [W/(m2 K)]; gives the area.
    fouling : float
        Resistance of both sides [m2 K/W].
    diameter : float or None
        Of the tube that the area is of [m]; gives its length.

    Raises
    ------
    TanluError
        ``calc.temperatures-cross``, ``calc.effectiveness``, ``calc.exchanger-open``.
    """
    hot = _rate(heat_capacity_rate_hot, mass_flow_hot, heat_capacity_hot)
    cold = _rate(heat_capacity_rate_cold, mass_flow_cold, heat_capacity_cold)
    hot_out, cold_out = temperature_hot_out, temperature_cold_out
    if cold_out is None and hot_out is not None and hot and cold:
        cold_out = temperature_cold_in + hot * (temperature_hot_in - hot_out) / cold
    elif hot_out is None and cold_out is not None and hot and cold:
        hot_out = temperature_hot_in - cold * (cold_out - temperature_cold_in) / hot
    if hot_out is None or cold_out is None:
        raise TanluError("calc.exchanger-open")
    drop, rise = temperature_hot_in - hot_out, cold_out - temperature_cold_in
    if drop <= 0:
        raise crossing("K", temperature_hot_in=temperature_hot_in, temperature_hot_out=hot_out)
    if rise <= 0:
        raise crossing("K", temperature_cold_out=cold_out, temperature_cold_in=temperature_cold_in)
    told = _ends(arrangement, temperature_hot_in, hot_out, temperature_cold_in, cold_out)
    duty = hot * drop if hot is not None else None
    if duty is None and cold is not None:
        duty = cold * rise
    ua = None if duty is None else duty / told["lmtd_corrected"]
    real = None if heat_transfer is None else 1 / (1 / heat_transfer + fouling)
    smaller = None if duty is None else duty / max(drop, rise)
    area = None if ua is None or real is None else ua * W_PER_KW / real
    return told | {
        "temperature_hot_out_state": hot_out,
        "temperature_cold_out_state": cold_out,
        "duty": duty,
        "ua": ua,
        "ntu": None if ua is None or not smaller else ua / smaller,
        "ua_ntu": None if smaller is None else told["ntu_needed"] * smaller,
        "heat_transfer_fouled": real,
        "area": area,
        "length": None if area is None or diameter is None else area / (pi * diameter),
    }


def _rate(given: float | None, flow: float | None, capacity: float | None) -> float | None:
    if given is None and flow is not None and capacity is not None:
        return flow * capacity
    return given


def _ends(
    arrangement: str, hot_in: float, hot_out: float, cold_in: float, cold_out: float
) -> dict[str, float]:
    """Return effectiveness, transfer units and mean differences of four temperatures."""
    drop, rise = hot_in - hot_out, cold_out - cold_in
    if arrangement == "parallel":
        lmtd = mean_difference(
            {"temperature_hot_in": hot_in, "temperature_cold_in": cold_in},
            {"temperature_hot_out": hot_out, "temperature_cold_out": cold_out},
        )
        factor = 1.0
        ntu = max(drop, rise) / lmtd
    else:
        lmtd = mean_difference(
            {"temperature_hot_in": hot_in, "temperature_cold_out": cold_out},
            {"temperature_hot_out": hot_out, "temperature_cold_in": cold_in},
        )
        factor = 1.0
        ntu = max(drop, rise) / lmtd
        if arrangement != "counter":
            ratio = min(drop, rise) / max(drop, rise)
            needed = ntu_of(arrangement, max(drop, rise) / (hot_in - cold_in), ratio)
            factor, ntu = ntu / needed, needed
    return {
        "effectiveness": max(drop, rise) / (hot_in - cold_in),
        "lmtd": lmtd,
        "factor_correction": factor,
        "lmtd_corrected": lmtd * factor,
        "ntu_needed": ntu,
    }


def rating(
    *,
    arrangement: str,
    ua: float | None,
    area: float | None,
    heat_transfer: float | None,
    heat_capacity_rate_hot: float,
    heat_capacity_rate_cold: float,
    temperature_hot_in: float,
    temperature_cold_in: float,
) -> dict[str, float]:
    """Return what an exchanger of a known size transfers, by effectiveness and NTU.

    Parameters
    ----------
    arrangement : str
        See `design`.
    ua : float or None
        [kW/K]; or area and coefficient.
    area, heat_transfer : float or None
        [m2], [W/(m2 K)].
    heat_capacity_rate_hot, heat_capacity_rate_cold : float
        [kW/K].
    temperature_hot_in, temperature_cold_in : float
        [K].

    Raises
    ------
    TanluError
        ``calc.exchanger-open``, ``calc.temperatures-cross``.
    """
    size = ua
    if size is None and area is not None and heat_transfer is not None:
        size = area * heat_transfer / W_PER_KW
    if size is None:
        raise TanluError("calc.needs-one", found="ua, area + heat_transfer")
    if temperature_hot_in <= temperature_cold_in:
        raise crossing(
            "K", temperature_hot_in=temperature_hot_in, temperature_cold_in=temperature_cold_in
        )
    smaller = min(heat_capacity_rate_hot, heat_capacity_rate_cold)
    ratio = smaller / max(heat_capacity_rate_hot, heat_capacity_rate_cold)
    ntu = size / smaller
    effectiveness = _EFFECTIVENESS[arrangement](ntu, ratio)
    duty = effectiveness * smaller * (temperature_hot_in - temperature_cold_in)
    return {
        "ntu": ntu,
        "ratio_capacity": ratio,
        "effectiveness": effectiveness,
        "duty": duty,
        "duty_largest": smaller * (temperature_hot_in - temperature_cold_in),
        "temperature_hot_out": temperature_hot_in - duty / heat_capacity_rate_hot,
        "temperature_cold_out": temperature_cold_in + duty / heat_capacity_rate_cold,
    }


def fouling(
    *,
    heat_transfer_clean: float,
    heat_transfer_fouled: float | None,
    resistance_fouling: float | None,
) -> dict[str, float]:
    """Return the fouling resistance, or the coefficient it leaves, and the area it costs.

    Parameters
    ----------
    heat_transfer_clean : float
        [W/(m2 K)].
    heat_transfer_fouled : float or None
        [W/(m2 K)]; either it or the resistance.
    resistance_fouling : float or None
        [m2 K/W].

    Raises
    ------
    TanluError
        ``calc.needs-one``; ``calc.fouling`` where the fouled coefficient is the larger.
    """
    if (heat_transfer_fouled is None) == (resistance_fouling is None):
        raise TanluError("calc.needs-one", found="heat_transfer_fouled, resistance_fouling")
    layer = resistance_fouling
    if layer is None:
        layer = 1 / (heat_transfer_fouled or heat_transfer_clean) - 1 / heat_transfer_clean
    if layer < 0:
        raise TanluError(
            "calc.fouling", found=f"{heat_transfer_fouled:g}", allowed=f"{heat_transfer_clean:g}"
        )
    real = 1 / (1 / heat_transfer_clean + layer)
    return {
        "resistance": layer,
        "heat_transfer": real,
        "ratio_cleanliness": real / heat_transfer_clean,
        "ratio_area": heat_transfer_clean / real,
    }


def overall(
    *,
    heat_transfer_inside: float,
    heat_transfer_outside: float,
    diameter_inside: float,
    diameter_outside: float,
    conductivity: float,
    resistance_inside: float,
    resistance_outside: float,
) -> dict[str, float]:
    """Return the overall coefficient of a tube on its inner and its outer area.

    Parameters
    ----------
    heat_transfer_inside, heat_transfer_outside : float
        [W/(m2 K)].
    diameter_inside, diameter_outside : float
        [m].
    conductivity : float
        Of the wall [W/(m K)].
    resistance_inside, resistance_outside : float
        Fouling [m2 K/W].

    Raises
    ------
    TanluError
        ``calc.diameters`` unless the outside is the larger.
    """
    if diameter_outside < diameter_inside:
        raise TanluError(
            "calc.diameters", found=f"{diameter_outside:g} m", allowed=f"{diameter_inside:g} m"
        )
    inner, outer = pi * diameter_inside, pi * diameter_outside
    wall = log1p(diameter_outside / diameter_inside - 1) / (2 * pi * conductivity)
    total = (
        1 / (heat_transfer_inside * inner)
        + resistance_inside / inner
        + wall
        + resistance_outside / outer
        + 1 / (heat_transfer_outside * outer)
    )
    return {
        "resistance": total,
        "heat_transfer_by_inside": 1 / (total * inner),
        "heat_transfer_by_outside": 1 / (total * outer),
    }


FORMULAS = {
    "heat-exchanger-design": design,
    "heat-exchanger-fouling": fouling,
    "heat-exchanger-overall": overall,
    "heat-exchanger-rating": rating,
}
