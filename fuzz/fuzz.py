"""Runs one target under the fuzzer: fuzz.py TARGET [CORPUS…] [-libFuzzer=options…]."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["orch_lsp"]):
    from targets import TARGETS

if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
