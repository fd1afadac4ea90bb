"""Keeping things on disk, whatever they are: no word about their meaning.

In reading order: `files` replaces a file in one step. `place` says where a database may be, `binding` whose it is,
`sqlite` how it is opened and what its errors mean, `schema` how its tables come about, `damage` how a broken one is set
aside, `database` is the one connection that its users have.
"""
