"""`orch-lsp` and `python -P -m orch_lsp`: to the server at once, everything else through the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command that the arguments name."""
    if sys.argv[1:2] == ["serve"]:
        # The command line's libraries would add to the server's start.
        from orch_lsp.lsp.first_answer import FirstMessages, answer_initialize, is_plain

        try:
            first = answer_initialize() if is_plain(sys.argv[2:]) else FirstMessages()
        except OSError:
            # A stream that is closed: the server says so.
            first = FirstMessages()
        except KeyboardInterrupt:
            # As the server ends when it is interrupted before `shutdown`.
            sys.exit(1)
        from orch_lsp.cli.serve import serve

        serve(sys.argv[2:], first)
    else:
        try:
            from orch_lsp.cli.main import cli
        except KeyboardInterrupt:
            # Loading takes a moment, and nothing was begun.
            sys.exit(130)
        cli(prog_name="orch-lsp")


if __name__ == "__main__":
    main()
