"""Files that a person pins or excludes by hand: edits of the project's own files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.context.ignore import Rules
from orch_lsp.context.own_ignores import excluded_in, excluding, including, line_for
from orch_lsp.errors import OrchError
from orch_lsp.orchestration.requests.pinning import excluded_by_hand, pick
from orch_lsp.settings.pins import pinning, unpinning
from orch_lsp.text import apply_edits, split_lines

names = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("\\*?[]!# \t\r\n\u2028é日"), min_size=1, max_size=12
)


@given(names.filter(lambda name: "/" not in name and "\0" not in name and name not in {".", ".."}), st.booleans())
def test_a_line_excludes_just_the_file_that_it_is_for(name, below):
    path = f"src/{name}" if below else name
    rules = Rules(line.strip() for line in split_lines(f"{line_for(path)}\n"))
    assert rules.covers(path.split("/"))
    assert not rules.covers(f"other/{path}".split("/"))
    other = f"{path}x"
    assert not rules.covers(other.split("/"))


@given(
    st.lists(st.sampled_from(["*.bak", "# words", "", "/a\\*b", "!keep", "/src/x.py"])), st.sampled_from(["\n", "\r\n"])
)
def test_excluding_and_including_change_that_line_alone(lines, end):
    text = end.join(lines)
    path = "src/new [1].py"
    edit = excluding(text, path)
    assert edit is not None
    after = apply_edits(text, [edit])
    assert after.startswith(text)
    assert path in excluded_in(after)
    assert excluding(after, path) is None
    back = including(after, path)
    assert back is not None
    assert apply_edits(after, [back]).rstrip("\r\n") == text.rstrip("\r\n")
    assert including(text, path) is None


def test_only_lines_about_one_file_are_known_as_such():
    text = "\ufeff/a.py\n*.py\n/src/\n!/b.py\nc.py\n  /d\\*.py  \n# x\n/a.py\n"
    assert excluded_in(text) == ("a.py", "d*.py")


SETTINGS = [
    "",
    'provider = "x"\n',
    "# c\n[context]\nenabled = true\n\n[lint]\na = 'off'\n",
    'context.enabled = true\r\nprovider = "x"\r\n',
    '[context]\npin = [\n  "a.py", # why\n  "b.py",\n]\n',
    "context = { enabled = true }\n",
]


@pytest.mark.parametrize("before", SETTINGS)
def test_a_pin_goes_in_and_out_of_settings_and_all_else_stays(before):
    edit = pinning(before, "src/é.py#L1-L3")
    assert edit is not None
    after = apply_edits(before, [edit])
    assert pinning(after, "src/é.py#L1-L3") is None
    assert edit.span.end - edit.span.start <= 1
    back = unpinning(after, "src/é.py")
    assert back is not None
    assert apply_edits(after, [back]).startswith(before.rstrip())
    assert unpinning(before, "src/é.py") is None


@pytest.mark.parametrize("text", ["a = [", "[context]\npin = 3\n", "context = 3\n", ".".join("a" * 40) + " = 1\n"])
def test_settings_that_cannot_be_read_are_not_changed(text):
    with pytest.raises(OrchError, match="cannot be changed"):
        pinning(text, "a.py")


@pytest.fixture
def root(tmp_path) -> Path:
    here = tmp_path.resolve() / "project"
    (here / "src").mkdir(parents=True)
    (here / "src" / "a.py").write_text("1\n")
    (here / ".env").write_text("A=1\n")
    (tmp_path / "outside.md").write_text("x\n")
    (here / "link.md").symlink_to(tmp_path / "outside.md")
    return here


REFUSED = {
    "../outside.md": "not a path from the root",
    "/etc/passwd": "not a path from the root",
    "src//a.py": "not a path from the root",
    "./src/a.py": "not a path from the root",
    "": "not a path from the root",
    "src": "not a file",
    "gone.py": "not found",
    "link.md": "link out of the workspace",
}


@pytest.mark.parametrize("choice", ["pin", "exclude"])
@pytest.mark.parametrize("path", REFUSED)
def test_what_is_no_file_of_the_workspace_is_refused(root, path, choice):
    with pytest.raises(OrchError, match=REFUSED[path]) as caught:
        pick(root, path, choice)
    assert caught.value.code == "not_allowed"


def test_what_is_never_sent_cannot_be_pinned(root):
    with pytest.raises(OrchError, match="denied"):
        pick(root, ".env", "pin")
    assert pick(root, ".env", "exclude") is not None
    (root / "two\nlines.py").write_text("1\n")
    with pytest.raises(OrchError, match="characters"):
        pick(root, "two\nlines.py", "pin")
    change = pick(root, "two\nlines.py", "exclude")
    assert change is not None
    assert change.edit.new_text == "/two?lines.py\n"
    (root / ".orchignore").write_text("/src/a.py\n")
    with pytest.raises(OrchError, match="excluded"):
        pick(root, "src/a.py#L1-L1", "pin")
    assert excluded_by_hand(root) == ("src/a.py",)


@pytest.mark.parametrize(("file", "choice"), [(".orchignore", "exclude"), (".orch/config.toml", "pin")])
def test_a_file_of_the_project_that_leads_out_is_not_changed(root, tmp_path, file, choice):
    (root / ".orch").mkdir()
    for target in (tmp_path / "outside.md", tmp_path / "gone.md"):
        (root / file).unlink(missing_ok=True)
        (root / file).symlink_to(target)
        with pytest.raises(OrchError, match="is not changed"):
            pick(root, "src/a.py", choice)
    assert excluded_by_hand(root) == ()


def test_nothing_is_written(root):
    change = pick(root, "src/a.py", "pin")
    assert change is not None
    assert (change.shown, change.before) == (".orch/config.toml", None)
    assert not (root / ".orch").exists()
    assert pick(root, "src/a.py", "include") is None
    assert pick(root, "src/a.py", "unpin") is None
