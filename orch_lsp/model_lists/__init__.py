"""Which models there are: a provider's own list, the copy that was kept of it, and what the price table knows.

In reading order: `lists` (asks, keeps, and finds the ids most like one that is not known), `kept` (the files in the
state folder), `price_table` (ids and context windows by genai-prices, without a network).
"""
