"""Before a run: what is to be written, by which provider and model, and with which words.

In reading order: `targets` are the open places of a document, `locked` the nodes that no run writes, `rewrite` those
that are to be written anew, `choice` is who is asked, `plan` all of that together. `batching` is about requests that a
provider takes in batches. `beginning` starts a new document, `deriving` the one that a format makes of another.
"""
