"""One run, from a command to its end: what is to be done, the steps that do it, and the record of it while it lives.

In reading order: `source` and `plan` say what a document asks for, and of whom; `prompts`, `secret_refusal` and
`prepare` make the exact request of it. `graph` orders steps, `workflow` says which ones a run has, and `steps/` holds
each of them, over `asking`, which has one request answered, and `scope`, which is all that a step is given. `new_run`
is a run's record at its beginning, `live_run` its only writer afterwards, `derived` what the record says because of
its steps. `run` puts all that together, top to bottom. `supervisor` owns the live runs of a process, `session` what
they share. `applying` is what becomes of a draft.

The rest serves these: `attempts`, `cost`, `streaming` and `findings` the steps, `observer` who watches, `shielding`
what must reach its end, `included`, `permission` and `vcs` what is asked about a document before a run.
"""
