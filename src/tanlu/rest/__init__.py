"""The REST API under ``/api``: one app call a route, the JSON of the command line; no logic."""
