"""The prompts: their words as files, and how a request is laid out of them.

`core.md` is the same in every request; `task.md` frames the task of one; `plain.draft.md` is the part for one kind of
document, and the packages of the formats bring theirs. A user may put files of the same names into a folder of their
own, and a project may replace the parts for its documents.
"""
