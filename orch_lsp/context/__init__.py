"""Pieces of the workspace that are put before a model: found, ranked and cut to a budget, all through one choke point.

In reading order: `item` (the port and its values), `registry` (how sources are found), `filesystem` (the source that
ships), `tree`, `ignore` and `stamps` (which files there are, and whether they changed), `corpus` and `index/` (what
they hold), `mentions` and `resolution` (which of them a spec names),
`ranking`, `tokens` and `excerpts` (which parts matter), `packing` (what fits), `choke` with `denylist` and
`scan` (what may leave the workspace, and in which form), `assembly` (how it stands in a prompt), `wildmatch` (globs as
git reads them, in linear time).
"""
