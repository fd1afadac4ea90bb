"""Bad things around workflows, at the terminal and in an editor: what other engines of steps got wrong."""

from __future__ import annotations

import json

import pytest

from orch_lsp.workflows.reading import InvalidWorkflowError, read_workflow
from tests.fakes.scripted_server import chat_pieces, chat_usage, stream_reply
from tests.process.record_rules import check_record
from tests.process.test_workflows import BODIES, KEYS, OUTLINE, SPEC, asked, by_section

DRAFT = '[[steps]]\nid = "draft"\n'


@pytest.fixture
def workspace(tmp_path):
    root = tmp_path / "My Prüf (1) [x]"
    (root / ".orch" / "workflows").mkdir(parents=True)
    (root / "a.spec.md").write_text(SPEC)
    return root


def put(workspace, name: str, text: str) -> None:
    (workspace / ".orch" / "workflows" / name).write_text(text)


async def test_a_budget_that_ends_in_the_middle_of_a_wave_keeps_what_was_paid_for(orch, homes, provider, workspace):
    head = "max_output_tokens = 1000\n[context]\nenabled = false\n[budget]\nrun_tokens = {}\n"
    put(workspace, "mine.toml", '[[steps]]\nid = "section"\neach = "section"\nparallel = 2\n')

    def costly(request):
        pieces = chat_pieces([BODIES[asked(request)]])
        return stream_reply([*pieces[:-1], chat_usage(100, 7_000), pieces[-1]])

    homes.use(provider.url, head=head.format(16_000))
    provider.answer_by(costly)
    done = await orch("draft", "a.spec.md", "--workflow", "mine", "--json")
    record = check_record(done.json())
    assert (done.code, record["status"], record["error"]["code"]) == (1, "failed", "budget_exceeded")
    ended = [step["status"] for step in record["steps"] if step["name"] == "section"]
    assert (ended[:3], ended[3] in {"failed", "skipped"}) == (["completed", "completed", "failed"], True)
    assert len(provider.requests) == 2
    assert record["draft"]["partial"] is True
    assert "budget_exceeded" in done.err
    homes.use(provider.url, head=head.format(500_000))
    again = check_record((await orch("resume", record["run_id"], "--json", "--write")).json())
    assert again["status"] == "completed"
    assert [asked(request) for request in provider.requests[2:]] == ["Acceptance Criteria", "Tasks"]
    assert all(body in (workspace / "a.spec.md").read_text() for body in BODIES.values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps = false\n", "`steps`"),
        ("[steps]\nid = 'draft'\n", "`steps`"),
        ("steps = ['draft']\n", "`steps`"),
        (f"{DRAFT}[[steps]]\nid = 'repair'\nrounds = ²\n", "not TOML"),
        (f"{DRAFT}[[steps]]\nid = 'repair'\nrounds = 1.0\n", "`rounds`"),
        (f"{DRAFT}[[steps]]\nid = 'repair'\nrounds = -1\n", "`rounds`"),
        ("[[steps]]\nid = 'draft' or 'quick'\n", "not TOML"),
        (f'{DRAFT}when = "{{{{ findings }}}}"\n', "no key `when`"),
        (f"{DRAFT}permissions = ['read']\n", "no key `permissions`"),
        (f"{DRAFT}hook = '../../bin/sh'\n", "no key `hook`"),
        (f"{DRAFT}base_url = 'https://example.com'\n", "no key `base_url`"),
        (f"{DRAFT}prompt = '/etc/passwd'\n", "`prompt` is the name"),
        ("[[steps]]\nid = 'locate'\n", "a step that says something"),
        ("[[steps]]\nid = 'critic'\n[[steps]]\nid = 'repair'\n", "one step that writes"),
        (f"{DRAFT}[[steps]]\nid = 'context'\n[[steps]]\nid = 'candidates'\n", "another name for `candidates`"),
        (f"{DRAFT}[[steps]]\nid = 'facts'\nneeds = ['draft']\n", "cannot wait for `draft`"),
        (f"{DRAFT}[[steps]]\nid = 'facts'\nneeds = ['facts']\n", "waits for itself"),
        (f"{DRAFT}[[steps]]\nid = 'read'\nmodel = 'small'\n", "means nothing for the step `read`"),
        (f"{DRAFT}[[steps]]\nid = 'locate'\nprompt = 'mine'\n", "means nothing for the step `locate`"),
    ],
)  # fmt: skip
def test_a_file_that_says_what_no_workflow_can_is_refused(text, said):
    with pytest.raises(InvalidWorkflowError) as raised:
        read_workflow("w", text)
    assert said in raised.value.faults[0].message


