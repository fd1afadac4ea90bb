"""Documents of OpenSpec, each right or wrong in one way, by what is special about them."""

from __future__ import annotations

INTRO = "## Purpose\nLets people sign in with a password, and keeps others out of what is not theirs.\n\n"
STEPS = "- **WHEN** a\n- **THEN** b\n"
REQUIREMENT = f"### Requirement: One\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}"


def whole(name: str) -> str:
    """A requirement that is right."""
    return f"### Requirement: {name}\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n"


BASE = (
    f"{INTRO}## Requirements\n\n{whole('One')}#### Scenario: T\n{STEPS}\n{whole('Two')}"
    f"### Requirement: Three\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n"
)
"""The spec that the deltas change."""

SPECS = {
    "ok": f"{INTRO}## Requirements\n\n{REQUIREMENT}",
    "no-purpose": f"## Requirements\n\n{REQUIREMENT}",
    "no-reqs": f"{INTRO}",
    "empty-purpose": f"## Purpose\n\n## Requirements\n\n{REQUIREMENT}",
    "short-purpose": f"## Purpose\nShort.\n\n## Requirements\n\n{REQUIREMENT}",
    "tbd-purpose": (
        "## Purpose\nTBD - created by archiving change x. Update Purpose after archive.\n\n"
        f"## Requirements\n\n{REQUIREMENT}"
    ),
    "tbd-purpose2": f"## Purpose\nTBD\n\n## Requirements\n\n{REQUIREMENT}",
    "empty-reqs": f"{INTRO}## Requirements\n",
    "text-in-reqs": f"{INTRO}## Requirements\nsome words\n\n- FR\n",
    "no-shall": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system will do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "lower-shall": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system shall do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "shall-in-header": (
        f"{INTRO}## Requirements\n\n### Requirement: It SHALL\nThe system will do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "shall-second-line": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nWords first.\n\nThe system SHALL do it.\n\n"
        f"#### Scenario: S\n{STEPS}"
    ),
    "shall-in-scenario": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nWords.\n\n#### Scenario: S\n- **WHEN** a\n"
        "- **THEN** it SHALL b\n"
    ),
    "should": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system SHOULD do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "no-scenario": f"{INTRO}## Requirements\n\n### Requirement: One\nThe system SHALL do it.\n",
    "bullet-scenario": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system SHALL do it.\n\n- **Scenario: x**\n- WHEN a\n"
    ),
    "h3-scenario": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system SHALL do it.\n\n### Scenario: S\n{STEPS}"
    ),
    "h5-scenario": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system SHALL do it.\n\n##### Scenario: S\n{STEPS}"
    ),
    "bold-scenario": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system SHALL do it.\n\n**Scenario: S**\n{STEPS}"
    ),
    "empty-scenario": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system SHALL do it.\n\n#### Scenario: S\n"
    ),
    "empty-scenario2": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system SHALL do it.\n\n#### Scenario: S\n\n"
        "#### Scenario: T\n- **WHEN** b\n"
    ),
    "no-then": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system SHALL do it.\n\n#### Scenario: S\n- **WHEN** a\n"
    ),
    "no-body": f"{INTRO}## Requirements\n\n### Requirement: One\n\n#### Scenario: S\n{STEPS}",
    "dup": f"{INTRO}## Requirements\n\n{whole('One')}{REQUIREMENT}",
    "dup-case": (
        f"{INTRO}## Requirements\n\n{whole('One')}### Requirement: one\nThe system SHALL do it.\n\n"
        f"#### Scenario: S\n{STEPS}"
    ),
    "dup-scen": f"{INTRO}## Requirements\n\n{whole('One')}#### Scenario: S\n- **WHEN** z\n",
    "outside": (
        f"{INTRO}{whole('One')}## Requirements\n\n### Requirement: Two\nThe system SHALL do it.\n\n"
        f"#### Scenario: S\n{STEPS}"
    ),
    "outside-after": (
        f"{INTRO}## Requirements\n\n{whole('One')}## Notes\n\n### Requirement: Two\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "delta-header": (
        f"{INTRO}## Requirements\n\n{whole('One')}## ADDED Requirements\n\n### Requirement: Two\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "plain-h3": (f"{INTRO}## Requirements\n\n### One\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}"),
    "plain-h3-empty": f"{INTRO}## Requirements\n\n### Notes\nwords\n\n{REQUIREMENT}",
    "long": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system SHALL do {'x' * 520}.\n\n#### Scenario: S\n{STEPS}"
    ),
    "no-name": (f"{INTRO}## Requirements\n\n### Requirement:\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}"),
    "lower": (
        "## purpose\nLets people sign in with a password, and keeps others out of what is not theirs.\n\n"
        f"## requirements\n\n### requirement: One\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "fenced": (f"{INTRO}## Requirements\n\n{whole('One')}```\n## ADDED Requirements\n### Requirement: One\n```\n"),
    "comment": f"{INTRO}## Requirements\n\n{whole('One')}<!--\n### Requirement: One\n-->\n",
    "h1s": (
        "# T\n\n# Purpose\n"
        "Lets people sign in with a password, and keeps others out of what is not theirs.\n\n"
        f"# Requirements\n\n{REQUIREMENT}"
    ),
    "crlf": (
        "## Purpose\r\nLets people sign in with a password, and keeps others out of what is not theirs.\r\n"
        "\r\n## Requirements\r\n\r\n### Requirement: One\r\nThe system SHALL do it.\r\n\r\n"
        "#### Scenario: S\r\n- **WHEN** a\r\n- **THEN** b\r\n"
    ),
    "bom": f"\ufeff{INTRO}## Requirements\n\n{REQUIREMENT}",
    "fm": f"---\nx: y\n---\n{INTRO}## Requirements\n\n{REQUIREMENT}",
    "nospace": f"{INTRO}##Requirements\n\n{REQUIREMENT}",
    "closed": (
        f"{INTRO}## Requirements ##\n\n### Requirement: One ###\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "setext": f"{INTRO}Requirements\n------------\n\n{REQUIREMENT}",
    "suffix": f"{INTRO}## Requirements (mandatory)\n\n{REQUIREMENT}",
    "colon": f"{INTRO}## Requirements:\n\n{REQUIREMENT}",
    "zh": (
        "## 目的\nLets people sign in with a password, and keeps others out of what is not theirs.\n\n## 需求\n"
        f"\n{REQUIREMENT}"
    ),
    "zh2": (f"{INTRO}## Requirements\n\n### 需求：一\nThe system SHALL do it.\n\n#### 场景：S\n- **WHEN** a\n"),
    "zh3": (f"{INTRO}## Requirements\n\n### Requirement: 一\n系统必须这样做。\n\n#### Scenario: 场景\n{STEPS}"),
    "zhcolon": (
        f"{INTRO}## Requirements\n\n### Requirement：One\nThe system SHALL do it.\n\n#### Scenario：S\n{STEPS}"
    ),
    "indent": (
        f"{INTRO}## Requirements\n\n ### Requirement: One\nThe system SHALL do it.\n\n #### Scenario: S\n{STEPS}"
    ),
    "two-reqs-sections": (
        f"{INTRO}## Requirements\n\n{whole('One')}## Requirements\n\n### Requirement: Two\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "metadata": (
        f"{INTRO}## Requirements\n\n### Requirement: One\n**ID**: x\n**Priority**: P1\n\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "quoted": (
        f"{INTRO}## Requirements\n\n### Requirement: One\n> The system SHALL do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "list-shall": (
        f"{INTRO}## Requirements\n\n### Requirement: One\n- The system SHALL do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "code-shall": f"{INTRO}## Requirements\n\n### Requirement: One\n`SHALL`\n\n#### Scenario: S\n{STEPS}",
    "fence-shall": (f"{INTRO}## Requirements\n\n### Requirement: One\n```\nIt SHALL\n```\n\n#### Scenario: S\n{STEPS}"),
    "bold-shall": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system **SHALL** do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "marshall": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nThe system MARSHALLS do it.\n\n#### Scenario: S\n{STEPS}"
    ),
    "closed-again": (f"{INTRO}## Requirements\n\n### Requirement: One ###\nwords\n\n#### Scenario: S ####\n{STEPS}"),
    "bold": (f"{INTRO}## Requirements\n\n### **Requirement: One**\nwords\n\n#### **Scenario: S**\n{STEPS}"),
    "anchor": (f"{INTRO}## Requirements\n\n### Requirement: One {{#one}}\nwords\n\n#### Scenario: S\n{STEPS}"),
    "h4direct": f"{INTRO}## Requirements\n\n#### Requirement: One\nwords\n\n##### Scenario: S\n{STEPS}",
    "group": (f"{INTRO}## Requirements\n\n### Group\n\n#### Requirement: One\nwords\n\n##### Scenario: S\n{STEPS}"),
    "num": f"{INTRO}## Requirements\n\n### 1. Requirement: One\nwords\n\n#### Scenario: S\n{STEPS}",
    "req1": f"{INTRO}## Requirements\n\n### Requirement 1: One\nwords\n\n#### Scenario: S\n{STEPS}",
    "tab": f"{INTRO}## Requirements\n\n###\tRequirement:\tOne\nwords\n\n####\tScenario: S\n{STEPS}",
    "nospace-again": f"{INTRO}## Requirements\n\n###Requirement: One\nwords\n\n####Scenario: S\n{STEPS}",
    "emoji": f"{INTRO}## Requirements\n\n### ✅ Requirement: One\nwords\n\n#### Scenario: S\n{STEPS}",
    "multi": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nwords\nmore\n\n- list\n\nthird\n\n"
        f"#### Scenario: S\n{STEPS}\ntail\n\n##### Deep\nx\n\n#### Scenario: T\n{STEPS}"
    ),
    "h3h2": (
        f"# t\n\n### Requirement: Zero\nw\n\n{INTRO}## Requirements\n\n### Requirement: One\nw\n\n"
        f"#### Scenario: S\n{STEPS}"
    ),
    "wide": f"{INTRO}## Requirements\n\n### Requirement:One\nw\n\n#### Scenario:S\n{STEPS}",
    "inner": (f"{INTRO}## Requirements\n\n### Requirement: One  Two   Three\nw\n\n#### Scenario: S\n{STEPS}"),
    "h6": f"{INTRO}## Requirements\n\n### Requirement: One\nw\n\n###### Scenario: S\n{STEPS}",
    "quote": (
        f"{INTRO}## Requirements\n\n> ### Requirement: Q\n\n### Requirement: One\nw\n\n#### Scenario: S\n{STEPS}"
    ),
    "list": (f"{INTRO}## Requirements\n\n- ### Requirement: Q\n\n### Requirement: One\nw\n\n#### Scenario: S\n{STEPS}"),
    "tilde": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nw\n~~~\n### Requirement: Q\n~~~\n\n#### Scenario: S\n{STEPS}"
    ),
    "longfence": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nw\n````\n```\n### Requirement: Q\n```\n````\n\n"
        f"#### Scenario: S\n{STEPS}"
    ),
    "unclosed": f"{INTRO}## Requirements\n\n### Requirement: One\nw\n```\n\n#### Scenario: S\n{STEPS}",
    "indentfence": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nw\n   ```\n### Requirement: Q\n   ```\n\n"
        f"#### Scenario: S\n{STEPS}"
    ),
    "indentcode": (
        f"{INTRO}## Requirements\n\n### Requirement: One\nw\n\n    ### Requirement: Q\n\n#### Scenario: S\n{STEPS}"
    ),
    "title-req": (f"# Requirements\n\n{INTRO}## Requirements\n\n### Requirement: One\nw\n\n#### Scenario: S\n{STEPS}"),
    "cr": (
        "## Purpose\rLets people sign in with a password, and keeps others out of what is not theirs.\r\r"
        "## Requirements\r\r### Requirement: One\rw\r\r#### Scenario: S\r- **WHEN** a\r- **THEN** b\r"
    ),
    "only-h4": f"{INTRO}## Requirements\n\n#### Requirement: A\nIt SHALL\n\n##### S\n{STEPS}",
    "text-only": f"{INTRO}## Requirements\n\nTODO\n",
    "purpose-50": (f"## Purpose\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n\n## Requirements\n\n{whole('A')}"),
    "purpose-51": (
        f"## Purpose\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n\n## Requirements\n\n{whole('A')}"
    ),
    "purpose-cjk": f"## Purpose\n{'目' * 30}\n\n## Requirements\n\n{whole('A')}",
    "purpose-h3": (
        "## Purpose\n\n### x\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n\n"
        f"## Requirements\n\n{whole('A')}"
    ),
    "purpose-fence": (
        "## Purpose\n```\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n```\n\n"
        f"## Requirements\n\n{whole('A')}"
    ),
    "purpose-comment": (
        "## Purpose\n<!-- xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx -->\n\n"
        f"## Requirements\n\n{whole('A')}"
    ),
    "purpose-todo": (
        "## Purpose\nTODO: write what this is for, and for whom, and why it is there at all.\n\n"
        f"## Requirements\n\n{whole('A')}"
    ),
    "purpose-tbd2": (
        "## Purpose\nTBD - created by archiving change add-x. Update Purpose after archive.\n\n"
        f"## Requirements\n\n{whole('A')}"
    ),
    "purpose-tbd3": (
        "## Purpose\nWords. TBD later, as soon as somebody finds the time to write it down here.\n\n"
        f"## Requirements\n\n{whole('A')}"
    ),
    "purpose-bold": f"## Purpose\n**TBD**\n\n## Requirements\n\n{whole('A')}",
    "purpose-tbdlong": (
        "## Purpose\nTBD because nobody knows yet what this capability could be good for at all.\n\n"
        f"## Requirements\n\n{whole('A')}"
    ),
    "purpose-after": f"## Requirements\n\n{whole('A')}{INTRO}",
    "purpose-twice": f"{INTRO}## Purpose\nx\n\n## Requirements\n\n{whole('A')}",
    "long-500": (f"{INTRO}## Requirements\n\n### Requirement: A\nIt SHALL {'x' * 491}\n\n#### Scenario: S\n{STEPS}\n"),
    "long-501": (f"{INTRO}## Requirements\n\n### Requirement: A\nIt SHALL {'x' * 492}\n\n#### Scenario: S\n{STEPS}\n"),
    "h4-outside": f"{INTRO}## Requirements\n\n{whole('A')}## Notes\n\n#### Requirement: Q\nx\n",
    "req-in-purpose": f"{INTRO}### Requirement: Q\nx\n\n## Requirements\n\n{whole('A')}",
    "delta-lower": f"{INTRO}## Requirements\n\n{whole('A')}## Added Requirements\n\nx\n",
    "delta-h3": f"{INTRO}## Requirements\n\n{whole('A')}### ADDED Requirements\n\nx\n",
    "meta-only": (f"{INTRO}## Requirements\n\n### Requirement: A\n**Priority**: P1\n\n#### Scenario: S\n{STEPS}\n"),
    "comment-body": (f"{INTRO}## Requirements\n\n### Requirement: A\n<!-- x SHALL -->\n\n#### Scenario: S\n{STEPS}\n"),
    "scen-comment": (f"{INTRO}## Requirements\n\n### Requirement: N\nIt SHALL\n\n#### Scenario: x\n<!-- later -->\n"),
    "name-shall-nobody": f"{INTRO}## Requirements\n\n### Requirement: It SHALL\n\n\n#### Scenario: S\n{STEPS}\n",
    "plain-name-shall": f"{INTRO}## Requirements\n\n### It SHALL be so\n\n#### Scenario: S\n{STEPS}",
    "noname": f"{INTRO}## Requirements\n\n### Requirement:\nIt SHALL\n\n#### Scenario: S\n{STEPS}",
    "dup-plain": (
        f"{INTRO}## Requirements\n\n### A\nIt SHALL\n\n#### Scenario: S\n{STEPS}\n### Requirement: A\n"
        f"It SHALL\n\n#### Scenario: S\n{STEPS}"
    ),
    "dup-plain2": (
        f"{INTRO}## Requirements\n\n### A\nIt SHALL\n\n#### Scenario: S\n{STEPS}\n### A\nIt SHALL\n\n"
        f"#### Scenario: S\n{STEPS}"
    ),
    "empty": "",
    "title-only": "# A\n",
}
"""Specs."""

