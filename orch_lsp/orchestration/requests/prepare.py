"""From a plan and its context to the exact request. Pure: a run and whoever only wants to see the request use it.

`write` comes first and needs no provider, so that a secret is refused before a key is looked for; `prepare` makes of
it what one provider would be sent.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.context.assembly import block, card, example, excerpts
from orch_lsp.context.item import ContextResult
from orch_lsp.context.role_marks import without_role_marks
from orch_lsp.document.brief import without_template_note
from orch_lsp.document.drafting import open_places
from orch_lsp.document.written_style import written_style
from orch_lsp.hidden import strip_hidden
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.planning.rewrite import Rewrite
from orch_lsp.orchestration.requests.secret_refusal import Beside, Settled, without_live_keys
from orch_lsp.plugins import contained
from orch_lsp.prompts.layout import Again, Material, Words, lay_out
from orch_lsp.providers.base import GenerationRequest, LimitsOutput, Provider, SectionRequest
from orch_lsp.redaction import Redactor
from orch_lsp.runs.record import ModelRef, PromptRef, ProviderRef, RequestParameters
from orch_lsp.settings.model import Choice
from orch_lsp.settings.problem import Layer
from orch_lsp.text import sha256
from orch_lsp.workspace import ORCH_DIRECTORY, user_config_path

if TYPE_CHECKING:
    from orch_lsp.draft_checks.questions import Question


@dataclass(frozen=True, slots=True)
class Prepared:
    """The request to one provider, and its values for the record.

    Attributes:
        request: For `Provider.stream`.
        body: The bytes that it sends, without the key, which goes into a header; None if nothing is sent.
        provider: Who is asked.
        model: The id that is asked for; no id where there is no model.
        parameters: Those of generation, as they are sent.
    """

    request: GenerationRequest
    body: bytes | None
    provider: ProviderRef
    model: ModelRef
    parameters: RequestParameters

    @property
    def body_sha256(self) -> str | None:
        """Hash of the bytes; None if nothing is sent."""
        return None if self.body is None else sha256(self.body)


def write(plan: DraftPlan, context: ContextResult) -> GenerationRequest:
    """The request for a plan, complete but for the provider's own wire format.

    Raises:
        ContextError: It holds what looks like a secret.
    """
    document, parameters = plan.reading.document, plan.reading.settings.parameters
    settled = Settled(document, plan.secret_choices, tuple(_beside(plan)))

    def shown(text: str) -> str:
        return _inert(settled.text(text))

    if plan.rewrite is not None:
        sections = tuple(SectionRequest(one.key, shown(one.label), "", shown(one.text)) for one in plan.rewrite.nodes)
    else:
        sections = _places(plan, shown)
    style = written_style(document)
    rendered = lay_out(
        _settled_words(plan.words.words, settled),
        Material(
            specification=shown(without_template_note(document.text)),
            style=style.facts(),
            sections=sections,
            card=without_role_marks(card(context)),
            excerpts=without_role_marks(excerpts(context)),
            example=without_role_marks(example(context)),
            instructions=shown(plan.instructions or ""),
            title=shown(document.title_text),
            language=style.language or "",
            again=None if plan.rewrite is None else _again(plan.rewrite, shown),
            outline=without_role_marks(plan.outline),
            draft=shown(plan.draft),
            facts=[shown(f"{fact.id} {fact.kind}: {fact.text}") for fact in plan.facts],
            questions=[shown(_asked(question)) for question in plan.asked_before],
            map=without_role_marks(plan.map),
            parts_to_mend=[replace(plan.to_mend[key], text=shown(plan.to_mend[key].text)) for key in plan.to_mend],
        ),
    )
    request = GenerationRequest(
        model=plan.choice.model,
        system_instructions=rendered.system_instructions,
        prompt=rendered.prompt,
        brief=plan.brief,
        sections=sections,
        max_output_tokens=parameters.max_output_tokens,
        temperature=parameters.temperature,
        reasoning=parameters.reasoning,
        cache_marks=rendered.marks,
    )
    settled.refuse_secrets(request, {item.path: block(item) for item in context.items})
    return request


def _places(plan: DraftPlan, shown: Callable[[str], str]) -> tuple[SectionRequest, ...]:
    guidance = {section.key: section.guidance for section in plan.asked.sections}
    examples = {place.key: place.example for place in open_places(plan.reading.document)}
    return tuple(
        SectionRequest(
            target.key, shown(target.title), shown(guidance[target.key]), shown(examples.get(target.key, ""))
        )
        for target in plan.targets
    )


def _again(rewrite: Rewrite, shown: Callable[[str], str]) -> Again:
    return Again(
        instruction=shown(rewrite.instruction),
        whole=rewrite.whole,
        kept=shown(rewrite.kept),
        ids=shown(rewrite.ids),
        findings=tuple(map(shown, rewrite.findings)),
        earlier=tuple(map(shown, rewrite.earlier)),
    )


def _asked(question: Question) -> str:
    options = f" Options: {' / '.join(question.options)}." if question.options else ""
    return f"{question.text}{options}" + (f" Default: {question.default}." if question.default else "")


def _settled_words(words: Words, settled: Settled) -> Words:
    template = replace(words.template, rules=settled.text(words.template.rules))
    return Words(settled.text(words.core), settled.text(words.task), template)


def _beside(plan: DraftPlan) -> Iterator[Beside]:
    """The texts of a request that its user gave beside the document, each with where it can be mended."""
    settings = plan.reading.settings
    if settings.parameters.instructions:
        layer = settings.origins.get("instructions", Layer.DEFAULT)
        yield Beside(f"The setting `instructions` ({layer})", settings.parameters.instructions, _cure_of_setting(layer))
    if plan.reading.instruction:
        yield Beside(
            "The instruction for this draft", plan.reading.instruction, "Ask again without it; nothing was sent."
        )
    for file, words in plan.words.own.items():
        yield Beside(f"The prompt {Path(file).name}", words, _cure_of_file(file))


def _cure_of_setting(layer: Layer) -> str:
    match layer:
        case Layer.PROJECT:
            return _cure_of_file(f"{ORCH_DIRECTORY}/config.toml")
        case Layer.USER if user_config_path().is_file():
            return _cure_of_file(str(user_config_path()))
        case Layer.FRONT_MATTER:
            return "Take it out of the front matter; nothing was sent."
        case _:
            return "Take it out of `instructions` in the settings of your editor; nothing was sent."


def _cure_of_file(path: str) -> str:
    return (
        f"Take it out of {path}, or say with `orch-lsp secrets {shlex.quote(path)}` what may be sent; nothing was sent."
    )


def _inert(text: str) -> str:
    """A text of the document without what nobody sees in it, and without marks that would make it somebody else's."""
    return without_role_marks(strip_hidden(text)[0])


