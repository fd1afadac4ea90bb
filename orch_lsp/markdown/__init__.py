"""The one reader of Markdown: text in, a tree with offsets out. It knows nothing of specs, profiles or runs.

Read in this order: `tree` (the values: elements, headings, fences, comments, chunks, the tree), `reader` (text to tree,
by pulldown-cmark), `change` (the tree of an edited text, which reads again only what the edit touched), `arriving` (the
headings of a text that comes in pieces). `html` knows what ends an HTML block and which headings and comments are in
it, `front_matter` reads the YAML block before the Markdown, `fencing` makes fences that a text cannot end.
"""
