"""Rules that put a price on carbon: what they count and what they cost."""
