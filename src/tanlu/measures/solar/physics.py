"""The published models of solar engineering, one formula each, as pvlib calculates them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tanlu.kernel.errors import TanluError
from tanlu.units.ratio import PERCENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def _number(value: Any) -> float | None:
    """Return a result of pvlib as a plain number, None where the model gives none."""
    found = float(np.asarray(value, dtype=float).ravel()[0])
    return found if math.isfinite(found) else None


def dc_power(
    *,
    irradiance: float,
    temperature_cell: float,
    power_rated: float,
    coefficient_temperature: float,
    temperature_reference: float,
) -> dict[str, float | None]:
    """Return the direct-current power of modules after PVWatts.

    Parameters
    ----------
    irradiance : float
        On the plane of the modules, after reflection [W/m2].
    temperature_cell, temperature_reference : float
        [degC].
    power_rated : float
        At 1,000 W/m2 and the reference temperature [W].
    coefficient_temperature : float
        Of the power, negative [1/K].

    Returns
    -------
    dict
        ``power`` [W].
    """
    from pvlib import pvsystem

    found = pvsystem.pvwatts_dc(
        irradiance,
        temperature_cell,
        power_rated,
        coefficient_temperature,
        temperature_reference,
    )
    return {"power": _number(found)}


def system_losses(
    *,
    percent_losses: Sequence[float] | None,
    percent_soiling: float,
    percent_shading: float,
    percent_snow: float,
    percent_mismatch: float,
    percent_wiring: float,
    percent_connections: float,
    percent_light_induced: float,
    percent_nameplate: float,
    percent_age: float,
    percent_availability: float,
) -> dict[str, float | None]:
    """Return the losses of a plant together: what remains is multiplied, not added.

    Parameters
    ----------
    percent_losses : list of float or None
        All losses [%]; in place of the parts.
    percent_soiling, percent_shading, percent_snow, percent_mismatch, percent_wiring : float
        Losses by cause [%].
    percent_connections, percent_light_induced, percent_nameplate : float
        The same.
    percent_age, percent_availability : float
        The same.

    Returns
    -------
    dict
        ``total`` [%].
    """
    parts = (
        percent_soiling,
        percent_shading,
        percent_snow,
        percent_mismatch,
        percent_wiring,
        percent_connections,
        percent_light_induced,
        percent_nameplate,
        percent_age,
        percent_availability,
    )
    losses = parts if percent_losses is None else percent_losses
    return {"total": PERCENT * (1 - math.prod(1 - loss / PERCENT for loss in losses))}


def cell_sapm(
    *,
    irradiance: float,
    temperature_air: float | None,
    wind: float | None,
    temperature_module: float | None,
    coefficient_a: float,
    coefficient_b: float,
    temperature_difference: float,
) -> dict[str, float | None]:
    """Return module and cell temperature after the Sandia array performance model.

    Parameters
    ----------
    irradiance : float
        [W/m2].
    temperature_air, wind : float or None
        [degC], [m/s] at 10 m.
    temperature_module : float or None
        Of the back of the module, where measured [degC].
    coefficient_a, coefficient_b : float
        Of the mounting [-], [s/m].
    temperature_difference : float
        Cell against back at 1,000 W/m2 [K].

    Returns
    -------
    dict
        ``temperature_module``, ``temperature_cell`` [degC].

    Raises
    ------
    TanluError
        ``calc.needs-one`` where neither module nor air and wind are given.
    """
    from pvlib import temperature

    module = temperature_module
    if module is None:
        if temperature_air is None or wind is None:
            raise TanluError("calc.needs-one", found="temperature_module, temperature_air + wind")
        module = temperature.sapm_module(
            irradiance, temperature_air, wind, coefficient_a, coefficient_b
        )
    cell = temperature.sapm_cell_from_module(module, irradiance, temperature_difference)
    return {"temperature_module": _number(module), "temperature_cell": _number(cell)}


def cell_pvsyst(
    *,
    irradiance: float,
    temperature_air: float,
    wind: float,
    heat_transfer_constant: float,
    coefficient_wind: float,
    efficiency_module: float,
    fraction_absorbed: float,
) -> dict[str, float | None]:
    """Return the cell temperature after PVsyst.

    Parameters
    ----------
    irradiance, temperature_air, wind : float
        [W/m2], [degC], [m/s].
    heat_transfer_constant, coefficient_wind : float
        [W/m2/K], [W s/m3/K].
    efficiency_module, fraction_absorbed : float
        [-].

    Returns
    -------
    dict
        ``temperature_cell`` [degC].
    """
    from pvlib import temperature

    found = temperature.pvsyst_cell(
        irradiance,
        temperature_air,
        wind,
        heat_transfer_constant,
        coefficient_wind,
        efficiency_module,
        fraction_absorbed,
    )
    return {"temperature_cell": _number(found)}


def cell_faiman(
    *,
    irradiance: float,
    temperature_air: float,
    wind: float,
    heat_transfer_constant: float,
    coefficient_wind: float,
) -> dict[str, float | None]:
    """Return the module temperature after Faiman; units as in `cell_pvsyst`."""
    from pvlib import temperature

    found = temperature.faiman(
        irradiance, temperature_air, wind, heat_transfer_constant, coefficient_wind
    )
    return {"temperature_cell": _number(found)}


def cell_noct(
    *,
    irradiance: float,
    temperature_air: float,
    wind: float,
    temperature_noct: float,
    efficiency_module: float,
    irradiance_effective: float | None,
    fraction_absorbed: float,
    count_storeys: float,
    length_standoff: float,
) -> dict[str, float | None]:
    """Return the cell temperature from the nominal operating one, as the System Advisor Model.

    Parameters
    ----------
    irradiance, irradiance_effective : float
        On the plane, and after reflection where known [W/m2].
    temperature_air, wind, temperature_noct : float
        [degC], [m/s], [degC].
    efficiency_module, fraction_absorbed : float
        [-].
    count_storeys : float
        1 or 2 above the ground.
    length_standoff : float
        Gap to the roof [inch].

    Returns
    -------
    dict
        ``temperature_cell`` [degC].
    """
    from pvlib import temperature

    found = temperature.noct_sam(
        irradiance,
        temperature_air,
        wind,
        temperature_noct,
        efficiency_module,
        effective_irradiance=irradiance_effective,
        transmittance_absorptance=fraction_absorbed,
        array_height=int(count_storeys),
        mount_standoff=length_standoff,
    )
    return {"temperature_cell": _number(found)}


def cell_ross(
    *,
    irradiance: float,
    temperature_air: float,
    temperature_noct: float | None,
    coefficient_ross: float | None,
) -> dict[str, float | None]:
    """Return the cell temperature after Ross, from the nominal operating one or his coefficient.

    Raises
    ------
    TanluError
        ``calc.needs-one`` where both or neither is given.
    """
    from pvlib import temperature

    if (temperature_noct is None) == (coefficient_ross is None):
        raise TanluError("calc.needs-one", found="temperature_noct, coefficient_ross")
    found = temperature.ross(irradiance, temperature_air, noct=temperature_noct, k=coefficient_ross)
    return {"temperature_cell": _number(found)}


def plane_of_array(
    *,
    model: str,
    tilt: float,
    azimuth: float,
    irradiance_diffuse: float,
    irradiance_global: float | None,
    irradiance_beam: float | None,
    irradiance_extra: float | None,
    angle_zenith: float | None,
    azimuth_sun: float | None,
    air_mass: float | None,
    albedo: float,
) -> dict[str, float | None]:
    """Return what falls on a tilted plane: from the sky, off the ground and straight.

    Parameters
    ----------
    model : str
        Of the sky.
    tilt, azimuth : float
        Of the plane [deg]; 180 faces south.
    irradiance_diffuse, irradiance_global, irradiance_beam, irradiance_extra : float or None
        Diffuse and global on the horizontal, beam on the normal, beyond the atmosphere [W/m2].
    angle_zenith, azimuth_sun : float or None
        Of the sun [deg].
    air_mass : float or None
        [-].
    albedo : float
        [-].

    Returns
    -------
    dict
        ``sky``, ``ground``, ``beam`` and ``total`` [W/m2]; None where what it needs is not given.

    Raises
    ------
    TanluError
        ``calc.needs`` with what the model of the sky needs.
    """
    from pvlib import irradiance

    given = {
        "irradiance_diffuse": irradiance_diffuse,
        "irradiance_global": irradiance_global,
        "irradiance_beam": irradiance_beam,
        "irradiance_extra": irradiance_extra,
        "angle_zenith": angle_zenith,
        "azimuth_sun": azimuth_sun,
        "air_mass": air_mass,
    }
    sky = _sky(model, tilt, azimuth, given)
    ground = None
    if irradiance_global is not None:
        ground = _number(irradiance.get_ground_diffuse(tilt, irradiance_global, albedo))
    beam = None
    if irradiance_beam is not None and angle_zenith is not None and azimuth_sun is not None:
        cosine = irradiance.aoi_projection(tilt, azimuth, angle_zenith, azimuth_sun)
        beam = max(irradiance_beam * float(cosine), 0.0)
    parts = (sky, ground, beam)
    known = [part for part in parts if part is not None]
    total = sum(known) if len(known) == len(parts) else None
    return {"sky": sky, "ground": ground, "beam": beam, "total": total}


def _sky(
    model: str, tilt: float, azimuth: float, given: Mapping[str, float | None]
) -> float | None:
    names = _SKY[model]
    missing = [name for name in names if given[name] is None]
    if missing:
        raise TanluError("calc.needs", name=", ".join(missing), when=model)
    values = [np.atleast_1d(np.asarray(given[name], dtype=float)) for name in names]
    with np.errstate(all="ignore"):
        return _number(_sky_model(model)(tilt, azimuth, *values))


_SKY = {
    "haydavies": (
        "irradiance_diffuse",
        "irradiance_beam",
        "irradiance_extra",
        "angle_zenith",
        "azimuth_sun",
    ),
    "isotropic": ("irradiance_diffuse",),
    "klucher": ("irradiance_diffuse", "irradiance_global", "angle_zenith", "azimuth_sun"),
    "reindl": (
        "irradiance_diffuse",
        "irradiance_beam",
        "irradiance_global",
        "irradiance_extra",
        "angle_zenith",
        "azimuth_sun",
    ),
}
_SKY["perez"] = (*_SKY["haydavies"], "air_mass")
_SKY["perez-driesse"] = _SKY["perez"]


def _sky_model(model: str) -> Callable[..., Any]:
    from pvlib import irradiance

    models: dict[str, Callable[..., Any]] = {
        "haydavies": irradiance.haydavies,
        "isotropic": lambda tilt, _azimuth, dhi: irradiance.isotropic(tilt, dhi),
        "klucher": irradiance.klucher,
        "perez": irradiance.perez,
        "perez-driesse": irradiance.perez_driesse,
        "reindl": irradiance.reindl,
    }
    return models[model]


def air_mass(*, angle_zenith: float, model: str, pressure: float | None) -> dict[str, float | None]:
    """Return the path through the atmosphere against the vertical one.

    Parameters
    ----------
    angle_zenith : float
        [deg].
    model : str
        Publication of the formula.
    pressure : float or None
        At the site [Pa]; gives the absolute air mass.

    Returns
    -------
    dict
        ``air_mass`` [-], None below the horizon; ``air_mass_absolute`` [-].
    """
    from pvlib import atmosphere

    with np.errstate(all="ignore"):
        relative = _number(atmosphere.get_relative_airmass(angle_zenith, model))
    absolute = None
    if relative is not None and pressure is not None:
        absolute = _number(atmosphere.get_absolute_airmass(relative, pressure))
    return {"air_mass": relative, "air_mass_absolute": absolute}


def altitude_pressure(
    *, elevation: float | None, pressure: float | None
) -> dict[str, float | None]:
    """Return pressure [Pa] from elevation [m] in the standard atmosphere, or the reverse.

    Raises
    ------
    TanluError
        ``calc.needs-one`` where both or neither is given.
    """
    from pvlib import atmosphere

    if (elevation is None) == (pressure is None):
        raise TanluError("calc.needs-one", found="elevation, pressure")
    if elevation is None:
        elevation = _number(atmosphere.pres2alt(pressure))
    else:
        pressure = _number(atmosphere.alt2pres(elevation))
    return {"elevation": elevation, "pressure": pressure}


def extraterrestrial(*, day: float, method: str) -> dict[str, float | None]:
    """Return the sun's irradiance beyond the atmosphere [W/m2] on a day of the year."""
    from pvlib import irradiance

    return {"irradiance": _number(irradiance.get_extra_radiation(int(day), method=method))}


