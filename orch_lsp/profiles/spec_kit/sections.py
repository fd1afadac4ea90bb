"""The kinds of spec-kit's documents, each with its sections."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from orch_lsp.document.node_form import NodeForm
from orch_lsp.document.profile import AnswersKept, Profile, SectionSpec, Severity, TaskForm
from orch_lsp.late import late
from orch_lsp.profiles.protocol import when_read
from orch_lsp.profiles.spec_kit.words import NORMATIVE, QUESTIONS, SCENARIOS_AND_TESTS, in_languages

if TYPE_CHECKING:
    from orch_lsp.document.drafting import Drafting
    from orch_lsp.profiles.spec_kit import checklist, drafting, nodes, roadmap
else:
    # A format is loaded to recognise its documents; its readers, when there is one to read.
    checklist = late("orch_lsp.profiles.spec_kit.checklist")
    drafting = late("orch_lsp.profiles.spec_kit.drafting")
    roadmap = late("orch_lsp.profiles.spec_kit.roadmap")
    nodes = late("orch_lsp.profiles.spec_kit.nodes")

_SPEC = (
    SectionSpec(
        "user-scenarios",
        "User Scenarios & Testing",
        ("User Scenarios", "User Stories", "Scenarios"),
        "User stories by priority, each with the reason for it, how it is tested alone, and numbered scenarios.",
        SCENARIOS_AND_TESTS,
        in_languages=in_languages(
            "用户场景与测试",
            "使用者情境與測試",
            "ユーザーシナリオとテスト",
            "사용자 시나리오 및 테스트",
            "Escenarios de usuario y pruebas",
            "Cenários de usuário e testes",
            "Nutzungsszenarien und Tests",
            "Scénarios utilisateur et tests",
        ),
    ),
    SectionSpec(
        "requirements",
        "Requirements",
        (),
        "Numbered functional requirements that can be tested, and key entities where there is data.",
        (
            *("需求", "要求", "要件", "要求事項", "요구사항", "요구 사항", "요건", "Requisitos", "Requerimientos"),
            *("Anforderungen", "Exigences"),
        ),
        in_languages=in_languages(
            "需求", "需求", "要件", "요구사항", "Requisitos", "Requisitos", "Anforderungen", "Exigences"
        ),
    ),
    SectionSpec(
        "success-criteria",
        "Success Criteria",
        (),
        "Numbered outcomes that can be measured, without a word about technology.",
        (
            "成功标准",
            "成功標準",
            *("成功指标", "成功指標", "成功准则", "成功準則", "成功条件", "成功條件", "验收成功标准"),
            "成功基準",
            *("성공 기준", "성공 지표", "성공 조건"),
            "Criterios de éxito",
            *("Critérios de sucesso", "Critérios de êxito"),
            *("Erfolgskriterien", "Erfolgsmerkmale"),
            *("Critères de succès", "Critères de réussite"),
        ),
        in_languages=in_languages(
            "成功标准",
            "成功標準",
            "成功基準",
            "성공 기준",
            "Criterios de éxito",
            "Critérios de sucesso",
            "Erfolgskriterien",
            "Critères de succès",
        ),
    ),
    SectionSpec(
        "assumptions",
        "Assumptions",
        ("Assumptions & Known Gaps", "Assumptions and Gaps"),
        "What was taken as given.",
        (
            *(
                "假设",
                "假設",
                "假设条件",
                "假設條件",
                "假定",
                "前提条件",
                "前提條件",
                "前提",
                "仮定",
                "想定",
                "前提・仮定",
            ),
            *(
                "가정",
                "가정 사항",
                "전제",
                "전제 조건",
                "전제조건",
                "Supuestos",
                "Suposiciones",
                "Premissas",
                "Suposições",
            ),
            *("Pressupostos", "Annahmen", "Hypothèses", "Suppositions", "Présupposés"),
        ),
        in_languages=in_languages(
            "假设", "假設", "前提条件", "가정", "Supuestos", "Premissas", "Annahmen", "Hypothèses"
        ),
        required=False,
    ),
)


def _of_plan(key: str, title: str, guidance: str, titles: dict[str, str], *forms: str) -> SectionSpec:
    known = tuple(dict.fromkeys((*titles.values(), *forms)))
    return SectionSpec(key, title, (), guidance, known, required=False, in_languages=titles)


_PLAN = (
    _of_plan(
        "summary", "Summary", "The main requirement and the approach.",
        in_languages("摘要", "摘要", "概要", "요약", "Resumen", "Resumo", "Zusammenfassung", "Résumé"),
        "概述", "總覽", "总览",
    ),
    _of_plan(
        "technical-context", "Technical Context", "Language, libraries, storage, limits.",
        in_languages(
            "技术上下文", "技術環境", "技術コンテキスト", "기술 컨텍스트", "Contexto técnico", "Contexto técnico",
            "Technischer Kontext", "Contexte technique",
        ),
        "技术环境", "技術上下文", "技术背景", "技術背景", "技術的背景", "기술 맥락",
    ),
    _of_plan(
        "constitution-check", "Constitution Check", "Each principle, held or not.",
        in_languages(
            "宪章检查", "憲章檢查", "憲法チェック", "헌법 점검", "Verificación de la constitución",
            "Verificação da constituição", "Prüfung der Verfassung", "Vérification de la constitution",
        ),
        "宪法检查", "憲法檢查", "章程检查", "章程檢查", "原則チェック", "헌장 점검",
    ),
    _of_plan(
        "project-structure", "Project Structure", "Folders and files.",
        in_languages(
            "项目结构", "專案結構", "プロジェクト構成", "프로젝트 구조", "Estructura del proyecto",
            "Estrutura do projeto", "Projektstruktur", "Structure du projet",
        ),
        "プロジェクト構造", "專案架構",
    ),
)  # fmt: skip
_OFF: dict[str, Severity] = {"missing_section": "off", "missing_recommended_section": "off", "empty_section": "off"}
_SEVERITIES: dict[str, dict[str, Severity]] = {
    "spec": {
        "missing_section": "warning",
        "unmeasurable_success_criterion": "information",
        "superfluous_infinitive": "off",
        "leftover_checklist_in_spec": "information",
        "implementation_leak": "hint",
        "duplicate_id": "error",
        "template_placeholder": "error",
    },
    "plan": {**_OFF, "template_placeholder": "error"},
    "tasks": {
        **_OFF,
        "task_without_requirement": "off",
        "task_missing_path": "hint",
        "duplicate_id": "error",
        "template_placeholder": "error",
    },
    "checklist": {**_OFF, "duplicate_id": "error", "template_placeholder": "error"},
}
"""By kind of document, where they differ from those of all others."""


def _drafting_of(kind: str) -> Drafting:
    return drafting.DRAFTING[kind]


_OTHERS = {
    "research": "What was looked up for a plan, and decided.",
    "data-model": "Entities with their fields, rules and states.",
    "quickstart": "How the feature is tried out.",
    "notes": "What else belongs to a feature.",
}


_DRAFTED: dict[str, Callable[[], Drafting]] = {
    **{
        kind: partial(_drafting_of, kind)
        for kind in ("spec", "plan", "tasks", "research", "data-model", "quickstart", "constitution")
    },
    "checklist": lambda: checklist.DRAFTING,
    "roadmap": lambda: roadmap.DRAFTING,
}
"""Kinds in which there is something to draft."""


_BRANCH = "**Branch**: `{folder}` | **Date**: {date} | **Spec**: [spec.md](spec.md)"
_TEMPLATES = {
    "spec": (
        "# Feature Specification: {title}\n\n**Feature Branch**: `{folder}`\n**Created**: {date}\n**Status**: Draft\n\n"
        "{note}\n\n## User Scenarios & Testing *(mandatory)*\n\n## Requirements *(mandatory)*\n\n"
        "### Functional Requirements\n\n## Success Criteria *(mandatory)*\n\n### Measurable Outcomes\n\n"
        "## Assumptions\n"
    ),
    "plan": (
        f"# Implementation Plan: {{title}}\n\n{_BRANCH}\n\n## Summary\n\n## Technical Context\n\n"
        "## Constitution Check\n\n## Project Structure\n"
    ),
    "tasks": "# Tasks: {title}\n\n**Input**: the spec and the plan in `specs/{folder}/`\n",
    "research": "# Research: {title}\n\n## Decisions\n",
    "data-model": "# Data Model: {title}\n\n## Entities\n",
    "quickstart": "# Quickstart: {title}\n\n## Try it\n",
    "checklist": (
        "# Requirements Checklist: {title}\n\n**Purpose**: whether the words of the spec are complete, clear and "
        "measurable\n**Created**: {date}\n**Feature**: [spec.md](../spec.md)\n\n{note}\n"
    ),
    "roadmap": (
        "# Roadmap: {title}\n\n{note}\n\n**Status legend**: planned · in-progress · done\n\n"
        "| ID | Sub-feature | Intent | Scope boundary | Depends on | Status | Sub-spec |\n"
        "|----|-------------|--------|----------------|------------|--------|----------|\n"
    ),
    "constitution": (
        "# {title} Constitution\n\n{note}\n\n## Core Principles\n\n## Governance\n\n"
        "**Version**: 1.0.0 | **Ratified**: {date} | **Last Amended**: {date}\n"
    ),
}
"""By kind of document: the headings of spec-kit's own template, without its notes."""


