"""Machine checks of a draft: is it true to its brief and its sources, testable, traced, and free of stand-ins.

Read in this order: `sentences` (Markdown to statements), `tokens` and `meaning` (what a statement is compared by),
`facts` (a brief read by machine), `material` (the input of a check, and its result), then one module a concern, and
`table` (all of them, with their codes and severities). Pure functions of values; none raises on a text.
"""