def incidence(
    *, tilt: float, azimuth: float, angle_zenith: float, azimuth_sun: float
) -> dict[str, float | None]:
    """Return the angle between sun and the normal of a plane [deg], and its cosine."""
    from pvlib import irradiance

    angle = irradiance.aoi(tilt, azimuth, angle_zenith, azimuth_sun)
    cosine = irradiance.aoi_projection(tilt, azimuth, angle_zenith, azimuth_sun)
    return {"angle": _number(angle), "ratio_cosine": _number(cosine)}


def reflection(
    *,
    model: str,
    angle_incidence: float,
    coefficient_ashrae: float,
    coefficient_martin_ruiz: float,
    ratio_refraction: float,
    coefficient_extinction: float,
    thickness_glass: float,
    ratio_refraction_coating: float | None,
) -> dict[str, float | None]:
    """Return what the cover lets through at an angle, against straight incidence.

    Parameters
    ----------
    model : str
        ``ashrae``, ``physical``, ``martin-ruiz`` or ``schlick``.
    angle_incidence : float
        [deg].
    coefficient_ashrae, coefficient_martin_ruiz : float
        Of these models [-].
    ratio_refraction, ratio_refraction_coating : float
        Refractive index of glass and of its coating [-].
    coefficient_extinction : float
        Of the glass [1/m].
    thickness_glass : float
        [m].

    Returns
    -------
    dict
        ``ratio`` [-].
    """
    from pvlib import iam

    models: dict[str, Callable[[], Any]] = {
        "ashrae": lambda: iam.ashrae(angle_incidence, coefficient_ashrae),
        "martin-ruiz": lambda: iam.martin_ruiz(angle_incidence, coefficient_martin_ruiz),
        "physical": lambda: iam.physical(
            angle_incidence,
            ratio_refraction,
            coefficient_extinction,
            thickness_glass,
            n_ar=ratio_refraction_coating,
        ),
        "schlick": lambda: iam.schlick(angle_incidence),
    }
    with np.errstate(all="ignore"):
        return {"ratio": _number(models[model]())}


