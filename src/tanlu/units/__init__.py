"""Parse and convert units, exactly; the only room that multiplies by 1000 or 3.6."""
