"""A run, from its record to its end, and what the runs of one process share.

In reading order: `workflow` says which steps a run has, `graph` orders them. `new_run` is its record at the beginning,
`live_run` its only writer afterwards, `derived` what it says because of its steps, `vcs` the revision on it. `run` puts
all that together, top to bottom; `observer` is who watches. `supervisor` owns the live runs of a process; `retryable`
and `reuse` know what of an earlier run is worth doing again, or need not be. `session` is what a process shares, put
together from `run_stores`, `connections` and `consent`; `permission` says which providers may be contacted with it.
"""
