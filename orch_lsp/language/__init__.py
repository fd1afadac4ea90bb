"""What is known across the documents of a workspace: values in, values out. It runs, reads and asks nothing.

`index` holds the nodes and citations of documents and answers where something is defined and who names it.
"""
