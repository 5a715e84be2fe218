"""Workbooks to sparse grids of text cells, with what Excel shows and hides beside each."""
