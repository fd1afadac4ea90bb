"""Servers of the Model Context Protocol as a source of context: asked by us with the brief's terms, never by a model.

`declared` reads the servers that a workspace declares, `bound` tells by a hash what a consent is for, `launch` makes a
command line of settings, `stdio` runs it and bounds what it says, `client` asks it, `fitting` makes items of its
answers, and `source` puts all of it beside the files of the workspace. `stdio` and `client` alone know the SDK.
"""
