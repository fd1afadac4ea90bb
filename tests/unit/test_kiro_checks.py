"""What Kiro itself says of `requirements.md`, said here too: title, introduction, glossary and requirements."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.parse import parse
from orch_lsp.profiles.kiro.sections import BUGFIX, REQUIREMENTS, REQUIREMENTS_ELSEWHERE
from orch_lsp.rules.check import check
from orch_lsp.text import apply_edits

BODY = "\n\n## Introduction\n\nx\n\n## Glossary\n\n- **A**: b\n\n## Requirements\n\n### Requirement 1\n\ny\n"


def said(text: str, profile=REQUIREMENTS) -> list[tuple[str, str, str | None]]:
    return [
        (each.rule, each.severity, each.key) for each in check(parse(text, profile)) if each.rule.startswith("missing")
    ]


def test_a_whole_document_lacks_nothing() -> None:
    assert said("# Requirements Document" + BODY) == []
    assert said("") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Words\n", [("missing_title", "warning", None), ("missing_recommended_section", "information", "glossary"),
                       ("missing_section", "warning", None)]),
        ("# Limits" + BODY, [("missing_title", "warning", None)]),
        ("# Requirements" + BODY, [("missing_title", "warning", None)]),
        (BODY.lstrip(), [("missing_title", "warning", None)]),
        ("# Requirements Document\n\n## Requirements\n\nx\n", [
            ("missing_section", "warning", "introduction"), ("missing_recommended_section", "information", "glossary"),
        ]),
        ("# Requirements Document\n\n## Introduction\n\nx\n\n## Glossary\n\nx\n",
         [("missing_section", "warning", "requirements")]),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_with_a_cure(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert sorted(said(text), key=str) == sorted(expected, key=str)
    for _ in range(4):
        found = [each for each in check(parse(text, REQUIREMENTS)) if each.rule.startswith("missing")]
        if not found:
            break
        text = apply_edits(text, found[0].fixes[-1].edits)
    assert said(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "# Requirements Document: Rate limits" + BODY,
        "# **Requirements Document** {#top}" + BODY,
        "Requirements Document\n=====================" + BODY,
        "# 需求文档\n\n## 简介\n\nx\n\n## 术语表\n\nx\n\n## 需求\n\nx\n",
        "# 要件定義書：上限\n\n## はじめに\n\nx\n\n## 用語集\n\nx\n\n## 要件\n\nx\n",
        "# 요구사항 문서\n\n## 소개\n\nx\n\n## 용어집\n\nx\n\n## 요구사항\n\nx\n",
        "# Documento de requisitos\n\n## Introducción\n\nx\n\n## Glosario\n\nx\n\n## Requisitos\n\nx\n",
        "# Documento de requisitos\n\n## Introdução\n\nx\n\n## Glossário\n\nx\n\n## Requisitos\n\nx\n",
        "# Anforderungsdokument\n\n## Einleitung\n\nx\n\n## Glossar\n\nx\n\n## Anforderungen\n\nx\n",
        "# Document d'exigences\n\n## Introduction\n\nx\n\n## Glossaire\n\nx\n\n## Exigences\n\nx\n",
    ],
)
def test_headings_in_other_languages_and_dress_are_those_that_are_asked_for(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("title", "cured"),
    [
        ("# Requirements: Rate limits", "# Requirements Document: Rate limits"),
        ("# Requirements – Rate limits", "# Requirements Document: Rate limits"),
        ("# Rate limits", "# Requirements Document: Rate limits"),
        ("# Rate limits: what they are", "# Requirements Document: Rate limits: what they are"),
        ("Rate limits\n===========", "# Requirements Document: Rate limits"),
        ("# Requirements Specification", "# Requirements Document"),
    ],
)
def test_a_title_that_is_changed_keeps_what_it_is_about(title: str, cured: str) -> None:
    (only,) = (each for each in check(parse(title + BODY, REQUIREMENTS)) if each.rule == "missing_title")
    assert apply_edits(title + BODY, only.fixes[0].edits) == cured + BODY
    assert only.fixes[0].by_itself
    assert [fix.by_itself for fix in only.fixes[1:]] == [False] * (": " in cured)
    assert said(cured + BODY) == []


@pytest.mark.parametrize(
    ("title", "cured"),
    [
        ("# Requirements (Export of Invoices)", "# Requirements Document (Export of Invoices)"),
        ("# Requirements {#top}", "# Requirements Document {#top}"),
        ("# Requirements — Export", "# Requirements Document: Export"),
        ("# Requirements -- Export - all", "# Requirements Document: Export - all"),
        ("# Requirements | Export", "# Requirements Document: Export"),
        ("# Spec: 001-export", "# Requirements Document: 001-export"),
        ("# **Requirements**", "# Requirements Document"),
        ("# Requirements [a](b.md)", "# Requirements Document: Requirements [a](b.md)"),
    ],
)
def test_no_word_of_a_title_is_lost(title: str, cured: str) -> None:
    (only,) = (each for each in check(parse(title + BODY, REQUIREMENTS)) if each.rule == "missing_title")
    assert only.fixes[0].by_itself
    assert apply_edits(title + BODY, only.fixes[0].edits) == cured + BODY
    assert said(cured + BODY) == []


CHINESE = (
    "\n\n## 简介\n\n文档的导出应当可用。\n\n## 术语表\n\nx\n\n## 需求\n\n系统应当记录每一次导出，并且应当通知用户。\n"
)
JAPANESE = (
    "\n\n## 導入\n\n請求書を出力します。\n\n## 用語集\n\nx\n\n## 要件\n\nシステムは出力を記録しなければならない。\n"
)


@pytest.mark.parametrize(
    ("title", "body", "by_itself", "offered"),
    [
        ("# Requirements - Document Lifecycle Management", CHINESE, False, "# 需求文档：Document Lifecycle Management"),
        ("# Export of Invoices", CHINESE, False, "# 需求文档：Export of Invoices"),
        ("# Requirements", CHINESE, False, "# 需求文档"),
        ("# 需求：发票导出", CHINESE, True, "# 需求文档：发票导出"),
        ("# 发票导出", CHINESE, True, "# 需求文档：发票导出"),
        ("# 发票导出", BODY, False, "# Requirements Document: 发票导出"),
        ("# 要件", JAPANESE, True, "# 要件定義書"),
        ("# 要件：出力", JAPANESE, True, "# 要件定義書：出力"),
        ("# 要件：出力", CHINESE, False, "# 需求文档：出力"),
        ("# 導入", JAPANESE, True, "# 要件定義書：導入"),
        ("# Anforderungen: Ausfuhr", BODY, False, "# Requirements Document: Ausfuhr"),
    ],
)
def test_a_title_in_another_language_than_the_headings_is_left_to_a_person(
    title: str, body: str, by_itself: bool, offered: str
) -> None:
    (only,) = (each for each in check(parse(title + body, REQUIREMENTS)) if each.rule == "missing_title")
    assert (only.fixes[0].by_itself, apply_edits(title + body, only.fixes[0].edits)) == (by_itself, offered + body)


PIECES = (
    *(
        "Requirements",
        "Document",
        "Spec",
        "Export",
        "of",
        "Rechnungen",
        "需求",
        "发票",
        "要件",
        "導入",
        "：",
        ":",
        "-",
        "–",
    ),
    *(
        "—",
        "|",
        "(a)",
        "{#x}",
        "[z](y)",
        "**",
        "12.",
        "<b>",
        "`c`",
        "/",
        "<!-- k -->",
        "#",
        "Introduction",
        "Anforderungen",
    ),
)
OF_KINDS = frozenset(
    ["requirements", "requirement", "document", "spec", "specification", "需求", "要件", "anforderungen"]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map(" ".join),
    st.lists(st.sampled_from(("# Requirements", "## Introduction", "## 需求", "## 要件", "## 1. Scope", "### People"))),
)
def test_a_cure_that_nobody_looks_at_loses_no_word_and_brings_up_nothing_new(title: str, headings: list[str]) -> None:
    text = f"# {title}\n\n" + "".join(f"{heading}\n\nx\n\n" for heading in headings)
    before = check(parse(text, REQUIREMENTS))
    for one in before:
        for fix in one.fixes if one.rule.startswith("missing") else ():
            if fix.by_itself:
                cured = apply_edits(text, fix.edits)
                assert set(re.findall(r"[^\W_]+", text.casefold())) - OF_KINDS <= set(
                    re.findall(r"[^\W_]+", cured.casefold())
                )
                after = check(parse(cured, REQUIREMENTS))
                assert not Counter(each.rule for each in after) - Counter(each.rule for each in before)
                assert "missing_title" not in {each.rule for each in after}


def test_the_usual_words_for_an_introduction_and_for_requirements_are_known() -> None:
    for introduction, requirements in (
        *(("導入", "要件"), ("概要", "機能要件"), ("はじめに", "要求事項"), ("背景", "要件"), ("概述", "功能需求")),
        *(
            ("引言", "需求说明"),
            ("背景", "需求"),
            ("서론", "요구사항"),
            ("개요", "기능 요구사항"),
            ("배경", "요구사항"),
        ),
        *(("Introducción", "Requisitos funcionales"), ("Introdução", "Requisitos funcionais")),
        *(("Einführung", "Funktionale Anforderungen"), ("Présentation", "Exigences fonctionnelles")),
    ):
        text = f"# Requirements Document\n\n## {introduction}\n\nx\n\n## Glossary\n\nx\n\n## {requirements}\n\nx\n"
        assert said(text) == [], introduction


@pytest.mark.parametrize(
    "text",
    [
        "# Requirements\n\nWords.\n\n### Requirement 1\n\nx\n",
        "# Requirements\n\n# Scope\n\nx\n",
        "# Requirements Document\n\n## 1. Overview\n\nx\n\n## 2. Functional Requirements\n\nx\n",
        "# Requirements Document\n\n## 1. Scope\n\nx\n\n## 2. Requirements\n\nx\n",
        "# 需求文档\n\n## 1. 问题陈述\n\nx\n\n## 2. 需求\n\nx\n",
        "# 需求文件\n\n## 1. 問題陳述\n\nx\n\n## 2. 需求\n\nx\n",
        "# Requirements Document\n\n## Overview\n\nx\n\n## Requirements\n\nx\n",
        "# Requirements Document\n\n## Problem Statement\n\nx\n\n## Requirements\n\nx\n",
        "# Requirements Document\n\n## Scope\n\nx\n\n## People\n\nx\n\n---\n\n**The end**\n",
        "# Requirements Document\n\n# Requirements\n\nx\n",
    ],
)
def test_no_heading_is_offered_where_it_would_stand_among_others_of_another_kind(text: str) -> None:
    found = [each for each in check(parse(text, REQUIREMENTS)) if each.rule == "missing_section"]
    assert [each.fixes for each in found] == [()]


def test_a_title_of_one_word_is_no_section_beside_the_one_of_its_name() -> None:
    text = "# Requirements" + BODY
    assert [each.rule for each in check(parse(text, REQUIREMENTS))] == ["missing_title"]


def test_documents_elsewhere_and_bug_reports_are_not_asked_for_sections() -> None:
    assert said("# Words\n\nx\n", REQUIREMENTS_ELSEWHERE) == []
    assert said("# Bugfix Requirements Document\n\nx\n", BUGFIX) == []
