"""The format `plain`: seven sections, for a spec that follows no other tool's format.

Read in this order: `format` (what it gives), `sections` with `translated_titles`, `nodes` (tasks, criteria and ids).
"""
