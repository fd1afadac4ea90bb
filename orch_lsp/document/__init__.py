"""A spec as a document: what a person wrote, what is open, and how a draft gets in. Pure; never raises on a document.

Read in this order: `model` (the values), `profile` (how one kind of document is read) with `heading_name` (headings as
they are compared), `outline` and `parse` (from a tree of Markdown to the model), `readings` (again, after a change),
`node`, `items` and `section_nodes` (what in it can be addressed), `body` (a section's own text, and its hash),
`placeholder` with `comments` and `stand_ins`, and `brief` (what is written and what is open), `fill` with `placement`,
`layout` and `compose` (edits that put a draft in), `fences` (what was left open), `answer/` (a model's answer read
back). All of them work on the one tree, by its offsets.
"""
