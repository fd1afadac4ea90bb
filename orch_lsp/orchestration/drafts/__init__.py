"""The draft of a run and what a person does with it: take it, compare it, answer its questions, have it written again.

In reading order: `applying` turns a stored draft into an edit and keeps what became of it; `delivery` is the one policy
about it, for the editor and the command line. `comparing` puts runs beside each other, `questions` takes an answer to
what a run asked. `rewrite_plan` plans to write something anew, `resuming` goes on with a run, `replaying` repeats one.
`proposal` is a text that an agent brought, kept as a draft.
"""
