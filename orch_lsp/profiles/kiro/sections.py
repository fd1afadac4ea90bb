"""The kinds of Kiro's documents, each with its sections."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.document.node_form import NodeForm
from orch_lsp.document.profile import Profile, SectionSpec, TaskForm
from orch_lsp.late import late
from orch_lsp.profiles.kiro.beginning import STEERING_TEMPLATE, STEERING_TEMPLATES
from orch_lsp.profiles.kiro.recognition import BUGFIX_TITLES, REQUIREMENTS_TITLES, REQUIREMENTS_TITLES_IN_LANGUAGES
from orch_lsp.profiles.kiro.words import BACKGROUND, INTRODUCTION, NORMATIVE, OVERVIEW, TASK, in_languages
from orch_lsp.profiles.protocol import when_read

if TYPE_CHECKING:
    from orch_lsp.profiles.kiro import design, drafting, requirements, steering, tasks
else:
    # A format is loaded to recognise its documents; its readers, when there is one to read.
    design = late("orch_lsp.profiles.kiro.design")
    drafting = late("orch_lsp.profiles.kiro.drafting")
    requirements = late("orch_lsp.profiles.kiro.requirements")
    steering = late("orch_lsp.profiles.kiro.steering")
    tasks = late("orch_lsp.profiles.kiro.tasks")

_INTRODUCTION = SectionSpec(
    "introduction",
    "Introduction",
    BACKGROUND,
    "What is to be built, for whom and why, in a paragraph.",
    INTRODUCTION,
    in_languages=in_languages(
        "简介", "簡介", "はじめに", "소개", "Introducción", "Introdução", "Einleitung", "Introduction"
    ),
    instead=OVERVIEW,
)
_GLOSSARY = SectionSpec(
    "glossary",
    "Glossary",
    (),
    "The terms that requirements use, one bullet each, in bold with a definition.",
    ("术语表", "词汇表", "術語表", "用語集", "용어집", "용어 정의", "Glosario", "Glossário", "Glossar", "Glossaire"),
    in_languages=in_languages("术语表", "術語表", "用語集", "용어집", "Glosario", "Glossário", "Glossar", "Glossaire"),
    required=False,
)
_REQUIREMENTS = SectionSpec(
    "requirements",
    "Requirements",
    (),
    "Numbered requirements, each with a user story and numbered acceptance criteria in EARS.",
    (
        *("需求", "需求列表", "功能需求", "要求", "要件", "요구사항", "Requisitos", "Anforderungen", "Exigences"),
        *("Functional Requirements", "機能要件", "기능 요구사항", "要求事項", "機能要求", "需求說明", "需求说明"),
        *("功能性需求", "요구 사항", "기능 요구 사항", "Requisitos funcionales", "Requisitos funcionais"),
        *("Requerimientos", "Funktionale Anforderungen", "Exigences fonctionnelles"),
    ),
    in_languages=in_languages(
        "需求", "需求", "要件", "요구사항", "Requisitos", "Requisitos", "Anforderungen", "Exigences"
    ),
    instead=("User Requirements", "User Stories", "User Story", "用户故事", "使用者故事", "ユーザーストーリー"),
)

_EARS = ("WHEN", "IF", "WHILE", "WHERE", "THE SYSTEM SHALL")
_CRITERION = "WHEN TODO THEN THE SYSTEM SHALL TODO"
_OF_REQUIREMENTS = (
    NodeForm("criterion", "criterion", _CRITERION, within="requirement", openings=_EARS),
    NodeForm(
        "requirement", "requirement", first="### Requirement {}: TODO", key="{}", sections=frozenset({"requirements"}),
        body=f"**User Story:** As a TODO, I want TODO, so that TODO\n\n#### Acceptance Criteria\n\n1. {_CRITERION}",
    ),
)  # fmt: skip

_WHOLE_SET = (frozenset(("requirements", "bugfix")), frozenset(("design",)), frozenset(("tasks",)))

REQUIREMENTS = Profile(
    name="kiro",
    kind="requirements",
    prompt_name="kiro.requirements",
    drafting=lambda: drafting.REQUIREMENTS_DRAFTING,
    description="Requirements with numbered acceptance criteria.",
    sections=(_INTRODUCTION, _GLOSSARY, _REQUIREMENTS),
    nodes=when_read(lambda: requirements.requirements_nodes),
    normative_words=NORMATIVE,
    severities={"missing_section": "warning", "duplicate_id": "warning"},
    whole_set=_WHOLE_SET,
    titles=REQUIREMENTS_TITLES,
    titles_in_languages=REQUIREMENTS_TITLES_IN_LANGUAGES,
    headings=("Acceptance Criteria",),
    node_forms=_OF_REQUIREMENTS,
    template="# Requirements Document\n\n## Introduction\n\n{title}\n\n{note}\n\n## Glossary\n\n## Requirements\n",
)
REQUIREMENTS_ELSEWHERE = replace(
    REQUIREMENTS,
    name="kiro/requirements-elsewhere",
    kind="requirements-elsewhere",
    description="Requirements in a folder where Kiro does not look.",
    severities={"missing_section": "off", "missing_title": "off", "missing_recommended_section": "off"},
)
BUGFIX = Profile(
    name="kiro/bugfix",
    kind="bugfix",
    prompt_name="kiro.bugfix",
    drafting=lambda: drafting.BUGFIX_DRAFTING,
    description="A bug: what happens, what is to happen, what must not change.",
    sections=(
        _INTRODUCTION,
        SectionSpec(
            "bug-analysis",
            "Bug Analysis",
            (),
            "Current, expected and unchanged behaviour, each line with its number: `1.1 WHEN … THEN …`.",
            (
                *(
                    "缺陷分析",
                    "Bug 分析",
                    "問題分析",
                    "バグ分析",
                    "不具合分析",
                    "버그 분석",
                    "결함 분석",
                    "Fehleranalyse",
                ),
                *("Análisis del error", "Análisis del bug", "Análise do bug", "Análise do erro", "Analyse du bug"),
            ),
            in_languages=in_languages(
                "缺陷分析",
                "缺陷分析",
                "バグ分析",
                "버그 분석",
                "Análisis del error",
                "Análise do bug",
                "Fehleranalyse",
                "Analyse du bug",
            ),
        ),
    ),
    nodes=when_read(lambda: requirements.bugfix_nodes),
    normative_words=NORMATIVE,
    severities={"missing_section": "off"},
    titles=BUGFIX_TITLES,
    headings=("Current Behavior", "Expected Behavior", "Unchanged Behavior"),
    node_forms=(NodeForm("criterion", "criterion", _CRITERION, openings=_EARS),),
    template="# Bugfix Requirements Document\n\n## Introduction\n\n{title}\n\n{note}\n\n## Bug Analysis\n",
)
DESIGN = Profile(
    name="kiro/design",
    kind="design",
    prompt_name="kiro.design",
    drafting=lambda: drafting.DESIGN_DRAFTING,
    description="A design with the properties that validate its requirements.",
    sections=(
        SectionSpec(
            "overview",
            "Overview",
            (),
            "What is built and how, in short.",
            ("概述", "概要", "개요", "Resumen", "Visión general", "Visão geral", "Überblick", "Vue d'ensemble"),
            in_languages=in_languages(
                "概述", "概述", "概要", "개요", "Visión general", "Visão geral", "Überblick", "Vue d'ensemble"
            ),
        ),
        SectionSpec(
            "architecture",
            "Architecture",
            (),
            "Parts and how they work together.",
            ("架构", "架構", "アーキテクチャ", "아키텍처", "Arquitectura", "Arquitetura", "Architektur"),
            in_languages=in_languages(
                "架构",
                "架構",
                "アーキテクチャ",
                "아키텍처",
                "Arquitectura",
                "Arquitetura",
                "Architektur",
                "Architecture",
            ),
        ),
        SectionSpec(
            "components-and-interfaces",
            "Components and Interfaces",
            (),
            "Each part with its interface.",
            (
                *(
                    "组件和接口",
                    "组件与接口",
                    "元件與介面",
                    "コンポーネントとインターフェース",
                    "컴포넌트 및 인터페이스",
                ),
                *("구성 요소 및 인터페이스", "Componentes e interfaces", "Komponenten und Schnittstellen"),
                *("Componentes y interfaces", "Composants et interfaces"),
            ),
            in_languages=in_languages(
                "组件和接口",
                "元件與介面",
                "コンポーネントとインターフェース",
                "컴포넌트 및 인터페이스",
                "Componentes e interfaces",
                "Componentes e interfaces",
                "Komponenten und Schnittstellen",
                "Composants et interfaces",
            ),
        ),
        SectionSpec(
            "data-models",
            "Data Models",
            (),
            "What is kept, with its rules.",
            (
                *("数据模型", "資料模型", "データモデル", "데이터 모델", "Modelos de datos", "Modelo de datos"),
                *("Modelos de dados", "Modelo de dados", "Datenmodelle", "Datenmodell", "Modèles de données"),
            ),
            in_languages=in_languages(
                "数据模型",
                "資料模型",
                "データモデル",
                "데이터 모델",
                "Modelos de datos",
                "Modelos de dados",
                "Datenmodelle",
                "Modèles de données",
            ),
        ),
        SectionSpec(
            "correctness-properties",
            "Correctness Properties",
            (),
            "Numbered properties, each with the criteria that it validates.",
            (
                *("正确性属性", "正確性屬性", "正確性プロパティ", "정확성 속성", "Propiedades de corrección"),
                *("Propriedades de correção", "Korrektheitseigenschaften", "Propriétés de correction"),
            ),
            in_languages=in_languages(
                "正确性属性",
                "正確性屬性",
                "正確性プロパティ",
                "정확성 속성",
                "Propiedades de corrección",
                "Propriedades de correção",
                "Korrektheitseigenschaften",
                "Propriétés de correction",
            ),
        ),
        SectionSpec(
            "error-handling",
            "Error Handling",
            (),
            "What can go wrong.",
            (
                *(
                    "错误处理",
                    "錯誤處理",
                    "エラーハンドリング",
                    "エラー処理",
                    "오류 처리",
                    "에러 처리",
                    "Manejo de errores",
                ),
                *("Tratamento de erros", "Fehlerbehandlung", "Gestion des erreurs"),
            ),
            in_languages=in_languages(
                "错误处理",
                "錯誤處理",
                "エラーハンドリング",
                "오류 처리",
                "Manejo de errores",
                "Tratamento de erros",
                "Fehlerbehandlung",
                "Gestion des erreurs",
            ),
        ),
        SectionSpec(
            "testing-strategy",
            "Testing Strategy",
            (),
            "What is tested how.",
            (
                *("测试策略", "測試策略", "テスト戦略", "테스트 전략", "Estrategia de pruebas", "Estratégia de testes"),
                *("Teststrategie", "Stratégie de test"),
            ),
            in_languages=in_languages(
                "测试策略",
                "測試策略",
                "テスト戦略",
                "테스트 전략",
                "Estrategia de pruebas",
                "Estratégia de testes",
                "Teststrategie",
                "Stratégie de test",
            ),
        ),
    ),
    nodes=when_read(lambda: design.design_nodes),
    severities={"missing_section": "off"},
    whole_set=_WHOLE_SET,
    node_forms=(
        NodeForm(
            "property",
            "property",
            first="### Property {}: TODO",
            key="Property {}",
            sections=frozenset({"correctness-properties"}),
            body="*For any* TODO\n\n**Validates: Requirements TODO**",
        ),
    ),
    template="# Design Document\n\n## Overview\n\n{title}\n",
)
TASKS = Profile(
    name="kiro/tasks",
    kind="tasks",
    prompt_name="kiro.tasks",
    drafting=lambda: drafting.TASKS_DRAFTING,
    description="Numbered tasks with boxes, each with the criteria that it covers.",
    sections=(
        SectionSpec(
            "overview",
            "Overview",
            (),
            "What the tasks build.",
            ("概述", "概要", "개요"),
            in_languages=in_languages("概述", "概述", "概要", "개요"),
            required=False,
        ),
        SectionSpec(
            "tasks",
            "Tasks",
            (),
            "Numbered boxes, each with `_Requirements: …_`.",
            ("任务", "任務", "タスク", "작업", "Tareas", "Tarefas", "Aufgaben", "Tâches", "Task List"),
            in_languages=in_languages("任务", "任務", "タスク", "작업", "Tareas", "Tarefas", "Aufgaben", "Tâches"),
        ),
    ),
    nodes=when_read(lambda: tasks.tasks_nodes),
    severities={"missing_section": "off", "missing_recommended_section": "off", "duplicate_id": "warning"},
    whole_set=_WHOLE_SET,
    task_form=TaskForm("Kiro", "shows no “Start task” button for it", "- [ ] 1. Title", TASK, begun="-"),
    node_forms=(NodeForm("task", "task", first="- [ ] {}. ", key="{}", sections=frozenset({"tasks"}), has_parts=True),),
    template="# Implementation Plan: {title}\n\n## Tasks\n\n- [ ] 1. TODO\n",
)
STEERING = Profile(
    name="kiro/steering",
    kind="steering",
    prompt_name="kiro.steering",
    drafting=lambda: steering.DRAFTING,
    description="Standing guidance for the agent.",
    sections=(),
    template=STEERING_TEMPLATE,
    templates=STEERING_TEMPLATES,
)
NOTES = Profile(
    name="kiro/notes",
    kind="notes",
    prompt_name="",
    description="Whatever else lies in a spec's folder: research, a brief.",
    sections=(),
)
