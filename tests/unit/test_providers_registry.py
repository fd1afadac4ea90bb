"""From settings to a provider: kinds, presets, keys, and the door for packages of others."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.plugins import Plugins
from orch_lsp.providers.base import Provider
from orch_lsp.providers.endpoint import endpoint_of
from orch_lsp.providers.failure import Failure
from orch_lsp.providers.presets import PRESETS
from orch_lsp.providers.registry import BUILT_IN, GROUP, create_provider, is_hosted, kinds
from orch_lsp.providers.remedies import with_remedy
from orch_lsp.settings.kinds import kind_named
from orch_lsp.settings.model import ProviderSettings

ROOT = Path(__file__).resolve().parents[2]


def settings(**values: object) -> ProviderSettings:
    return ProviderSettings(
        **{"name": "work", "kind": "openai-compatible", "base_url": "https://m.example/v1", **values}
    )


def test_what_ships_is_declared_as_a_package_of_others_would_declare_it():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"][GROUP]
    assert {"anthropic", "openai-compatible", "outline"} <= declared.keys()
    assert {kind: target for kind, target in declared.items() if kind in BUILT_IN}.items() <= BUILT_IN.items()


@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_kind_makes_a_provider_that_calls_itself_by_the_settings_name(kind):
    more = {"command": ("agent",)} if kind_named(kind).acts else {}
    provider = create_provider(settings(kind=kind, **more), None)
    assert provider.id == "work"
    assert provider.kind == kind
    assert provider.server_address == ("m.example" if kind_named(kind).has_address and kind != "outline" else None)
    assert kind in kinds()


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_every_preset_makes_a_provider_or_says_what_it_lacks(preset):
    if preset.base_url is None and preset.has_address:
        with pytest.raises(SettingsError, match="base_url"):
            create_provider(preset, None)
    else:
        assert create_provider(preset, None).id == preset.name


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_every_hosted_preset_needs_a_key_and_encryption_and_every_local_one_neither(preset):
    if preset.kind == "outline":
        assert not is_hosted(preset)
        return
    hosted = is_hosted(preset)
    assert (preset.docs_url or "").startswith("https://")
    if not preset.has_address:
        # A program knows where its requests go, and who may ask.
        assert hosted
        assert not preset.requires_key
        return
    assert preset.requires_key is hosted
    assert bool(preset.key_variables) is hosted
    if preset.base_url is not None:
        endpoint = endpoint_of(preset)
        assert (endpoint.scheme == "https") is hosted
        assert endpoint.is_loopback is not hosted


@pytest.mark.parametrize(
    ("base_url", "hosted"),
    [
        ("http://127.0.0.1:8080/v1", False),
        ("http://LOCALHOST:1/v1", False),
        ("http://[::1]:1/v1", False),
        ("https://127.0.0.1.example/v1", True),
        ("https://localhost.example/v1", True),
        ("https://10.0.0.1/v1", True),
        (None, True),
    ],
)
def test_what_leaves_the_machine_is_hosted(base_url, hosted):
    assert is_hosted(settings(base_url=base_url)) is hosted


def test_an_unknown_kind_is_told_with_those_that_are_known():
    with pytest.raises(SettingsError) as raised:
        create_provider(settings(kind="openia"), None)
    assert raised.value.code is ErrorCode.INVALID_SETTINGS
    assert "`providers.work.kind` is `openia`" in raised.value.message
    assert "openai-compatible" in raised.value.message


PACKAGE = """
from orch_lsp.providers.base import Provider

class Mine:
    id, kind, server_address = "mine", "mine", None
    def __init__(self, settings, key):
        self.key = key

def create(settings, key):
    return Mine(settings, key)
