"""Documents of OpenSpec that are made up: in each way that is right, and in each that people get wrong."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

PURPOSE = "Lets people sign in with a password, and keeps others out of what is not theirs."
WORDS = ["session", "login", "key", "cart", "page", "list", "mail", "file", "user", "token", "month", "rule"]
VERBS = ["SHALL open", "MUST keep", "SHALL NOT lose", "will show", "shall send", "SHOULD hide", "sends"]


def sentence(random: Random) -> str:
    return (
        f"The {random.choice(WORDS)} {random.choice(VERBS)} the {random.choice(WORDS)} of each {random.choice(WORDS)}."
    )


def body(random: Random) -> str:
    """What stands between the heading of a requirement and its scenarios."""
    forms = (
        lambda: sentence(random),
        lambda: f"{sentence(random)}\n{sentence(random)}",
        lambda: f"{sentence(random)}\n\n- {sentence(random)}\n- {sentence(random)}",
        lambda: f"> {sentence(random)}",
        lambda: f"**Priority**: P1\n\n{sentence(random)}",
        lambda: f"{sentence(random)}\n\n```\n### Requirement: In a fence\n#### Scenario: Too\n```",
        lambda: f"{sentence(random)}\n\n~~~~ text\n```\n## ADDED Requirements\n~~~~\n\n{sentence(random)}",
        lambda: f"| a | b |\n|---|---|\n| {sentence(random)} | x |",
        lambda: sentence(random) + "  \n" + sentence(random),
    )
    return random.choice(forms)()


def scenario(random: Random, name: str, *, level: int = 4) -> str:
    heading = random.choice((f"Scenario: {name}", f"Scenario:{name}", name, f"scenario: {name} {'#' * level}"))
    steps = random.choice(
        (
            "- **WHEN** a\n- **THEN** b\n",
            "- **GIVEN** c\n- **WHEN** a\n- **THEN** b\n- **AND** d\n",
            "* WHEN a\n* THEN b\n",
            "Given a, when b, then c.\n",
            "- **WHEN** a\n\n```\n#### Scenario: In a fence\n```\n\n- **THEN** b\n",
            "- **WHEN** a\n- **THEN** b\n\n##### Detail\n\nMore.\n",
        )
    )
    return f"{'#' * level} {heading}\n{random.choice(('', chr(10)))}{steps}"


def requirement(random: Random, name: str, *, scenarios: int | None = None) -> str:
    heading = random.choice((f"Requirement: {name}", f"requirement:  {name}", f"Requirement: {name} ###"))
    number = random.randint(1, 3) if scenarios is None else scenarios
    below = "\n".join(scenario(random, f"{name} {each}") for each in range(number))
    return f"### {heading}\n{random.choice(('', chr(10)))}{body(random)}\n\n{below}\n"


def spec(requirements: Sequence[str], *, purpose: str = PURPOSE, after: str = "") -> str:
    return f"# A Specification\n\n## Purpose\n\n{purpose}\n\n## Requirements\n\n{''.join(requirements)}{after}"


def names(random: Random, number: int) -> list[str]:
    """Different names."""
    return [f"{random.choice(WORDS).capitalize()} {random.choice(WORDS)} {each}" for each in range(number)]


def good_spec(random: Random) -> str:
    text = spec([requirement(random, name) for name in names(random, random.randint(1, 6))])
    text += random.choice(("", "\n## Notes\n\nx\n", "\n## Open\n\n### Not a requirement\n\n#### x\n\ny\n"))
    return random.choice((text, text.replace("\n", "\r\n"), "\ufeff" + text))


def good_delta(random: Random, base: Sequence[str]) -> str:
    """A delta of a spec with the requirements named in `base`, each with the scenarios that it has there."""
    left = [*base]
    random.shuffle(left)
    parts: list[str] = []
    if random.random() < 0.8:
        added = "".join(requirement(random, f"New {name}") for name in names(random, random.randint(1, 3)))
        parts.append(f"## ADDED Requirements\n\n{added}")
    if left and random.random() < 0.6:
        parts.append(f"## MODIFIED Requirements\n\n{requirement(random, left.pop(), scenarios=3)}")
    if left and random.random() < 0.6:
        name = left.pop()
        forms = (
            f"### Requirement: {name}\n**Reason**: gone\n**Migration**: none\n", f"- `### Requirement: {name}`\n",
            f"- ### Requirement: {name}\n",
        )  # fmt: skip
        parts.append(f"## REMOVED Requirements\n\n{random.choice(forms)}")
    if left and (random.random() < 0.6 or not parts):
        old = left.pop()
        forms = (
            "- FROM: `### Requirement: {}`\n- TO: `### Requirement: {} again`\n",
            "FROM: ### Requirement: {}\nTO: ### Requirement: {} again\n",
            "- FROM: `### Requirement: {}`\n\n- TO: `### Requirement: {} again`\n",
        )
        parts.append(f"## RENAMED Requirements\n\n{random.choice(forms).format(old, old)}")
    random.shuffle(parts)
    text = random.choice(("", "# Delta\n\n", "## Purpose\n\nx\n\n")) + "\n".join(parts)
    return random.choice((text, text.replace("\n", "\r\n"), "\ufeff" + text))


PROPOSAL = (
    "# Change\n\n## Why\n\nBecause people asked for it often enough that it must be done.\n\n"
    "## What Changes\n\n- It is done\n\n## Impact\n\nNone.\n"
)
TASKS = "## 1. Work\n\n- [ ] 1.1 Do it\n"


def change(name: str, delta: str, *, capability: str = "base", tasks: str = TASKS) -> dict[str, str]:
    """The documents of a change, by their paths."""
    folder = f"changes/{name}"
    return {
        f"{folder}/proposal.md": PROPOSAL,
        f"{folder}/tasks.md": tasks,
        f"{folder}/specs/{capability}/spec.md": delta,
    }


LINES = ("words", "### Notes", "## Notes", "#### More", "# T", "## ADDED Requirements", "### Requirement: Q", "```")


def broken(random: Random, text: str) -> str:
    """A document in which one line is gone, there twice, another one, or elsewhere."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(end)
    filled = [number for number, line in enumerate(lines) if line.strip()]
    headings = [number for number in filled if lines[number].startswith("#")]
    number = random.choice(random.choice((filled, headings or filled)))
    line = lines[number]
    first, _, rest = line.partition(" ")
    other = random.choice(filled)
    changes = (
        list,
        lambda: [line, line],
        lambda: [f"#{line}"],
        lambda: [line.removeprefix("#")],
        lambda: [f"{' ' * random.randint(1, 3)}{line}"],
        lambda: [line.lower()],
        lambda: [line.upper()],
        lambda: [line.replace(":", "", 1)],
        lambda: [line.replace(" ", "", 1)],
        lambda: [f"{first} **{rest}**"],
        lambda: [f"> {line}"],
        lambda: [random.choice(LINES), line],
        lambda: [lines[other]],
    )
    lines[number : number + 1] = random.choice(changes)()
    return end.join(lines)
