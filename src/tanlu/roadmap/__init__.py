"""The least-cost, dated plan: problem, constraint families, solve, simulate, explain."""
