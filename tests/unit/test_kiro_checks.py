"""What Kiro itself says of `requirements.md`, said here too: title, introduction, glossary and requirements."""

from __future__ import annotations

import pytest

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


def test_documents_elsewhere_and_bug_reports_are_not_asked_for_sections() -> None:
    assert said("# Words\n\nx\n", REQUIREMENTS_ELSEWHERE) == []
    assert said("# Bugfix Requirements Document\n\nx\n", BUGFIX) == []
