"""Heat: steam and its equipment, boilers, insulation, exchangers, cold, heat and power."""
