"""Servers of the Model Context Protocol as a source of context: asked by us with the brief's terms, never by a model.

`declared` reads the servers that a workspace declares, `bound` tells by a hash what a consent is for, `launch` makes a
command line of settings and `address` a URL with its headers, `servers` says which of them may be asked. `stdio` runs
a server, `http` reaches one (`http_faults` says what was wrong with its answer); both bound what it says by a `watch`.
`client` asks, `fitting` makes items of the answers, and `source` puts all of it beside the files of the workspace.
`stdio`, `http`, `http_faults` and `client` alone know the SDK and its HTTP library.
"""
