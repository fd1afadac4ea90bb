"""A process that drafts a document and kills itself, with no chance to say goodbye, when a step has begun to work.

Usage: killed_in_step.py FILE STEP [WORKFLOW]
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from orch_lsp.app.session import build_session
from orch_lsp.orchestration.planning.plan import plan_draft
from orch_lsp.orchestration.running.live_run import LiveRun
from orch_lsp.orchestration.running.run import FinishedDraft
from orch_lsp.orchestration.specs.reading import read
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.runs.record import Software
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from tests.fakes.watcher import Watcher


async def main(file: str, step: str, workflow: str | None = None) -> None:
    def kill(begun: str) -> None:
        if begun == step:
            os.kill(os.getpid(), signal.SIGKILL)

    async def deliver(_: LiveRun, __: FinishedDraft) -> None: ...

    path = Path(file)
    session = build_session()
    source = Source(path.as_uri(), path, 1, path.read_text(encoding="utf-8"), (path.parent,))
    reading = await read(session, source, editor=ProjectLayer(), command=CommandChoice())
    plan = await asyncio.to_thread(plan_draft, reading, command="draft", workflow=workflow)
    live = await session.supervisor.start(plan, Watcher(kill), deliver, client=Software("test", None))
    await session.supervisor.wait(live.record.run_id)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
