"""The composition root: `session` and `server` are the only modules that know all others."""
