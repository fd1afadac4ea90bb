"""`orch-lsp` and `python -P -m orch_lsp`: to the server at once, everything else through the command line."""

from __future__ import annotations

import signal
import sys

from orch_lsp.late import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from orch_lsp.cli import main as command_line
    from orch_lsp.cli import serve, signals, streams
    from orch_lsp.lsp.wire import first_answer
else:
    signals = late("orch_lsp.cli.signals")
    streams = late("orch_lsp.cli.streams")
    # The command line's libraries would add to the server's start, and the reverse.
    command_line = late("orch_lsp.cli.main")
    serve = late("orch_lsp.cli.serve")
    first_answer = late("orch_lsp.lsp.wire.first_answer")


def main() -> None:
    """Run the command that the arguments name."""
    interrupt = signal.getsignal(signal.SIGINT)
    is_server = sys.argv[1:2] == ["serve"]
    # Loading takes a moment, and nothing is begun; the server ends so when it is interrupted before `shutdown`.
    signals.end_at_once(1 if is_server else 130)
    streams.hold()
    if is_server:
        first = _first_messages()
        serve_client = serve.serve
        signal.signal(signal.SIGINT, interrupt)
        try:
            serve_client(sys.argv[2:], first)
        finally:
            streams.drain()
        return
    run = command_line.run
    signal.signal(signal.SIGINT, interrupt)
    code = run()
    # The work is done, and its exit code is known: what comes now changes neither.
    signals.end_at_once(code)
    streams.drain()
    sys.exit(code)


def _first_messages() -> first_answer.FirstMessages:
    """The client's first messages, answered already where that is plain."""
    try:
        return first_answer.answer_initialize() if first_answer.is_plain(sys.argv[2:]) else first_answer.FirstMessages()
    except OSError:
        # A stream that is closed: the server says so.
        return first_answer.FirstMessages()


if __name__ == "__main__":
    main()
