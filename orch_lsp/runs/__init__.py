"""Runs: what is recorded of each, how it lives and ends, and how people see it.

In reading order: `status`, `record` and `lifecycle` say what a run is; `store` is the port that all others use, over
`thread` (where its work is done), `saving` (runs on their way into it), `history` (what belongs into one transaction),
`rows` (runs, texts and checkpoints), `columns`, `usage_rows` and `search` (what is derived from records to find and to
add them up) and `migrations` (the tables). `schema` is the border to JSON. `interruption`, `held`, `rescue` and
`salvage` are for what goes wrong; `retention` and `pages` for what is to go. `origins` and `provenance` tie sections to
runs; `labels`, `view`, `usage` and `escape` are how all that is said.
"""
