"""The configuration of editors: what is printed is what the documentation says, and files of a person's own stay."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from orch_lsp.cli.setup import EDITORS as NAMES
from orch_lsp.errors import SettingsError
from orch_lsp.setup.clients import EDITORS, Client, client_of, install

DOCS = (Path(__file__).parents[2] / "docs" / "editors.md").read_text("utf-8")
HELIX = """\
# my languages
[language-server.marksman]
command = "marksman"   # installed by hand

[[language]]
name = "rust"

[[language]]
name = "markdown"
soft-wrap.enable = true # long lines
language-servers = ["marksman"]
"""


def of(editor: str, home: Path) -> Client:
    return client_of(editor, home, {})


def test_the_command_line_names_the_editors_that_there_are():
    assert sorted(NAMES) == sorted(EDITORS)


@pytest.mark.parametrize("editor", ["neovim", "helix", "sublime", "kate", "zed", "emacs"])
def test_what_is_printed_is_in_the_documentation(editor: str, tmp_path: Path):
    documented = re.sub(r"[\"']orch-lsp[\"']", "@", DOCS)
    files = of(editor, tmp_path).files
    for file in files if editor == "zed" else files[:1]:
        told = re.sub(r"[\"'][^\"']*orch-lsp[\"']", "@", file.text)
        assert re.sub(r"\s", "", told) in re.sub(r"\s", "", documented)


@pytest.mark.parametrize("editor", EDITORS)
def test_a_new_file_is_written_once(editor: str, tmp_path: Path):
    home = tmp_path / "Häuser mit Blank"
    home.mkdir()
    first = install(of(editor, home))
    assert first
    assert all(path.is_relative_to(home) for path in first)
    assert install(of(editor, home)) == ()


def test_helix_keeps_what_a_person_has_written(tmp_path: Path):
    (file,) = of("helix", tmp_path).files
    file.path.parent.mkdir(parents=True)
    file.path.write_text(HELIX)
    install(of("helix", tmp_path))
    text = file.path.read_text()
    values = tomllib.loads(text)
    assert "# my languages" in text
    assert "# installed by hand" in text
    assert "# long lines" in text
    assert values["language"][1] == {
        "name": "markdown", "soft-wrap": {"enable": True}, "language-servers": ["marksman", "orch"],
    }  # fmt: skip
    assert values["language-server"]["orch"]["args"] == ["serve"]
    assert values["language-server"]["marksman"] == {"command": "marksman"}


@pytest.mark.parametrize(
    ("editor", "text"),
    [
        ("helix", "[language\n"),
        ("neovim", "vim.lsp.config('orch', { cmd = { 'mine' } })\n"),
        ("neovim", "vim.lsp.config('orch', { cmd = { 'orch-lsp', 'serve' }, settings = { orch = {} } })\n"),
        ("emacs", ';; mine\n(add-to-list \'eglot-server-programs \'(markdown-mode . ("orch-lsp" "serve")))\n'),
        ("zed", 'id = "mine"\n'),
        ("kate", '{"servers": {"markdown": {"command": ["marksman"]}}}'),
        ("sublime", '{\n  // mine\n  "clients": {}\n}\n'),
    ],
)
def test_a_file_in_which_nothing_can_be_put_in_safely_stays(editor: str, text: str, tmp_path: Path):
    file = of(editor, tmp_path).files[0]
    file.path.parent.mkdir(parents=True)
    file.path.write_text(text)
    with pytest.raises(SettingsError, match=re.escape(str(file.path))):
        install(of(editor, tmp_path))
    assert file.path.read_text() == text


def test_settings_in_json_keep_their_order_and_other_servers(tmp_path: Path):
    file = of("kate", tmp_path).files[0]
    file.path.parent.mkdir(parents=True)
    file.path.write_text('{"zeta": 1, "servers": {"python": {"command": ["pylsp"]}}, "alpha": 2}')
    install(of("kate", tmp_path))
    values = json.loads(file.path.read_text())
    assert list(values) == ["zeta", "servers", "alpha"]
    assert list(values["servers"]) == ["python", "markdown"]


def test_emacs_loads_it_behind_what_is_there(tmp_path: Path):
    init = tmp_path / ".emacs.d" / "init.el"
    init.parent.mkdir()
    init.write_text(";; mine\n(setq a 1)")
    install(of("emacs", tmp_path))
    assert init.read_text() == ';; mine\n(setq a 1)\n(load (locate-user-emacs-file "orch-lsp.el"))\n'


def test_a_program_that_moved_is_named_anew(tmp_path: Path):
    for editor in ("neovim", "emacs", "zed"):
        file = of(editor, tmp_path).files[-1 if editor == "zed" else 0]
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_text(re.sub(r"([\"'])[^\"'\n]*orch-lsp\1", r"\1/old place/bin/orch-lsp\1", file.text))
        assert "/old place/" in file.path.read_text()
        install(of(editor, tmp_path))
        assert file.path.read_text() == file.text


def test_commands_of_a_person_stay(tmp_path: Path):
    file = of("sublime", tmp_path).files[1]
    file.path.parent.mkdir(parents=True)
    file.path.write_text('[{"caption": "Mine", "command": "lsp_execute"}]')
    install(of("sublime", tmp_path))
    assert "Mine" in file.path.read_text()
