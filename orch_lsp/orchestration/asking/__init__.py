"""One step of a run, asked and judged: the floor on which `steps/` stand.

In reading order: `scope` is the state of a step, and all that it is given of its run; `ask` has one request answered,
with its fallbacks; `intake` takes in the events of the answer, over `attempts` and `streaming`; `untouched` looks
whether an agent changed files meanwhile; `shielding` is for work that must reach its end. `draft_material` is what the
checks of a draft are given, `findings` what a record keeps of an answer.
"""
