"""Sentences about a part of a document that only say that it is still to be written: by somebody, later, after something.

Each is known as a whole: what it speaks of (a section, or what a section is made of), and that this is put off. So a
product that has requirements, tasks or criteria of its own may say of them whatever it likes.
"""

from __future__ import annotations

import re

from orch_lsp.document.answer.model_phrases import STAND_IN

_LONGEST = 400

_PARTS = (
    r"(?:requirements?|(?:acceptance |success )?criteri(?:a|on)|(?:acceptance |user )?scenarios?|(?:user )?stor(?:y|ies)|(?:measurable )?outcomes?|edge cases?|"
    r"(?:verification|test|rollback|implementation|migration) plan|(?:\w+ )?tasks?|non-?goals?|goals?|assumptions?|success metrics?|design|architecture|data model|"
    r"(?:\w+ )?section|(?:\w+ )?part|(?:\w+ )?details?|content|decisions?|questions?|steps|scope|specifics|rationale)"
)
_OF_PART = (
    r"(?: (?:of|for|in) (?:this|the|each|that) (?:\w+ ){0,2}(?:section|phase|story|stories|feature|change|requirement|part|document|spec|task|epic|plan|release)(?: \d+)?"
    r"| here| below)?"
)
_SUBJECT = rf"(?!each |every |any )(?:(?:the|these|this|those|all|its|our|any|more|further|concrete|exact|detailed|remaining|missing) ){{0,2}}(?:\w+ ){{0,2}}{_PARTS}{_OF_PART}"
_DONE = (
    r"(?:defined|determined|decided|written(?: down)?|specified|drafted|described|detailed|completed|filled(?: in| out)?|added|worked out|fleshed out|listed|derived|"
    r"elaborated|refined|clarified|agreed(?: up)?(?:on)?|finali[sz]ed|discussed|documented|provided|supplied|confirmed|collected|gathered|formulated|established|settled)"
)
_PEOPLE = (
    r"(?:the |our |your |an? |its )?(?:\w+ )?(?:team|author|authors|owner|owners|stakeholders?|client|customer|developers?|engineers?|architects?|designers?|"
    r"manager|analyst|experts?|reviewers?|product|business|management|legal|security)"
)
_WHEN = (
    r"(?:,? (?:later(?: on)?|soon|separately|then|afterwards|in due course|at (?:a later|that|the) (?:time|point|date|stage)|in (?:a|the) (?:later|next|following|separate|future|subsequent) \w+|"
    r"(?:together |jointly )?(?:with|by|from|between|in agreement with|in consultation with) "
    + _PEOPLE
    + r"(?: and "
    + _PEOPLE
    + r")?)){0,2}"
)
_WORKED_ON = (
    r",? (?:(?:from|based on) (?:the|this) (?:brief|description|input|interviews?|workshop)\b[^.;:]{0,40}|"
    r"(?:during|in|before|after|until|with) (?:the )?(?:\w+ ){0,2}(?:planning|refinement|design|implementation|workshop|meeting|review|kick-?off|discovery|discussion|phase|iteration|sprint|step)\b[^.;:]{0,40})"
)
_AFTER = r",? (?:once|when|after|as soon as|until|before|pending|depending on) [^.;:]{2,80}"
_NOT_YET = rf"(?=,? \w){_WHEN}(?:{_WORKED_ON})?"
"""When or by whom a thing is done that is not: said at least once."""
_ANY_TIME = rf"{_WHEN}(?:{_WORKED_ON}|{_AFTER})?"
_NEED = (
    r"(?:an? |some |a bit |much )?(?:(?:more|further|additional|other|your|the author(?:'|’)s|external) )?(?:input|information|details?|clarifications?|discussion|work|refinement|thought|feedback|"
    r"elaboration|definition|specification|context|research|analysis|agreement|decisions?|review|attention|answers?)"
)
_ENGLISH = (
    rf"{_SUBJECT} (?:still |first |also |clearly |currently )*(?:needs?|requires?|lacks?|awaits?|(?:is|are) waiting for|depends? on) (?:still )?{_NEED}{_WHEN}(?:{_WORKED_ON}|{_AFTER}| from [^.;:]{{2,60}}| to be [^.;:]{{2,60}})?",
    rf"{_SUBJECT} (?:(?:will|shall|must|should|can|could|may|is|are|only|first|then) )+(?:be )?{_DONE}{_NOT_YET}",
    rf"{_SUBJECT} (?:(?:will|can only|shall) )+(?:only |then |still )?be {_DONE}(?=,? \w){_ANY_TIME}",
    rf"{_SUBJECT} (?:(?:still|yet|first|currently) )*(?:has|have|needs?|remains?|is|are) (?:(?:still|yet|first|currently) )*(?:to be) {_DONE}{_ANY_TIME}",
    rf"{_SUBJECT} (?:is|are|was|were|has|have) (?:(?:been|still|currently|as) )*(?:not (?:yet )?(?:been )?(?:{_DONE}|clear|known)(?: yet)?|under discussion|in discussion|in progress|missing|incomplete|unfinished|unwritten|on hold|being (?:{_DONE})){_ANY_TIME}",
    rf"{_SUBJECT} (?:will |shall |is to |are to )?(?:follow|come)s?{_ANY_TIME}",
    rf"no {_SUBJECT} (?:(?:have|has|are|is|were) )*(?:been )?{_DONE} (?:yet|so far|at this (?:point|time|stage))",
    rf"(?:{_PEOPLE}|somebody|someone|we|i|you) (?:still )?(?:(?:will|shall|must|should|can|has to|have to|needs? to|(?:'|’)ll) )(?:still |first |then )*(?:define|determine|decide(?: on)?|write|specify|"
    rf"describe|detail|complete|fill in|fill out|add|work out|list|refine|elaborate|agree on|finali[sz]e|provide|supply) {_SUBJECT}{_ANY_TIME}",
    r"(?:more|further|additional|some) (?:input|information|details?|clarification|discussion|research|analysis|work) (?:is|are|will be) (?:still )?(?:needed|required|necessary)"
    r"(?: (?:before|to|for|from|in order to) [^.;:]{2,100})?",
)