"""


def installed(folder: Path, target: str) -> None:
    (folder / "mine_provider.py").write_text(PACKAGE, "utf-8")
    info = folder / "mine_provider-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine-provider\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nmine = {target}\n", "utf-8")


def test_a_package_of_somebody_else_s_is_a_kind(tmp_path, monkeypatch):
    installed(tmp_path, "mine_provider:create")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins = Plugins(GROUP, BUILT_IN)
    provider = create_provider(settings(kind="mine"), "k", plugins)
    assert provider.kind == "mine"
    assert "mine" in kinds(plugins)


@pytest.mark.parametrize("target", ["no_such_module:create", "mine_provider:no_such_name"])
def test_a_package_that_cannot_be_loaded_is_told(tmp_path, monkeypatch, target):
    installed(tmp_path, target)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SettingsError, match="cannot be loaded"):
        create_provider(settings(kind="mine"), None, Plugins(GROUP, BUILT_IN))


@pytest.mark.parametrize(
    ("where", "error"),
    [(where, error) for where in ("load", "create") for error in ("SystemExit", "KeyboardInterrupt", "RecursionError")],
)
def test_a_package_that_raises_anything_costs_its_own_kind_alone(tmp_path, monkeypatch, where, error):
    if where == "load":
        (tmp_path / "mine_raises.py").write_text(f"raise {error}\n", "utf-8")
    else:
        (tmp_path / "mine_raises.py").write_text(f"def create(settings, key):\n    raise {error}\n", "utf-8")
    installed(tmp_path, "mine_raises:create")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins = Plugins(GROUP, BUILT_IN)
    with pytest.raises(SettingsError, match=error):
        create_provider(settings(kind="mine"), None, plugins)
    assert create_provider(settings(kind="ollama"), None, plugins).kind == "ollama"
    sys.modules.pop("mine_raises", None)


def test_a_package_that_never_makes_its_provider_is_asked_once(tmp_path, monkeypatch):
    (tmp_path / "mine_hangs.py").write_text(
        "import threading\ndef create(settings, key):\n    threading.Event().wait()\n", "utf-8"
    )
    installed(tmp_path, "mine_hangs:create")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins = Plugins(GROUP, BUILT_IN, seconds=0.5)
    for _ in range(3):
        with pytest.raises(SettingsError, match="did not answer within"):
            create_provider(settings(kind="mine"), None, plugins)
    assert create_provider(settings(kind="ollama"), None, plugins).kind == "ollama"


def test_a_package_cannot_take_the_place_of_what_ships(tmp_path, monkeypatch):
    installed(tmp_path, "mine_provider:create")
    entry_points = tmp_path / "mine_provider-1.0.dist-info" / "entry_points.txt"
    entry_points.write_text(f"[{GROUP}]\nanthropic = mine_provider:create\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins = Plugins(GROUP, BUILT_IN)
    assert type(create_provider(settings(kind="anthropic"), None, plugins)).__name__ == "HttpProvider"


def test_making_a_provider_loads_nothing_heavy():
    code = (
        "import sys\n"
        "from orch_lsp.providers.presets import PRESETS\n"
        "from orch_lsp.providers.registry import create_provider\n"
        "for preset in PRESETS.values():\n"
        "    if preset.base_url: create_provider(preset, 'k')\n"
        "print([name for name in ('httpx', 'pydantic', 'anyio', 'certifi') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("code", "values", "model", "has_key", "words"),
    [
        (ErrorCode.INVALID_AUTH, {"api_key_env": "TEAM_KEY"}, None, True, "`TEAM_KEY`"),
        (ErrorCode.INVALID_AUTH, {"key_variables": ("SERVICE_KEY",)}, None, True, "`SERVICE_KEY`"),
        (ErrorCode.INVALID_AUTH, {"name": "my.work"}, None, False, "`ORCH_MY_WORK_API_KEY`"),
        (ErrorCode.MODEL_NOT_FOUND, {"kind": "ollama"}, "qwen", True, "`ollama pull qwen`"),
        (ErrorCode.MODEL_NOT_FOUND, {}, "qwen", True, "`base_url`"),
    ],
)
def test_a_cure_names_what_this_provider_needs(code, values, model, has_key, words):
    failure = with_remedy(Failure(code, "No."), settings(**values), model, has_key=has_key)
    assert words in (failure.remediation or "")


def test_a_cure_that_is_known_better_stays():
    failure = Failure(ErrorCode.INVALID_AUTH, "No.", "Do this.")
    assert with_remedy(failure, settings(), None, has_key=True) is failure


def test_a_provider_has_what_the_port_asks_for():
    provider: Provider = create_provider(settings(), None)
    assert all(hasattr(provider, name) for name in ("id", "kind", "server_address", "request_body", "stream", "aclose"))
