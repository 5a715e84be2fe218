"""On-site solar power: sun, module, plant, self-use and value; the only door to pvlib.

pvlib takes seconds to import and is therefore imported inside the functions that need it; nothing
of it that reaches the network is used.
"""
