"""Words by which documents of Kiro are read, in the languages in which they are written. All lower case."""

from __future__ import annotations

REQUIREMENT = (
    *("requirement", "req", "需求", "要求", "要件", "요구사항", "요구 사항", "요건", "requisito", "requerimiento"),
    *("anforderung", "exigence"),
)
"""In front of a requirement's number, in a heading or a list."""

REQUIREMENTS = (
    *(
        "requirements",
        "reqs",
        "需求",
        "要求",
        "要件",
        "요구사항",
        "요구 사항",
        "요건",
        "requisitos",
        "requerimientos",
        "anforderungen",
        "exigences",
    ),
)
"""In front of several numbers, also as a label before a colon."""

DERIVED = (
    "derived requirement",
    "derived req",
    "derived",
    "派生需求",
    "派生要件",
    "파생 요구사항",
    "requisito derivado",
    "abgeleitete anforderung",
    "exigence dérivée",
)
"""In front of the number of a requirement that stands beside the numbered ones."""

INTRODUCTION = (
    *("简介", "引言", "介绍", "概述", "概览", "前言", "导言", "导语", "簡介", "介紹", "概覽", "導言", "緒論"),
    *("導入", "はじめに", "概要", "序論", "序文", "まえがき", "イントロダクション"),
    *("소개", "개요", "서론", "머리말", "들어가며", "도입"),
    *("Introducción", "Introdução", "Apresentação", "Einleitung", "Einführung", "Présentation"),
)
"""Headings above the introduction, but for the English one."""

BACKGROUND = ("背景", "背景と目的", "目的", "背景与目标", "背景與目標", "배경", "목적", "배경 및 목적")
"""Headings above an introduction, which may also be above something else."""

OVERVIEW = (
    *("Overview", "Background", "Purpose", "Context", "Problem", "Problem Statement", "The Problem", "Summary"),
    *("Executive Summary", "Description", "Project Description", "Goal", "Goals", "Why", "Motivation", "Vision"),
    *("问题陈述", "問題陳述", "问题描述", "問題描述", "项目概述", "專案概述", "功能概述", "需求概述", "目标", "目標"),
    *("課題", "問題", "プロジェクト概要", "機能概要", "문제", "문제 정의", "프로젝트 개요", "목표"),
    *("Resumen", "Visión general", "Contexto", "Antecedentes", "Propósito", "Objetivo", "Problema", "Descripción"),
    *("Resumo", "Visão geral", "Propósito", "Descrição", "Überblick", "Übersicht", "Hintergrund", "Ziel", "Zweck"),
    *("Problemstellung", "Zusammenfassung", "Aperçu", "Vue d'ensemble", "Contexte", "Objectif", "But", "Problème"),
)
"""Headings in the place of an introduction, which Kiro does not take for one."""

VALIDATES = (
    *("validates", "validate", "verifies", "验证", "驗證", "検証", "검증", "valida", "validiert", "prüft", "valide"),
)
"""A label: what is checked by what stands above it."""

DEPENDS = (
    *("depends", "depends on", "dependencies", "dependency", "blocked by", "依赖", "依賴", "依存", "의존성", "의존"),
    *("depende de", "dependencias", "dependências", "hängt ab von", "abhängigkeiten", "dépend de", "dépendances"),
)
"""A label: which tasks come before."""

BOUNDARY = ("boundary", "边界", "邊界", "境界", "경계", "límite", "limite", "grenze")
"""A label: which components of the design a task may change."""

PROPERTY = (
    *("property", "属性", "性质", "性質", "プロパティ", "속성", "propiedad", "propriedade", "eigenschaft", "propriété"),
)
"""In front of a property's number."""

TASK = ("task", "任务", "任務", "タスク", "작업", "tarea", "tarefa", "aufgabe", "tâche")
"""In front of a task's number."""

CRITERIA = frozenset(
    {
        *("acceptance criteria", "acceptance criterion", "验收标准", "验收准则", "验收条件", "驗收標準", "驗收條件"),
        *("受け入れ基準", "受入基準", "受入れ基準", "受け入れ条件", "인수 기준", "인수 조건", "수용 기준", "수락 기준"),
        *("受け入れ基準", "受け入れ要件", "合格基準", "완료 조건", "인수조건", "인수기준", "수용 조건"),
        *("criterios de aceptación", "critérios de aceitação", "critérios de aceite", "akzeptanzkriterien"),
        *("abnahmekriterien", "critères d'acceptation", "critères d’acceptation"),
    }
)
"""Headings above criteria, as headings are compared."""

CRITERIA_LABELS = (
    *("acceptance criteria", "acceptance criterion", "criteria", "criterion", "验收标准", "验收准则", "驗收標準"),
    *("受け入れ基準", "受入基準", "인수 기준", "수용 기준", "criterios", "critérios", "kriterien", "critères"),
)
"""A label in front of numbers of criteria, such as `2.3`."""

CHECKLISTS = frozenset(
    {
        *("notes", "checklist", "success criteria", "completion criteria", "definition of done", "acceptance criteria"),
        *("备注", "说明", "检查清单", "備考", "注意事項", "참고", "notas", "hinweise", "remarques"),
    }
)
"""Headings below which a box without a number is no task, as headings are compared."""

CRITERIA_IN_LANGUAGES = {
    "Chinese": "验收标准",
    "Traditional Chinese": "驗收標準",
    "Japanese": "受け入れ基準",
    "Korean": "인수 기준",
    "Spanish": "Criterios de aceptación",
    "Portuguese": "Critérios de aceitação",
    "German": "Akzeptanzkriterien",
    "French": "Critères d'acceptation",
}
"""The heading above criteria, by the English names of languages."""


def in_languages(
    zh: str, zh_hant: str, ja: str, ko: str, es: str = "", pt: str = "", de: str = "", fr: str = ""
) -> dict[str, str]:
    """Titles by the English names of their languages; those that are not known are left out."""
    names = ("Chinese", "Traditional Chinese", "Japanese", "Korean", "Spanish", "Portuguese", "German", "French")
    return {name: title for name, title in zip(names, (zh, zh_hant, ja, ko, es, pt, de, fr), strict=True) if title}


PREFIXES = r"N?FR|REQ|R|US|AC|SC|BR|UR|SR|TR|IR|QR|EC|NF"
"""Prefixes of ids that people make up themselves."""

NORMATIVE = frozenset(
    {
        *("shall", "must", "shall not", "must not", "should", "will"),
        *("应", "应当", "应该", "必须", "须", "不得", "應", "應當", "必須", "須", "しなければならない", "ること"),
        *(
            "ないこと",
            "ものとする",
            "してはならない",
            "해야 한다",
            "하여야 한다",
            "해야 합니다",
            "하지 않아야",
            "반드시",
        ),
        *("deberá", "debe", "deberán", "deben", "deverá", "deve", "deverão", "devem"),
        *("muss", "müssen", "soll", "sollen", "darf nicht", "dürfen nicht", "doit", "doivent", "devra", "devront"),
    }
)
"""Words that make a sentence a requirement."""


def either(words: tuple[str, ...]) -> str:
    """The words as one regular expression that takes either case, the longest first."""
    ordered = sorted(words, key=len, reverse=True)
    return f"(?i:{'|'.join(word.replace(' ', '[ ]') for word in ordered)})"
