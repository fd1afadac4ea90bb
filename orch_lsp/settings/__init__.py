"""Settings: layers of two levels of trust, merged into frozen values that know where each came from.

In reading order: `problem` (the layers, and a value that is not used), `model` and `run_settings` (the merged values),
`schema` (what a file may hold), `files` and `load` (each layer read, never failing), `validate` (a bad value becomes a
`Problem`, the rest works on), `catalogue` (the providers), `resolve` (the merge), `runs` (one table of it, for who
needs no other).
Beside them: `endpoint` (addresses), `keys`, `key_ring` and `key_command` (where a key comes from), `trust` (consent),
`configured` (which providers a person works with), `locate`, `value_at` and `edit` (a file's text as it is written).
"""