def decomposition(
    *, model: str, irradiance_global: float, angle_zenith: float, day: float, pressure: float
) -> dict[str, float | None]:
    """Return beam and diffuse part of the global irradiance by its clearness.

    Parameters
    ----------
    model : str
        Publication of the correlation.
    irradiance_global : float
        On the horizontal [W/m2].
    angle_zenith : float
        [deg].
    day : float
        Of the year.
    pressure : float
        At the site [Pa]; of the model ``disc`` alone.

    Returns
    -------
    dict
        ``irradiance_beam`` on the normal and ``irradiance_diffuse`` [W/m2],
        ``ratio_clearness`` [-].
    """
    from pvlib import irradiance

    if model == "disc":
        found = irradiance.disc(irradiance_global, angle_zenith, int(day), pressure=pressure)
        height = math.cos(math.radians(angle_zenith))
        diffuse: Any = irradiance_global - float(found["dni"]) * max(height, 0.0)
    else:
        models = {
            "boland": irradiance.boland,
            "erbs": irradiance.erbs,
            "erbs-driesse": irradiance.erbs_driesse,
            "orgill-hollands": irradiance.orgill_hollands,
        }
        found = models[model](irradiance_global, angle_zenith, int(day))
        diffuse = found["dhi"]
    return {
        "irradiance_beam": _number(found["dni"]),
        "irradiance_diffuse": _number(diffuse),
        "ratio_clearness": _number(found["kt"]),
    }


