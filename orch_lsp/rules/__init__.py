"""Findings about a document, with the fixes that one key applies. A rule knows nodes and sections, and no format.

Read in this order: `rule` (what a rule and a finding are), `check` (the table of all rules, and a document's findings),
then one module a family: `structure`.
"""
