"""Words by which briefs and drafts are read: what obliges, limits, decides, is open, new, vague. As data, by language.

Languages: English, German, Japanese, Chinese, Spanish, French, Portuguese, Korean.
"""

from __future__ import annotations

import re


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


UNDECIDED = _any(
    r"\b(?:tbd|tbc|undecided|unclear|not (?:yet )?(?:sure|decided|settled|clear|agreed|known)|to be (?:decided|determined|"
    r"defined|discussed|agreed|confirmed)|open (?:question|point|issue)|still open|(?:we|i) (?:have not|haven['’]t|do not|don['’]t) "
    r"(?:yet )?(?:decided?|agreed?|know|settled?)|don['’]t agree|disagrees?|either\b.{1,200}\bor\b|up for (?:discussion|debate)|"
    r"somebody (?:has to|must) decide|needs? (?:a decision|to be decided))",
    r"\b(?:noch (?:offen|unklar|nicht (?:entschieden|festgelegt|geklärt|klar)|zu (?:klären|entscheiden|bestimmen))|(?:ist|sind|bleibt) "
    r"(?:noch )?(?:offen|unklar|ungeklärt)\b|entweder\b.{1,200}\boder\b|wird noch (?:entschieden|geklärt|festgelegt)|nicht (?:entschieden|geklärt|festgelegt)|"
    r"(?:uns )?uneinig)",
    r"未定|検討中|要検討|未決|決まっていない|決めていない|不明|待定|未确定|未決定|尚未决定|没有决定|待讨论|미정|미확정|정해지지 않|결정되지 않",
    r"\b(?:à (?:définir|décider|déterminer|préciser)|pas (?:encore )?(?:décidé|défini|clair)|reste à|soit\b.{1,120}\bsoit\b|"
    r"por (?:definir|decidir|determinar)|sin (?:decidir|definir)|no (?:está|se ha) (?:decidido|claro|definido)|aún no|"
    r"a (?:definir|decidir|determinar)|ainda não|não (?:está|foi) (?:decidido|claro|definido)|em aberto)",
)
"""The writer has not decided it."""

ASKS_TO_PROPOSE = _any(
    r"\b(?:propose|suggest|recommend|pick (?:one|whatever)|your (?:choice|call|proposal)|choose (?:one|whichever)|up to (?:you|the spec))\b",
    r"\b(?:vorschlagen|schlage? .{0,40}vor|vorschlag|empfehl\w+|begründen)\b|提案|建议|建議|제안|\b(?:propos[ée]\w*|propon\w+|sug[ie]r\w+)\b",
)
"""The writer leaves the choice to the specification."""

OUT_OF_SCOPE = _any(
    r"\b(?:out of scope|not (?:in|part of) (?:the )?(?:scope|this|it)|not (?:a )?goals?|non-?goals?|won['’]t (?:do|support|change)|(?:is|are) excluded|leave .{1,40} alone)\b",
    r"\b(?:nicht[- ]ziele?|nicht (?:teil|bestandteil|gegenstand)|außerhalb des (?:umfangs|rahmens)|ausgeschlossen)\b",
    r"対象外|スコープ外|範囲外|不在范围|超出范围|范围之外|범위 밖|범위에서 제외|제외",
    r"\b(?:hors (?:du )?périmètre|hors (?:de )?portée|non[- ]objectifs?|fuera de(?:l)? alcance|no[- ]objetivos?|fora do escopo|não[- ]objetivos?)\b",
)

DECIDED = _any(
    r"\b(?:we (?:have )?decided|(?:it )?(?:is|was|has been) (?:decided|agreed|settled)|decision:|agreed:|we (?:will )?(?:go with|chose)|final:)",
    r"\b(?:(?:ist|wurde|haben) .{0,60}(?:entschieden|beschlossen|festgelegt)|entscheidung:|beschluss:|festgelegt:)",
    r"決定(?:した|済|事項)|に決め(?:た|まし)|已决定|已經決定|决定了|决定:|결정했|결정됨|결정:",
    r"\b(?:(?:nous avons|a été|est) décidé|décision ?:|(?:hemos|se ha|está) decidido|decisión:|(?:foi|está) decidido|decidimos|decisão:)",
)

