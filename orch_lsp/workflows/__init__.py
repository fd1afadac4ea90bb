"""The workflows: which steps a run has, as files that a person can read.

`NAME.toml` beside these modules are those of the package; a project may bring others, or replace them, below
`.orch/workflows/`. `model` says what a workflow is, `reading` makes one of a file, `library` finds them. A workflow
chooses by name alone and holds no expressions: it can send nothing anywhere that the user did not set up.
"""
