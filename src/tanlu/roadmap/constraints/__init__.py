"""Constraint families, one file each: a pure function from the layout to blocks of rows."""