LIMITS = _any(
    r"\b(?:at most|at least|no (?:more|less|fewer|later|longer) than|up to|within|max(?:imum|\.)?|min(?:imum|\.)?|not exceed|exceed|under|below|limit(?:ed)?|cap(?:ped)?|by default|default|"
    r"until|by the end|before)\b",
    r"\b(?:höchstens|mindestens|maximal|minimal|bis zu|innerhalb|unter|nicht (?:mehr|länger) als|spätestens|begrenz\w+|standardmäßig|bis (?:zum|ende))\b",
    r"以内|以下|以上|未満|最大|最小|まで|至多|至少|不超过|不超過|之内|超过|이내|이하|이상|미만|최대|최소|까지",
    r"\b(?:au (?:plus|moins)|maximum|minimum|jusqu['’]à|moins de|plus de|d['’]ici|como (?:máximo|mínimo)|al menos|hasta|menos de|más de|no máximo|pelo menos|até|"
    r"mais de|dentro de)\b",
)
"""In front of a number that is a limit."""

MUST = _any(
    r"\b(?:must|shall|should|has to|have to|needs? to|(?:is|are) (?:required|mandatory|needed)|required|may not|make sure|ensure|we (?:need|want)|is wanted|"
    r"(?:do|does) not (?:change|break|touch)|must['’]?n['’]?t)\b",
    r"\b(?:muss|müssen|soll|sollen|sollte|sollten|darf|dürfen|erforderlich|notwendig|wir (?:brauchen|wollen|möchten))\b",
    r"しなければ|なければなら|てはならない|てはいけない|べき|必要(?:が|です|である)|必須|すること|しないこと|できること|[うくぐすつぬぶむる]こと(?:。|\Z)|ほしい|たい。",
    r"必须|必須|应(?:该|当)?|應(?:該|當)?|不得|不允许|需要|只能|务必|해야|하여야|야 (?:한다|합니다|함)|안 된다|안 됩니다|필요(?:하|합)|반드시|만 (?:허용|가능)",
    r"\b(?:doit|doivent|devra|devront|il faut|nécessaire|debe|deben|deberá|hay que|tiene que|tienen que|"
    r"deve|devem|deverá|tem que|precisa|é necessário|es necesario)\b",
)

ORDERS = re.compile(
    r"(?:please )?(?:add|allow|apply|avoid|build|cache|change|check|create|delete|detect|disable|do not|don['’]t|drop|enable|ensure|expose|fix|handle|honou?r|ignore|implement|"
    r"improve|keep|let|limit|log|make|migrate|move|never|persist|prevent|protect|provide|record|refuse|reject|remember|remove|rename|replace|report|respect|restrict|retry|return|"
    r"save|send|show|skip|stop|store|support|switch|track|update|use|validate|warn|write)\b(?! (?:is|are|was|has|of|in)\b)",
    re.IGNORECASE,
)
"""A sentence of a brief that begins so is an order."""

CASE = re.compile(
    r"(?:what happens|how does the system (?:handle|behave)|was passiert|que se passe-t-il|qué (?:pasa|ocurre)|o que acontece|如果|当|何が起き)",
    re.IGNORECASE,
)
"""How a question begins that names a case to be dealt with, and leaves nothing open."""

QUESTION = ("?", "？", "؟")

NOISE = _any(
    r"\A(?:hi|hello|hey|thanks|thank you|cheers|regards|fyi|hallo|danke|viele grüße|merci|gracias|obrigad[oa]|こんにちは|よろしく|谢谢|你好|감사)\b",
    r"\b(?:turn this into|write (?:a|the) spec|as a spec|reported by|see (?:also )?(?:the )?(?:ticket|issue|thread)|"
    r"bitte .{0,40}spec|(?:in|as) (?:a )?spec(?:ification)? (?:please|for))\b",
    r"\A\*\*[^*]{2,30}\*\*\s*[:：].{0,200}\*\*[^*]{2,30}\*\*\s*[:：]",
    r"\A\*{0,2}(?:feature branch|created|status|input|branch|date|author|version|owner|priority|severity|作成日|状态|状態)\*{0,2}\s*[:：]",
)
"""Words around the matter."""

