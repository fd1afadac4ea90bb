"""Check values against a schema and keep all that is right: each bad value becomes a `Problem`, the rest works on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

from orch_lsp.redaction import redact
from orch_lsp.settings.problem import Layer, Problem
from orch_lsp.spelling import near
from orch_lsp.text import at_most, counted

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

Table = TypeVar("Table", bound="BaseModel")
KeyPath = tuple[str, ...]

MOST_PROBLEMS = 50
"""Values of one layer that are told one by one; a person corrects no more at a time."""
_DEEPEST = 32
_LONGEST_KEY = 120
_LOOKED_AT = 2_000
"""Characters of a value in which secrets are looked for; far fewer are shown."""
_SECRET_WORDS = ("key", "token", "secret", "password", "headers", "authorization", "proxy")
# Keys by which people try to set an endpoint or a key from a repository or an editor.
_USER_ONLY = frozenset(
    {
        "providers",
        "fallback",
        "runs",
        "limits",
        "network",
        "docs_base",
        "kind",
        "base_url",
        "allow_http",
        "headers",
        "timeout",
    }
    | {"retry", "proxy", "tls", "ca_bundle", "verify", "endpoint", "host", "command", "api_key", "api_key_env"}
    | {"api_key_command", "key", "keys", "options", "url", "server_address", "client_certificate", "client_key"}
)
_TAKEN_OUT = object()
"""In the place of a table of a list until those beside it were looked at."""
_KEYS_BY_VALUE = frozenset({"api_key", "apikey", "key", "token", "api_token", "secret"})


def dotted(path: Iterable[str]) -> str:
    """A key path as it is shown."""
    return at_most(".".join(path), _LONGEST_KEY)


def is_nested_deeply(values: object) -> bool:
    """Whether tables and lists stand inside each other more often than any setting needs."""
    level = [values]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return cast("Mapping[object, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?` for a known word that is near, or nothing."""
    found = near(word, known)
    return f"; did you mean `{found[0]}`?" if found else ""


def shown(path: KeyPath, value: object) -> str:
    """A value as a message may show it: short, and nothing that could be a secret."""
    if isinstance(value, bool):
        return "true" if value else "false"
    # A number is none, and `max_output_tokens` counts them.
    named = [part.lower().replace("tokens", "") for part in path]
    if not isinstance(value, int | float) and any(word in part for part in named for word in _SECRET_WORDS):
        return "the value"
    if isinstance(value, Mapping):
        # Any of its own values may be one.
        return "a table"
    if isinstance(value, str) and path[-1] == "url" and not {"@", "?"}.isdisjoint(value):
        return "the value"
    try:
        text = redact(repr(value)[:_LOOKED_AT])
    except ValueError:
        return "a number that is too long to show"
    return text if len(text) <= 60 else f"{text[:57]}…"


def without_blanks(value: object) -> object:
    """An editor's settings without what it sends for settings that are not set: null, and the empty text."""
    if isinstance(value, Mapping):
        entries = cast("Mapping[object, object]", value).items()
        cleaned = {str(key): without_blanks(inner) for key, inner in entries if inner is not None and inner != ""}
        return {key: inner for key, inner in cleaned.items() if inner != {}}
    return value


def validated(
    schema: type[Table], values: Mapping[str, Any], layer: Layer, *, may_be_elsewhere: bool = False
) -> tuple[Table, list[tuple[KeyPath, Problem]]]:
    """Build `schema` from the values that fit it.

    Args:
        schema: The table that is expected.
        values: What the file or the editor gave; not changed.
        layer: Where it came from, for the problems.
        may_be_elsewhere: Whether a key that only the user level may set deserves to be told so.

    Returns:
        The table, and a problem with its key path for each value that was left out.
    """
    from pydantic import ValidationError

    remaining = _copied(values)
    problems: dict[KeyPath, Problem] = {}
    wrong: set[KeyPath] = set()
    while True:
        try:
            table = schema.model_validate(remaining)
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            # A key in another spelling is two faults, of which its own says more.
            for detail in sorted(details, key=lambda detail: detail["type"] == "missing"):
                location = tuple(str(part) for part in detail["loc"])
                path = _removed(remaining, location)
                if path not in wrong and len(wrong) < MOST_PROBLEMS:
                    within = location if path[-1].isdecimal() else path
                    message = _message(schema, values, within, detail, user_only=may_be_elsewhere)
                    problems[path] = Problem(layer, dotted(path), message)
                wrong.add(path)
            for name, value in remaining.items():
                if isinstance(value, list):
                    remaining[name] = [entry for entry in cast("list[Any]", value) if entry is not _TAKEN_OUT]
            continue
        if len(wrong) > len(problems):
            last = next(reversed(problems))
            more = f"{problems[last].message}; {counted(len(wrong) - len(problems), 'more value')} here of no use"
            problems[last] = replace(problems[last], message=more)
        return table, list(problems.items())