def beam_normal(
    *, irradiance_global: float, irradiance_diffuse: float, angle_zenith: float
) -> dict[str, float | None]:
    """Return the beam on the normal [W/m2] from global and diffuse on the horizontal.

    None where the sun is too low or the diffuse part exceeds the global.
    """
    import pandas as pd
    from pvlib import irradiance

    series = (pd.Series([v]) for v in (irradiance_global, irradiance_diffuse, angle_zenith))
    return {"irradiance_beam": _number(irradiance.dni(*series))}


def clearness(
    *, irradiance_global: float, angle_zenith: float, irradiance_extra: float
) -> dict[str, float | None]:
    """Return the global irradiance against that beyond the atmosphere [-]."""
    from pvlib import irradiance

    found = irradiance.clearness_index(irradiance_global, angle_zenith, irradiance_extra)
    return {"ratio_clearness": _number(found)}


def clear_sky(*, angle_zenith: float) -> dict[str, float | None]:
    """Return the global irradiance of a clear sky [W/m2] after Haurwitz."""
    import pandas as pd
    from pvlib import clearsky

    return {"irradiance_global": _number(clearsky.haurwitz(pd.Series([angle_zenith])))}


def inverter_power(
    *,
    power_dc: float,
    power_dc_rated: float,
    efficiency_nominal: float,
    efficiency_reference: float,
) -> dict[str, float | None]:
    """Return the alternating-current power of an inverter after PVWatts, cut at its rating.

    Parameters
    ----------
    power_dc, power_dc_rated : float
        Into the inverter, and at its rating [W].
    efficiency_nominal, efficiency_reference : float
        [-].

    Returns
    -------
    dict
        ``power`` [W], ``efficiency`` [-], None at rest.
    """
    from pvlib import inverter

    with np.errstate(all="ignore"):
        power = _number(
            inverter.pvwatts(power_dc, power_dc_rated, efficiency_nominal, efficiency_reference)
        )
    efficiency = power / power_dc if power and power_dc else None
    return {"power": power, "efficiency": efficiency}


