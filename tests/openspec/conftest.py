"""The real program of OpenSpec, beside which documents are read and checked here.

`ORCH_OPENSPEC` names it (npm's `node_modules/.bin/openspec` of @fission-ai/openspec), or several versions of it with
the separator of `PATH` between. Without it these tests are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.openspec.program import Program

HERE = Path(__file__).parent
PROGRAMS = [name for name in os.environ.get("ORCH_OPENSPEC", "").split(os.pathsep) if name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and not PROGRAMS and "program" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason="ORCH_OPENSPEC is not set: OpenSpec's own program is not asked"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "program" in metafunc.fixturenames:
        metafunc.parametrize("program", PROGRAMS or [""], indirect=True, scope="session")


@pytest.fixture(scope="session")
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(str(request.param), tmp_path_factory.mktemp("openspec"))
