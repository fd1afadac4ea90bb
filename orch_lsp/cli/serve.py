"""`orch-lsp serve`: the language server. Kept apart from the other commands, whose libraries it must not load."""

from __future__ import annotations

import argparse
import gc
import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orch_lsp.late import late

if TYPE_CHECKING:
    from orch_lsp import redaction
    from orch_lsp.app import server as servers
    from orch_lsp.lsp.wire import stderr, transport, types_at_start
    from orch_lsp.lsp.wire.first_answer import FirstMessages
else:
    servers = late("orch_lsp.app.server")
    stderr = late("orch_lsp.lsp.wire.stderr")
    transport = late("orch_lsp.lsp.wire.transport")
    types_at_start = late("orch_lsp.lsp.wire.types_at_start")
    redaction = late("orch_lsp.redaction")

LOG_LEVELS = ("debug", "info", "warning", "error")


_SWITCH_INTERVAL_S = 0.00003
"""The time for which a worker thread may hold the interpreter while the event loop waits for it, in seconds.

With the usual 0.005, a hover beside a draft in a large workspace waited for up to a tenth of a second.
"""
_GARBAGE = (20_000, 20, 20)
"""Objects, then generations, after which garbage is looked for: nodes of thousands of files are kept and form no
circles, and to look through them as often as usual is a tenth of reading them."""


def serve(arguments: Sequence[str], first: FirstMessages | None = None) -> None:
    """Parse the options of `serve` and serve one client, whose `first` messages may be answered already."""
    parser = argparse.ArgumentParser(
        prog="orch-lsp serve", description="Serve one editor over the language server protocol."
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--stdio", action="store_true", help="serve over stdin and stdout (default)")
    way.add_argument("--tcp", metavar="HOST:PORT", type=_address, help="serve over TCP, on a loopback address")
    parser.add_argument(
        "--log-level", choices=LOG_LEVELS, default="warning", help="what goes to stderr (default: warning)"
    )
    # vscode-languageclient and others add this; there is nothing to do about it.
    parser.add_argument("--clientProcessId", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)

    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    # Objects loaded by now stay; collecting garbage among them again and again is a tenth of the start.
    gc.disable()

    said = stderr.take_over()
    redactor = redaction.Redactor()
    _log_to_stderr(options.log_level.upper(), redactor)
    types_at_start.load_types()
    server = servers.build_server(redactor)
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    gc.enable()
    try:
        code = transport.serve_tcp(server, *options.tcp) if options.tcp else transport.serve_stdio(server, first)
    except OSError as error:
        said.write(f"orch-lsp serve: cannot listen: {error.strerror or error}\n")
        code = 1
    finally:
        said.end(transport.LAST_WORDS_S)
        sys.stderr = sys.__stderr__
    sys.exit(code)


def _address(value: str) -> tuple[str, int]:
    import ipaddress

    host, _, port = value.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    host = "127.0.0.1" if host == "localhost" else host
    try:
        usable = port.isdecimal() and int(port) < 65536 and ipaddress.ip_address(host).is_loopback
    except ValueError:
        usable = False
    if not usable:
        raise argparse.ArgumentTypeError(f"{value!r} is not a loopback address with a port, such as 127.0.0.1:9257")
    return host, int(port)


def _log_to_stderr(level: str, redactor: redaction.Redactor) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    redaction.install_log_filter(redactor, handler)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # pygls logs whole messages at INFO, documents and settings with them; only our own loggers follow the option.
    logging.getLogger("orch_lsp").setLevel(level)
