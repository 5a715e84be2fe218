"""Colors of pages and charts; the same tokens serve HTML, PDF and the browser."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"
FONT_TRADITIONAL = (
    "system-ui, 'PingFang TC', 'Microsoft JhengHei', 'Noto Sans CJK TC', 'Noto Sans TC', sans-serif"
)

# Constants of the sRGB definition of relative luminance (WCAG 2.1).
_SRGB = (0.04045, 12.92, 0.055, 2.4)
_WEIGHTS = (0.2126, 0.7152, 0.0722)
_FLARE = 0.05

# Stacking order of wedges, top to bottom; `other` holds the folded small ones.
FAMILIES = (
    "grid",
    "efficiency",
    "pv",
    "waste_heat",
    "green_power",
    "electrification",
    "logistics",
    "materials",
    "hydrogen",
    "capture",
    "other",
    "residual",
)


@dataclass(frozen=True, slots=True)
class Theme:
    """The color tokens of one appearance."""

    name: str
    ink: str
    muted: str
    brand: str
    good: str
    warn: str
    bad: str
    card: str
    ground: str
    line: str
    grid_line: str
    baseline: str
    target: str
    families: Mapping[str, str]


_LIGHT = {
    "grid": "#94a3b8",
    "efficiency": "#0f766e",
    "pv": "#eab308",
    "waste_heat": "#c2410c",
    "green_power": "#22c55e",
    "electrification": "#1d4ed8",
    "logistics": "#06b6d4",
    "materials": "#8b5cf6",
    "hydrogen": "#f472b6",
    "capture": "#78716c",
    "other": "#cbd5e1",
    "residual": "#334155",
}

LIGHT = Theme(
    name="light",
    ink="#132a2a",
    muted="#5b6f70",
    brand="#0f766e",
    good="#15803d",
    warn="#a16207",
    bad="#b91c1c",
    card="#ffffff",
    ground="#f5f7f8",
    line="#e2e8e8",
    grid_line="#e8eded",
    baseline="#0f172a",
    target="#dc2626",
    families=_LIGHT,
)
DARK = Theme(
    name="dark",
    ink="#e6f0ef",
    muted="#9db4b1",
    brand="#2dd4bf",
    good="#4ade80",
    warn="#fbbf24",
    bad="#f87171",
    card="#12211f",
    ground="#0b1716",
    line="#27403d",
    grid_line="#1d322f",
    baseline="#e6f0ef",
    target="#f87171",
    families={
        **_LIGHT,
        "electrification": "#2563eb",
        "other": "#475569",
        "residual": "#6b7f95",
    },
)
THEMES: Mapping[str, Theme] = {"light": LIGHT, "dark": DARK}


def family_rank(family: str) -> int:
    """Return the place of a family in the stack, from the top."""
    return FAMILIES.index(family) if family in FAMILIES else FAMILIES.index("other")


def shades(color: str, count: int) -> list[str]:
    """Return steps of one hue, from the family's own color to a lighter one.

    Parameters
    ----------
    color : str
        ``#rrggbb`` of the family.
    count : int
        Number of members.
    """
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, strength = colorsys.rgb_to_hls(red, green, blue)
    top = min(0.80, light + 0.30)
    steps = []
    for place in range(count):
        level = light + (top - light) * place / max(1, count - 1) if count > 1 else light
        parts = colorsys.hls_to_rgb(hue, level, strength)
        steps.append("#" + "".join(f"{round(part * 255):02x}" for part in parts))
    return steps


def contrast(color: str, other: str) -> float:
    """Return the WCAG 2.1 contrast of two colors, 1 to 21 [-]."""
    high, low = sorted((_luminance(color), _luminance(other)), reverse=True)
    return (high + _FLARE) / (low + _FLARE)


def ink_on(color: str) -> str:
    """Return white or dark text, whichever reads better on a color."""
    return max((LIGHT.card, LIGHT.ink), key=lambda ink: contrast(color, ink))


def _luminance(color: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.1, definition)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    knee, slope, shift, power = _SRGB
    linear = [p / slope if p <= knee else ((p + shift) / (1 + shift)) ** power for p in parts]
    return sum(weight * part for weight, part in zip(_WEIGHTS, linear, strict=True))