DELTAS = {
    "added": f"## ADDED Requirements\n\n{whole('New')}",
    "added-existing": f"## ADDED Requirements\n\n{whole('One')}",
    "added-dup": f"## ADDED Requirements\n\n{whole('New')}{whole('New')}",
    "added-no-scen": "## ADDED Requirements\n\n### Requirement: New\nThe system SHALL do it.\n\n",
    "added-no-shall": f"## ADDED Requirements\n\n### Requirement: New\nwill\n\n#### Scenario: S\n{STEPS}\n",
    "added-no-body": f"## ADDED Requirements\n\n### Requirement: New\n\n\n#### Scenario: S\n{STEPS}\n",
    "added-shall-head": (f"## ADDED Requirements\n\n### Requirement: New SHALL\nwill\n\n#### Scenario: S\n{STEPS}\n"),
    "added-empty": "## ADDED Requirements\n",
    "added-empty-scen": "## ADDED Requirements\n\n### Requirement: N\nIt SHALL\n\n#### Scenario: x\n",
    "added-h5": (
        f"## ADDED Requirements\n\n### Requirement: New\nThe system SHALL do it.\n\n##### Scenario: S\n{STEPS}\n"
    ),
    "added-h3": (
        f"## ADDED Requirements\n\n### Requirement: New\nThe system SHALL do it.\n\n### Scenario: S\n{STEPS}\n"
    ),
    "added-bold": (
        f"## ADDED Requirements\n\n### Requirement: New\nThe system SHALL do it.\n\n**Scenario: S**\n{STEPS}\n"
    ),
    "added-plainh3": f"## ADDED Requirements\n\n### Docs\nwords\n\n{whole('New')}",
    "added-onlyplainh3": "## ADDED Requirements\n\n### New\nIt SHALL\n\n#### Scenario: x\n- **WHEN** a\n",
    "no-delta": "words\n",
    "base-form": (
        f"{INTRO}## Requirements\n\n{whole('One')}#### Scenario: T\n{STEPS}\n{whole('Two')}"
        f"### Requirement: Three\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n"
    ),
    "mod": f"## MODIFIED Requirements\n\n{whole('One')}#### Scenario: T\n{STEPS}\n",
    "mod-drop": f"## MODIFIED Requirements\n\n{whole('One')}",
    "mod-missing": (
        f"## MODIFIED Requirements\n\n### Requirement: Nope\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n"
    ),
    "mod-case": (
        f"## MODIFIED Requirements\n\n### Requirement: one\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n"
    ),
    "rem-missing": "## REMOVED Requirements\n\n### Requirement: Nope\n**Reason**: x\n",
    "rem": "## REMOVED Requirements\n\n### Requirement: Two\n**Reason**: x\n",
    "rem-noreason": "## REMOVED Requirements\n\n### Requirement: Two\n",
    "rem-bullet": "## REMOVED Requirements\n\n- `### Requirement: Two`\n- ### Requirement: Three\n",
    "rem-bullet2": "## REMOVED Requirements\n\n- Two\n",
    "rem-bullet3": "## REMOVED Requirements\n\n- Requirement: Two\n",
    "rem-bullet4": "## REMOVED Requirements\n\n- **Requirement: Two**\n",
    "ren": ("## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: Deux`\n"),
    "ren-plain": "## RENAMED Requirements\n\n- FROM: ### Requirement: Two\n- TO: ### Requirement: Deux\n",
    "ren-nobullet": "## RENAMED Requirements\n\nFROM: `### Requirement: Two`\nTO: `### Requirement: Deux`\n",
    "ren-lower": ("## RENAMED Requirements\n\n- from: `### Requirement: Two`\n- to: `### Requirement: Deux`\n"),
    "ren-noheadername": "## RENAMED Requirements\n\n- FROM: Two\n- TO: Deux\n",
    "ren-noheader2": "## RENAMED Requirements\n\n- FROM: `Two`\n- TO: `Deux`\n",
    "ren-req": "## RENAMED Requirements\n\n- FROM: `Requirement: Two`\n- TO: `Requirement: Deux`\n",
    "ren-bold": ("## RENAMED Requirements\n\n- **FROM:** `### Requirement: Two`\n- **TO:** `### Requirement: Deux`\n"),
    "ren-only-from": "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n",
    "ren-missing": ("## RENAMED Requirements\n\n- FROM: `### Requirement: Nope`\n- TO: `### Requirement: Deux`\n"),
    "ren-collide": ("## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: One`\n"),
    "ren-heading": "## RENAMED Requirements\n\n### Requirement: Two → Deux\nFROM: Two\nTO: Deux\n",
    "ren-mod": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: Deux`\n\n"
        f"## MODIFIED Requirements\n\n{whole('Deux')}"
    ),
    "ren-modold": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: Deux`\n\n"
        f"## MODIFIED Requirements\n\n{whole('Two')}"
    ),
    "ren-mod-drop": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: One`\n- TO: `### Requirement: Un`\n\n"
        f"## MODIFIED Requirements\n\n{whole('Un')}"
    ),
    "ren-add": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: Deux`\n\n"
        f"## ADDED Requirements\n\n{whole('Deux')}"
    ),
    "ren-rem": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: Deux`\n\n"
        "## REMOVED Requirements\n\n### Requirement: Two\n"
    ),
    "mod-rem": (f"## MODIFIED Requirements\n\n{whole('Two')}## REMOVED Requirements\n\n### Requirement: Two\n"),
    "mod-add": f"## MODIFIED Requirements\n\n{whole('Two')}## ADDED Requirements\n\n{whole('Two')}",
    "add-rem": (f"## ADDED Requirements\n\n{whole('Two')}## REMOVED Requirements\n\n### Requirement: Two\n"),
    "mod-dup": f"## MODIFIED Requirements\n\n{whole('Two')}{whole('Two')}",
    "rem-dup": "## REMOVED Requirements\n\n### Requirement: Two\n\n### Requirement: Two\n",
    "lower": f"## Added Requirements\n\n{whole('New')}",
    "lower2": "## added requirements\n\n### requirement: New\nIt SHALL\n\n#### scenario: x\n- a\n",
    "closed": f"## ADDED Requirements ##\n\n{whole('New')}",
    "spaces": f"##  ADDED  Requirements\n\n{whole('New')}",
    "h3delta": f"### ADDED Requirements\n\n{whole('New')}",
    "h1": f"# Delta\n\n## ADDED Requirements\n\n{whole('New')}",
    "two-added": f"## ADDED Requirements\n\n{whole('New')}## ADDED Requirements\n\n{whole('Newer')}",
    "outside": f"{whole('Zero')}## ADDED Requirements\n\n{whole('New')}",
    "other-h2": f"## ADDED Requirements\n\n{whole('New')}## Notes\n\n{whole('Newer')}",
    "crlf": (
        "## ADDED Requirements\r\n\r\n### Requirement: New\r\nThe system SHALL do it.\r\n\r\n"
        "#### Scenario: S\r\n- **WHEN** a\r\n- **THEN** b\r\n\r\n"
    ),
    "bom": f"\ufeff## ADDED Requirements\n\n{whole('New')}",
    "fenced": f"```\n## ADDED Requirements\n\n{whole('New')}```\n",
    "fenced-in": f"## ADDED Requirements\n\n{whole('New')}```\n### Requirement: X\n```\n",
    "comment": (
        "<!--\n## MODIFIED Requirements\n\n### Requirement: Nope\nThe system SHALL do it.\n\n"
        f"#### Scenario: S\n{STEPS}\n-->\n\n## ADDED Requirements\n\n{whole('New')}"
    ),
    "purpose": f"## Purpose\nx\n\n## ADDED Requirements\n\n{whole('New')}",
    "zh": "## ADDED Requirements\n\n### 需求: 一\nIt SHALL\n\n#### 场景: x\n- a\n",
    "zhcolon": "## ADDED Requirements\n\n### Requirement：一\nIt SHALL\n\n#### Scenario： x\n- a\n",
    "noname": "## ADDED Requirements\n\n### Requirement:\nIt SHALL\n\n#### Scenario:\n- a\n",
    "nospace": "## ADDED Requirements\n\n###Requirement: X\nIt SHALL\n\n####Scenario: X\n- a\n",
    "rem-all": ("## REMOVED Requirements\n\n### Requirement: One\n\n### Requirement: Two\n\n### Requirement: Three\n"),
    "long": (f"## ADDED Requirements\n\n### Requirement: New\nIt SHALL {'x' * 600}\n\n#### Scenario: S\n{STEPS}\n"),
    "eleven": (
        "## ADDED Requirements\n\n### Requirement: N0\nThe system SHALL do it.\n\n#### Scenario: S\n"
        f"{STEPS}\n### Requirement: N1\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n"
        f"### Requirement: N2\nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n### Requirement: N3\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n### Requirement: N4\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n### Requirement: N5\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n### Requirement: N6\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n### Requirement: N7\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n### Requirement: N8\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n### Requirement: N9\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n### Requirement: N10\n"
        f"The system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n"
    ),
    "indent": (
        f"## ADDED Requirements\n\n ### Requirement: New\nThe system SHALL do it.\n\n #### Scenario: S\n{STEPS}\n"
    ),
    "scen-dup": f"## ADDED Requirements\n\n{whole('New')}#### Scenario: S\n{STEPS}\n",
    "trailing": (
        f"## ADDED Requirements  \n\n### Requirement: New  \nThe system SHALL do it.\n\n#### Scenario: S\n{STEPS}\n"
    ),
    "name-space": (
        "## MODIFIED Requirements\n\n### Requirement:   One \nThe system SHALL do it.\n\n#### Scenario: S\n"
        f"{STEPS}\n#### Scenario: T\n{STEPS}\n"
    ),
    "mod-scen-case": (
        "## MODIFIED Requirements\n\n### Requirement: One\nThe system SHALL do it.\n\n#### Scenario: s\n"
        f"{STEPS}\n#### Scenario: T\n{STEPS}\n"
    ),
    "closed-again": (f"## ADDED Requirements\n\n### Requirement: One ###\nwords\n\n#### Scenario: S ####\n{STEPS}"),
    "anchor": (f"## ADDED Requirements\n\n### Requirement: One {{#one}}\nwords\n\n#### Scenario: S\n{STEPS}"),
    "bold": (f"## ADDED Requirements\n\n### **Requirement: One**\nwords\n\n#### **Scenario: S**\n{STEPS}"),
    "req1": f"## ADDED Requirements\n\n### Requirement 1: One\nwords\n\n#### Scenario: S\n{STEPS}",
    "plain-scen": f"## ADDED Requirements\n\n### Requirement: One\nwords\n\n#### S\n{STEPS}",
    "inner": f"## ADDED Requirements\n\n### Requirement: One  Two\nwords\n\n#### S\n{STEPS}",
    "tab": f"## ADDED Requirements\n\n###\tRequirement:\tOne\nwords\n\n####\tScenario: S\n{STEPS}",
    "modclosed": (f"## MODIFIED Requirements\n\n### Requirement: Three ###\nwords\n\n#### Scenario: S\n{STEPS}"),
    "rem-bul": (
        "## REMOVED Requirements\n\n* `### Requirement: Two`\n  - ### Requirement: Three\n"
        "- `### Requirement: One` because\n+ ### Requirement: Four\n"
    ),
    "ren-many": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: Deux`\n"
        "- FROM: `### Requirement: Three`\n\n- TO: `### Requirement: Trois`\n"
    ),
    "ren-ind": ("## RENAMED Requirements\n\n- x\n  - FROM: `### Requirement: Two`\n  - TO: `### Requirement: Deux`\n"),
    "ren-star": ("## RENAMED Requirements\n\n* FROM: `### Requirement: Two`\n* TO: `### Requirement: Deux`\n"),
    "ren-ticks": ("## RENAMED Requirements\n\n- FROM: `### Requirement: Two` (old)\n- TO: `### Requirement: Deux`\n"),
    "ren-order": ("## RENAMED Requirements\n\n- TO: `### Requirement: Deux`\n- FROM: `### Requirement: Two`\n"),
    "ren-oneline": ("## RENAMED Requirements\n\n- FROM: `### Requirement: Two` TO: `### Requirement: Deux`\n"),
    "ren-nobt": "## RENAMED Requirements\n\nFROM:### Requirement: Two\nTO:### Requirement: Deux\n",
    "ren-twofrom": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- FROM: `### Requirement: Three`\n"
        "- TO: `### Requirement: Deux`\n"
    ),
    "ren-text": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\nwords between\n- TO: `### Requirement: Deux`\n"
    ),
    "ren-mdreq": (
        "## RENAMED Requirements\n\n### Requirement: x\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: Deux`\n"
    ),
    "rem-fence": "## REMOVED Requirements\n\n```\n### Requirement: Two\n```\n### Requirement: Three\n",
    "rem-scen": "## REMOVED Requirements\n\n### Requirement: Three\nw\n\n#### Scenario: S\n- a\n",
    "one-empty": f"## ADDED Requirements\n\n{whole('New')}## MODIFIED Requirements\n\nNone.\n",
    "one-empty2": f"## ADDED Requirements\n\n{whole('New')}## REMOVED Requirements\n",
    "stray-then-unread": f"## ADDED Requirements\n\n{whole('New')}### 需求：x\nIt SHALL\n\n#### Scenario: x\n- a\n",
    "ren-unread": (f"## ADDED Requirements\n\n{whole('New')}## RENAMED Requirements\n\n- FROM: Two\n- TO: Deux\n"),
    "rem-unread": f"## ADDED Requirements\n\n{whole('New')}## REMOVED Requirements\n\n- Two\n",
    "ren-dup": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: Deux`\n"
        "- FROM: `### Requirement: Two`\n- TO: `### Requirement: Zwei`\n"
    ),
    "ren-dupto": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: Deux`\n"
        "- FROM: `### Requirement: One`\n- TO: `### Requirement: Deux`\n"
    ),
    "ren-addfrom": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: Deux`\n\n"
        f"## ADDED Requirements\n\n{whole('Two')}"
    ),
    "ren-remto": (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Two`\n- TO: `### Requirement: Deux`\n\n"
        "## REMOVED Requirements\n\n### Requirement: Deux\n"
    ),
    "rem-text": "## REMOVED Requirements\n\n### Requirement: Two\n\nwords will\n",
    "mod-noscen": "## MODIFIED Requirements\n\n### Requirement: Two\nThe system SHALL do it.\n\n",
    "h4-outside": f"## Notes\n\n#### Requirement: Q\nx\n\n## ADDED Requirements\n\n{whole('New')}",
    "meta-only": (f"## ADDED Requirements\n\n### Requirement: New\n**Priority**: P1\n\n#### Scenario: S\n{STEPS}\n"),
    "list-body": (f"## ADDED Requirements\n\n### Requirement: New\n- It SHALL\n\n#### Scenario: S\n{STEPS}\n"),
    "table-body": (
        f"## ADDED Requirements\n\n### Requirement: New\n| a |\n|---|\n| SHALL |\n\n#### Scenario: S\n{STEPS}\n"
    ),
    "code-body": (f"## ADDED Requirements\n\n### Requirement: New\n```\nSHALL\n```\n\n#### Scenario: S\n{STEPS}\n"),
    "comment-body": (f"## ADDED Requirements\n\n### Requirement: New\n<!-- SHALL -->\n\n#### Scenario: S\n{STEPS}\n"),
    "meta-shall": (
        f"## ADDED Requirements\n\n### Requirement: New\n**Note**: it SHALL\n\nwords\n\n#### Scenario: S\n{STEPS}\n"
    ),
    "scen-comment": ("## ADDED Requirements\n\n### Requirement: N\nIt SHALL\n\n#### Scenario: x\n<!-- later -->\n"),
    "scen-fence": ("## ADDED Requirements\n\n### Requirement: N\nIt SHALL\n\n#### Scenario: x\n```\na\n```\n"),
    "scen-h5": ("## ADDED Requirements\n\n### Requirement: N\nIt SHALL\n\n#### Scenario: x\n##### y\n- a\n"),
    "scen-hr": "## ADDED Requirements\n\n### Requirement: N\nIt SHALL\n\n#### Scenario: x\n---\n",
    "scen-one-empty": (
        "## ADDED Requirements\n\n### Requirement: N\nIt SHALL\n\n#### Scenario: x\n\n#### Scenario: y\n- a\n"
    ),
    "shall-sub": (f"## ADDED Requirements\n\n### Requirement: New\nIt MUSTN'T\n\n#### Scenario: S\n{STEPS}\n"),
    "shall-quote": (f'## ADDED Requirements\n\n### Requirement: New\nIt says "SHALL".\n\n#### Scenario: S\n{STEPS}\n'),
    "shall-_": (
        f"## ADDED Requirements\n\n### Requirement: New\nIt _SHALL_ x SHALL_NOT\n\n#### Scenario: S\n{STEPS}\n"
    ),
    "shall-_2": (f"## ADDED Requirements\n\n### Requirement: New\nIt SHALL_NOT\n\n#### Scenario: S\n{STEPS}\n"),
    "shall-hyph": (f"## ADDED Requirements\n\n### Requirement: New\nA MUST-have\n\n#### Scenario: S\n{STEPS}\n"),
    "shall-cjk": (f"## ADDED Requirements\n\n### Requirement: New\n系统SHALL做\n\n#### Scenario: S\n{STEPS}\n"),
    "lang": f"## ADDED Requirements\n\n### Requirement: New\n系统必须做\n\n#### Scenario: S\n{STEPS}\n",
    "text-only-before": f"words\n\n## ADDED Requirements\n\n{whole('New')}",
}
"""Deltas of the spec `BASE`."""

