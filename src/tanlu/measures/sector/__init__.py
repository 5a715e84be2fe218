"""What holds for the products of a sector: benchmark levels, routes, worked plants."""
