"""One spec as everything begins with it: read, with its format and settings, and what is known of it without a model.

In reading order: `source` is a document as a client holds it, `whereabouts` its root and its name in records,
`included` and `document_format` say which document is a spec and of which format; `reading` puts that together.
`history` has the document in earlier commits, over which `retired` and `upstream` know what is gone and what was
reworded; `written_by`, `unreviewed` and `told_by_history` know what runs wrote in it, `last_review` what one said of
it. `evidence` and `lost_mentions` hold what it names against the workspace, `evidence` also in folders further down
(`whole_tree`). `review` is all that there is to say of it.
"""
