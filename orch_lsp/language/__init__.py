"""Knowledge across the documents of a workspace: values in, values out. Runs, reads and asks nothing.

`index` holds the nodes and citations of documents and answers where something is defined and who names it.
"""
