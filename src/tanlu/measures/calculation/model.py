"""What a calculator is: the quantities it takes and gives, with unit, range and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Range:
    """Values that are possible; a bound of None is open.

    Parameters
    ----------
    low, high : float or None
        Smallest and largest value.
    above, below : float or None
        Values it must stay off.
    source, locator : str
        Publication of the range; empty where the definition gives it.
    """

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    source: str = ""
    locator: str = ""

    def holds(self, value: float) -> bool:
        """Return whether a value is in the range."""
        return (
            (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    @property
    def text(self) -> str:
        """The range as an interval such as ``(0, 1]``."""
        left = f"[{self.low:g}" if self.low is not None else "(-∞"
        right = f"{self.high:g}]" if self.high is not None else "∞)"
        left = f"({self.above:g}" if self.above is not None else left
        right = f"{self.below:g})" if self.below is not None else right
        return f"{left}, {right}"


@dataclass(frozen=True, slots=True)
class Value:
    """A quantity a calculator takes or gives.

    Parameters
    ----------
    name : str
        Name in the JSON: a shared quantity, a role after an underscore.
    unit : str
        Unit the formula works in.
    shown : str
        Unit of the answer; the formula's own where empty.
    name_zh, name_en : str
        What it means.
    default : float, str or None
        Taken when the input does not give it.
    is_optional : bool
        Without value the formula does without it.
    range : Range
        Possible values, in `unit`.
    choices : tuple of str
        Words it may be; empty for a number.
    is_list : bool
        The formula takes the whole list.
    is_difference : bool
        A temperature difference.
    columns : tuple of Value
        Of a table: what each of its rows holds.
    also : tuple of str
        Other names it may be given under.
    currency : str
        Money of the catalogue that stands in for it; with other money it has to be given.
    """

    name: str
    unit: str
    name_zh: str
    name_en: str
    shown: str = ""
    default: float | str | None = None
    is_optional: bool = False
    range: Range = Range()
    choices: tuple[str, ...] = ()
    is_list: bool = False
    is_difference: bool = False
    columns: tuple[Value, ...] = ()
    also: tuple[str, ...] = ()
    currency: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it may be given under."""
        return (self.name, *self.also)


@dataclass(frozen=True, slots=True)
class Calculator:
    """One calculator: a formula with its publication, what it takes and what it gives.

    ``tables`` holds the rows of the data tables that the formula takes besides its inputs.
    """

    id: str
    area: str
    name_zh: str
    name_en: str
    method: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    measure: Mapping[str, Any]
    note_zh: str
    note_en: str
    source: str
    locator: str
    quality: str
    tables: Mapping[str, tuple[Mapping[str, Any], ...]]


def calculators(
    rows: Iterable[Mapping[str, Any]],
    quantities: Iterable[Mapping[str, Any]],
    read: Callable[[str], tuple[Mapping[str, Any], ...]],
) -> dict[str, Calculator]:
    """Return the calculators of the data tables by id.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the calculator table.
    quantities : iterable of mapping
        Rows of the quantity table: unit, meaning and range that inputs and outputs inherit.
    read : callable
        Returns the rows of a table: those a formula takes, and those whose ids are choices.

    Raises
    ------
    TanluError
        ``calc.table`` when a name does not begin with a shared quantity.
    """
    known = {row["id"]: row for row in quantities}
    return {
        row["id"]: Calculator(
            inputs=tuple(
                _value(_with_choices(part, read), known, row["id"]) for part in row["inputs"]
            ),
            outputs=tuple(_value(part, known, row["id"]) for part in row["outputs"]),
            measure=row["measure"] or {},
            tables={name: read(name) for name in row["tables"] or ()},
            note_zh=row["note_zh"] or "",
            note_en=row["note_en"] or "",
            **{name: row[name] for name in _PLAIN},
        )
        for row in rows
    }


_PLAIN = ("id", "area", "name_zh", "name_en", "method", "source", "locator", "quality")
_BOUNDS = ("low", "high", "above", "below")
_SIDES = ({"low", "above"}, {"high", "below"})
_FLAGS = {"list": "is_list", "optional": "is_optional"}
_TEXTS = ("name", "quantity", "unit", "show", "zh", "en", "source", "locator", "currency")
_KEYS = {*_TEXTS, "default", "choices", "columns", "also", *_BOUNDS, *_FLAGS}


def _with_choices(
    part: Mapping[str, Any], read: Callable[[str], tuple[Mapping[str, Any], ...]]
) -> dict[str, Any]:
    """Return an entry; ``choices_of`` names a table, whose ids are the choices.

    Further keys of ``choices_of`` say which rows: ``{table: benchmark, unit: kgce/t}``.
    """
    told = dict(part)
    wanted = dict(told.pop("choices_of", None) or {})
    if wanted:
        rows = read(wanted.pop("table"))
        told["choices"] = [row["id"] for row in rows if wanted.items() <= row.items()]
    return told


def _value(part: Mapping[str, Any], known: Mapping[str, Any], kind: str) -> Value:
    quantity = _quantity(part, known)
    if quantity is None or not part.keys() <= _KEYS:
        raise TanluError("calc.table", kind=kind, found=part.get("name"))
    unit = part.get("unit", quantity["unit"])
    default = part.get("default")
    return Value(
        name=part["name"],
        unit=unit,
        shown=part.get("show", quantity["unit"] if _same_kind(part) else ""),
        name_zh=part.get("zh") or quantity["name_zh"],
        name_en=part.get("en") or quantity["name_en"],
        default=default if default is None or isinstance(default, str) else float(default),
        range=_range(part, quantity, unit),
        choices=tuple(part.get("choices", ())),
        is_difference=bool(quantity["difference"]),
        columns=tuple(_value(column, known, kind) for column in part.get("columns", ())),
        also=tuple(part.get("also", ())),
        currency=part.get("currency", ""),
        **{flag: bool(part.get(name)) for name, flag in _FLAGS.items()},
    )


def _same_kind(part: Mapping[str, Any]) -> bool:
    return "unit" not in part


def _quantity(part: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the shared quantity that a name begins with, the longest first."""
    words = str(part.get("quantity", part.get("name", ""))).split("_")
    names = ("_".join(words[:end]) for end in range(len(words), 0, -1))
    return next((known[name] for name in names if name in known), None)


def _range(part: Mapping[str, Any], quantity: Mapping[str, Any], unit: str) -> Range:
    """Return the range an entry states, each side it leaves open being that of its quantity.

    In another unit a shared bound holds where it is zero: scaling leaves it where it is.
    """
    own = {name: float(part[name]) for name in _BOUNDS if name in part}
    shared = {
        name: float(quantity[name])
        for side in _SIDES
        if not own.keys() & side
        for name in side
        if quantity[name] is not None and (unit == quantity["unit"] or not quantity[name])
    }
    cited = part if own else quantity
    return Range(
        **(shared | own), source=cited.get("source") or "", locator=cited.get("locator") or ""
    )
