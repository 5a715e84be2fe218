"""Exact ratios between units, for formulas that work in the units of their publication.

Ratios that a publication rounds are its own and stay with its formulas.
"""

from __future__ import annotations

W_PER_KW = 1000
VA_PER_KVA = 1000
KWH_PER_MWH = 1000
KG_PER_T = 1000
G_PER_KG = 1000
PA_PER_KPA = 1000
KPA_PER_MPA = 1000
KJ_PER_MJ = 1000
KJ_PER_GJ = 10**6
KJ_PER_KWH = 3600
KWH_PER_GJ = KJ_PER_GJ / KJ_PER_KWH
GJ_PER_KWH = 3.6e-3
BTU_PER_MMBTU = 10**6
S_PER_MIN = 60
MIN_PER_H = 60
S_PER_H = 3600
HOURS_PER_DAY = 24
DAYS_PER_WEEK = 7
INCHES_PER_FOOT = 12
IN2_PER_FT2 = INCHES_PER_FOOT**2
IN3_PER_FT3 = INCHES_PER_FOOT**3
PERCENT = 100
ZERO_CELSIUS = 273.15  # [K]
