"""Units: the table, what people write for them, exact conversion, GWP sets.

The only room that multiplies by 1000 or 3.6, or meets pint. Unit texts of users go through
`parse.parse_unit` alone; everything else speaks unit codes of the table.
"""
