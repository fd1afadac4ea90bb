"""Telling a client that knows of runs what has become of one."""

from __future__ import annotations

from dataclasses import replace

from orch_lsp.lsp.server import OrchServer
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.schema import to_dict


def announce(server: OrchServer, record: RunRecord) -> None:
    """Send `orch/runChanged`: the record, once for each transition and draft state, after its commit."""
    if server.client.orch_notifications:
        # The record is sent without texts: what was left out of a draft is on the record's page.
        findings = tuple(replace(finding, text="") for finding in record.findings)
        server.protocol.notify("orch/runChanged", to_dict(replace(record, findings=findings)))
