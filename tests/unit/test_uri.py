"""URIs as editors spell them: which name one document, and which file."""

from __future__ import annotations

import os
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.uri import file_name, normal_form, path_of, shown_path

SAME_ON_POSIX = [
    # VS Code escapes all but letters, digits and `-._~/`; Neovim and Emacs keep more; Helix keeps what WHATWG does.
    ["file:///w/a%20b%20%281%29/x.md", "file:///w/a%20b%20(1)/x.md", "file:///w/a b (1)/x.md"],
    ["file:///w/Pr%C3%BCf/x.md", "file:///w/Pr%c3%bcf/x.md", "file:///w/Prüf/x.md"],
    ["file:///w/%5Bx%5D/%40y.md", "file:///w/[x]/@y.md", "file:///w/%5bx%5d/@y.md"],
    ["file:///w/a%2Bb%3Dc%26d%2Ce%3Bf.md", "file:///w/a+b=c&d,e;f.md"],
    ["file:///w/a.md", "file:/w/a.md", "FILE:///w/a.md", "file://localhost/w/a.md", "file:///w/./a.md", "file:////w//a.md"],
    ["file:///w/100%25.md", "file:///w/100%.md"],
    ["file:///w/%E6%97%A5%E6%9C%AC.md", "file:///w/日本.md"],
    ["file:///w", "file:///w/"],
    ["untitled:Untitled%201", "untitled:Untitled 1"],
    ["untitled:/w/My%20Spec.md", "untitled:///w/My Spec.md", "untitled:/w/My Spec.md"],
]  # fmt: skip

SAME_ON_WINDOWS = [
    [
        "file:///c%3A/My%20Specs/a%20%28b%29.md", "file:///c:/My%20Specs/a%20(b).md", "file:///C:/My Specs/a (b).md",
        "file:///C%3a/My%20Specs/a%20%28b%29.md", "file://c:/My%20Specs/a%20(b).md", "file:///C:\\My Specs\\a (b).md",
        "file:///C|/My%20Specs/a%20(b).md",
    ],
    ["file://server/share/a%20b.md", "file://SERVER/share/a b.md", "file:////server/share/a%20b.md"],
    ["file://wsl%24/Ubuntu/home/a.md", "file://wsl$/Ubuntu/home/a.md"],
    ["file:///c%3A", "file:///c:/", "file:///C:"],
]  # fmt: skip

DIFFERENT = [
    ("file:///w/a b.md", "file:///w/a%2520b.md"),
    ("file:///w/a%20b.md", "file:///w/a%2520b.md"),
    ("untitled:a%20b", "untitled:a%2520b"),
    ("file:///w/A.md", "file:///w/a.md"),
    ("file:///w/a.md", "untitled:/w/a.md"),
    ("file:///w/a%23b.md", "file:///w/a"),
    ("file:///w/a%3Fb.md", "file:///w/a"),
    ("git:/w/a.md?one", "git:/w/a.md?two"),
    ("file:///w/a.md", "file://w/a.md"),
    ("file:///w/%C3%BC.md", "file:///w/u%CC%88.md"),
    ("file:///w/%FF.md", "file:///w/%FE.md"),
]


@pytest.mark.parametrize("spellings", SAME_ON_POSIX)
def test_spellings_of_one_document_have_one_form(spellings):
    assert len({normal_form(uri, windows=False) for uri in spellings}) == 1


@pytest.mark.parametrize("spellings", SAME_ON_WINDOWS)
def test_spellings_of_one_document_on_windows_have_one_form_and_name_one_file(spellings):
    assert len({normal_form(uri, windows=True) for uri in spellings}) == 1
    assert len({file_name(uri, windows=True) for uri in spellings}) == 1


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_documents_are_never_taken_for_one(one, other, windows):
    assert normal_form(one, windows=windows) != normal_form(other, windows=windows)


def test_a_drive_letter_is_a_folder_like_any_other_where_there_are_no_drives():
    assert file_name("file:///C%3A/a.md", windows=False) == "/C:/a.md"
    assert normal_form("file:///C:/a.md", windows=False) != normal_form("file:///c:/a.md", windows=False)


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("file:///c%3A/My%20Pr%C3%BCf%20%281%29%20%5Bx%5D/a.md", r"c:\My Prüf (1) [x]\a.md"),
        ("file:///D:/a.md", r"d:\a.md"),
        ("file:///d:/", "d:\\"),
        ("file:///d%3A", "d:\\"),
        ("file://server/share/a%20b.md", r"\\server\share\a b.md"),
        ("file://localhost/c:/a.md", r"c:\a.md"),
        ("file://wsl.localhost/Ubuntu/home/a.md", r"\\wsl.localhost\Ubuntu\home\a.md"),
        ("untitled:c%3A/a.md", None),
    ],
)
def test_a_uri_names_a_file_of_windows(uri, name):
    assert file_name(uri, windows=True) == name
    if name is not None:
        assert PureWindowsPath(name).is_absolute()


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("file:///w/My%20Pr%C3%BCf%20%281%29%20%5Bx%5D/a%25b.md", "/w/My Prüf (1) [x]/a%b.md"),
        ("file:///w/a%2520b.md", "/w/a%20b.md"),
        ("file:///w/a%23b%3Fc.md", "/w/a#b?c.md"),
        ("file:///w/a%5Cb.md", "/w/a\\b.md"),
        ("file:///w/a%0Ab.md", "/w/a\nb.md"),
        ("file:///w/%FFx.md", os.fsdecode(b"/w/\xffx.md")),
        ("file:///w/a%00b.md", None),
        ("file://", None),
        ("orch-run:1.md", None),
        ("", None),
    ],
)
def test_a_uri_names_a_file_elsewhere(uri, name):
    assert file_name(uri, windows=False) == name


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_a_path_comes_back_from_its_uri_in_both_flavours(name):
    clean = name.replace("/", "_")
    if clean in {".", ".."}:
        return
    posix = PurePosixPath("/w", clean)
    assert file_name(posix.as_uri(), windows=False) == str(posix)
    windows = PureWindowsPath("C:\\w", clean.translate({ord(char): "_" for char in '\\:|<>*?"'}))
    assert file_name(windows.as_uri(), windows=True) == str(windows).replace("C:", "c:", 1)


@given(st.text())
def test_no_text_is_refused(text):
    for uri in (text, f"file:///{text}", f"file://{text}", f"untitled:{text}"):
        for windows in (False, True):
            form = normal_form(uri, windows=windows)
            assert form.isascii()
            file_name(uri, windows=windows)
        path_of(uri)
        shown_path(uri)


def test_a_form_is_its_own_form():
    for spellings in (*SAME_ON_POSIX, *SAME_ON_WINDOWS):
        for windows in (False, True):
            form = normal_form(spellings[0], windows=windows)
            assert normal_form(form, windows=windows) == form
