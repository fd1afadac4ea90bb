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
        writes = any(step["name"] in {"draft", "section"} for step in record["steps"])
        assert (record["draft"]["partial"] is False) if writes else (record["draft"] is None)
    else:
        assert record["error"]["code"] == ("cancelled" if record["status"] == "cancelled" else record["error"]["code"])
        assert record["error"]["message"].strip()
        assert record["error"]["remediation"].strip()
        assert record["applied"] is None
        if record["draft"] is not None:
            assert record["draft"]["partial"] is True
            assert record["draft"]["bytes"] > 0
    return record


def step_of(record: Any, name: str = "draft") -> Any:
    """The only step of a kind."""
    (step,) = [step for step in record["steps"] if step["name"] == name]
    return step


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
    steps = {step["id"]: step for step in record["steps"]}
    assert len(steps) == len(record["steps"]) > 0
    for step in record["steps"]:
        assert step["status"] not in {"pending", "running"}
        assert (step["skip_reason"] is not None) == (step["status"] == "skipped")
        if step["started_at"] is None:
            assert (step["status"], step["ended_at"], step["attempts"]) == ("skipped", None, [])
        else:
            assert step["started_at"] <= step["ended_at"]
            assert all(steps[needed]["started_at"] is not None for needed in step["needs"])
        assert all(steps[needed]["wave"] < step["wave"] for needed in step["needs"])
        assert (step["error"] is not None) == (step["status"] in {"failed", "interrupted"})
        assert [attempt["number"] for attempt in step["attempts"]] == list(range(1, len(step["attempts"]) + 1))
    for attempt in attempts:
        assert attempt["started_at"] <= attempt["ended_at"]
        assert attempt["status"] in {"ok", "error", "cancelled"}
        assert (attempt["error"] is not None) == (attempt["status"] == "error")
    _check_status(record)
    _check_sums(record)


def _check_status(record: Any) -> None:
    """The run's status follows from all of its steps, whichever of them came last."""
    had_to = [step["status"] for step in record["steps"] if not (step["optional"] and step["status"] == "failed")]
    begun = [step for step in record["steps"] if step["started_at"] is not None]
    succeeded = all(status in {"completed", "skipped"} for status in had_to)
    match record["status"]:
        case "completed":
            assert succeeded
            assert len(begun) == len(record["steps"])
        case "failed":
            assert "failed" in had_to or not begun
        case "cancelled" | "interrupted" as status:
            assert "failed" not in had_to
            assert status in had_to or succeeded


def _check_sums(record: Any) -> None:
    used = [step["usage"] for step in record["steps"] if step["usage"] is not None]
    if not any(step["attempts"] for step in record["steps"]) or not used:
        assert record["usage"] is None
    else:
        for name in ("input_tokens", "output_tokens"):
            known = [usage[name] for usage in used if usage[name] is not None]
            assert record["usage"][name] == (sum(known) if known else None)
    assert [finding["step"] for finding in record["findings"]] == [
        step["id"] for step in record["steps"] for finding in record["findings"] if finding["step"] == step["id"]
    ]