_TEILE = (
    r"(?:(?:(?:der|die|das|den|dem|diese[rsmn]?|alle|weitere[nr]?|genaue[nr]?|konkrete[nr]?|nähere[nr]?|einzelne[nr]?) )?(?:\w+ ){0,2}"
    r"(?:\w*anforderung(?:en)?|\w*kriteri(?:en|um)|\w*szenari(?:en|o|os)|\w*aufgaben?|\w*(?:abschnitte?|teil|kapitel)|(?:user[ -])?story|\w*stor(?:y|ies)|\w*plan|\w*details?|einzelheiten|angaben|"
    r"\w*ziele?|\w*annahmen|\w*fälle|\w*kennzahlen|\w*architektur|\w*entwurf|\w*konzept|schritte|inhalte?|punkte|rest)"
    r"(?: (?:dieser?s?|des|der|für|zu|zur|zum) (?:\w+ ){0,2}\w+)?)"
)
_LEUTE = r"(?:(?:dem|den|der|vom|das|unserem|einem|einer) )?(?:\w+ )?(?:team|autor\w*|verfasser\w*|auftraggeber\w*|kund(?:e|en|in)|fachbereich\w*|fachabteilung|produkt\w*|product owner|entwickler\w*|entwicklung|stakeholder\w*|verantwortlichen)"
_KURZ = (
    r"(?:(?:später|noch|bald|dann|demnächst|separat|nachträglich|gemeinsam|zusammen|im (?:nächsten|weiteren|späteren) \w+|in (?:einer|der) (?:nächsten|späteren|folgenden) \w+|zu einem späteren zeitpunkt|"
    rf"(?:mit|von|durch|vom|beim) {_LEUTE})[ ,]+){{0,3}}"
)
_NACH = r"(?:(?:nach|vor|während|sobald|wenn|nachdem|bis|im laufe|bei) [^.;:]{2,80}[ ,]+)?"
_WANN = rf"{_KURZ}{_NACH}{_KURZ}"
_DANN = rf"(?=(?:später|noch|bald|dann|demnächst|separat|nachträglich|gemeinsam|zusammen|im|in|zu|mit|von|durch|vom|beim|nach|vor|während|sobald|wenn|nachdem|bis|bei)\b){_WANN}"
"""The same, said at least once."""
_ENDE = (
    r"(?:[ ,]+(?:später|noch|bald|dann|demnächst|separat|nachträglich|im (?:nächsten|weiteren|späteren) \w+|in (?:einer|der) (?:nächsten|späteren|folgenden) \w+|zu einem späteren zeitpunkt|"
    rf"(?:mit|von|durch|vom|beim) {_LEUTE})){{0,2}}(?:[ ,]+(?:nach|vor|während|sobald|wenn|nachdem|bis) [^.;:]{{2,80}})?"
)
_GETAN = (
    r"(?:festgelegt|definiert|ergänzt|geklärt|bestimmt|ausgefüllt|entschieden|beschrieben|geschrieben|erarbeitet|ausgearbeitet|abgestimmt|vereinbart|nachgereicht|hinzugefügt|erstellt|formuliert|konkretisiert|"
    r"verfasst|vervollständigt|besprochen|präzisiert|nachgetragen)"
)
_GERMAN = (
    rf"{_TEILE} (?:brauch|benötig|erforder|bedürf|bedarf)\w* (?:noch )?(?:(?:weitere[nr]?|mehr|zusätzliche[nr]?|genauere[nr]?|einer?|die) )?(?:input|informationen|angaben|details|klärung|abstimmung|rücksprache|eingaben?|zuarbeit|arbeit)"
    rf"(?:[ ,]+(?:von|vom|des|der|durch|mit|bevor) [^.;:]{{2,80}})?",
    rf"{_TEILE} (?:wird|werden|soll|sollen) {_DANN}{_GETAN}",
    rf"{_TEILE} (?:muss|müssen) {_WANN}noch {_WANN}{_GETAN} werden",
    rf"{_TEILE} (?:muss|müssen|soll|sollen) {_DANN}{_GETAN} werden",
    rf"{_TEILE} (?:ist|sind|bleib\w*) {_WANN}(?:noch )?(?:festzulegen|auszuarbeiten|zu (?:definieren|klären|bestimmen|ergänzen|beschreiben|schreiben)|auszufüllen|offen|unvollständig|in (?:arbeit|klärung|abstimmung|diskussion)|nicht (?:festgelegt|bekannt|geschrieben|definiert|geklärt))",
    rf"{_TEILE} (?:folg|fehl)(?:t|en){_ENDE}",
    rf"{_TEILE} steh(?:t|en) noch (?:nicht fest|aus)",
    rf"(?:{_LEUTE}|jemand|wir|ich) (?:muss|müssen|wird|werden|legt|legen|ergänzt|ergänzen|sollte?n?) {_WANN}{_TEILE}{_ENDE}(?: (?:fest|nach|ergänzen|festlegen|definieren|schreiben|beschreiben|ausarbeiten|klären|nachtragen))",
    r"hier fehl(?:t|en) noch [^.;:]{2,60}",
)

