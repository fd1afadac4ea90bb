"""The formats that a spec can follow: one package each, none of which knows another.

Read in this order: `protocol` (what a format gives), `registry` (which there are, and which one a document follows),
`recognition` (formats that are told apart and have no package here). `plain` is the first format.
"""
