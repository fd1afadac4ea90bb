"""The set-up of a new user: what there is to draft with, a choice of it, a trial, and the user config that says so.

The command line and the server's `orch.setup` show what this package finds; neither decides anything of its own.

In reading order: `found` (what can be chosen, as values), `finding` (keys that are set, local servers that answer),
`agents` (programs of the PATH), `selection` (a choice as it would stand in the user config, and the provider that it
makes), `setting_up` (the steps), `own_server` (a server by its address), `narrowing` (a few of ten thousand models),
`trial` (one tiny request), `clients` (an editor's own configuration).
"""
