"""A file to send to who helps: findings, versions, settings and runs, without texts, paths or secrets.

It is safe by what it takes, not by what it leaves out: each value is named here. What people and providers wrote in
their own words (messages of errors and findings) passes the redactor as well, and loses the folders of this machine.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from orch_lsp.doctor.examine import Diagnosis
from orch_lsp.doctor.findings import DoctorFinding, report_lines, report_value
from orch_lsp.doctor.settings_values import setting_values
from orch_lsp.errors import ErrorCode, ErrorDetail, SettingsError
from orch_lsp.redaction import Redactor
from orch_lsp.runs.record import Attempt, RunRecord, Step, timestamp

RUNS = 20
"""How many of the newest runs are in a bundle."""

_README = """\
Made by `orch-lsp doctor --bundle` at {at}.

report.txt, report.json   what the doctor found
settings.json             settings that are not defaults, and where each came from; no keys, headers or proxies
runs.jsonl                the newest runs: states, times, models, counts and error codes; no texts, names or paths

Look through it before you send it.
"""


def bundle_files(
    diagnosis: Diagnosis, records: Sequence[RunRecord], redactor: Redactor, folders: Mapping[Path, str]
) -> dict[str, str]:
    """The files of a bundle by name. Pure.

    Args:
        diagnosis: What the doctor found.
        records: The newest runs.
        redactor: Knows the live keys of this process.
        folders: The user's own folders, with what stands for each; neither they nor the workspace's root are named.
    """
    places = {str(place): name for place, name in folders.items()}
    if diagnosis.reading.root:
        places[str(diagnosis.reading.root)] = "<workspace>"

    def clean(text: str) -> str:
        for place in sorted(places, key=len, reverse=True):
            text = text.replace(place, places[place])
        return redactor.redact(text)

    findings = [
        DoctorFinding(
            clean(one.subject), one.verdict, clean(one.message), None if one.cure is None else clean(one.cure)
        )
        for one in diagnosis.findings
    ]  # fmt: skip
    settings = {
        clean(key): {"value": clean(value), "layer": str(layer)}
        for key, (value, layer) in setting_values(diagnosis.reading.settings).items()
    }
    return {
        "README.txt": _README.format(at=timestamp()),
        "report.txt": "".join(f"{line}\n" for line in report_lines(findings)),
        "report.json": json.dumps(report_value(findings), ensure_ascii=False, indent=1) + "\n",
        "settings.json": json.dumps(settings, ensure_ascii=False, indent=1) + "\n",
        "runs.jsonl": "".join(f"{json.dumps(_cleaned(run_summary(record), clean))}\n" for record in records[:RUNS]),
    }


def write_bundle(path: Path, files: Mapping[str, str]) -> None:
    """Write the files into a new archive that only the user can read. Blocking.

    Raises:
        SettingsError: There is a file already, or it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(name, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"The bundle {path.name} cannot be written: {error.strerror}.",
            remediation="Name a new file in a folder that can be written.",
        ) from error


def run_summary(record: RunRecord) -> dict[str, Any]:
    """The facts of a run that a helper needs: no texts, no hashes of texts, no names of documents or machines."""
    usage, draft = record.usage, record.draft
    return {
        "run_id": record.run_id,
        "command": record.command,
        "status": str(record.status),
        "status_timeline": [{"status": str(change.status), "at": change.at} for change in record.status_timeline],
        "profile": record.spec.profile,
        "prompt": f"{record.prompt.name} {record.prompt.version}",
        "provider": {"kind": record.provider.kind, "server_address": record.provider.server_address},
        "model": {"requested": record.model.requested, "resolved": record.model.resolved},
        "max_output_tokens": record.request.max_output_tokens,
        "steps": [_step(step) for step in record.steps],
        "context": {
            "items": len(record.context.items),
            "left_out": len(record.context.left_out),
            "error": _error(record.context.error),
        },
        "usage": None if usage is None else [usage.input_tokens, usage.output_tokens],
        "finish_reason": None if record.finish_reason is None else str(record.finish_reason),
        "queue_s": record.timing.queue_s,
        "first_chunk_s": record.timing.first_chunk_s,
        "error": _error(record.error),
        "draft": None if draft is None else {"bytes": draft.bytes, "state": str(draft.state), "partial": draft.partial},
        "verified": None if record.applied is None else record.applied.verified,
        "client": None if record.client is None else f"{record.client.name} {record.client.version}",
        "server": f"{record.server.name} {record.server.version}",
    }


def _cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(one, clean) for key, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_cleaned(one, clean) for one in cast("list[Any]", value)]
    return clean(value) if isinstance(value, str) else value


def _step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "status": str(step.status),
        "skip_reason": step.skip_reason,
        "attempts": [_attempt(attempt) for attempt in step.attempts],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "model": attempt.model,
        "started_at": attempt.started_at,
        "ended_at": attempt.ended_at,
        "status": attempt.status,
        "http_status": attempt.http_status,
        "request_id": attempt.request_id,
        "wait_s": attempt.wait_s,
        "error": _error(attempt.error),
    }


def _error(error: ErrorDetail | None) -> dict[str, Any] | None:
    """The code alone: a provider's message may repeat what it was sent."""
    return None if error is None else {"code": error.code, "http_status": error.http_status}