OPEN_HEADINGS = _any(
    r"\b(?:open (?:questions?|points?|issues?|decisions?)|questions?|to (?:be )?(?:decided?|clarif\w+)|unresolved|clarifications? needed|needs? clarification)\b",
    r"\b(?:offene (?:fragen|punkte)|fragen|zu klären|questions? ouvertes?|points ouverts|preguntas (?:abiertas)?|cuestiones abiertas|(?:questões|perguntas) (?:em aberto|abertas))\b",
    r"未決|未解決|未解决|開放問題|开放问题|待确认|待決|未定|質問|問題点|미해결|열린 질문|미결|질문",
)
"""Headings and lead-ins above what is open."""

OPEN_MARKS = _any(
    r"\b(?:open(?! (?:the|a|an|in|file|it|source|telemetry))|open question|questions? \d|proposed|proposal|assum\w+|suggest\w*|tbd|undecided|to be (?:decided|confirmed|agreed)|not (?:yet )?decided|needs clarification|"
    r"working name|subject to|unless decided|default(?:s)?:|option(?:s)?:|if (?:the team|you|it is) (?:decid|prefer|agree)\w*)",
    r"\b(?:offen|vorgeschlagen|vorschlag|annahme|angenommen|noch zu|arbeitsname|vorbehaltlich|frage \d)\b|提案|仮定|未定|未決|待定|建议|假设|제안|가정|미정|"
    r"\b(?:propos[ée]\w*|hypothèse|supposé\w*|propuesta|supuesto|suposición|proposta|suposição|ouvert|abiert[ao]|abert[ao])\b",
    r"\bQ\d+\b|\?",
)
"""In a statement that does not take an open point for decided."""

NEGATIONS = _any(
    r"\b(?:not|no|never|without|neither|nor|cannot|isn['’]t|aren['’]t|doesn['’]t|don['’]t|won['’]t|instead of|rather than|nicht|kein\w*|nie|niemals|ohne|statt|anstatt|"
    r"ne\b.{1,40}\b(?:pas|jamais)|sans|no|sin|nunca|não|sem)\b|ない|ません|なし|不|没有|未|无|않|없|안 ",
)

EXCLUDED = _any(
    r"\b(?:instead of|rather than|and not|but not|statt|anstatt|anstelle von|au lieu de|plutôt que|en (?:vez|lugar) de|em vez de|ao invés de)\b(?P<what>[^.;,:!?。；，]{4,80})",
    r"(?P<before>[^。、；]{2,30})(?:ではなく|代わりに|の代わり)",
)
"""An alternative that a statement rules out."""

AT_ONCE = _any(
    r"\b(?:right away|immediately|at once|straight away|instantly|without (?:any )?delay|sofort|unverzüglich|umgehend|immédiatement|tout de suite|aussitôt|inmediatamente|"
    r"enseguida|imediatamente)\b|すぐに|直ちに|即座に|立即|马上|馬上|立刻|즉시|바로",
)

OTHERS = re.compile(
    r"\b(?:other|others['’]?|another|andere[nrsm]?|übrige[nr]?|autres?|otr[oa]s|outr[oa]s)\s+(?P<of>[^\W\d_]{4,})|(?:他の|其他|其它|다른 ?)(?P<cjk>[^\W\d_]{2,6})",
    re.IGNORECASE,
)
ALL = re.compile(
    r"\b(?:all(?: the)?|every|each|alle[nrs]?|sämtliche\w?|jede[rsn]?|tous les|toutes les|tod[oa]s (?:l[oa]s|os|as)|chaque|cada)\s+(?P<of>[^\W\d_]{4,})|(?:すべての|全ての|全|所有的?|모든 ?)(?P<cjk>[^\W\d_]{2,6})",
    re.IGNORECASE,
)

