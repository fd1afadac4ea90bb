"""A checkout's index, revision and state, read from git's files. No process is started, so none of its hooks runs.

In reading order: `files` (where a checkout keeps what), `index` (which paths are tracked), `head` (the revision),
`objects` (a file as it was committed), `status` (whether the working tree differs).
"""
