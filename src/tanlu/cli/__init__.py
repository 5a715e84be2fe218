"""The command line: each command one call into app."""
