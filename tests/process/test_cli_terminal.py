"""What people read of runs and of the set-up: fitted to their terminal; plain, whole lines in a pipe."""

from __future__ import annotations

import os
import re

import pytest
from rich.cells import cell_len

from tests.fakes.scripted_server import json_reply
from tests.process.desk import SPEC
from tests.process.terminal import on_a_terminal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")

NAMES = ("limits_of_<each>_client.spec.md", f"{'漢字' * 30}.spec.md")
TOKYO = {"TZ": "JST-9"}


@pytest.fixture
async def runs(homes, workspace, orch) -> list[dict]:
    """Two runs, the newest first, on documents with odd names."""
    homes.configure('provider = "outline"')
    for name in NAMES:
        (workspace / name).write_text(SPEC)
        await orch("draft", name, "--json")
    return (await orch("runs", "list", "--json")).json()


async def lines_on_a_terminal(homes, workspace, *arguments: str, columns: int) -> list[str]:
    code, shown = await on_a_terminal(homes, workspace, *arguments, columns=columns, env=TOKYO)
    text = shown.decode().replace("\r\n", "\n")
    assert code == 0, text
    assert "\r" not in text
    lines = text.rstrip("\n").split("\n")
    assert max(map(cell_len, lines)) < columns
    return lines


def in_tokyo(moment: str) -> str:
    from datetime import datetime, timedelta

    return f"{datetime.fromisoformat(moment) + timedelta(hours=9):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("columns", [160, 100, 80, 60, 40, 20])
async def test_the_history_fits_any_terminal(homes, workspace, runs, columns):
    lines = await lines_on_a_terminal(homes, workspace, "runs", "list", columns=columns)
    header, *rows = lines
    assert header.split()[0] == "RUN"
    beginnings = [line.split()[0] for line in rows if line.startswith("0")]
    for beginning, record in zip(beginnings, runs, strict=True):
        assert 8 <= len(beginning) < len(record["run_id"])
        assert [one for one in runs if one["run_id"].startswith(beginning)] == [record]
    assert len(lines) == (3 if columns >= 60 else 6)
    if columns >= 40:
        started = cell_len(header[: header.index("STARTED")])
        assert [line[started : started + 16] for line in rows if line.startswith("0")] == [
            in_tokyo(record["timing"]["started_at"]) for record in runs
        ]
        assert ".spec.md" in lines[-1]
    if columns == 160:
        assert NAMES[0] in lines[2]
        document, tokens = header.index("DOCUMENT"), header.index("TOKENS")
        assert lines[2].index(NAMES[0]) == document
        assert [cell_len(line[: line.index("tokens unknown")]) for line in rows] == [tokens, tokens]


@pytest.mark.parametrize("columns", [160, 80, 60, 40, 20])
async def test_usage_fits_any_terminal(homes, workspace, runs, columns):
    lines = await lines_on_a_terminal(homes, workspace, "usage", columns=columns)
    assert [line for line in lines if line.startswith("by ")] == ["by day", "by model", "by spec"]
    assert sum("1 run" in line for line in lines) == 2
    assert sum("nothing sent" in line for line in lines) == 5
    assert ".spec.md" in "".join(lines)


@pytest.mark.parametrize("columns", [160, 80, 60, 45])
async def test_models_fit_any_terminal(homes, workspace, columns):
    lines = await lines_on_a_terminal(homes, workspace, "models", "openai", "--offline", columns=columns)
    assert sum("gpt-4" in line for line in lines) > 3


async def test_a_kept_list_of_models_has_the_clock_on_the_wall(homes, workspace, orch, provider):
    homes.use(provider.url)
    provider.route("/v1/models", json_reply({"data": [{"id": "small-model"}]}))
    await orch("models")
    kept = (await orch("models", "--offline", "--json")).json()["providers"][0]["fetched_at"]
    lines = await lines_on_a_terminal(homes, workspace, "models", "--offline", columns=80)
    assert f"work: 1 model, by the list that was kept on {in_tokyo(kept)} (just now)" in lines
    assert f"kept on {kept} (" in (await orch("models", "--offline")).err


async def test_a_run_that_is_not_shown_counts_for_the_short_ids(homes, workspace, runs):
    _, row = await lines_on_a_terminal(homes, workspace, "runs", "list", "--limit", "1", columns=100)
    assert [record for record in runs if record["run_id"].startswith(row.split()[0])] == runs[:1]


@pytest.mark.parametrize("columns", [120, 40])
async def test_a_run_is_a_page_of_plain_text(homes, workspace, runs, columns):
    record = runs[1]
    lines = await lines_on_a_terminal(homes, workspace, "runs", "show", record["run_id"], columns=columns)
    text = "\n".join(lines)
    assert "limits_of_<each>_client.spec.md" in text
    assert record["run_id"] in text
    assert in_tokyo(record["timing"]["started_at"]) in text
    assert "## Goal" in text
    assert not re.search(r"\\[_<>.:]|&lt;|\*\*|```", text)
    assert not re.search(r"\d\dT\d\d:", text)


async def test_in_a_pipe_lines_are_whole(workspace, runs, orch):
    listed = await orch("runs", "list", env=TOKYO)
    assert [line.split("  ")[:2] for line in listed.out.splitlines()] == [
        [record["run_id"], record["timing"]["started_at"]] for record in runs
    ]
    assert NAMES[1] in listed.out
    shown = await orch("runs", "show", runs[0]["run_id"], env=TOKYO)
    assert f"\n  Document       {NAMES[1]}\n" in shown.out
    assert runs[0]["timing"]["started_at"] in shown.out
    steps = shown.out.partition("\nSteps\n")[2].split("\n")[:3]
    assert [line.rpartition(", ")[0] for line in steps] == [
        "  context: skipped, outline reads the brief alone", "  draft: completed", "  check: completed"
    ]  # fmt: skip
    assert all(re.fullmatch(r"\d+ ms|\d+\.\d s", line.rpartition(", ")[2]) for line in steps)
    draft = await orch("runs", "show", runs[0]["run_id"], "--draft")
    assert shown.out.endswith(f"\nDraft\n\n{draft.out}")


@pytest.mark.parametrize("columns", [120, 40])
async def test_the_doctor_fits_any_terminal(homes, workspace, runs, orch, columns):
    lines = await lines_on_a_terminal(homes, workspace, "doctor", "--offline", columns=columns)
    marked = [line for line in lines if line.startswith(("ok", "note"))]
    piped = await orch("doctor", "--offline")
    assert len(marked) == len(piped.out.splitlines())
    assert "".join("".join(lines).split()) == "".join(piped.out.replace(": ", " ").split()) or columns == 120
    if columns == 120:
        assert len({re.match(r"\S+ +", line).end() for line in marked}) == 1
