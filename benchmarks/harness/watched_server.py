"""The language server with a stopwatch on its event loop.

Each callback is timed on the clock and by the CPU time of its thread. The longest hold in the clock's time is what
a user may feel; on a busy machine it also holds time in which the process was not allowed to run, so that the CPU time
is the figure that says what the server itself did. The request `benchmark/mark` gives the longest hold since the last.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from orch_lsp.app.server import build_server
from orch_lsp.lsp.wire.transport import serve_stdio


class Watch:
    """The longest callback of the event loop since the last mark."""

    def __init__(self) -> None:
        self.clock = self.cpu = 0.0
        self.what = ""

    def install(self) -> None:
        original = asyncio.events.Handle._run
        watch = self

        def timed(handle: asyncio.Handle) -> Any:
            clock, cpu = time.perf_counter(), time.thread_time()
            try:
                return original(handle)
            finally:
                spent = time.thread_time() - cpu
                watch.clock = max(watch.clock, time.perf_counter() - clock)
                if spent > watch.cpu:
                    watch.cpu, watch.what = spent, repr(handle)[:400]

        asyncio.events.Handle._run = timed  # type: ignore[method-assign]

    def mark(self) -> dict[str, Any]:
        found = {"clock_ms": self.clock * 1000, "cpu_ms": self.cpu * 1000, "what": self.what}
        self.clock = self.cpu = 0.0
        self.what = ""
        return found


def main() -> None:
    watch = Watch()
    watch.install()
    server = build_server()

    @server.feature("benchmark/mark")
    def mark(params: Any) -> dict[str, Any]:  # noqa: ARG001 -- the protocol's signature
        return watch.mark()

    serve_stdio(server)


if __name__ == "__main__":
    main()
