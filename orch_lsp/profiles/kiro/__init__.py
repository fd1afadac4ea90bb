"""The format `kiro`: requirements with numbered criteria, a design with properties, tasks that cite both, steering.

cc-sdd and other tools write the same documents into other folders. Read in this order: `format` (what it gives),
`recognition` (by path, then by headings), `sections` (one profile a kind), `words` (in languages, as data),
`references` (lists of ids behind a label), then the nodes of each kind: `requirements`, `design`, `tasks`.
"""
