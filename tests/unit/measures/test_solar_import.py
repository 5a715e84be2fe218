"""pvlib loads when a solar calculator runs, and at no other time; it reaches no network."""

from __future__ import annotations

import subprocess
import sys

_LATE = """
import sys
from tanlu.app.calculators import kinds_body
from tanlu.i18n.say import Say
from tanlu.measures.calculation.formulas import formulas
kinds_body(say=Say("en")), formulas()
print(sorted({"pvlib", "pandas", "requests"} & set(sys.modules)))
"""
_OFFLINE = """
import socket
def refuse(*_, **__):
    raise AssertionError("the network was reached")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from tanlu.catalog import tables
from tanlu.measures.solar.plant import city_hours
from tanlu.measures.solar.resource import find_city
row = find_city("Xuzhou", tables.read("solar_city"))
print(round(float(city_hours(row, 10, 180, 0.2, 0.8).sum())))
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_listing_the_calculators_loads_no_pvlib() -> None:
    assert run(_LATE) == "[]"


def test_a_year_of_sun_needs_no_network() -> None:
    assert run(_OFFLINE) == "1145"
