"""A provider from somebody else's package: it is used like any other, and its silence is not taken for success."""

from __future__ import annotations

import textwrap

import pytest

from tests.process.record_rules import check_record

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Tasks\n\nTODO\n"
PACKAGE = """
    import asyncio
    import builtins

    from orch_lsp.generation import FinishReason
    from orch_lsp.providers.base import AttemptEnded, AttemptStarted, Finished, TextDelta


    class Provider:
        kind = "foreign"
        server_address = "127.0.0.1"

        def __init__(self, settings):
            self.id = settings.name
            self.end = settings.options["end"]

        def request_body(self, request):
            return b"{}"

        async def stream(self, request):
            yield AttemptStarted(1, self.id, request.model, self.server_address, 0.0)
            yield TextDelta("## Tasks\\n\\nCount requests.\\n")
            if self.end == "raises":
                raise RuntimeError("something nobody thought of")
            if self.end in ("SystemExit", "KeyboardInterrupt", "RecursionError"):
                raise getattr(builtins, self.end)
            if self.end == "hangs":
                await asyncio.Event().wait()
            if self.end != "silent":
                yield Finished(FinishReason(self.end), (self.end,))
            yield AttemptEnded(1, "ok", None, None, None)

        async def aclose(self):
            raise SystemExit(3)


    def create(settings, api_key):
        return Provider(settings)
"""


def installed(homes, packages, end):
    declared = packages / "foreign_provider-1.dist-info"
    declared.mkdir(parents=True)
    (packages / "foreign_provider.py").write_text(textwrap.dedent(PACKAGE))
    (declared / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign-provider\nVersion: 1\n")
    (declared / "entry_points.txt").write_text("[orch_lsp.providers]\nforeign = foreign_provider:create\n")
    homes.use("http://127.0.0.1", kind="foreign", more=f'options = {{ end = "{end}" }}')
    return packages


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("stop", None),
        ("silent", "incomplete_output"),
        ("length", "incomplete_output"),
        ("raises", "unexpected_error"),
        ("SystemExit", "unexpected_error"),
        ("KeyboardInterrupt", "unexpected_error"),
        ("RecursionError", "unexpected_error"),
    ],
)
async def test_only_a_provider_that_says_stop_has_a_complete_draft(orch, homes, workspace, tmp_path, end, code):
    packages = installed(homes, tmp_path / "packages", end)
    (workspace / "a.spec.md").write_text(SPEC)
    done = await orch("draft", "a.spec.md", "--json", env={"PYTHONPATH": str(packages)})
    record = check_record(done.json())
    assert done.code == (0 if code is None else 1), done.err
    assert (record["error"] and record["error"]["code"]) == code
    if code is None:
        assert record["draft"]["partial"] is False
    else:
        assert record["status"] == "failed"
        assert record["draft"]["partial"] is True
        assert record["draft"]["bytes"] == len("## Tasks\n\nCount requests.\n")
    if end == "SystemExit":
        assert record["error"]["message"] == "A third-party package ended the run: it raised SystemExit."


async def test_a_provider_that_never_answers_is_left_by_a_cancel_and_harms_nobody_at_its_end(
    start_editor, homes, workspace, tmp_path
):
    packages = installed(homes, tmp_path / "packages", "hangs")
    editor = await start_editor(env={"PYTHONPATH": str(packages)})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.execute("orch.generateDraft"))["runId"]
    await editor.status(run_id, "running")
    await editor.execute("orch.cancelRun", {"runId": run_id})
    await editor.status(run_id, "cancelled")
    assert await editor.execute("orch.showRun", {"runId": run_id})
    assert editor.text(uri) == SPEC
