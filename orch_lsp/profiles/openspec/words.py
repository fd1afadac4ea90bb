"""The words by which OpenSpec's headings are known, in the languages that people write specs in.

OpenSpec itself takes the English ones alone: a heading in another language is read here as what it means, so that it
can be found, cited and renamed.
"""

from __future__ import annotations

from typing import Literal

Operation = Literal["added", "modified", "removed", "renamed"]

REQUIREMENT_WORDS = (
    *(
        "Requirement",
        "需求",
        "要求",
        "要件",
        "요구사항",
        "요구 사항",
        "Requisito",
        "Requerimiento",
        "Anforderung",
        "Exigence",
    ),
)
"""In front of the colon of a requirement's heading."""

SCENARIO_WORDS = (
    *("Scenario", "场景", "場景", "情景", "シナリオ", "시나리오", "Escenario", "Cenário", "Szenario", "Scénario"),
)
"""In front of the colon of a scenario's heading."""

OPERATION_HEADINGS: dict[Operation, tuple[str, ...]] = {
    "added": (
        *("ADDED Requirements", "新增需求", "添加需求", "增加需求", "新增要求", "追加要件", "追加された要件"),
        *("追加要求", "추가된 요구사항", "추가 요구사항", "Requisitos añadidos", "Requisitos agregados"),
        *("Requisitos adicionados", "Neue Anforderungen", "Hinzugefügte Anforderungen", "Exigences ajoutées"),
    ),
    "modified": (
        *("MODIFIED Requirements", "修改需求", "变更需求", "變更需求", "修改要求", "変更要件", "変更された要件"),
        *("修正要件", "수정된 요구사항", "변경된 요구사항", "수정 요구사항", "Requisitos modificados"),
        *("Requisitos alterados", "Geänderte Anforderungen", "Exigences modifiées"),
    ),
    "removed": (
        *("REMOVED Requirements", "删除需求", "刪除需求", "移除需求", "删除要求", "削除要件", "削除された要件"),
        *("삭제된 요구사항", "제거된 요구사항", "삭제 요구사항", "Requisitos eliminados", "Requisitos removidos"),
        *("Entfernte Anforderungen", "Exigences supprimées"),
    ),
    "renamed": (
        *("RENAMED Requirements", "重命名需求", "重新命名需求", "更名需求", "名称変更要件", "名称変更された要件"),
        *("이름이 변경된 요구사항", "이름 변경 요구사항", "Requisitos renombrados", "Requisitos renomeados"),
        *("Umbenannte Anforderungen", "Exigences renommées"),
    ),
}
"""The heading written for each part of a delta comes first."""

NORMATIVE_WORDS = frozenset(
    (
        *("shall", "must", "必须", "必須", "应当", "应该", "應當", "應該", "不得", "须", "須"),
        *("しなければならない", "なければならない", "ものとする", "てはならない", "해야 한다", "해야 합니다"),
        *("하여야 한다", "하여야 합니다", "해서는 안 된다", "debe", "deben", "deberá", "deberán", "deve", "devem"),
        *("deverá", "deverão", "muss", "müssen", "darf", "dürfen", "doit", "doivent", "devra", "devront"),
        *("soll", "sollen", "hat zu", "haben zu", "tiene que", "tienen que", "tem de", "têm de", "precisa", "precisam"),
        *("なければなりません", "てはなりません", "必要がある", "必要があります", "べきである", "べきです"),
        *("需要", "不应", "不能", "不應", "不可", "禁止", "어야 한다", "어야 합니다", "아야 한다", "아야 합니다"),
        *("야 함", "면 안 된다", "면 안 됩니다"),
    )
)
"""Lower case."""

SECTION_HEADINGS: dict[str, tuple[str, ...]] = {
    "purpose": ("Purpose", "目的", "用途", "概要", "목적", "Propósito", "Zweck", "Objectif", "Objet"),
    "requirements": (
        *("Requirements", "需求", "要求", "要件", "요구사항", "요구 사항", "Requisitos", "Anforderungen", "Exigences"),
    ),
    "why": (
        *(
            "Why",
            "为什么",
            "為什麼",
            "なぜ",
            "왜",
            "Por qué",
            "Por quê",
            "Por que",
            "Warum",
            "Pourquoi",
            "动机",
            "動機",
        ),
        *("背景", "背景与动机", "背景與動機", "背景と目的", "동기", "배경", "Motivación", "Motivação", "Motivation"),
    ),
    "what-changes": (
        *(
            "What Changes",
            "变更内容",
            "變更內容",
            "变更",
            "变更说明",
            "變更說明",
            "変更内容",
            "변경 내용",
            "변경 사항",
            "Qué cambia",
            "O que muda",
        ),
        *("Was sich ändert", "Ce qui change"),
    ),
    "capabilities": ("Capabilities", "能力", "ケイパビリティ", "기능", "Capacidades", "Fähigkeiten", "Capacités"),
    "impact": ("Impact", "影响", "影響", "影响范围", "영향", "Impacto", "Auswirkungen"),
    "context": ("Context", "背景", "コンテキスト", "배경", "Contexto", "Kontext", "Contexte"),
    "goals": (
        *("Goals / Non-Goals", "目标 / 非目标", "目標 / 非目標", "目標・非目標", "목표 / 비목표"),
        *("Objetivos / No objetivos", "Objetivos / Não objetivos", "Ziele / Nicht-Ziele", "Objectifs / Non-objectifs"),
    ),
    "decisions": (
        *("Decisions", "决策", "決策", "决定", "決定", "決定事項", "결정", "Decisiones", "Decisões"),
        *("Entscheidungen", "Décisions"),
    ),
    "risks": (
        *("Risks / Trade-offs", "风险 / 权衡", "風險 / 權衡", "リスク / トレードオフ", "위험 / 절충"),
        *("Riesgos / Compromisos", "Riscos / Compromissos", "Risiken / Abwägungen", "Risques / Compromis"),
    ),
    "migration-plan": (
        *("Migration Plan", "迁移计划", "遷移計畫", "移行計画", "마이그레이션 계획", "Plan de migración"),
        *("Plano de migração", "Migrationsplan", "Plan de migration"),
    ),
    "open-questions": (
        *("Open Questions", "未决问题", "待解决问题", "未解決の問題", "未決事項", "미해결 질문", "Preguntas abiertas"),
        *("Questões em aberto", "Offene Fragen", "Questions ouvertes"),
    ),
    "new-capabilities": (
        *("New Capabilities", "新增能力", "新能力", "新規ケイパビリティ", "새 기능", "Capacidades nuevas"),
        *("Nuevas capacidades", "Novas capacidades", "Neue Fähigkeiten", "Nouvelles capacités"),
    ),
    "modified-capabilities": (
        *("Modified Capabilities", "修改能力", "修改的能力", "变更能力", "変更ケイパビリティ", "변경된 기능"),
        *("Capacidades modificadas", "Capacidades alteradas", "Geänderte Fähigkeiten", "Capacités modifiées"),
    ),
}
"""The heading written for each section comes first."""
