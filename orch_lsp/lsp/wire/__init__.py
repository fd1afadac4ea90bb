"""The base protocol: everything that replaces a part of pygls, each with its reason and a test.

In reading order: `first_answer` (the answer to `initialize`, before pygls is loaded), `framing` and `messages` (bytes
to messages, whatever comes), `transport` (stdio and TCP, and how the server ends), `stderr`, `protocol` (what pygls's
protocol does wrong), `lanes` (how many requests are worked on at a time), `workspace` (the texts that are open).
"""
