"""Spreadsheets in, typed rows and findings by cell out."""