TASKS = {
    "dash": "- [ ] 1.1 a\n",
    "star": "* [ ] 1.1 a\n",
    "plus": "+ [ ] 1.1 a\n",
    "num": "1. [ ] a\n",
    "indent": "- x\n  - [ ] 1.1 a\n",
    "indent8": "        - [ ] 1.1 a\n",
    "x": "- [x] 1.1 a\n",
    "X": "- [X] 1.1 a\n",
    "tilde": "- [~] 1.1 a\n",
    "minus": "- [-] 1.1 a\n",
    "xsp": "- [x ] 1.1 a\n",
    "empty": "- [] 1.1 a\n",
    "nosp": "-[ ] 1.1 a\n",
    "nosp2": "- [ ]1.1 a\n",
    "full": "- 【 】 1.1 a\n",
    "fence": "```\n- [ ] 1.1 a\n```\n- [ ] 1.2 b\n",
    "quote": "> - [ ] 1.1 a\n",
    "comment": "<!--\n- [ ] 1.1 a\n-->\n- [ ] 1.2 b\n",
    "tab": "-\t[ ] 1.1 a\n",
    "emptytext": "- [ ]\n",
    "heading": "### [ ] 1.1 a\n",
    "bold": "- [ ] **1.1** a\n",
    "para": "[ ] 1.1 a\n",
    "dot": "- [ ] 1.1. a\n",
    "2sp": "-  [ ] 1.1 a\n",
    "dup-dot": "## 1. G\n- [ ] 1.1. a\n- [ ] 1.1 b\n",
    "bold-mis": "## 1. G\n- [ ] **2.1** a\n",
    "mis-dot": "## 1. G\n- [ ] 2.1. a\n",
    "mis-colon": "## 1. G\n- [ ] 2.1: a\n",
    "mis-3": "## 1. G\n- [ ] 2.1.1 a\n",
    "mis-1": "## 1. G\n- [ ] 2 a\n",
    "mis-T": "## 1. G\n- [ ] T2.1 a\n",
    "mis-Task": "## 1. G\n- [ ] Task 2.1 a\n",
    "mis-paren": "## 1) G\n- [ ] 2.1 a\n",
    "mis-nodot": "## 1.G\n- [ ] 2.1 a\n",
    "mis-h1": "# 1. G\n- [ ] 2.1 a\n",
    "mis-h3": "## 1. G\n### 2. H\n- [ ] 2.1 a\n",
    "mis-h2none": "## 1. G\n## Other\n- [ ] 2.1 a\n",
    "dup-across": "## 1. G\n- [ ] 1.1 a\n## 2. G\n- [ ] 1.1 a\n",
    "dup-nogroup": "- [ ] 1.1 a\n- [ ] 1.1 a\n",
    "dup-one": "## 1. G\n- [ ] 1 a\n- [ ] 1 b\n",
    "dup-nobox": "## 1. G\n- [ ] 1.1 a\n- 1.1 b\n",
    "mis-fence": "## 1. G\n```\n- [ ] 2.1 a\n```\n- [ ] 1.1 b\n",
    "mis-setext": "1. G\n----\n- [ ] 2.1 a\n",
    "dup-3": "## 1. G\n- [ ] 1.1.1 a\n- [ ] 1.1.1 b\n",
    "mis-bold-group": "## **1. G**\n- [ ] 2.1 a\n",
    "mis-x": "## 1. G\n- [x] 2.1 a\n",
    "mis-plus": "## 1. G\n+ [ ] 2.1 a\n",
    "mis-lead0": "## 01. G\n- [ ] 1.1 a\n",
    "mis-text": "## 1. G\n- [ ] 2.1\n",
    "mis-dec": "## 1. G\n- [ ] 2.1-beta\n- [ ] 1.1 a\n",
    "mis-v": "## 1. G\n- [ ] 2.5x faster\n- [ ] 1.1 a\n",
    "dup-full": "## 1. G\n- [ ] 1.1 a\n- [ ] 1.10 a\n- [ ] 1.1.1 b\n",
    "nums": "## 1. G\n\n1. a\n2. b\n",
    "words": "nothing\n",
    "headings": "## 1. G\n\n### 1.1 do\n",
}
"""Lists of tasks."""
