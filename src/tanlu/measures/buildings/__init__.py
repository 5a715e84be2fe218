"""Buildings: envelope, degree days, heating and cooling plant, lighting, retrofits together."""
