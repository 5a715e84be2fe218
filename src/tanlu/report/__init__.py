"""The report as a tree of sections, tables and figures, in no language and no file format."""
