"""Colors of neighbors in the wedge chart can be told apart, also by color-blind readers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from tanlu.render.theme import DARK, FAMILIES, LIGHT, Theme, contrast, ink_on, shades

# Linear RGB to cone responses, and the planes of protanopes and deuteranopes: Viénot, Brettel and
# Mollon (1999). Tritanopes: severity 1.0 of Machado, Oliveira and Fernandes (2009).
_LMS = np.array(
    [
        [17.8824, 43.5161, 4.11935],
        [3.45565, 27.1554, 3.86714],
        [0.0299566, 0.184309, 1.46709],
    ]
)
_PROTAN = np.array([[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]])
_DEUTAN = np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]])
VISION = {
    "normal": np.eye(3),
    "protanope": np.linalg.inv(_LMS) @ _PROTAN @ _LMS,
    "deuteranope": np.linalg.inv(_LMS) @ _DEUTAN @ _LMS,
    "tritanope": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def _lab(color: str, vision: str) -> tuple[float, float, float]:
    rgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(VISION[vision] @ linear, 0, 1)
    ratio = (_TO_XYZ @ seen) / _WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def delta_e(first: tuple[float, float, float], second: tuple[float, float, float]) -> float:
    """CIEDE2000 (Sharma, Wu and Dalal 2005)."""
    l1, a1, b1 = first
    l2, a2, b2 = second
    mean_c = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean_c**7 / (mean_c**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    dl, dc = l2 - l1, c2 - c1
    dh = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dhh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh / 2))
    ml, mc = (l1 + l2) / 2, (c1 + c2) / 2
    if c1 * c2 == 0:
        mh = h1 + h2
    elif abs(h1 - h2) <= 180:
        mh = (h1 + h2) / 2
    else:
        mh = (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(mh - 30))
        + 0.24 * math.cos(math.radians(2 * mh))
        + 0.32 * math.cos(math.radians(3 * mh + 6))
        - 0.20 * math.cos(math.radians(4 * mh - 63))
    )
    sl = 1 + 0.015 * (ml - 50) ** 2 / math.sqrt(20 + (ml - 50) ** 2)
    sc, sh = 1 + 0.045 * mc, 1 + 0.015 * mc * t
    turn = 30 * math.exp(-(((mh - 275) / 25) ** 2))
    rt = -2 * math.sqrt(mc**7 / (mc**7 + 25**7)) * math.sin(math.radians(2 * turn))
    return math.sqrt(
        (dl / sl) ** 2 + (dc / sc) ** 2 + (dhh / sh) ** 2 + rt * (dc / sc) * (dhh / sh)
    )


def test_color_difference_reproduces_a_published_pair() -> None:
    # Sharma, Wu and Dalal (2005), table 1, pair 1
    first, second = (50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485)

    assert delta_e(first, second) == pytest.approx(2.0425, abs=0.00005)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("vision", sorted(VISION))
def test_neighboring_families_can_be_told_apart(theme: Theme, vision: str) -> None:
    order = [family for family in FAMILIES if family != "other"]

    near = {
        (one, two): round(delta, 1)
        for one, two in itertools.pairwise(order)
        if (delta := delta_e(_lab(theme.families[one], vision), _lab(theme.families[two], vision)))
        < 15
    }

    assert near == {}


def test_shades_of_a_family_start_with_its_own_color() -> None:
    steps = shades(LIGHT.families["efficiency"], 4)

    assert steps[0] == LIGHT.families["efficiency"]
    assert len(set(steps)) == 4


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_reads_on_the_card(theme: Theme) -> None:
    for color in (theme.ink, theme.muted, theme.brand, theme.good, theme.warn, theme.bad):
        assert contrast(color, theme.card) >= 4.5


@pytest.mark.parametrize("family", FAMILIES)
def test_text_on_a_band_takes_the_better_ink(family: str) -> None:
    color = LIGHT.families[family]

    assert contrast(ink_on(color), color) >= 4.2
