"""The steps of a run, one module each.

In the order of a run: `read` and `facts` take the brief apart, `context` and `locate` choose what of the workspace is
sent, `clarify` names questions, `outline` plans ids, `draft` or `section` writes, `check` judges, `critic` objects, and
`repair` has parts asked for again.

A step is given its scope and what it works on, and returns what it made; it knows no other step, no store, no observer
and no live run.
"""