def _copied(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copied_value(value) for key, value in values.items()}


def _copied_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _copied(cast("Mapping[str, Any]", value))
    return list(cast("list[Any]", value)) if isinstance(value, list) else value


def _removed(values: dict[str, Any], location: KeyPath) -> KeyPath:
    """Take the value at `location` out; one inside a list of tables means its table, in another list or a union all."""
    table: dict[str, Any] = values
    for depth, part in enumerate(location):
        inner = table.get(part)
        if depth == 0 and isinstance(inner, list) and len(location) > 1:
            entries, number = cast("list[Any]", inner), location[1]
            if number.isdecimal() and (isinstance(entries[int(number)], Mapping) or entries[int(number)] is _TAKEN_OUT):
                entries[int(number)] = _TAKEN_OUT
                return location[:2]
        if depth + 1 == len(location) or not isinstance(inner, dict) or location[depth + 1] not in inner:
            table.pop(part, None)
            return location[: depth + 1]
        table = cast("dict[str, Any]", inner)
    return location


def _value_at(values: Mapping[str, Any], path: KeyPath) -> object:
    value: Any = values
    for part in path:
        value = cast("list[Any]", value)[int(part)] if isinstance(value, list) else value[part]
    return value


def _message(
    schema: type[BaseModel], values: Mapping[str, Any], path: KeyPath, detail: ErrorDetails, *, user_only: bool
) -> str:
    key = dotted(path)
    if detail["type"] == "extra_forbidden":
        if path[-1].lower() in _KEYS_BY_VALUE and not user_only:
            return (
                f"`{key}` is not read: a key is never written into a settings file; name its variable in `api_key_env`"
            )
        if user_only and (path[0] in _USER_ONLY or path[-1] in _USER_ONLY):
            return f"`{key}` is ignored here: it belongs in the user config, where only you can set it"
        return _unknown(key, shown(path, _value_at(values, path)), path[-1], _known_keys(schema, path[:-1]))
    if detail["type"] == "missing":
        return f"`{key}` is missing"
    return f"`{key}` is {shown(path, _value_at(values, path))}; expected {_expected(schema, path, detail)}"


def _unknown(key: str, value: str, name: str, known: Sequence[str]) -> str:
    meant = nearest(name, known) or (f"; expected one of {', '.join(known)}" if known else "")
    return f"`{key}`, set to {value}, is not a setting{meant}"


def _expected(schema: type[BaseModel], path: KeyPath, detail: ErrorDetails) -> str:
    if detail["type"] in {"model_type", "dict_type"}:
        keys = _known_keys(schema, path)
        return f"a table with {', '.join(keys)}" if keys else "a table"
    message = detail["msg"]
    for prefix in ("Input should be ", "Value error, "):
        message = message.removeprefix(prefix)
    words = {"a valid string": "a text", "a valid list": "a list", "a valid boolean": "true or false"}
    return words.get(message, message[:1].lower() + message[1:])


def _known_keys(schema: type[BaseModel], path: Sequence[str]) -> list[str]:
    """The keys of the table at `path`; none where any key is allowed."""
    from pydantic import BaseModel

    table: type[BaseModel] | None = schema
    skip = False
    for part in path:
        if part.isdecimal():
            continue
        if skip:
            skip = False
            continue
        field = table.model_fields.get(part) if table else None
        inner = [option for option in _flat(field.annotation if field else None) if isinstance(option, type)]
        table = next((option for option in inner if issubclass(option, BaseModel)), None)
        skip = part == "providers"
    return [] if table is None or skip else list(table.model_fields)


def _flat(annotation: object) -> list[object]:
    arguments = get_args(annotation)
    return [annotation, *(inner for argument in arguments for inner in _flat(argument))]
