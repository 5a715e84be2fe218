"""From the inventory's base year, offers and a scenario to a self-contained plan case."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.kernel.plan import Effect, Ownership
from tanlu.kernel.rounding import floor_half_up
from tanlu.roadmap.node import interpolate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tanlu.kernel.plan import (
        BaseYear,
        CarrierFact,
        EndUseFact,
        MeasureOffer,
        PurchaseFact,
        SiteFact,
    )

POWER = "electricity"
OTHER = "value-chain"
MG_PER_T = 10**9
KWH_PER_MWH = 1000
_LEDGER_STEP = "1/1000000"
_LAYER = {"waste_heat": "waste_heat", "switch": "switch", "process": "process"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the company decides about its plan.

    Parameters
    ----------
    last_year : int
        End of the horizon.
    first_decision : int
        First year in which something may start.
    method : str
        Ledger of the plan: market or location.
    budget : dict of str to Fraction, or Fraction, or None
        Investment limit a year [CNY].
    carry_over : bool
        Whether what is left may be spent later.
    carbon : str
        ``none``, ``ets`` (cash) or ``internal`` (steers only); the price is the scenario's.
    targets : tuple of dict
        Case targets; see `docs/reference/plan-case.md`.
    offsets : bool
        Whether neutrality may use bounded offsets.
    coarse_from : int
        From this year on decisions fall in every fifth year only.
    existing_contracts_continue : bool
        Whether the claims of the base year go on, as part of the baseline.
    gec_owner : str
        Who holds the certificates of a third-party roof: host, investor, or empty when not
        settled (then none is offered).
    """

    last_year: int = 2060
    first_decision: int = 0
    method: str = "market"
    budget: Fraction | dict[str, Fraction] | None = None
    carry_over: bool = True
    carbon: str = "none"
    targets: tuple[dict[str, Any], ...] = ()
    offsets: bool = True
    coarse_from: int = 2035
    existing_contracts_continue: bool = True
    gec_owner: str = ""
    locks: tuple[dict[str, Any], ...] = ()
    freeze_years: int = 0
    scenario: str = "base"
    extra: dict[str, Any] = field(default_factory=dict)


def scenario_series(
    rows: Iterable[Mapping[str, Any]], scenario: str
) -> dict[str, dict[int, Fraction]]:
    """Return the points of each series of a scenario, by year."""
    found: dict[str, dict[int, Fraction]] = {}
    for row in rows:
        if row["scenario"] == scenario:
            found.setdefault(row["series"], {})[row["year"]] = Fraction(row["value"])
    return found


def discount_rate(series: Mapping[str, Mapping[int, Fraction]], year: int) -> Fraction:
    """Return the discount rate of a scenario in a year [-]; every scenario has one."""
    return held(series["discount_rate"], year)


def held(points: Mapping[int, Fraction], year: int) -> Fraction:
    """Return the value of a year between the points; the ends are held."""
    return interpolate(points, min(max(year, min(points)), max(points)))


def case_from(
    base: BaseYear,
    end_uses: Sequence[EndUseFact],
    offers: Sequence[MeasureOffer],
    series: Mapping[str, Mapping[int, Fraction]],
    *,
    settings: Settings,
) -> dict[str, Any]:
    """Return the plan case of a company; its first year is the base year of the inventory.

    Parameters
    ----------
    base : BaseYear
        Inventory facts; the case reproduces them to the milligram (test V0).
    end_uses : sequence of EndUseFact
        Split of the purchases.
    offers : sequence of MeasureOffer
        Measures to choose from.
    series : mapping
        Scenario points by series and year.
    settings : Settings
        Choices of the company.

    Returns
    -------
    dict
        JSON object; exact numbers are texts (``p/q`` or decimals).
    """
    maker = _Maker(base, end_uses, offers, series, settings)
    return maker.case()


def _text(value: Fraction) -> str:
    return str(value)


