"""Code that names nodes of specs: in comments, docstrings, and names of tests.

`files` tells which files are code that people write, `syntax` where a person speaks in it, `mentions` what is named
there, and `links` which nodes of an index that are. Values in, values out.
"""
