"""The kinds of providers that ship: what each one can do, and which options it has. The only table of both.

A kind that a package of others adds is not in it: it has a model, may be anywhere, and its options are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a kind: the values that it may have, and how a message names them.

    Attributes:
        expected: The values in words, as in "expected `bearer` or `api-key`".
        fits: Whether a value is one of them; values are texts, as `ProviderSettings.options` holds them.
    """

    expected: str
    fits: Callable[[str], bool]


def _one_of(*values: str) -> Option:
    return Option(" or ".join(f"`{value}`" for value in values), lambda value: value in values)


_TEXT = Option("a text", lambda value: bool(value.strip()) and value.isprintable())
_TEXT_OR_NOTHING = Option("a text, which may be empty", lambda value: value == "" or _TEXT.fits(value))
_SWITCH = Option("true or false", lambda value: value in {"true", "false"})
_COUNT = Option(
    "a whole number above zero", lambda value: value.isascii() and value.isdigit() and value.strip("0") != ""
)
_AUTH = _one_of("bearer", "api-key")


@dataclass(frozen=True, slots=True)
class Kind:
    """Capabilities of a kind of provider.

    Attributes:
        has_model: Whether a model is asked; without one, a choice is complete without its name, and no parameter,
            usage or context of the workspace is of any use.
        is_local: Whether nothing is ever sent: no address, key or consent is needed.
        has_address: Whether its requests go to a `base_url`; without one, they go to a program that knows where to.
        acts: Whether it is a program with tools of its own, after which the workspace is looked at.
        default_model: The model that stands where none is named.
        options: Its options by name; None if they are not known here.
    """

    has_model: bool = True
    is_local: bool = False
    has_address: bool = True
    acts: bool = False
    default_model: str | None = None
    options: Mapping[str, Option] | None = None


ACP = "acp"
AGENTS_OWN_MODEL = "default"
"""Stands for the model that an agent chooses itself."""
AGENT = "agent"
"""The kind of an agent that brought a text of its own accord. No provider can be described with it."""
_OF_AGENTS = Kind(is_local=True, options={})

KINDS: Mapping[str, Kind] = MappingProxyType({
    ACP: Kind(has_address=False, acts=True, default_model=AGENTS_OWN_MODEL, options={}),
    "anthropic": Kind(options={"version": _TEXT, "cache": _SWITCH}),
    "any-llm": Kind(options={"service": _TEXT, "vendor_client": _SWITCH}),
    "editor": Kind(has_address=False, options={}),
    "gemini": Kind(options={"auth": _AUTH}),
    "ollama": Kind(options={"num_ctx": _COUNT}),
    "openai": Kind(options={"auth": _AUTH}),
    "openai-compatible": Kind(
        options={
            "auth": _AUTH,
            "path": _TEXT,
            "api_version": _TEXT,
            "max_tokens": _one_of("max_tokens", "max_completion_tokens"),
            "reasoning": _one_of("effort", "object", "none"),
            "stream_usage": _SWITCH,
            "models_path": _TEXT_OR_NOTHING,
            "think": _one_of("implied"),
        }
    ),
    "outline": Kind(has_model=False, is_local=True, options={}),
})  # fmt: skip


def kind_named(name: str) -> Kind:
    """Capabilities of a kind; a kind that is not in the table has only those that hold for any."""
    return _OF_AGENTS if name == AGENT else KINDS.get(name, Kind())
