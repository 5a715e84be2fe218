"""The report as a tree of sections, tables and figures: no language, no file format.

`build.build(payload)` takes what the command line prints as JSON (see `payload`) and returns a
`tree.Report`; `render` turns the tree into a document in a language handed in by `app`.
"""
