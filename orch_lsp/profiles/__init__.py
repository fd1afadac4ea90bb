"""The formats that a spec can follow: `registry` finds one by name, `recognition` tells which one a document follows.

Each format is a value of `document.profile`; `plain` is the first.
"""
