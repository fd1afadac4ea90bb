"""The steps of a run, one module each, over `asking`.

A step is given its scope and what it works on, and returns what it made; it knows no other step, no store, no observer
and no live run.
"""
