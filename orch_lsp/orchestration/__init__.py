"""One run, from a command to its end: what is to be done, the steps that do it, and what becomes of their draft.

Each package imports only those before it in this list, which is the order to read them in, too:

- `specs`: one spec, read, with what is known of it without a model.
- `index`: the specs of a workspace, and where its code names what they declare.
- `planning`: what is to be written, by which provider and model, and with which words.
- `requests`: the exact request of a plan, with its context, its size, its cost, and its preview.
- `asking`: one step, asked and judged; the floor on which steps stand.
- `steps`: the steps, one module each.
- `running`: a run from its record to its end, and what the runs of one process share.
- `drafts`: the draft of a run, and what a person does with it.
"""