async def test_what_is_wrong_is_an_object_on_stdout_and_words_on_stderr(orch, homes, provider, workspace):
    homes.use(provider.url)
    put(workspace, "mine.toml", "steps = false\n")
    done = await orch("draft", "a.spec.md", "--workflow", "mine", "--json")
    assert (done.code, json.loads(done.out)["error"]["code"]) == (2, "invalid_workflow")
    assert "error[invalid_workflow]" in done.err
    plain = await orch("draft", "a.spec.md", "--workflow", "mine")
    assert (plain.code, plain.out) == (2, "")
    checked = await orch("workflows", "check", "--json")
    assert checked.code == 1
    assert [one["name"] for one in json.loads(checked.out)["workflows"]] == ["mine"]


async def test_marks_in_a_description_are_shown_and_do_nothing(orch, homes, provider, workspace):
    homes.use(provider.url)
    words = r"[bold red]loud[/] [link=https://example.com]x[/link] \u001b[31m"
    put(workspace, "mine.toml", f'description = "{words}"\n{DRAFT}')
    listed = await orch("workflows", "list")
    assert listed.code == 0
    assert "[bold red]loud[/] [link=https://example.com]x[/link]" in listed.out
    assert "\x1b" not in listed.out


async def test_ids_of_runs_side_by_side_are_never_mixed_up(orch, homes, provider, workspace):
    homes.use(provider.url)
    names = [f"{number}.spec.md" for number in range(4)]
    for name in names:
        (workspace / name).write_text(SPEC.replace("Rate limiter", f"Limiter {name}"))
    provider.answer_by(by_section())
    done = await orch("draft", *names, "--workflow", "sections", "--jobs", "4", "--json")
    records = [check_record(json.loads(line)) for line in done.out.splitlines()]
    assert {record["spec"]["path"] for record in records} == set(names)
    assert len({record["run_id"] for record in records}) == 4
    for record in records:
        shown = (await orch("runs", "show", record["run_id"], "--json")).json()
        assert (shown["spec"]["path"], shown["run_id"]) == (record["spec"]["path"], record["run_id"])
        assert [step["id"] for step in shown["steps"] if step["name"] == "section"] == [
            f"section:{key}" for key in KEYS
        ]


@pytest.mark.parametrize("run_id", ["../../a.spec.md", "..", "/etc/passwd", "%2e%2e", "[red]", "0" * 300])
async def test_an_id_that_is_none_opens_no_file(orch, homes, provider, workspace, run_id):
    homes.use(provider.url)
    for command in ("show", "resume"):
        arguments = ("runs", "show", run_id) if command == "show" else ("resume", run_id)
        done = await orch(*arguments)
        assert done.code == 2
        assert done.out == ""
        assert "Rate limiter" not in done.err


async def test_what_a_model_says_of_one_step_is_never_another_steps_text(orch, homes, provider, workspace):
    homes.use(provider.url)
    odd = f"## Goal\n\nThis is a plan and no goal.\n\n{OUTLINE}"
    provider.answer_by(by_section(outline=stream_reply(chat_pieces([odd]))))
    done = await orch("draft", "a.spec.md", "--workflow", "sections", "--json", "--write")
    record = check_record(done.json())
    assert record["status"] == "completed"
    assert "This is a plan and no goal" not in (workspace / "a.spec.md").read_text()
    assert BODIES["Goal"] in (workspace / "a.spec.md").read_text()


@pytest.mark.asyncio(loop_scope="module")
async def test_words_of_steps_beside_the_draft_come_under_their_own_name(desk, model):
    desk.use(model.url)
    uri = desk.open("named", SPEC)
    model.answer_by(by_section())
    answer = await desk.editor.execute("orch.generateDraft", {"uri": uri, "workflow": "sections"})
    await desk.editor.ended(answer["runId"])
    deltas = [delta for delta in desk.editor.deltas if delta["runId"] == answer["runId"]]
    by_step = {delta["step"]: "" for delta in deltas}
    for delta in deltas:
        by_step[delta["step"]] += delta["text"]
    assert by_step["outline"] == OUTLINE
    assert {delta["section"] for delta in deltas if delta["step"] == "outline"} == {None}
    assert {step: text.partition("\n\n")[2] for step, text in by_step.items() if step != "outline"} == {
        f"section:{key}": body for key, body in zip(KEYS, BODIES.values(), strict=True)
    }
