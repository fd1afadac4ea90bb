"""The specs of a workspace as an index, and where its code may name what they declare. Nothing of it is sent.

In reading order: `spec_files` lists the files of a folder with their stamps, `concerned` says by their paths which can
matter to a question, `spec_reading` reads them, `file_documents` keeps each reading until its stamp is another one.
`spec_index` is the index of one folder, with what a client has open over its files; `spec_indexes` are those of a
process. `code_index` looks for names of nodes in code. `breath` lets the long work of all of them give way.
"""
