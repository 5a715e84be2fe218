"""The one process that serves pages and API: puts rest and web together, guards the door, runs."""
