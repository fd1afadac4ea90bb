"""A model's answer, read back into sections. Whatever is left out, joined or doubted is noted with its text.

Read in this order: `reading` (from text to an answer), `note` (what is said of it), `marks` and `wrapping` (what comes
off), `outline` (which part is which section), `chatter` (words to the reader). `model_marks` and `model_phrases` are
the data that they go by. An answer is Markdown in a wrapping, or nearly Markdown: where it is, its tree is read;
`wrapping` alone makes Markdown of what is not.
"""