_SECCIONES = (
    r"(?:(?:los|las|el|la|esta|este|estos|estas|más|otros|les|le|l(?:'|’)|cette|ces|ce|d(?:'|’)autres|plus de|os|as|o|a|esta|mais) ?)?(?:\w+ ){0,1}"
    r"(?:requisitos?|criterios?|escenarios?|tareas?|secci[oó]n|apartado|historias?|detalles?|casos?|supuestos|objetivos?|pasos|contenido|"
    r"exigences?|critères?|scénarios?|tâches?|section|partie|récits?|détails?|objectifs?|étapes|hypothèses|contenu|"
    r"critérios?|cenários?|tarefas?|seção|secção|histórias?|detalhes?|passos|conteúdo|plan|plano)"
    r"(?: (?:de|del|d(?:'|’)|do|da|para|pour)? ?(?:(?:la|los|las|el|le|les|cette|esta|este) )?\w+){0,3}"
)
_DEFINIDO = (
    r"(?:d[eé]fin\w+|determin\w+|décid\w+|decid\w+|redact\w+|rédig\w+|escri\w+|écrit\w*|complet\w+|complét\w+|preench\w+|añad\w+|agreg\w+|ajout\w+|adicion\w+|especific\w+|précis\w+|concret\w+|acord\w+|"
    r"convenu\w*|detall\w+|détaill\w+|detalh\w+|elabor\w+|élabor\w+|describ\w+|décri\w+|descr\w+|fij\w+|fix\w+|aclar\w+|esclarec\w+|clarifi\w+)"
)
_CUANDO = (
    r"(?:(?: (?:más (?:adelante|tarde)|después|luego|pronto|junto con el equipo|plus tard|ultérieurement|ensuite|bientôt|mais tarde|depois|posteriormente|em breve|"
    r"(?:con|por|junto (?:con|a)|avec|par|com|pel[oa]) (?:el|la|los|l(?:'|’)|le|les|a|o|os|as)? ?(?:\w+ )?(?:equipo|équipe|equipe|autor\w*|auteur\w*|cliente?s?|client\w*|producto|produit|produto|interesad\w+|partes interess?adas|responsable\w*|responsáve\w*))){0,2}"
    r"(?: (?:cuando|tras|después del?|antes del?|durante|quand|lorsque|après|avant|pendant|lors de|quando|após|depois d[eoa]|antes d[eoa]) [^.;:]{2,80})?)"
)
_ROMANCE = (
    rf"{_SECCIONES} (?:necesita|requiere|precisa|nécessite|demande|exige|falta|manque|carece)\w* (?:de |d(?:'|’))?(?:aún |todavía |encore |ainda )?(?:más|plus|mais|otros?|outr[oa]s|d(?:'|’)autres)? ?(?:de |d(?:'|’))?(?:información|informaciones|detalles?|datos|aportaciones|"
    rf"aclaraciones|trabajo|informations?|détails|précisions|travail|informações|detalhes|esclarecimentos|trabalho)(?: (?:del|de la|de los|de l(?:'|’)|du|des|de|do|da|dos|por|par|con|avec|com) ?[^.;:]{{2,60}})?",
    rf"{_SECCIONES} (?:aún |todavía |encore |ainda |ya )*(?:se (?=\w+(?:rá|rán|rão)\b){_DEFINIDO}|(?:será|serán|seront|sera|serão|serán|deben|debe|doivent|doit|devem|deve) (?:ser |être |encore |aún )*{_DEFINIDO})(?= \w){_CUANDO}",
    rf"{_SECCIONES} (?:est(?:á|án|ão)|est|sont|qued\w+|rest\w+|fic\w+|falta\w*) (?:aún |todavía |encore |ainda )*(?:pendientes?(?: de (?:definir|redactar|completar|escribir|{_DEFINIDO}))?|por (?:definir|redactar|completar|escribir|determinar)|"
    rf"à (?:définir|rédiger|compléter|écrire|préciser)|en attente|a definir|por preencher|pendente|sin (?:definir|redactar))",
    rf"(?:el|l(?:'|’)|le|a|o) ?(?:equipo|équipe|equipe|autor\w*|auteur\w*|cliente?|responsable|product owner) (?:debe|deberá|doit|devra|deve|deverá|tiene que|tem que|va a|va|vai) {_DEFINIDO} {_SECCIONES}{_CUANDO}",
)

