"""The pages of the browser: one app call a page, templates and scripts; no logic."""
