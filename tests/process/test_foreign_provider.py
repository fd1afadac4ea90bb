"""A provider from somebody else's package: it is used like any other, and its silence is not taken for success."""

from __future__ import annotations

import textwrap

import pytest

from tests.process.record_rules import check_record

SPEC = "# Rate limiter\n\nLimit each client.\n\n## Tasks\n\nTODO\n"
PACKAGE = """
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
            if self.end != "silent":
                yield Finished(FinishReason(self.end), (self.end,))
            yield AttemptEnded(1, "ok", None, None, None)

        async def aclose(self):
            pass


    def create(settings, api_key):
        return Provider(settings)
"""


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
    packages = tmp_path / "packages"
    declared = packages / "foreign_provider-1.dist-info"
    declared.mkdir(parents=True)
    (packages / "foreign_provider.py").write_text(textwrap.dedent(PACKAGE))
    (declared / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign-provider\nVersion: 1\n")
    (declared / "entry_points.txt").write_text("[orch_lsp.providers]\nforeign = foreign_provider:create\n")
    homes.use("http://127.0.0.1", kind="foreign", more=f'options = {{ end = "{end}" }}')
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
