"""Run the benchmarks: `python -m benchmarks [--once] [--case NAME] [--repeat N]`."""

from __future__ import annotations

import argparse
import sys

from benchmarks.case import load_all
from benchmarks.run import run_case
from benchmarks.write import write_results


def main() -> int:
    """Run the cases and write their results; the exit code tells whether all bars are reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", "--quick", action="store_true", help="smallest size, one turn")
    parser.add_argument("--case", action="append", help="only these cases")
    parser.add_argument("--repeat", type=int, default=3, help="turns per variant")
    parser.add_argument("--rows", type=int, action="append", help="only these sizes")
    chosen = parser.parse_args()
    cases = load_all()
    names = chosen.case or sorted(cases)
    repeat = 1 if chosen.once else chosen.repeat
    results = []
    for name in names:
        sizes = cases[name].sizes[:1] if chosen.once else (chosen.rows or cases[name].sizes)
        for rows in sizes:
            results.append(run_case(cases[name], rows, repeat=repeat))
            if not chosen.once:
                write_results(results)
    met = [bar["met"] for result in results for bar in result["bars"]]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