_OF_STORY = re.compile(r"(?:\[P\] )?(?P<kept>\[US\d{1,3}\] )?")
_SCENARIO = "**Given** TODO, **When** TODO, **Then** TODO"
_NODE_FORMS = {
    "spec": (
        NodeForm(
            "criterion", "acceptance scenario", _SCENARIO, "{}. ", "/AC{}", within="story",
            openings=("**Given**", "**When**", "**Then**", "**And**"),
        ),
        NodeForm(
            "story", "user story", first="### User Story {} - TODO (Priority: P1)", key="US{}",
            sections=frozenset({"user-scenarios"}),
            body="TODO\n\n**Why this priority**: TODO\n\n**Independent Test**: TODO\n\n"
            f"**Acceptance Scenarios**:\n\n1. {_SCENARIO}",
        ),
        NodeForm(
            "requirement", "requirement", "System MUST TODO", "- **FR-{:03d}**: ", "FR-{:03d}",
            sections=frozenset({"requirements"}),
        ),
        NodeForm(
            "success_criterion", "success criterion", first="- **SC-{:03d}**: ", key="SC-{:03d}",
            sections=frozenset({"success-criteria"}),
        ),
    ),
    "tasks": (
        NodeForm(
            "task", "task", first="- [ ] T{:03d} ", key="T{:03d}", kept=_OF_STORY, labels=("[P]",), label_of="story"
        ),
    ),
    "checklist": (
        NodeForm(
            "checklist_item", "item", first="- [ ] CHK{:03d} ", key="CHK{:03d}",
            marks=(
                "Completeness", "Clarity", "Consistency", "Measurability", "Coverage", "Edge Case", "Gap", "Ambiguity",
                "Conflict", "Assumption", "Spec §",
            ),
        ),
    ),
    "constitution": (NodeForm("requirement", "principle"),),
}  # fmt: skip