MADE = re.compile(
    r"\b(?:new(?:ly)?|creat\w+|add(?:s|ed|ing)?|introduc\w+|implement\w*|generat\w+|writ(?:e|es|ing|ten)|scaffold\w*|extract(?:ed|s)? (?:to|into)|mov(?:e|ed|ing)|renam\w+|split|"
    r"set ?up|initiali[sz]e\w*|defin(?:e|es|ing)|register\w*|build|propos\w+|would|could|will (?:be|live|contain|hold)|planned|future|example|e\.g\.|such as|for instance|placeholder|"
    r"neu\w*|anlegen|angelegt\w*|erstell\w*|hinzufüg\w*|ergänz\w*|einführ\w*|schreib\w*|z\. ?B\.|nouve\w+|cré\w+|ajout\w+|nuev\w+|crear|añad\w+|agreg\w+|nov[oa]s?|criar|adicion\w+)\b"
    r"|新(?:規|しい|しく|增|建|設)|追加|作成|実装|创建|创建|定义|定義|添加|增加|实现|編寫|새로|추가|생성|작성",
    re.IGNORECASE,
)
"""In a statement that makes, moves or proposes what it names."""

GONE = re.compile(
    r"\b(?:delet\w+|remov\w+|drop(?:s|ped)?|retir\w+|no longer|does not exist|not exist|missing|lösch\w*|entfern\w*|supprim\w+|elimin\w+|exclu\w+)\b|削除|删除|移除|삭제|제거",
    re.IGNORECASE,
)
"""In a statement that takes away what it names."""

THERE = re.compile(
    r"\b(?:already|existing|exists?|today|currently|edit(?:s|ed)?|modif\w+|updat\w+|chang\w+|extend\w*|bereits|vorhanden\w*|bestehend\w*|heute|änder\w*|bearbeit\w*|anpass\w*|"
    r"déjà|existant\w*|modifi\w+|ya|existente\w*|editar|modificar|já)\b|既存|すでに|既に|現在|修正|変更|编辑|修改|已有|现有|기존|이미|수정|변경",
    re.IGNORECASE,
)
"""In a statement that takes for granted that what it names is there."""

NO_MEASURE = (
    *(
        "reliable",
        "reliably",
        "scalable",
        "performant",
        "as expected",
        "works well",
        "works correctly",
        "works properly",
        "works fine",
    ),
    *(
        "work correctly",
        "work properly",
        "high quality",
        "high-quality",
        "good performance",
        "easy to use",
        "clean code",
        "well tested",
    ),
    *(
        "zuverlässig",
        "wie erwartet",
        "funktioniert gut",
        "sauber",
        "performant",
        "fiable",
        "comme prévu",
        "confiable",
        "como se espera",
    ),
    *("正常に動作", "正しく動作", "高速", "期待通り", "正常工作", "稳定", "可靠", "정상적으로", "안정적", "빠르고"),
)
"""Words and phrases beside those of the rules that no criterion can hang on."""

MEASURE = re.compile(
    r"\d|`|[<>≤≥=%]|\b(?:within|at most|at least|no more|never|each|every|only|when|if|unless|until|same|identical|wenn|falls|bei|jede\w*|kein\w*|nur|quand|chaque|cuando|cada|quando)\b"
    r"|場合|とき|すべて|以内|如果|当|所有|每|时|경우|때|모든",
    re.IGNORECASE,
)
"""Signs that a criterion says when, how much or which."""

CRITERIA = re.compile(
    r"accept|criteri|done when|definition of done|success|abnahme|akzeptanz|kriteri|受け入れ|受入|验收|驗收|準則|criterios|critères|critérios|수용|인수|기준",
    re.IGNORECASE,
)
"""In headings above criteria."""

GIVEN = re.compile(
    r"\b(?:with|when|once|while|given|if|for example|e\.g\.|such as|where|assum\w+|suppose|like|mit|wenn|während|falls|bei|gegeben|zum beispiel|z\. ?B\.|etwa|"
    r"avec|quand|lorsque|si|par exemple|con|cuando|por ejemplo|com|quando|por exemplo)\b|とき|場合|例えば|当|如果|例如|때|경우|예를 들어",
    re.IGNORECASE,
)
"""In front of a number that belongs to the case that a statement sets up."""

REASON = re.compile(
    r"\b(?:because|since|so that|reason|therefore|weil|da |damit|grund|daher|deshalb|parce|car |porque|ya que|pois)\b|ため|から|ので|因为|因此|때문",
    re.IGNORECASE,
)
"""In front of a reason."""

