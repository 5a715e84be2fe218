"""Formulas of equipment: motors, fans, pumps and what else a plant runs; SI or as printed."""
