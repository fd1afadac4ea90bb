"""The language server: the only package that knows LSP.

In reading order: `server` (the state that features share), `features` (the table of all that a client may ask, and one
module for each), `serving` (how a row of that table becomes a handler) and `snapshot` (an open document as a handler is
given it). Then what the handlers do: `lookup` finds runs, `offers` says what can be done with a document, `diagnostics`
what is wrong with it, `drafting` and `editing` bring a draft into it. `wire` is the base protocol, below all of them.

Imports point downwards here as well; `pyproject.toml` has the order.
"""
