"""The format of spec-kit: a folder for each feature with its spec, plan, tasks and checklists, and a constitution.

Read in this order: `format` (what it gives), `recognition` (which documents are its), `sections` (their kinds),
`citations` (ids, and where they are named), `nodes` (what can be addressed), `words` (in the languages of specs).
"""