_BELOW_SECTIONS = ("Functional Requirements", "Key Entities", "Measurable Outcomes", "Edge Cases", "Clarifications")
_TASK_FORM = TaskForm(
    "What reads spec-kit's tasks", "passes it over", "- [ ] T001 Describe the step in src/file.py", any_marker=True,
    lettered="T",
)  # fmt: skip


_WHOLE_SET = tuple(frozenset((name,)) for name in ("spec", "plan", "tasks"))


def _profile(kind: str, description: str, sections: tuple[SectionSpec, ...] = ()) -> Profile:
    return Profile(
        name="spec-kit" if kind == "spec" else f"spec-kit/{kind}",
        kind=kind,
        prompt_name=f"spec-kit.{kind}" if kind in _DRAFTED else "",
        drafting=_DRAFTED.get(kind),
        answers=AnswersKept("Clarifications", QUESTIONS, by_session=True) if kind == "spec" else AnswersKept(),
        description=description,
        sections=sections,
        template=_TEMPLATES.get(kind, ""),
        node_forms=_NODE_FORMS.get(kind, ()),
        nodes=when_read(lambda: nodes.READERS.get(kind, nodes.other_nodes)),
        normative_words=NORMATIVE if kind == "spec" else frozenset(),
        severities=_SEVERITIES.get(kind, _OFF),
        headings=_BELOW_SECTIONS if kind == "spec" else (),
        task_form=_TASK_FORM if kind == "tasks" else None,
        whole_set=_WHOLE_SET,
    )


PROFILES = (
    _profile("spec", "A feature: stories, requirements and how its success is measured.", _SPEC),
    _profile("plan", "How a feature is built.", _PLAN),
    _profile("tasks", "Numbered tasks with boxes, by phase and story."),
    _profile("checklist", "Numbered questions about the quality of a spec."),
    _profile("roadmap", "A spec of specs: numbered entries in a table."),
    _profile("constitution", "Principles that hold for all features."),
    *(_profile(kind, description) for kind, description in _OTHERS.items()),
)
"""The first one is meant where nobody says which."""
