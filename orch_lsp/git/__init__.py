"""A checkout's index, revisions and state, read from git's files. No process is started, so none of its hooks runs.

In reading order: `files` (where a checkout keeps what), `index` (which paths are tracked), `head` (refs), `packs` and
`objects` (what was committed), `revisions` (which commit a person means), `status` (whether the working tree differs),
`repository` (files as they were committed, and as they are staged).
"""
