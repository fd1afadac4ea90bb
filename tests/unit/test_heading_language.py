"""Headings that the server writes are in the language in which a document heads its sections."""

from __future__ import annotations

import pytest

from orch_lsp.document.drafting import open_places
from orch_lsp.document.heading_language import title_of_document, title_of_section
from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.profiles.kiro.sections import BUGFIX, DESIGN, REQUIREMENTS, TASKS
from orch_lsp.profiles.spec_kit.sections import PROFILES as SPEC_KIT
from orch_lsp.rules.check import check

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
    for profile in (REQUIREMENTS, BUGFIX, DESIGN, TASKS, *SPEC_KIT):
        for section in profile.sections:
            for title in section.in_languages.values():
                assert profile.key_of_title(title) or profile.key_of_form(title) == section.key


@pytest.mark.parametrize("profile", [REQUIREMENTS, BUGFIX], ids=["requirements", "bugfix"])
@pytest.mark.parametrize("heading", ["Overview", "Background", "项目概述", "Überblick"])
def test_no_section_is_drafted_beside_one_that_stands_there_under_another_name(profile: Profile, heading: str):
    body = (
        "### Requirement 1: A\n\n**User Story:** As a b, I want c, so that d.\n\n#### Acceptance Criteria\n\n1. WHEN a "
    )
    known = (
        f"## Requirements\n\n{body}THEN the system SHALL b\n"
        if profile is REQUIREMENTS
        else "## Bug Analysis\n\n1.1 A\n"
    )
    text = f"# {profile.titles[0]}\n\n## {heading}\n\nWords on what is built.\n\n{known}"
    assert [one.key for one in open_places(parse(text, profile))] == []
    without = text.replace(f"## {heading}\n\nWords on what is built.\n\n", "")
    assert [one.key for one in open_places(parse(without, profile))] == ["introduction"]


SPEC_IN = {
    "Chinese": "# 功能规格说明：查询\n\n## 用户场景与测试 *(必填)*\n\n"
    "### 用户故事 1 — 查询（优先级：P1）\n\n用户输入一个查询。\n\n### 边界情况\n\n## 需求 *(必填)*\n\n"
    "### 功能需求\n\n- **FR-001**: 系统必须返回结果。\n\n### 核心数据实体\n\n- **查询**：用户输入的文字\n",
    "Traditional Chinese": "# 功能規格：查詢\n\n## 使用者情境與測試\n\n"
    "### 使用者故事 1 - 查詢（優先級：P1）\n\n使用者輸入一個查詢，系統應當回傳結果。\n\n### 邊界情況\n\n## 需求\n\n"
    "### 功能需求\n\n- **FR-001**: 系統必須回傳結果，並記錄時間。\n\n### 關鍵實體\n\n- **查詢**：文字\n",
}


@pytest.mark.parametrize("language", SPEC_IN)
def test_a_spec_of_spec_kit_in_another_language_is_read_and_gets_its_headings(language: str):
    profile = SPEC_KIT[0]
    document = parse(SPEC_IN[language], profile)
    assert {node.kind for node in document.nodes.nodes} >= {"story", "requirement", "entity"}
    criteria = next(one for one in profile.sections if one.key == "success-criteria")
    assert title_of_section(document, criteria) == criteria.in_languages[language]
    assert [one.key for one in check(document) if one.rule == "missing_section"] == ["success-criteria"]
    asked = {one.title: one.guidance for one in open_places(document)}
    edges = next(title for title in asked if title in {"边界情况", "邊界情況"})
    assert "border" in asked[edges]


def test_a_plan_in_another_language_has_the_sections_of_a_plan():
    plan = next(one for one in SPEC_KIT if one.kind == "plan")
    document = parse(
        "# 实现计划：查询\n\n## 摘要\n\na\n\n## 技术上下文\n\nb\n\n## 宪法检查\n\nc\n\n## 项目结构\n\nd\n", plan
    )
    assert set(document.profile_sections) == {"summary", "technical-context", "constitution-check", "project-structure"}
