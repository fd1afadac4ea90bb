"""The same knowledge for agents: tools of the Model Context Protocol that read, and one that leaves a draft for review.

`grounds` is the workspace as a tool may see it, `outgoing` the only way by which anything of it leaves, `paging` the
bounds of an answer. Each tool is a module of its own: `outline`, `node`, `provenance`, `check`, `trace`, `stale`,
`history` and `propose`, all in the table of `tools`. `server` and `pipe` are the only ones that know the protocol.
"""