_JAPANESE = (
    r"(?:この|本|各|その|具体的な|機能|非機能|詳細な)*(?:[ぁ-んァ-ヶー一-龠]{0,8}(?:要件|基準|条件|シナリオ|ストーリー|タスク|作業|計画|セクション|節|項目?|部分|詳細|内容|設計|前提|目標|指標|手順|ケース))(?:について)?(?:は|が|の内容は|の詳細は|には)、?"
    r"(?:(?:まだ|別途|後で|あとで|後日|後ほど|今後|追って|のちほど|次の[^。]{1,12}で|[^。、]{1,20}(?:の後|後|してから|次第|した後|の前|段階)(?:で|に|、)?|(?:[^。、]{0,12}(?:チーム|作成者|担当者?|関係者|顧客|著者|責任者|オーナー))(?:が|と|から|で|により|によって|による)(?:の|(?:相談|協議|合意|確認)(?:して|の上|のうえ)?)?)、?){1,2}"
    r"[^。、]{0,16}(?:記載|追記|記入|決め|決定|定義|検討|作成|追加|策定|補足|記述|書き|書く|確定|整理|詰め|説明|入力|情報|必要)[^。]{0,12}",
    r"(?:この|本|各|その)*(?:[ぁ-んァ-ヶー一-龠]{0,8}(?:要件|基準|条件|シナリオ|ストーリー|タスク|計画|セクション|節|項目?|部分|詳細|内容|設計|前提|目標|指標|手順|ケース))(?:について)?(?:は|が)、?(?:まだ|未だ|現時点では)?"
    r"(?:決まっていません|決まっていない|定まっていない|定まっていません|書かれていない|書かれていません|未定(?:です)?|未確定(?:です)?|未記入(?:です)?|検討中(?:です)?|作成中(?:です)?|(?:追加の|さらなる|より多くの)[^。]{0,12}(?:情報|入力|確認|検討)が必要(?:です|である)?)",
)
_CHINESE = (
    r"(?:本|该|此|这些?|各|具体的?|详细的?|详细|功能|非功能|所有|其余)*(?:[一-龠]{0,6}(?:需求|标准|準則|场景|情景|故事|任务|计划|方案|章节|小?节|部分|细节|内容|设计|假设|目标|指标|步骤|情况))(?:的(?:内容|细节))?"
    r"(?:(?:仍|还|尚|还是|目前|暂时?|均|都)*(?:需要?|须|有待|待)(?:进一步|再|由?[^，。；]{0,12}(?:团队|作者|负责人|客户|产品|业务方|相关方|开发者?))?(?:来|与|和|共同|一起|进一步|提供|补充)*(?:更多|额外|进一步|详细)?(?:的)?(?:信息|输入|细节|讨论|确认|补充|完善|明确|定义|确定|填写|编写|说明|澄清|细化|资料)(?:后[^，。；]{0,16})?"
    r"|(?:将|会|稍后|后续|之后|以后|日后|随后|再)+(?:在?[^，。；]{0,20}(?:后|时|中|之后|阶段|期间)|(?:与|由|和|同)[^，。；]{0,12}(?:团队|作者|负责人|客户|产品|业务方|相关方|开发者?))?(?:再|一起|共同|来|进行|统一|另行)*(?:补充|定义|确定|决定|编写|填写|完善|细化|说明|讨论|给出|制定|明确|再定|商定)"
    r"|(?:尚|还|仍|目前|暂)(?:未|没有?|不)(?:被)?(?:确定|明确|定义|编写|填写|清楚|决定|完成|给出)|(?:待定|待补充|待确认|待完善|待编写))",
)
_KOREAN = (
    r"(?:이|각|본|해당|구체적인|세부)?\s?(?:[가-힣]{0,8}\s){0,2}[가-힣]{0,6}(?:요구 ?사항|기준|시나리오|스토리|작업|계획|섹션|절|부분|세부 ?사항|내용|설계|가정|목표|지표|단계|사례)(?:은|는|이|가|에는|에 대해서는)\s"
    r"(?:(?:아직|나중에|추후에?|이후에?|곧|별도로|[^.]{1,20}(?:후에?|다음에?|때에?|단계에서)|[^.]{0,12}(?:팀|작성자|담당자|고객|책임자|관계자)(?:이|가|과|와|의|에서|에게)?(?:\s?함께)?)\s){1,2}"
    r"[^.]{0,12}(?:정의|작성|결정|추가|확정|보완|입력|정해|논의|설명|기술|정보|필요|협의)[^.]{0,16}",
)
_WORDS = (*_ENGLISH, *_GERMAN, *_ROMANCE, *_JAPANESE, *_CHINESE, *_KOREAN)
PUT_OFF = re.compile(rf"[\W_]{{0,8}}(?:{'|'.join(_WORDS)})[\W_]{{0,4}}\Z", re.IGNORECASE)
"""A sentence that says of a part of a document that it is still to be written, and nothing else."""


def stands_in(sentence: str) -> bool:
    """Whether a sentence stands where something should be."""
    words = sentence[:_LONGEST]
    return STAND_IN.match(words) is not None or PUT_OFF.match(words) is not None
