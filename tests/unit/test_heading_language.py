"""Headings that the server writes are in the language in which a document heads its sections."""

from __future__ import annotations

import pytest

from orch_lsp.document.drafting import open_places
from orch_lsp.document.heading_language import title_of_document, title_of_section
from orch_lsp.document.parse import parse
from orch_lsp.profiles.kiro.sections import BUGFIX, DESIGN, REQUIREMENTS, TASKS

BODIES = {
    "Japanese": ("要件定義書", "要件", "利用者が入力したとき、システムはログインさせなければならない。"),
    "Chinese": ("需求文档", "需求", "当用户输入密码时，系统应当让他们登录，并且记录这个时间。"),
    "Traditional Chinese": ("需求文件", "需求", "當使用者輸入密碼時，系統應當讓他們登入，並且記錄這個時間。"),
    "Korean": ("요구사항 문서", "요구사항", "사용자가 비밀번호를 입력하면 시스템은 로그인시켜야 한다."),
    "German": (
        "Anforderungsdokument", "Anforderungen",
        "Wenn die Kundin das Wort nennt, muss der Laden sie in das Haus lassen und die Zeit ist nicht zu lang.",
    ),
}  # fmt: skip


def read(title: str, section: str, words: str):
    return parse(f"# {title}\n\n## {section}\n\n### 1\n\n{words}\n", REQUIREMENTS)


@pytest.mark.parametrize("language", BODIES)
def test_a_missing_heading_is_written_in_the_language_of_those_that_are_there(language: str):
    document = read(*BODIES[language])
    introduction = REQUIREMENTS.sections[0]
    wanted = introduction.in_languages[language]
    assert title_of_section(document, introduction) == wanted
    assert title_of_document(document) == BODIES[language][0]
    (place, *_) = (one for one in open_places(document) if one.key == "introduction")
    assert place.title == wanted


@pytest.mark.parametrize(
    ("title", "section", "wanted"),
    [
        ("Requirements Document", "要件", "はじめに"),
        ("Requirements Document", "結果", "はじめに"),
        ("Requirements Document", "Requirements", "Introduction"),
        ("Requirements Document", "Results", "Introduction"),
        ("要件定義書", "Requirements", "Introduction"),
    ],
)
def test_headings_decide_above_japanese_text_and_an_english_title_alone_does_not(title: str, section: str, wanted: str):
    document = read(title, section, BODIES["Japanese"][2])
    assert title_of_section(document, REQUIREMENTS.sections[0]) == wanted


def test_an_english_document_and_a_short_one_get_english_headings():
    for words in ("The shop lets them in when it is open, and that is all of it for the customers.", "x"):
        document = read("Login", "Requirements", words)
        assert (title_of_section(document, REQUIREMENTS.sections[0]), title_of_document(document)) == (
            "Introduction",
            "Requirements Document",
        )


def test_each_title_in_a_language_is_read_as_the_section_that_it_heads():
    for profile in (REQUIREMENTS, BUGFIX, DESIGN, TASKS):
        for section in profile.sections:
            for title in section.in_languages.values():
                assert profile.key_of_title(title) or profile.key_of_form(title) == section.key
