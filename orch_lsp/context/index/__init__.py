"""An index of a workspace's words on disk, so that what a brief is about is found without reading every file.

In reading order: `look` (which files there are, and whether they are what they were), `watch` (being told of changes),
`marks` (what stands for a word in the index, which holds none), `rows` and `disk` (how it is kept), `reading` (what is
found in files that are read), `build` (how the index comes about and keeps up), `child` and `children` (the processes
that read much), `corpus` (the answers), `workspace_index` (all of it for one root), `indexes` (those of a process).
"""
