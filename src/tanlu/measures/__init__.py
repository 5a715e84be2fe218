"""Abatement measures: the catalogue and what a measure offers to the plan."""
