"""Words of a text that is not finished: what puts off what it should say, and how a model begins before it begins."""

from __future__ import annotations

import re

LATER = re.compile(
    r"\b(?:(?:is|are|will be|to be|shall be) (?:defined|determined|decided|specified|filled in|completed|provided|added|described|clarified|agreed) "
    r"(?:later|by the (?:team|author|owner|product|developers?)|in a later|at a later|soon|separately)|details (?:to follow|follow later|tbd)"
    r"|need more information|see (?:the )?brief\b|lorem ipsum)"
    r"|\b(?:wird|werden|muss|müssen) (?:noch|später|nachträglich|vom team)\b.{0,30}\b(?:festgelegt|definiert|ergänzt|geklärt|bestimmt|ausgefüllt|entschieden|beschrieben)"
    r"|\bnoch (?:festzulegen|zu (?:definieren|klären|bestimmen|ergänzen))\b|\bsiehe (?:das )?brief\w*"
    r"|(?:後日|追って|別途|今後)(?:決定|定め|検討|記載|追記)|(?:は|：|:)\s*(?:未定|検討中|要検討|後日決定)|待定|待补充|待確認|待确认|后续补充|추후 (?:결정|정의|작성)|미정"
    r"|\b(?:à (?:définir|déterminer|compléter|préciser)|por (?:definir|determinar|completar)|a (?:definir|determinar|completar)|sera (?:défini|précisé)\w*|se (?:definirá|determinará)\w*|será (?:definid|determinad)\w+)\b",
    re.IGNORECASE,
)
"""A statement that puts off what it should say."""

OPENING = re.compile(
    r"\W{0,4}(?:sure|certainly|of course|absolutely|great|okay|here(?:['’]s| is| are) (?:the|a|an|your|my)\b.{0,60}(?:draft|section|spec|version|goals?|criteria|tasks?|plan)|"
    r"as requested|based on (?:the|your) (?:brief|excerpts?|information)|natürlich|gerne|hier (?:ist|sind|kommt)\b.{0,60}(?:entwurf|abschnitt|spezifikation)|bien sûr|voici\b.{0,60}(?:section|brouillon)|"
    r"claro|por supuesto|aquí (?:está|tienes)|aqui está)\b(?: *[!,.:]|.{0,80}:\Z)|(?:はい、|承知しました|以下(?:は|に).{0,30}(?:案|草案|セクション)|好的|当然|以下是.{0,30}(?:草案|部分|内容)|네, |알겠습니다|다음은 .{0,30}(?:초안|섹션))",
    re.IGNORECASE,
)
"""How a model begins before it begins."""
