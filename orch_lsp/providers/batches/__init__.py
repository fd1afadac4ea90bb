"""Requests that are answered within a day, at a lower price: what providers call batches.

In reading order: `endpoint` (the port of a provider's batches), `calls` (its small JSON requests), `message_batches`
and `file_batches` (the two dialects), `ledger` (what was sent, on disk), `desk` (collects, sends, waits), `provider`
(the same as a provider like any other).
"""
