"""`orch-lsp` and `python -P -m orch_lsp`: to the server at once, everything else through the command line."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Run the command that the arguments name."""
    from orch_lsp.cli.signals import end_at_once

    interrupt = signal.getsignal(signal.SIGINT)
    is_server = sys.argv[1:2] == ["serve"]
    # Loading takes a moment, and nothing is begun; the server ends so when it is interrupted before `shutdown`.
    end_at_once(1 if is_server else 130)
    from orch_lsp.cli.streams import drain, hold

    hold()
    if is_server:
        # The command line's libraries would add to the server's start.
        from orch_lsp.lsp.wire.first_answer import FirstMessages, answer_initialize, is_plain

        try:
            first = answer_initialize() if is_plain(sys.argv[2:]) else FirstMessages()
        except OSError:
            # A stream that is closed: the server says so.
            first = FirstMessages()
        from orch_lsp.cli.serve import serve

        signal.signal(signal.SIGINT, interrupt)
        try:
            serve(sys.argv[2:], first)
        finally:
            drain()
        return
    from orch_lsp.cli.main import run

    signal.signal(signal.SIGINT, interrupt)
    code = run()
    # The work is done, and its exit code is known: what comes now changes neither.
    end_at_once(code)
    drain()
    sys.exit(code)


if __name__ == "__main__":
    main()