class _Maker:
    """Writes one case; lives only inside `case_from`."""

    def __init__(
        self,
        base: BaseYear,
        end_uses: Sequence[EndUseFact],
        offers: Sequence[MeasureOffer],
        series: Mapping[str, Mapping[int, Fraction]],
        settings: Settings,
    ) -> None:
        self.base, self.uses, self.offers = base, end_uses, offers
        self.series, self.settings = series, settings
        self.years = tuple(range(base.year, settings.last_year + 1))
        self.carriers = {carrier.id: carrier for carrier in base.carriers}
        self.start = settings.first_decision or base.year + 1

    def path(self, name: str, default: Fraction | None = None) -> list[Fraction]:
        """Return a scenario series over the years; the ends are held."""
        points = dict(self.series.get(name, {}))
        if not points:
            return [default if default is not None else Fraction(0)] * len(self.years)
        return [held(points, year) for year in self.years]

    def case(self) -> dict[str, Any]:
        index = self.path("output_index", Fraction(1))
        case: dict[str, Any] = {
            "schema": "tanlu-plan-case/1",
            "name": f"{self.settings.scenario} {self.base.year}-{self.settings.last_year}",
            "years": {"first": self.years[0], "last": self.years[-1]},
            "decision_years": self._decision_years(),
            "discount_rate": _text(discount_rate(self.series, self.base.year)),
            "price_year": self.base.year,
            "method": self.settings.method,
            "output": [_text(self.base.output * i / index[0]) for i in index],
            "carriers": self._carriers(),
            "sites": self._sites(),
            "end_uses": self._end_uses(index),
            "measures": [m for m in map(self._measure, self.offers) if m is not None],
            "pv": [p for p in map(self._pv, self.offers) if p is not None],
            "contracts": self._contracts(),
            "targets": list(self.settings.targets),
            "locks": list(self.settings.locks),
            "freeze_years": self.settings.freeze_years,
            **self.settings.extra,
        }
        case.update(self._money())
        return case

    def _decision_years(self) -> list[int]:
        coarse = self.settings.coarse_from
        return [y for y in self.years if y <= coarse or y % 5 == 0]

    def _money(self) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        budget = self.settings.budget
        if budget is not None:
            limits = (
                {year: _text(v) for year, v in budget.items()}
                if isinstance(budget, dict)
                else _text(budget)
            )
            parts["budget"] = {
                "per_year": limits,
                "carry_over": self.settings.carry_over,
                "first_year": self.start,
            }
        price = [_text(v) for v in self.path("carbon_price")]
        if self.settings.carbon == "ets":
            parts["ets"] = {"price": price, "scope": "1+2"}
        elif self.settings.carbon == "internal":
            parts["internal_price"] = {"price": price, "scope": "1+2"}
        if self.settings.offsets:
            parts["offsets"] = {"price": [_text(v) for v in self.path("offset_price")]}
        return parts

    def _carriers(self) -> list[dict[str, Any]]:
        found = [self._carrier(c) for c in self.base.carriers]
        for name, scope in (("scope1", 1), ("scope3", 3)):
            if self.base.other_mg.get(name):
                found.append(
                    {
                        "id": f"other_{name}",
                        "unit": "t",
                        "scope": scope,
                        "ef": 1,
                        "quantum": "1/1000000000",
                    }
                )
        if POWER not in self.carriers:
            found.append(
                {"id": POWER, "unit": "kWh", "electricity": True, "mwh_per_unit": "1/1000"}
            )
        return found

    def _carrier(self, carrier: CarrierFact) -> dict[str, Any]:
        mine = [p for p in self.base.purchases if p.carrier == carrier.id and p.quantity]
        quantity = sum((p.quantity for p in mine), Fraction(0))
        emitted = sum(p.location_mg for p in mine)
        upstream = sum(p.upstream_mg for p in mine)
        entry: dict[str, Any] = {
            "id": carrier.id,
            "unit": carrier.unit,
            "scope": carrier.scope,
            "electricity": carrier.id == POWER,
            "price": [_text(v) for v in self.path(f"price:{carrier.id}")],
            "quantum": "1" if carrier.id == POWER else _LEDGER_STEP,
        }
        if quantity:
            entry["ef"] = self._ef(carrier.id, Fraction(emitted, MG_PER_T) / quantity)
            entry["ef_scope3"] = _text(Fraction(upstream, MG_PER_T) / quantity)
        if carrier.mwh_per_unit is not None:
            entry["mwh_per_unit"] = _text(carrier.mwh_per_unit)
        coal = {
            "calorific": carrier.kgce_calorific,
            "equivalent": carrier.kgce_equivalent,
        }
        entry["kgce_per_unit"] = {k: _text(v) for k, v in coal.items() if v is not None}
        return entry

    def _ef(self, carrier: str, first: Fraction) -> str | list[str]:
        """Return a factor path: the base year's own factor, moved with the grid of the scenario."""
        if carrier != POWER:
            return _text(first)
        grid = self.path("grid_ef", Fraction(1))
        return [_text(first)] + [_text(self._cut(first * g / grid[0])) for g in grid[1:]]

    @staticmethod
    def _cut(value: Fraction) -> Fraction:
        """Keep later years' factors to a milligram per kWh: shorter numbers, same meaning."""
        return Fraction(floor_half_up(value * MG_PER_T), MG_PER_T)

    def _sites(self) -> list[dict[str, Any]]:
        found = [self._site(site) for site in self.base.sites]
        if any(self.base.other_mg.values()):
            found.append({"id": OTHER})
        return found

    def _site(self, site: SiteFact) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "id": site.id,
            "province": site.province,
            "existing_pv": _text(site.pv_kwh),
            "existing_pv_claimed": site.pv_claimed,
            "ef": {},
            "ef_market": {},
        }
        later = site.claims_kwh if self.settings.existing_contracts_continue else Fraction(0)
        rest = [_text(later)] * (len(self.years) - 1)
        entry["existing_claims"] = [_text(site.claims_kwh), *rest]
        for purchase in self.base.purchases:
            if purchase.site == site.id and purchase.quantity:
                self._factors(entry, site, purchase)
        return entry

    def _factors(self, entry: dict[str, Any], site: SiteFact, purchase: PurchaseFact) -> None:
        first = Fraction(purchase.location_mg, MG_PER_T) / purchase.quantity
        entry["ef"][purchase.carrier] = self._ef(purchase.carrier, first)
        if purchase.carrier != POWER:
            return
        others = Fraction(0) if site.pv_claimed else site.pv_kwh
        residual = purchase.quantity + others - site.claims_kwh
        market = Fraction(purchase.market_mg, MG_PER_T) / residual if residual else first
        entry["ef_market"][POWER] = self._ef(POWER, market)

    def _end_uses(self, index: list[Fraction]) -> list[dict[str, Any]]:
        found = []
        for use in self.uses:
            step = Fraction(1) if use.carrier == POWER else Fraction(_LEDGER_STEP)
            later = [floor_half_up(use.quantity * i / index[0] / step) * step for i in index[1:]]
            found.append(
                {
                    "id": use.id,
                    "site": use.site,
                    "carrier": use.carrier,
                    "demand": [_text(use.quantity), *map(_text, later)],
                    "kind": use.end_use,
                }
            )
        for name in ("scope1", "scope3"):
            mg = self.base.other_mg.get(name)
            if mg:
                tonnes = [Fraction(floor_half_up(mg * i / index[0]), MG_PER_T) for i in index]
                found.append(
                    {
                        "id": f"{OTHER}/other_{name}",
                        "site": OTHER,
                        "carrier": f"other_{name}",
                        "demand": list(map(_text, tonnes)),
                        "kind": "value_chain",
                    }
                )
        return found

    def _measure(self, offer: MeasureOffer) -> dict[str, Any] | None:
        if offer.effect in {Effect.SUPPLY, Effect.CONTRACT}:
            return None
        entry: dict[str, Any] = {
            "id": offer.id,
            "kind": offer.measure,
            "site": offer.site,
            "effect": str(offer.effect),
            "end_uses": list(offer.end_uses),
            "capex": _text(Fraction(round(offer.capex.typical))),
            "om": _text(Fraction(round(offer.om))),
            "life": offer.life,
            "lead_years": offer.lead_years,
            "first_year": self.start,
            "max_rollout": _text(offer.max_rollout),
            "blocks": offer.blocks,
            "exclusive_group": offer.exclusive_group,
            "requires": list(offer.requires),
            "status": str(offer.evidence),
            "layer": _LAYER.get(offer.family, "efficiency"),
            "name_zh": offer.name_zh,
            "name_en": offer.name_en,
            "source": offer.source,
        }
        if offer.effect is Effect.SWITCH:
            entry["share"] = _text(offer.saving.typical)
            entry["carrier_to"] = offer.carrier_to
            entry["efficiency_old"] = _text(offer.perf_old)
            entry["efficiency_new"] = _text(offer.perf_new)
        elif offer.effect is Effect.RECOVER:
            entry.update(self._recovery(offer))
        elif offer.effect is Effect.ABSOLUTE:
            entry["amount"] = _text(offer.saving.typical)
        else:
            entry["saving"] = _text(offer.saving.typical)
        return entry

    def _recovery(self, offer: MeasureOffer) -> dict[str, Any]:
        """Return what a unit of the source saves of the end use's own carrier."""
        carrier = offer.end_uses[0].split("/")[1]
        energy = self.carriers[carrier].mwh_per_unit or Fraction(1)
        source = self.carriers[offer.source_end_use.split("/")[1]].mwh_per_unit or Fraction(1)
        share = offer.saving.typical * source / (offer.perf_old * energy)
        return {
            "saving": 1,
            "source_end_use": offer.source_end_use,
            "source_share": _text(share),
        }

    def _pv(self, offer: MeasureOffer) -> dict[str, Any] | None:
        third = offer.ownership is not Ownership.OWN
        if offer.effect is not Effect.SUPPLY or (third and not self.settings.gec_owner):
            return None
        index = self.path("pv_capex_index", Fraction(1))
        tariff, discount = self.path(f"price:{POWER}"), self.path("emc_discount")
        entry: dict[str, Any] = {
            "id": offer.id,
            "site": offer.site,
            "ownership": str(offer.ownership),
            "max_kw": _text(offer.size),
            "yield_per_kw": _text(self._yield(offer)),
            "life": offer.life,
            "lead_years": offer.lead_years,
            "first_year": self.start,
            "status": str(offer.evidence),
            "name_zh": offer.name_zh,
            "name_en": offer.name_en,
        }
        if third:
            paid = [_text(t - d) for t, d in zip(tariff, discount, strict=True)]
            entry |= {"self_price": paid, "term": 20, "gec_owner": self.settings.gec_owner}
        else:
            own_capex = offer.capex.typical / offer.size
            entry["capex"] = [_text(Fraction(round(own_capex * i))) for i in index]
            entry["om"] = _text(Fraction(round(offer.om / offer.size)))
        return entry

    def _yield(self, offer: MeasureOffer) -> Fraction:
        """Return the yearly yield [kWh/kW] that the offer was sized with."""
        use = sum(
            (u.quantity for u in self.uses if u.site == offer.site and u.carrier == POWER),
            Fraction(0),
        )
        return Fraction(round(use * offer.saving.typical / offer.size))

    def _contracts(self) -> list[dict[str, Any]]:
        sites = sorted({o.site for o in self.offers if o.effect is Effect.CONTRACT})
        kinds = {o.measure: o for o in self.offers if o.effect is Effect.CONTRACT}
        prices = {"e_green_power": "green_premium", "e_gec": "gec_price"}
        words = {"e_green_power": "green_power", "e_gec": "gec"}
        return [
            {
                "id": name,
                "kind": words[name],
                "sites": sites,
                "premium": [_text(v) for v in self.path(prices[name])],
                "first_year": self.start,
                "name_zh": offer.name_zh,
                "name_en": offer.name_en,
                "status": str(offer.evidence),
            }
            for name, offer in sorted(kinds.items())
            if name in prices
        ]


def base_totals(base: BaseYear) -> dict[str, int]:
    """Return the base year's emissions by column [mg], as the inventory states them."""
    scope = {carrier.id: carrier.scope for carrier in base.carriers}
    total = {"s1": base.other_mg.get("scope1", 0), "s2l": 0, "s2m": 0}
    total["s3"] = base.other_mg.get("scope3", 0)
    for purchase in base.purchases:
        total["s3"] += purchase.upstream_mg
        if scope[purchase.carrier] == 2:  # noqa: PLR2004 - the scope
            total["s2l"] += purchase.location_mg
            total["s2m"] += purchase.market_mg
        else:
            total["s1" if scope[purchase.carrier] == 1 else "s3"] += purchase.location_mg
    return total


def kwh(mwh: Fraction) -> Fraction:
    """Return MWh as kWh."""
    return mwh * KWH_PER_MWH
