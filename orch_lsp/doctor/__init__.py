"""The doctor: examines the set-up, names faults and their cures. Behind `orch-lsp doctor` and `orch.doctor`.

It looks and changes nothing, and nothing secret is ever part of what it tells.

In reading order: `examine` (the whole look: software, places, store, settings, choice), `providers` (one provider: its
key, host, answer and model), `findings` (what was found, as JSON, lines and a page), `settings_values` (every setting
that is not a default, fit to be shown), `support_bundle` (a file to send to a person who helps).
"""
