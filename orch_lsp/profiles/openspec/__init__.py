"""The format of OpenSpec: specs by capability, and changes with deltas, a proposal, a design and tasks.

Read in this order: `format` (what it gives), `recognition` (which document is what, and where what it changes stands),
`kinds` (the kinds of documents with their sections), then what can be addressed in them: `requirements` with `headings`
for specs and deltas, `changes` for the rest. `words` holds the words of all languages.
"""
