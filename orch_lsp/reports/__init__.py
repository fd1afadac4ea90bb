"""Reports on specs, alike for the command line and for agents: what is wrong in them, and who cites whom.

`spec_files` finds and reads the specs that are asked about. `checking` reviews them, with `alike_specs` over several,
as `check_report` shows it; `tracing` finds who cites whom, in code as well (`traced_code`), as `trace_report` shows it.
`file_content` reads a file's bytes and text.
"""
