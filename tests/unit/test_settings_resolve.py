"""Layers merge by trust and precedence: the layer that names a provider fixes the model, and layers never mix."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.settings.endpoint import check_base_url
from orch_lsp.settings.load import ProjectLayer, UserLayer, parse_project, parse_user, read_editor, read_handed_over
from orch_lsp.settings.model import ProviderSettings, Settings
from orch_lsp.settings.problem import Layer
from orch_lsp.settings.resolve import CommandChoice, resolve
from orch_lsp.settings.trust import needs_consent

PRESETS = {
    "outline": ProviderSettings("outline", "outline", None),
    "openai": ProviderSettings(
        "openai", "openai-compatible", "https://api.openai.com/v1", key_variables=("OPENAI_API_KEY",), requires_key=True
    ),
    "anthropic": ProviderSettings(
        "anthropic",
        "anthropic",
        "https://api.anthropic.com/v1",
        key_variables=("ANTHROPIC_API_KEY",),
        requires_key=True,
    ),
}
WORK = '[providers.work]\nkind = "openai-compatible"\nbase_url = "http://127.0.0.1:8111/v1"\n'


def merged(
    user: str = "",
    *,
    project: str = "",
    editor: object = None,
    front_matter: str = "",
    command: CommandChoice | None = None,
    handed_over: object = None,
) -> Settings:
    matter = parse_project(front_matter)
    return resolve(
        user=parse_user(user, Path("config.toml")),
        handed_over=None if handed_over is None else read_handed_over(handed_over),
        project=parse_project(project, Path(".orch/config.toml")),
        editor=read_editor(editor),
        front_matter=ProjectLayer(Layer.FRONT_MATTER, matter.table, matter.problems, lines={"provider": 1, "model": 2}),
        command=command or CommandChoice(),
        presets=PRESETS,
    )


def chosen(settings: Settings) -> tuple[str, str | None, Layer]:
    assert settings.choice is not None, settings.choice_problem
    return settings.choice.provider.name, settings.choice.model, settings.choice.layer


def messages(settings: Settings) -> dict[str, str]:
    return {problem.key: problem.message for problem in settings.problems}


def test_nothing_chosen_is_no_choice_and_no_guess() -> None:
    settings = merged(WORK)
    assert (settings.choice, settings.choice_problem, settings.problems) == (None, None, ())


def test_the_highest_layer_that_names_a_provider_wins() -> None:
    layers: dict[str, Any] = {
        "user": 'provider = "openai"\nmodel = "user-model"\n' + WORK,
        "editor": {"provider": "openai", "model": "editor-model"},
        "project": 'provider = "openai"\nmodel = "project-model"\n',
        "front_matter": 'provider = "openai"\nmodel = "matter-model"\n',
        "command": CommandChoice("openai", "command-model"),
    }
    expected = [Layer.COMMAND, Layer.FRONT_MATTER, Layer.PROJECT, Layer.EDITOR, Layer.USER]
    for layer, name in zip(expected, reversed(list(layers)), strict=True):
        settings = merged(**layers)
        assert chosen(settings)[2] is layer
        assert (chosen(settings)[1] or "").startswith(name.removeprefix("front_"))
        assert settings.origins["provider"] is layer
        del layers[name]


def test_a_layer_without_its_own_model_takes_the_providers_model_and_never_another_layers() -> None:
    user = 'provider = "openai"\nmodel = "user-model"\n' + WORK + 'model = "work-model"\n'
    assert chosen(merged(user, project='provider = "work"')) == ("work", "work-model", Layer.PROJECT)
    settings = merged(user, project='provider = "anthropic"', editor={"provider": "openai", "model": "editor-model"})
    assert settings.choice is None
    assert settings.choice_problem is not None
    assert settings.choice_problem[0] == "missing_model"
    assert "anthropic" in settings.choice_problem[1]


def test_a_model_without_a_provider_is_ignored_and_said_so() -> None:
    settings = merged('provider = "openai"\nmodel = "user-model"\n', project='\nmodel = "project-model"\n')
    assert chosen(settings) == ("openai", "user-model", Layer.USER)
    (problem,) = settings.problems
    assert (problem.key, problem.layer, problem.line) == ("model", Layer.PROJECT, 1)


def test_a_model_on_the_command_goes_to_the_provider_chosen_below() -> None:
    settings = merged('provider = "openai"\nmodel = "user-model"\n', command=CommandChoice(model="command-model"))
    assert chosen(settings) == ("openai", "command-model", Layer.USER)
    assert settings.origins["model"] is Layer.COMMAND


def test_the_outline_needs_no_model_and_has_none() -> None:
    assert chosen(merged(command=CommandChoice("outline"))) == ("outline", None, Layer.COMMAND)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"command": CommandChoice("outline", "m")}, "command"),
        ({"command": CommandChoice(None, "m"), "user": 'provider = "outline"'}, "command"),
        ({"front_matter": 'provider = "outline"\nmodel = "m"'}, "front matter, line 3"),
        ({"user": 'provider = "outline"\nmodel = "m"'}, "config.toml, line 2"),
    ],
)
def test_a_model_for_a_provider_that_asks_none_is_pointed_out(given: dict[str, Any], place: str) -> None:
    settings = merged(**given)
    assert chosen(settings)[:2] == ("outline", None)
    assert [(one.place, one.message) for one in settings.problems] == [
        (place, "`model` is ignored: outline asks no model")
    ]


def test_a_model_that_stands_beside_another_provider_is_no_fault_of_the_outline() -> None:
    settings = merged('provider = "work"\nmodel = "m"\n' + WORK, command=CommandChoice("outline"))
    assert (chosen(settings)[0], settings.problems) == ("outline", ())


def test_an_unknown_provider_is_named_with_the_nearest_and_nothing_below_takes_its_place() -> None:
    settings = merged('provider = "openai"\nmodel = "m"\n', project='provider = "antropic"\nmodel = "m"\n')
    assert settings.choice is None
    assert settings.choice_problem is not None
    code, message = settings.choice_problem
    assert code == "unknown_provider"
    assert "'antropic'" in message
    assert "did you mean `anthropic`?" in message
    assert messages(settings) == {"provider": message}


def test_a_user_table_merges_over_the_preset_of_its_name() -> None:
    settings = merged('[providers.openai]\nmodel = "m"\ntimeout = { idle = 5 }\nheaders = { X-A = "1" }\n')
    openai = settings.providers["openai"]
    assert (openai.base_url, openai.model, openai.timeout.idle, openai.timeout.total) == (
        "https://api.openai.com/v1", "m", 5, 600,
    )  # fmt: skip
    assert openai.requires_key
    assert openai.key_variables == ("OPENAI_API_KEY",)
    assert dict(openai.headers) == {"X-A": "1"}
    assert settings.origins["providers.openai.model"] is Layer.USER


def test_a_new_provider_of_a_service_kind_goes_to_that_service_but_not_with_its_standard_key() -> None:
    settings = merged('[providers.second]\nkind = "anthropic"\nmodel = "m"\n')
    second = settings.providers["second"]
    assert (second.base_url, second.requires_key, second.key_variables) == ("https://api.anthropic.com/v1", True, ())


def test_a_new_provider_at_its_own_place_needs_a_key_only_if_it_says_where_from() -> None:
    assert not merged(WORK).providers["work"].requires_key
    assert merged(WORK + 'api_key_env = "WORK_KEY"').providers["work"].requires_key
    assert merged(WORK + 'api_key_command = ["pass"]').providers["work"].requires_key


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ('base_url = "http://127.0.0.1"', "kind"),
        ('kind = "anthropc"\nbase_url = "http://127.0.0.1"', "kind"),
        ('kind = "openai-compatible"', "base_url"),
        ('kind = "openai-compatible"\nbase_url = "ftp://127.0.0.1"', "base_url"),
        ('kind = "openai-compatible"\nbase_url = "http://llm.example"', "base_url"),
        ('kind = "openai-compatible"\nbase_url = "https://u:p@llm.example"', "base_url"),
        ('kind = "openai-compatible"\nbase_url = 3', "base_url"),
        ('kind = "anthropic"\nbase_url = 3', "base_url"),
        ('kind = "anthropic"\napi_key_env = "not a name"', "api_key_env"),
        ('kind = "anthropic"\nheaders = { Host = "x" }', "headers"),
        ('kind = "anthropic"\nnetwork = { proxy = "x" }', "network.proxy"),
    ],
)
def test_a_provider_with_a_wrong_decisive_value_cannot_be_chosen(table: str, key: str) -> None:
    settings = merged(f'provider = "mine"\nmodel = "m"\n[providers.mine]\n{table}\n')
    assert settings.choice is None
    assert settings.choice_problem is not None
    assert settings.choice_problem[0] == "invalid_settings"
    assert f"providers.mine.{key}" in settings.choice_problem[1]
    assert f"providers.mine.{key}" in messages(settings)
    assert all(problem.line is not None for problem in settings.problems)


def test_a_wrong_address_for_a_built_in_name_does_not_send_to_the_built_in_place() -> None:
    settings = merged('provider = "openai"\nmodel = "m"\n[providers.openai]\nbase_url = "htps://proxy.example"\n')
    assert settings.choice is None
    assert settings.choice_problem is not None
    assert settings.choice_problem[0] == "invalid_settings"


def test_a_wrong_proxy_for_all_keeps_requests_from_going_around_it() -> None:
    settings = merged('provider = "openai"\nmodel = "m"\n[network]\nproxy = "nonsense"\n')
    assert settings.choice_problem is not None
    assert "network.proxy" in settings.choice_problem[1]
    assert chosen(merged('provider = "outline"\n[network]\nproxy = "nonsense"\n'))[0] == "outline"


def test_a_damaged_user_config_keeps_requests_from_going_where_it_might_not_have_said() -> None:
    settings = merged("provider = \n", project='provider = "openai"\nmodel = "m"\n')
    assert settings.choice_problem is not None
    assert settings.choice_problem[0] == "invalid_settings"
    assert "line 1" in settings.choice_problem[1]


@pytest.mark.parametrize("command", [None, CommandChoice(provider="work")])
@pytest.mark.parametrize("damaged", ["user", "project"])
def test_where_a_damaged_file_may_hold_the_choice_that_is_the_reason_why_there_is_none(
    damaged: str, command: CommandChoice | None
) -> None:
    settings = merged(**{damaged: 'provider = "work'}, command=command)  # type: ignore[arg-type]
    assert settings.choice is None
    assert settings.choice_problem is not None
    code, message = settings.choice_problem
    assert code == "invalid_settings"
    assert "config.toml, line 1: nothing in this file is used, because it is not valid TOML" in message


def test_a_provider_that_is_no_table_cannot_be_chosen() -> None:
    settings = merged('provider = "openai"\nmodel = "m"\n[providers]\nopenai = "https://proxy.example"\n')
    assert settings.choice_problem is not None
    assert "providers.openai" in settings.choice_problem[1]


def test_a_harmless_wrong_value_leaves_the_provider_usable() -> None:
    settings = merged(
        'provider = "work"\nmodel = "m"\n' + WORK + "timeout = { idle = 'x' }\nretry = { attempts = 0 }\n"
    )
    assert chosen(settings) == ("work", "m", Layer.USER)
    assert sorted(messages(settings)) == ["providers.work.retry.attempts", "providers.work.timeout.idle"]


def test_plain_http_is_for_this_machine_or_for_who_allows_it() -> None:
    table = '[providers.lan]\nkind = "openai-compatible"\nmodel = "m"\nbase_url = "http://10.0.0.5:8000/v1/"\n'
    assert merged('provider = "lan"\n' + table).choice is None
    allowed = merged('provider = "lan"\n' + table + "allow_http = true\n")
    assert chosen(allowed)[0] == "lan"
    assert allowed.providers["lan"].base_url == "http://10.0.0.5:8000/v1"


def test_limits_and_network_hold_for_all_providers_unless_one_has_its_own() -> None:
    settings = merged(
        '[limits]\nmax_events = 7\n[network]\nca_bundle = "ca.pem"\n' + WORK + "limits = { max_bytes = 9 }\n"
        "network = { proxy = 'http://127.0.0.1:3128' }\n"
    )
    work, openai = settings.providers["work"], settings.providers["openai"]
    assert (work.limits.max_bytes, work.limits.max_events, openai.limits.max_events) == (9, 7, 7)
    assert (work.network.proxy, work.network.ca_bundle) == ("http://127.0.0.1:3128", Path("ca.pem"))
    assert openai.network.proxy is None


def test_options_become_texts() -> None:
    settings = merged(WORK + "options = { a = 1, b = true, c = 'x', d = 1.5 }\n")
    assert dict(settings.providers["work"].options) == {"a": "1", "b": "true", "c": "x", "d": "1.5"}


def test_what_the_editor_hands_over_wins_over_the_file_and_merges_its_tables() -> None:
    settings = merged(
        'provider = "openai"\nmodel = "m"\n' + WORK + "timeout = { idle = 5 }\n",
        handed_over={"provider": "work", "providers": {"work": {"model": "w", "timeout": {"total": 9}}}},
    )
    assert chosen(settings) == ("work", "w", Layer.USER)
    assert (settings.providers["work"].timeout.idle, settings.providers["work"].timeout.total) == (5, 9)
    assert settings.default_provider == "work"


def test_generation_parameters_follow_the_layers_each_for_itself() -> None:
    settings = merged(
        "temperature = 0.1\nmax_output_tokens = 100\n",
        project="max_output_tokens = 50\n",
        front_matter='reasoning = "low"\n',
    )
    parameters = settings.parameters
    assert (parameters.temperature, parameters.max_output_tokens, parameters.reasoning) == (0.1, 50, "low")
    assert settings.origins["max_output_tokens"] is Layer.PROJECT


def test_the_command_decides_on_apply() -> None:
    assert merged('apply = "review"').apply == "review"
    assert merged('apply = "review"', command=CommandChoice(apply="auto")).apply == "auto"
    assert merged().apply == "auto"


def test_the_project_may_lower_the_context_budget_but_not_raise_it() -> None:
    lowered = merged("[context]\nbudget_tokens = 1000\n", project="[context]\nbudget_tokens = 10\n")
    assert lowered.context.budget_tokens == 10
    raised = merged("[context]\nbudget_tokens = 1000\n", project="[context]\nbudget_tokens = 1001\n")
    assert raised.context.budget_tokens == 1000
    assert "at most 1000" in messages(raised)["context.budget_tokens"]
    assert raised.origins["context.budget_tokens"] is Layer.USER
    assert merged(project="[context]\nbudget_tokens = 8001\n").context.budget_tokens == 8000
    assert merged("[context]\nbudget_tokens = 90000\n").context.budget_tokens == 90000


def test_the_project_may_switch_context_off_but_not_on_again() -> None:
    assert not merged(project="[context]\nenabled = false\n").context.enabled
    settings = merged("[context]\nenabled = false\n", project="[context]\nenabled = true\n")
    assert not settings.context.enabled
    assert "context.enabled" in messages(settings)


def test_the_project_cannot_take_back_what_the_user_keeps_out_of_the_context() -> None:
    settings = merged(
        '[context]\ninclude = ["src/**"]\nexclude = ["src/private/**"]\n',
        project='[context]\ninclude = ["**"]\nexclude = ["docs/**"]\n',
    )
    assert settings.context.include == ("src/**",)
    assert settings.context.exclude == ("src/private/**", "docs/**")
    assert "context.include" in messages(settings)
    assert merged(project='[context]\ninclude = ["lib/**"]\n').context.include == ("lib/**",)


def test_pins_of_all_layers_come_together() -> None:
    settings = merged('[context]\npin = ["a.py"]\n', project='[context]\npin = ["b.py#L1-L9", "a.py"]\n')
    assert settings.context.pin == ("a.py", "b.py#L1-L9")


def test_severities_of_all_layers_come_together() -> None:
    settings = merged('[lint]\na = "off"\nb = "hint"\n', project='[severities]\nb = "error"\n')
    assert dict(settings.severities) == {"a": "off", "b": "error"}
    assert settings.origins["lint.b"] is Layer.PROJECT


def test_runs_are_the_users_and_a_lease_outlasts_a_heartbeat() -> None:
    runs = merged("[runs]\nparallel = 9\nheartbeat = 2\nlease = 20\nkeep_runs = 5\nvacuum = false\n").runs
    assert (runs.parallel, runs.heartbeat_s, runs.lease_s, runs.keep_runs, runs.vacuum) == (9, 2, 20, 5, False)
    settings = merged("[runs]\nheartbeat = 30\nlease = 30\n")
    assert settings.runs.lease_s > settings.runs.heartbeat_s
    assert "runs.lease" in messages(settings)


def test_fallback_names_only_what_can_be_used() -> None:
    settings = merged('fallback = ["work", "outline", "opnai", "anthropic", "work"]\n' + WORK + 'model = "m"\n')
    assert settings.fallback == ("work", "outline")
    reasons = [problem.message for problem in settings.problems if problem.key == "fallback"]
    assert len(reasons) == 2
    assert "did you mean `openai`?" in reasons[0]
    assert "needs a model" in reasons[1]


def test_problems_of_every_layer_are_told() -> None:
    settings = merged("aply = 1", project="x = 1", editor={"y": 1}, front_matter="z = 1", handed_over={"w": 1})
    assert sorted(problem.key for problem in settings.problems) == ["aply", "w", "x", "y", "z"]


def test_a_damaged_file_leaves_the_other_layers_at_work() -> None:
    settings = merged("provider = ", project='provider = "outline"')
    assert chosen(settings) == ("outline", None, Layer.PROJECT)
    assert len(settings.problems) == 1


def test_empty_layers_give_the_defaults() -> None:
    settings = resolve(
        user=UserLayer(), project=ProjectLayer(), editor=ProjectLayer(), front_matter=ProjectLayer(),
        command=CommandChoice(), presets={},
    )  # fmt: skip
    assert settings == Settings(providers={}, choice=None, choice_problem=None)


names = st.none() | st.sampled_from(["outline", "openai", "anthropic", "work", "nobody"])
choices = st.fixed_dictionaries({}, optional={"provider": names, "model": st.none() | st.sampled_from(["m-1", "m-2"])})
provider_tables = st.dictionaries(
    st.sampled_from(["openai", "work", "a.b"]),
    st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from(["openai-compatible", "outline", "nonsense", 3]),
            "base_url": st.sampled_from(["http://127.0.0.1:1/v1", "https://llm.example", "http://llm.example", "", 3]),
            "model": st.sampled_from(["m-3", "", 3]),
            "headers": st.sampled_from([{}, {"X-A": "b"}, {"Host": "x"}, 3]),
            "timeout": st.sampled_from([{}, {"idle": 3}, {"idle": "x"}, 3]),
        },
    )
    | st.none()
    | st.just(3),
)


@given(choices, choices, choices, choices, names, provider_tables)
def test_the_choice_is_always_that_of_the_highest_layer_that_names_one_or_a_reason(
    user: dict[str, Any], editor: Any, project: dict[str, Any], matter: dict[str, Any], command: str | None, tables: Any
) -> None:
    def layer(which: Layer, values: dict[str, Any]) -> ProjectLayer:
        return replace(read_editor(values), layer=which)

    settings = resolve(
        user=read_handed_over({**user, "providers": tables}),
        project=layer(Layer.PROJECT, project),
        editor=read_editor(editor),
        front_matter=layer(Layer.FRONT_MATTER, matter),
        command=CommandChoice(command),
        presets=PRESETS,
    )
    layers = {
        Layer.COMMAND: {"provider": command}, Layer.FRONT_MATTER: matter, Layer.PROJECT: project,
        Layer.EDITOR: editor, Layer.USER: user,
    }  # fmt: skip
    naming = [which for which, values in layers.items() if values.get("provider")]
    if not naming:
        assert (settings.choice, settings.choice_problem) == (None, None)
    elif settings.choice is None:
        assert settings.choice_problem is not None
        assert settings.choice_problem[0] in {"unknown_provider", "missing_model", "invalid_settings"}
    else:
        own = layers[naming[0]]
        assert settings.choice_problem is None
        assert (settings.choice.layer, settings.choice.provider.name) == (naming[0], own["provider"])
        assert settings.choice.model in {own.get("model"), settings.choice.provider.model, None}
        assert (settings.choice.model is None) == (settings.choice.provider.kind == "outline")
        assert settings.choice.provider.kind == "outline" or check_base_url(settings.choice.provider.base_url or "")


@pytest.mark.parametrize(
    ("user", "project", "command", "hosted", "asks"),
    [
        ("", 'provider = "openai"\nmodel = "m"', None, True, True),
        ("", 'provider = "openai"\nmodel = "m"', None, False, False),
        ('provider = "openai"\nmodel = "u"', 'provider = "openai"\nmodel = "m"', None, True, True),
        ('provider = "anthropic"\nmodel = "u"', 'provider = "openai"\nmodel = "m"', None, True, True),
        ("", 'provider = "openai"\nmodel = "m"', CommandChoice("openai", "m"), True, False),
        ("", 'provider = "openai"\nmodel = "m"', CommandChoice(model="m"), True, True),
        ('provider = "openai"\nmodel = "u"', "", None, True, False),
        ("", "", None, True, False),
    ],
)
def test_the_user_is_asked_when_the_project_chose_a_hosted_provider(
    user: str, project: str, command: CommandChoice | None, *, hosted: bool, asks: bool
) -> None:
    assert needs_consent(merged(user, project=project, command=command), hosted) is asks


def test_an_editors_choice_is_the_projects_too_since_its_scope_cannot_be_seen() -> None:
    assert needs_consent(merged(editor={"provider": "openai", "model": "m"}), hosted=True)
    assert needs_consent(merged('provider = "anthropic"', editor={"provider": "openai", "model": "m"}), hosted=True)


def test_an_editor_that_repeats_the_users_choice_chooses_nothing() -> None:
    assert not needs_consent(merged('provider = "openai"', editor={"provider": "openai", "model": "m"}), hosted=True)


def test_severities_for_some_documents_stand_in_the_order_in_which_they_count() -> None:
    settings = merged(
        '[lint]\na = "off"\n[[lint_for]]\nglob = "old/**"\nrules = { a = "hint" }\n',
        project='[[lint_for]]\nprofile = "kiro"\n[lint_for.rules]\n"*" = "off"\n',
        editor={"lint_for": [{"glob": "x", "profile": "kiro/tasks", "rules": {"b": "error"}}]},
    )
    assert [(one.glob, one.profile, dict(one.severities)) for one in settings.severities_for] == [
        (None, None, {"a": "off"}), ("old/**", None, {"a": "hint"}),
        ("x", "kiro/tasks", {"b": "error"}), (None, "kiro", {"*": "off"}),
    ]  # fmt: skip
    assert (dict(settings.severities), settings.origins["lint_for"]) == ({"a": "off"}, Layer.PROJECT)


def test_formats_of_all_layers_come_together_and_the_highest_stands_last() -> None:
    settings = merged(
        '[[formats]]\nglob = "a/**"\nprofile = "kiro"\n', project='[[formats]]\nglob = "b"\nprofile = "plain"\n'
    )
    assert [(one.glob, one.profile, one.layer) for one in settings.formats] == [
        ("a/**", "kiro", Layer.USER), ("b", "plain", Layer.PROJECT),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('glob = "a"\nprofle = "kiro"', "`formats.1.profle`, set to 'kiro', is not a setting; did you mean `profile`?"),
        ('glob = "a"', "`formats.1.profile` is missing"),
        ('glob = 3\nprofile = "kiro"', "`formats.1.glob` is 3; expected a text"),
    ],
)
def test_a_wrong_entry_of_a_list_is_told_at_its_line_and_the_others_hold(entry: str, said: str) -> None:
    good = '[[formats]]\nglob = "b"\nprofile = "plain"\n'
    settings = merged(project=f"{good}[[formats]]\n{entry}\n{good}")
    assert [one.glob for one in settings.formats] == ["b", "b"]
    (problem,) = settings.problems
    assert (problem.key, problem.line, problem.message) == ("formats.1", 3, said)


def test_severities_for_no_document_in_particular_are_told() -> None:
    settings = merged(project='[[lint_for]]\nrules = { a = "off" }\n')
    assert settings.severities_for == ()
    assert "expected a `glob`, a `profile`, or both" in settings.problems[0].message


def test_a_list_of_an_editor_is_cleaned_and_judged_alike() -> None:
    settings = merged(editor={"formats": [{"glob": "", "profile": "kiro"}, {"glob": "a", "profile": "kiro"}]})
    assert [one.glob for one in settings.formats] == ["a"]
    assert len(settings.problems) == 1
