"""Request assembly: from a plan and its context to what is put before a model. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from orch_lsp.context.assembly import fence
from orch_lsp.context.item import ContextItem
from orch_lsp.context.scan import first_secret
from orch_lsp.document.brief import without_template_note
from orch_lsp.document.profile import Profile
from orch_lsp.errors import ContextError, ErrorCode
from orch_lsp.orchestration.plan import DraftPlan
from orch_lsp.orchestration.prompts import PLAIN_DRAFT, TEMPLATES, PromptTemplate, render
from orch_lsp.providers.base import GenerationRequest, SectionRequest
from orch_lsp.redaction import Redactor
from orch_lsp.text import LineIndex


def template_for(profile: Profile) -> PromptTemplate:
    """The prompt that drafts a document of this profile; a profile without one of its own uses that of `plain`."""
    return TEMPLATES.get(profile.prompt_name, PLAIN_DRAFT)


def assemble(plan: DraftPlan, context: Sequence[ContextItem]) -> GenerationRequest:
    """The request for a plan, complete but for the provider's own wire format."""
    profile = plan.reading.profile
    guidance = {section.key: section.guidance for section in profile.sections}
    sections = tuple(SectionRequest(target.key, target.title, guidance[target.key]) for target in plan.targets)
    parameters = plan.reading.settings.parameters
    rendered = render(
        template_for(profile),
        specification=without_template_note(plan.reading.document.text.removeprefix("\ufeff")),
        sections=sections,
        context=fence(context),
        instructions=parameters.instructions,
    )
    return GenerationRequest(
        model=plan.choice.model,
        system_instructions=rendered.system_instructions,
        prompt=rendered.prompt,
        brief=plan.brief,
        sections=sections,
        max_output_tokens=parameters.max_output_tokens,
        temperature=parameters.temperature,
        reasoning=parameters.reasoning,
    )


def refuse_secrets(plan: DraftPlan, request: GenerationRequest) -> None:
    """Look through everything that would be sent.

    Raises:
        ContextError: It holds what looks like a secret; the error names the kind and, in the document, the line.
    """
    found = first_secret(plan.reading.document.text)
    if found is not None:
        line, kind = found
        raise ContextError(
            ErrorCode.SECRET_BLOCKED, f"Line {line + 1} of the document looks like a secret ({kind}).", line=line
        )
    found = first_secret(request.system_instructions) or first_secret(request.prompt)
    if found is not None:
        raise ContextError(
            ErrorCode.SECRET_BLOCKED, f"The assembled request holds what looks like a secret ({found[1]})."
        )


def without_live_keys(plan: DraftPlan, request: GenerationRequest, redactor: Redactor) -> GenerationRequest:
    """The request with live keys taken out of what the workspace gave; they need not look like secrets.

    Raises:
        ContextError: The document itself holds one; the error names the line.
    """
    line = live_key_line(plan.reading.document.text, redactor)
    if line is not None:
        raise ContextError(
            ErrorCode.SECRET_BLOCKED, f"Line {line + 1} of the document holds a key that is in use.", line=line
        )
    return replace(
        request,
        prompt=redactor.redact_known(request.prompt),
        system_instructions=redactor.redact_known(request.system_instructions),
    )


def live_key_line(text: str, redactor: Redactor) -> int | None:
    """The zero-based line of the first live key in a text, or None."""
    if redactor.redact_known(text) == text:
        return None
    first = min((at for key in redactor.values if (at := text.find(key)) >= 0), default=0)
    return LineIndex(text).position(first)[0]


def secret_line(text: str, redactor: Redactor) -> int | None:
    """The zero-based line on which a text holds a secret, known or by its looks, or None."""
    found = first_secret(text)
    return live_key_line(text, redactor) if found is None else found[0]
