"""`orch-lsp` in a terminal: arguments, what is printed, and exit codes. The only package that prints.

In reading order: `main` (the commands), `draft` with `files` and `signals` (one run to its end), `runs`, `usage`,
`models`, `doctor`, `new`, `key` and `trust` (a command each), `serve` (the language server), and what they share:
`output`, `layout` and `terminal` (how results, errors and progress are shown), `streams` (standard streams that are
closed, cut or in another encoding).
"""