def sun_position(
    *,
    latitude: float,
    longitude: float,
    years: float,
    months: float,
    days: float,
    hours: float,
    time_zone: float,
    elevation: float,
    temperature_air: float,
    pressure: float,
) -> dict[str, float | None]:
    """Return where the sun stands, by the solar position algorithm of NREL.

    Parameters
    ----------
    latitude, longitude : float
        [deg], north and east positive.
    years, months, days, hours : float
        Date and decimal hour on the clock.
    time_zone : float
        Hours ahead of universal time [h].
    elevation, temperature_air, pressure : float
        [m], [degC], [Pa]: of the refraction.

    Returns
    -------
    dict
        ``angle_zenith``, ``angle_zenith_apparent`` (as seen through the air),
        ``azimuth`` [deg], ``flow_time`` the equation of time [s].
    """
    import pandas as pd
    from pvlib import solarposition

    day = pd.Timestamp(year=int(years), month=int(months), day=int(days), tz="UTC")
    time = pd.DatetimeIndex([day + pd.Timedelta(hours=hours - time_zone)])
    found = solarposition.get_solarposition(
        time,
        latitude,
        longitude,
        altitude=elevation,
        pressure=pressure,
        temperature=temperature_air,
        method="nrel_numpy",
    ).iloc[0]
    return {
        "angle_zenith": _number(found["zenith"]),
        "angle_zenith_apparent": _number(found["apparent_zenith"]),
        "azimuth": _number(found["azimuth"]),
        "flow_time": _number(found["equation_of_time"] * 60),
    }


FORMULAS = {
    "solar-air-mass": air_mass,
    "solar-altitude-pressure": altitude_pressure,
    "solar-beam": beam_normal,
    "solar-cell-faiman": cell_faiman,
    "solar-cell-noct": cell_noct,
    "solar-cell-pvsyst": cell_pvsyst,
    "solar-cell-ross": cell_ross,
    "solar-cell-sapm": cell_sapm,
    "solar-clear-sky": clear_sky,
    "solar-clearness": clearness,
    "solar-dc-power": dc_power,
    "solar-decomposition": decomposition,
    "solar-extraterrestrial": extraterrestrial,
    "solar-incidence": incidence,
    "solar-inverter": inverter_power,
    "solar-losses": system_losses,
    "solar-plane": plane_of_array,
    "solar-position": sun_position,
    "solar-reflection": reflection,
}
