"""The exact request of a plan: what of the workspace goes into it, its size and cost, and how it is shown.

In reading order: `gathering` finds the context, which `context_record` puts on the record; `secret_refusal` keeps
secrets out of it, `secret_decisions` is what a user says of one; `prepare` makes the request, which a run sends and a
preview shows. `window`, `cost`, `estimate` and `budget` measure it, `shortening` is the one call in place of many.
`preview` is what a draft would send now, `preview_page` a page about it; `pinning` is a person's decision about one of
its files; `kept_previews` and `since_preview` know what differs when it is sent. `resources` is what all that is done
with.
"""
