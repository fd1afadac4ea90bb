"""`orch-lsp serve`: the language server. Kept apart from the other commands, whose libraries it must not load."""

from __future__ import annotations

import argparse
import gc
import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orch_lsp.lsp.wire.first_answer import FirstMessages
    from orch_lsp.redaction import Redactor

LOG_LEVELS = ("debug", "info", "warning", "error")


def serve(arguments: Sequence[str], first: FirstMessages | None = None) -> None:
    """Parse the options of `serve` and serve one client, whose `first` messages may be answered already."""
    parser = argparse.ArgumentParser(
        prog="orch-lsp serve", description="Serve one editor over the language server protocol."
    )
    transport = parser.add_mutually_exclusive_group()
    transport.add_argument("--stdio", action="store_true", help="serve over stdin and stdout (default)")
    transport.add_argument("--tcp", metavar="HOST:PORT", type=_address, help="serve over TCP, on a loopback address")
    parser.add_argument(
        "--log-level", choices=LOG_LEVELS, default="warning", help="what goes to stderr (default: warning)"
    )
    # vscode-languageclient and others add this; there is nothing to do about it.
    parser.add_argument("--clientProcessId", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)

    # Objects loaded by now stay; collecting garbage among them again and again is a tenth of the start.
    gc.disable()
    from orch_lsp.app.server import build_server
    from orch_lsp.lsp.wire import stderr
    from orch_lsp.lsp.wire.transport import LAST_WORDS_S, serve_stdio, serve_tcp
    from orch_lsp.redaction import Redactor

    said = stderr.take_over()
    redactor = Redactor()
    _log_to_stderr(options.log_level.upper(), redactor)
    server = build_server(redactor)
    gc.freeze()
    gc.enable()
    try:
        code = serve_tcp(server, *options.tcp) if options.tcp else serve_stdio(server, first)
    except OSError as error:
        said.write(f"orch-lsp serve: cannot listen: {error.strerror or error}\n")
        code = 1
    finally:
        said.end(LAST_WORDS_S)
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


def _log_to_stderr(level: str, redactor: Redactor) -> None:
    from orch_lsp.redaction import install_log_filter

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    install_log_filter(redactor, handler)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # pygls logs whole messages at INFO, documents and settings with them; only our own loggers follow the option.
    logging.getLogger("orch_lsp").setLevel(level)
