# Four verbs, over the tools in .venv; see CONTRIBUTING.md.
python := .venv/bin/python

.PHONY: fix lint types test

.venv:
	python3 -m venv .venv
	$(python) -m pip install --quiet --disable-pip-version-check --editable ".[dev]"

fix: | .venv
	$(python) -m ruff check --fix .
	$(python) -m ruff format .

lint: | .venv
	$(python) -m ruff format --check .
	$(python) -m ruff check .
	.venv/bin/lint-imports

types: | .venv
	.venv/bin/pyright

test: | .venv
	$(python) -m pytest