def prepare(
    plan: DraftPlan, written: GenerationRequest, choice: Choice, provider: Provider, redactor: Redactor
) -> Prepared:
    """Make the request to a provider.

    Args:
        plan: What is to be done.
        written: The request that `write` made of it.
        choice: The plan's choice, or one of the user's fallbacks.
        provider: Who serves it; with or without its key.
        redactor: Knows the keys that are in use.

    Raises:
        ContextError: The document holds a key that is in use.
    """
    asked = replace(written, model=choice.model)
    request = without_live_keys(plan.reading.document, plan.secret_choices, asked, redactor)
    parameters = planned_parameters(plan, choice)
    with contained():
        if choice.provider.has_model and isinstance(provider, LimitsOutput):
            limit = parameters.max_output_tokens or provider.default_max_output_tokens
            parameters = replace(parameters, max_output_tokens=limit)
        body = provider.request_body(request)
        server = ProviderRef(provider.id, provider.kind, provider.server_address)
    return Prepared(
        request,
        body,
        server,
        ModelRef(choice.model if choice.provider.has_model else None),
        parameters,
    )


def planned_parameters(plan: DraftPlan, choice: Choice) -> RequestParameters:
    """The parameters of generation as the settings have them; none where no model is asked."""
    if not choice.provider.has_model or plan.brought is not None:
        return RequestParameters()
    parameters = plan.reading.settings.parameters
    return RequestParameters(
        parameters.max_output_tokens,
        parameters.temperature,
        parameters.reasoning,
        sha256(plan.instructions) if plan.instructions else None,
    )


def prompt_ref(plan: DraftPlan) -> PromptRef:
    """The words that a plan asks with, for the record; of an answer that was brought there are none."""
    if plan.brought is not None:
        return PromptRef("none", "0", sha256(""))
    words = plan.words
    return PromptRef(words.name, words.version, words.sha256, words.replaced)