TASKS = re.compile(
    r"\btasks?\b|aufgaben|タスク|任务|任務|작업|tareas|tâches|tarefas|implementation plan", re.IGNORECASE
)
"""In headings above tasks."""

CHECKS = re.compile(
    r"\b(?:verification|validation|test(?:ing)?) (?:plan|strategy|approach|matrix)\b|\Averification\Z|prüfplan|testplan|検証(?:計画|方法)|テスト計画|验证计划|測試計畫|测试计划|검증 계획|plan de (?:pruebas|vérification|tests?)",
    re.IGNORECASE,
)
"""In headings above checks."""

CODES = re.compile(
    r"\b(?:(?:exit|return|error|status|response)[ -]?(?:code|status)|exit|http|status|port|(?:r[üu]ckgabe|status|exit)-?(?:wert|code)|"
    r"code (?:de )?(?:sortie|retour|statut)|código de (?:salida|estado|retorno|saída|status)|puerto|porta)"
    r"|終了コード|終了ステータス|ステータスコード|戻り値|ポート|退出码|退出碼|状态码|狀態碼|返回码|端口|종료 ?코드|상태 ?코드|포트",
    re.IGNORECASE,
)
"""In front of a number that is the name of an outcome or a place."""

COMMON = frozenset(
    word
    for line in (
        "a an the of to in on at by for from with and or as is are be been being it its this that these those there then",
        "than if so into which each any all via per when while where who what how why not no nor but also only just one",
        "other another both either will would shall must should may might can could has have having had do does did done",
        "was were you your we our they their them he she his her i me my up out off over under again more most such same",
        "way long right down away instead rather still already before after until because since between through without",
        "within during about above below very well please system user users feature need needs want wants like",
        "set add use used using make made get got give given take let run test put see new be able ensure support allow",
        "der die das des dem den ein eine einer eines einem einen und oder zu zum zur im in am an auf mit von für ist sind",
        "wird werden muss müssen soll sollen sollte darf dürfen kann können nicht kein keine nur auch wenn wer was wie es",
        "sie er wir man sich so als bei nach vor aus über unter durch dass daß ohne um bis noch schon sehr entweder",
        "le la les un une du de des et ou à au aux en dans par pour est sont doit doivent ne pas que qui il elle ce",
        "el los las una y o del al con por para es son debe deben no que se lo su sus si cuando",
        "os as um uma e da do dos na no em com deve devem não quando",
    )
    for word in line.split()
)
"""Words that say nothing of the thing itself, those of every task among them."""

OPEN_PREFIX = re.compile(
    r"[\s*_`]{0,4}(?:open(?: question| point| issue)?|question|offene(?:r|s)? (?:frage|punkt)|frage|question ouverte|pregunta(?: abierta)?|questão(?: em aberto)?|未決(?:事項)?|未解決|質問|待确认|问题|미결|질문)"
    r"(?: ?\d{1,3})?[*_`]{0,3}\s*[:：]\s*[*_]{0,2}\s*",
    re.IGNORECASE,
)
"""In front of a question that a statement asks."""

OPTIONS = re.compile(
    r"[\s*_(]*(?:options?|optionen|möglichkeiten|choix|opciones|opções|選択肢|选项|선택지)[*_]{0,2}\s*[:：]\s*[*_]{0,2}",
    re.IGNORECASE,
)
"""In front of the answers that a question may have."""

DEFAULT = re.compile(
    r"[\s*_(]*(?:default(?: here)?|proposed(?: default| here)?|proposal|recommended|working name(?: here)?|standard|vorgabe|vorschlag|empfohlen|par défaut|por defecto|padrão|既定|初期値|默认|建议|기본값|제안)"
    r"[*_]{0,2}\s*[:：]\s*[*_]{0,2}",
    re.IGNORECASE,
)
"""In front of the answer that is taken until somebody gives one."""

EITHER = re.compile(
    r"\b(?:either|entweder) (?P<one>.{2,120}?),? (?:or|oder) (?P<other>.{2,120}?)(?=\s*(?:[.?!;](?:\s|\Z)|[–—,]|\Z))",
    re.IGNORECASE,
)
"""The two answers between which a statement leaves the choice."""
