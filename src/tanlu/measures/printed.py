"""Constants that several published calculators round alike: with them their figures come out.

One that a single publication prints stays beside its formula; exact ratios are in
`tanlu.units.ratio`.
"""

from __future__ import annotations

KW_PER_HP = 0.746
BTU_PER_KWH = 3412
PSI_PER_ATMOSPHERE = 14.7
ZERO_FAHRENHEIT = 460  # [degR]
CFM_INCHES_PER_HP = 6362  # [cfm in w.g. per hp]
INCHES_OF_WATER_PER_INCH_OF_MERCURY = 13.63
