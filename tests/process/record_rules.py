"""What holds of every run record, whatever happened: the schema, and the rules that a schema cannot say."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(files("orch_lsp").joinpath("runs", "run.schema.json").read_text("utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def check_record(record: Any) -> Any:
    """Hold a terminal record against the rules; returns it."""
    _validator().validate(record)
    assert set(record["client"]) == {"name", "version"}
    _check_timeline(record)
    _check_steps(record)
    if record["status"] == "completed":
        assert record["draft"]["partial"] is False
        assert all(step["status"] in {"completed", "skipped"} for step in record["steps"] if step["name"] != "context")
    else:
        assert record["error"]["code"] == ("cancelled" if record["status"] == "cancelled" else record["error"]["code"])
        assert record["error"]["message"].strip()
        assert record["error"]["remediation"].strip()
        assert record["applied"] is None
        if record["draft"] is not None:
            assert record["draft"]["partial"] is True
            assert record["draft"]["bytes"] > 0
    return record


def _check_timeline(record: Any) -> None:
    statuses = [change["status"] for change in record["status_timeline"]]
    times = [change["at"] for change in record["status_timeline"]]
    assert statuses[0] == "queued"
    assert statuses[-1] == record["status"]
    assert len(set(statuses)) == len(statuses)
    assert times == sorted(times)
    if record["status"] in {"completed", "failed"}:
        assert statuses == ["queued", "running", record["status"]]
    assert record["timing"]["started_at"] == times[0]
    assert record["timing"]["ended_at"] == times[-1]


def _check_steps(record: Any) -> None:
    attempts = [attempt for step in record["steps"] for attempt in step["attempts"]]
    for step in record["steps"]:
        assert step["status"] != "running"
        assert step["started_at"] <= step["ended_at"]
        assert [attempt["number"] for attempt in step["attempts"]] == list(range(1, len(step["attempts"]) + 1))
    for attempt in attempts:
        assert attempt["started_at"] <= attempt["ended_at"]
        assert attempt["status"] in {"ok", "error", "cancelled"}
        assert (attempt["error"] is not None) == (attempt["status"] == "error")
    if record["status"] in {"failed", "cancelled"} and record["steps"]:
        assert record["steps"][-1]["status"] == record["status"]
    if not attempts:
        assert record["usage"] is None
