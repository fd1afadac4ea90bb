"""Workflow files: strict, with every fault named at its line, and nothing in them that could be evaluated."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.workflows.library import packaged, workflow_named, workflows
from orch_lsp.workflows.model import STEPS
from orch_lsp.workflows.reading import InvalidWorkflowError, read_workflow
from orch_lsp.workflows.writing import KEYS, MEANINGS, meaning_at, proposals

CHEAP = """description = "Plan cheaply, write well"

[[steps]]
id = "outline"
provider = "cheap"
model = "small"

[[steps]]
id = "section"
each = "section"
needs = ["outline"]
parallel = 2
prompt = "house-style"

[[steps]]
id = "check"
needs = ["section"]

[[steps]]
id = "repair"
needs = ["check"]
rounds = 1
"""


def put(root: Path, name: str, text: str) -> Path:
    file = root / ".orch" / "workflows" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def test_a_workflow_says_who_is_asked_in_which_step():
    workflow = read_workflow("cheap", CHEAP)
    outline, section = workflow.step("outline"), workflow.step("section")
    assert outline is not None
    assert section is not None
    assert (outline.provider, outline.model) == ("cheap", "small")
    assert (section.parallel, section.prompt, section.needs) == (2, "house-style", ("outline",))
    assert [step.id for step in workflow.steps] == ["context", "outline", "section", "check", "repair"]
    assert workflow.is_by_section


def test_a_check_follows_whatever_is_written_whether_or_not_the_file_says_so():
    workflow = read_workflow("w", '[[steps]]\nid = "draft"\n')
    assert [(step.id, step.needs) for step in workflow.steps] == [
        ("context", ()),
        ("draft", ("context",)),
        ("check", ("draft",)),
    ]


def test_those_of_the_package_can_be_used():
    assert set(packaged()) == {"clarify", "derive", "draft", "quick", "refine", "review", "sections"}
    assert all(workflow.description for workflow in packaged().values())


DRAFT = '[[steps]]\nid = "draft"\n'


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("", "`steps` is missing", 0),
        ("steps = 3", "`steps`", 0),
        ("steps = []", "`steps`", 0),
        ("[[steps]]\nid = 'draft\n", "not TOML", 1),
        ("\n[[steps]]\nid = 1\n", "`id`", 2),
        ("[[steps]]\nid = 'draft'\nneeds = 'check'\n", "`needs`", 2),
        ("[[steps]]\nid = 'draft'\n[[steps]]\nid = 'repair'\nrounds = true\n", "`rounds`", 4),
        ("[[steps]]\nid = 'draft'\n[[steps]]\nid = 'repair'\nrounds = 99\n", "`rounds`", 4),
        ("[[steps]]\nid = 'draft'\n[[steps]]\nid = 'repair'\nrounds = inf\n", "`rounds`", 4),
        ("[[steps]]\nid = 'draft'\n[[steps]]\nid = 'repair'\nrounds = '1'\n", "`rounds`", 4),
        ("[[steps]]\nid = 'section'\neach = 'section'\nparallel = 0\n", "`parallel`", 3),
        ("[[steps]]\nid = 'drafft'\n", "did you mean `draft`?", 1),
        ("[[steps]]\nid = 'draft'\nrouds = 1\n", "did you mean `rounds`?", 2),
        ("[[steps]]\nid = 'draft'\nif = 'x > 3'\n", "no key `if`", 2),
        ("on = 'failed'\n[[steps]]\nid = 'draft'\n", "no key `on`", 0),
        ("[[steps]]\nid = 'draft'\nrounds = 1\n", "means nothing for the step `draft`", 2),
        ("[[steps]]\nid = 'check'\nprovider = 'x'\n", "means nothing for the step `check`", 2),
        ("[[steps]]\nid = 'section'\n", 'needs `each = "section"`', 0),
        (DRAFT + DRAFT, "there twice", 3),
        (DRAFT + "needs = ['plan']\n", "needs `plan`, which is not a step", 2),
        (DRAFT + "needs = ['check']\n[[steps]]\nid = 'check'\nneeds = ['draft']\n", "cannot wait for `check`", 2),
        (DRAFT + "needs = ['draft']\n", "waits for itself", 2),
        (DRAFT + "needs = ['check']\n[[steps]]\nid = 'check'\n", "cannot wait for `check`", 2),
        ("[[steps]]\nid = 'outline'\n", "one step that writes", 0),
        (DRAFT + "[[steps]]\nid = 'section'\neach = 'section'\n", "one step that writes", 0),
        ("[[steps]]\nid = 'draft'\nprompt = '../../secret'\n", "`prompt` is the name", 2),
        ("[[steps]]\nid = '{{ steps }}'\n", "There is no step", 1),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, said, line):
    with pytest.raises(InvalidWorkflowError) as raised:
        read_workflow("w", text)
    assert raised.value.code is ErrorCode.INVALID_WORKFLOW
    assert said in raised.value.faults[0].message
    assert raised.value.faults[0].line == line


@given(st.text(max_size=300))
def test_any_text_is_a_workflow_or_an_error_of_ours(text):
    with contextlib.suppress(InvalidWorkflowError):
        assert read_workflow("w", text).steps


def test_the_workspace_stands_before_the_package(tmp_path):
    put(tmp_path, "draft.toml", DRAFT)
    workflow = workflow_named("draft", tmp_path, ())
    assert workflow.path == ".orch/workflows/draft.toml"
    assert workflow.step("repair") is None
    assert workflow_named("quick", tmp_path, ()).path is None


@pytest.mark.parametrize("name", ["../draft", "..", "a/b", "C:\\x", "", "DRAFT", "draft.toml", "a" * 200])
def test_a_name_that_is_none_opens_no_file(tmp_path, name):
    put(tmp_path, "draft.toml", DRAFT)
    with pytest.raises(SettingsError) as raised:
        workflow_named(name, tmp_path, ())
    assert raised.value.code is ErrorCode.INVALID_WORKFLOW


def test_a_provider_and_a_prompt_that_there_are_not_are_named(tmp_path):
    put(tmp_path, "cheap.toml", CHEAP)
    with pytest.raises(InvalidWorkflowError) as raised:
        workflow_named("cheap", tmp_path, ["cheep"])
    assert [(fault.message.split(";")[0].split(":")[0], fault.line) for fault in raised.value.faults] == [
        ("There is no provider `cheap`", 4),
        ("There is no prompt `house-style`", 12),
    ]


def test_a_link_that_leads_out_is_not_followed(tmp_path):
    outside = tmp_path / "outside.toml"
    outside.write_text(DRAFT, "utf-8")
    root = tmp_path / "w"
    (root / ".orch" / "workflows").mkdir(parents=True)
    (root / ".orch" / "workflows" / "mine.toml").symlink_to(outside)
    with pytest.raises(InvalidWorkflowError, match="cannot be read"):
        workflow_named("mine", root, ())


def test_two_files_of_one_name_are_refused(tmp_path):
    put(tmp_path, "mine.toml", DRAFT)
    if put(tmp_path, "Mine.toml", DRAFT).samefile(tmp_path / ".orch" / "workflows" / "mine.toml"):
        pytest.skip("the file system does not tell the two names apart")
    with pytest.raises(SettingsError, match="Two files"):
        workflow_named("mine", tmp_path, ())


def test_one_that_cannot_be_used_is_listed_with_the_reason(tmp_path):
    put(tmp_path, "bad.toml", "steps = 3")
    listed = {one.name: one for one in workflows(tmp_path, ())}
    assert listed["bad"].workflow is None
    assert listed["bad"].error is not None
    assert listed["draft"].workflow is not None


TYPED = '[[steps]]\nid = "secton"\neach = "section"\nprov = "wo"\n\n[[steps]]\nid = \n'


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ('id = "sec', list(STEPS)),
        ("prov", list(KEYS)),
        ('each = "s', ["section"]),
        ("[[steps]]\nid = ", list(STEPS)),
    ],
)
def test_the_words_for_a_place_are_offered(before, words):
    offset = TYPED.rindex(before) + len(before)
    found = proposals(TYPED, offset, ["work"], ["house-style"])
    assert [one.text.strip(' ="') for one in found] == words


def test_names_of_providers_and_prompts_are_offered():
    text = '[[steps]]\nprovider = ""\nprompt = \n'
    assert [one.text for one in proposals(text, text.index('""') + 1, ["work"], [])] == ["work"]
    assert [one.text for one in proposals(text, len(text) - 1, [], ["house-style"])] == ['"house-style"']


@given(st.text(max_size=200), st.integers(0, 220))
def test_help_for_any_text_never_fails(text, offset):
    at = min(offset, len(text))
    proposals(text, at, ["work"], ["p"])
    meaning_at(text, at)


def test_the_meaning_of_a_word_is_told():
    found = meaning_at(TYPED, TYPED.index("each") + 1)
    assert found is not None
    assert found[0].startswith("`each`: Of `section`")
    assert meaning_at(TYPED, TYPED.index("secton") + 1) is None


def test_each_step_has_a_meaning_for_whoever_writes_a_file():
    assert set(MEANINGS) == set(STEPS)
    text = '[[steps]]\nid = "locate"\n'
    found = meaning_at(text, text.index("locate") + 1)
    assert found is not None
    assert found[0].startswith("`locate`: Asks a model which files")


def test_files_and_facts_are_looked_for_side_by_side_and_what_follows_waits_for_both():
    text = "".join(
        f'[[steps]]\nid = "{name}"\n' for name in ("draft", "clarify", "locate", "facts", "candidates", "read")
    )
    workflow = read_workflow("w", text)
    assert [(step.id, step.needs) for step in workflow.steps] == [
        ("read", ()),
        ("facts", ("read",)),
        ("candidates", ("read",)),
        ("locate", ("candidates", "facts")),
        ("clarify", ("locate", "facts")),
        ("draft", ("clarify",)),
        ("check", ("draft",)),
    ]


def test_a_workflow_that_writes_nothing_looks_and_asks():
    review = read_workflow("w", '[[steps]]\nid = "critic"\n')
    assert not review.writes
    assert [step.id for step in review.steps] == ["context", "check", "critic"]
    assert [step.id for step in read_workflow("w", '[[steps]]\nid = "clarify"\n').steps] == ["context", "clarify"]
