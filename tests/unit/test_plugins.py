"""Packages of others that raise anything, or never come back: each is lost alone, and said once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from orch_lsp.plugins import PluginError, Plugins, Unusable, contained

GROUP = "orch_lsp.tests"
BROKEN = {
    "exits": "raise SystemExit(3)",
    "interrupts": "raise KeyboardInterrupt",
    "recurses": "def f(): f()\nf()",
    "own": "class Odd(BaseException): ...\nraise Odd",
    "unreadable": "def (",
    "cancels": "import asyncio\nraise asyncio.CancelledError",
}


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install little packages, each a module with an entry point of its name, until the test ends."""

    def install(sources):
        info = tmp_path / "many_plugins-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: many-plugins\nVersion: 1.0\n")
        entries = "".join(f"{name} = plugin_of_test_{name}:VALUE\n" for name in sources)
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{entries}")
        for name, source in sources.items():
            (tmp_path / f"plugin_of_test_{name}.py").write_text(f"{source}\nVALUE = {name!r}\n")
        monkeypatch.syspath_prepend(str(tmp_path))

    return install


@pytest.mark.parametrize("name", BROKEN)
def test_whatever_one_raises_the_others_work_and_it_is_said_once(install, name, caplog):
    install({name: BROKEN[name], "sound": ""})
    plugins = Plugins(GROUP, {})
    for _ in range(3):
        assert isinstance(plugins.load(name), Unusable)
        assert plugins.load("sound") == "sound"
        assert plugins.load_all()["sound"] == "sound"
    assert [found.name for found in plugins.unusable] == [name]
    assert len(caplog.records) == 1
    assert f"plugin_of_test_{name}:VALUE" in caplog.text


def test_one_that_never_comes_back_is_left_behind(install, caplog):
    install({"hangs": "import threading\nthreading.Event().wait()", "sound": "", "other": ""})
    plugins = Plugins(GROUP, {}, seconds=0.3)
    found = plugins.load_all()
    assert isinstance(found["hangs"], Unusable)
    assert "did not load within 0.3 seconds" in found["hangs"].reason
    assert (found["sound"], found["other"]) == ("sound", "other")
    assert plugins.load("hangs") is found["hangs"]
    assert len(caplog.records) == 1


def test_many_threads_that_ask_at_once_load_it_once(install):
    install({"counted": "import builtins\nbuiltins.counted_loads = getattr(builtins, 'counted_loads', 0) + 1"})
    plugins = Plugins(GROUP, {})
    values = []
    threads = [threading.Thread(target=lambda: values.append(plugins.load("counted"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == ["counted"] * 8
    import builtins

    assert builtins.__dict__.pop("counted_loads") == 1


def test_nobody_takes_the_name_of_what_ships(install):
    install({"mine": ""})
    plugins = Plugins(GROUP, {"mine": "orch_lsp:__version__"})
    from orch_lsp import __version__

    assert plugins.load("mine") == __version__
    assert plugins.load("nobody") is None
    assert plugins.names() == ("mine",)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_a_call_into_a_plug_in_cannot_end_the_process(error):
    with pytest.raises(PluginError, match=error.__name__), contained():
        raise error


@pytest.mark.parametrize("error", [ValueError, RecursionError, asyncio.CancelledError, GeneratorExit])
def test_what_a_handler_knows_passes_as_it_is(error):
    with pytest.raises(error), contained():
        raise error


@pytest.mark.parametrize("damaged", [b"\xff\xfe\x00", f"[{GROUP}]\nno equals sign\n".encode()])
def test_a_package_whose_entry_points_cannot_be_read_has_none(install, tmp_path, damaged, caplog):
    install({"sound": ""})
    info = tmp_path / "damaged-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: damaged\nVersion: 1.0\n")
    (info / "entry_points.txt").write_bytes(damaged)
    plugins = Plugins(GROUP, {})
    assert plugins.load_all() == {"sound": "sound"}
    assert "damaged-1.0.dist-info" in caplog.text
