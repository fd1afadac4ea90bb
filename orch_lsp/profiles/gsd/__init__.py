"""The format `gsd`: what lies in `.planning/`: requirements, a roadmap of phases, plans with tasks, and notes.

Read in this order: `format` (what it gives), `recognition` (by path, then by headings and front matter), `kinds` (one
profile a kind), `references` (ids in sentences, lists and front matter), then the nodes: `requirements`, `roadmap`,
`plan`. What is open in a document: `drafting`, for plans `plan_drafting`, with the shapes of both in `shapes`.
"""
