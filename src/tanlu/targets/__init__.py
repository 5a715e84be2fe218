"""Target paths and their checks against dual-carbon and SBTi rules."""
