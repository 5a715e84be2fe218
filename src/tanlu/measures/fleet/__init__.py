"""Vehicles and what they take: replacement by another energy, cost of ownership, charging."""
