"""Rank the sources and explain the change between two years."""
