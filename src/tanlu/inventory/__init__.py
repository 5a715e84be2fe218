"""Activity times factor, to gases, scopes and totals that say what they cover."""
