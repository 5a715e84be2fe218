"""Benchmarks as ratios: each case runs its variants in turn, as child processes, in one job."""
