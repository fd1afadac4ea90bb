"""A spec as a document: what a person wrote, what is open, and how a draft gets in. Pure; never raises on a document.

Read in this order: `model` (the values), `profile` (how one kind of document is read), `outline` and `parse` (from a
tree of Markdown to the model), `node`, `items` and `section_nodes` (what in it can be addressed), `placeholder` and
`brief` (what is written and what is open), `fill` with `placement`, `layout` and `compose` (edits that put a draft in),
`fences` (what was left open), `answer/` (a model's answer read back).
"""
