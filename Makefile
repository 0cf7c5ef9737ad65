# Everything a newcomer needs: `make demo` and `make test`. Both set up what they need on the way.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# A test that starts the bot as a process would else compile all of it each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test check unit bench screenshots lock clean

help:  ## Show this help
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.runtime  ## Make .venv with the pinned packages

demo: $(VENV)/.runtime  ## Start the sandbox, a demonstration network and the real bot
	$(BIN)/entrepairs demo

test: $(VENV)/.dev check unit  ## Lint, types, floors and every test, on SQLite and PostgreSQL

check: $(VENV)/.dev  ## Lint, types, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.dev  ## Every test
	$(BIN)/pytest -n 2 --dist worksteal

bench: $(VENV)/.dev  ## Measure against a named baseline in the same run
	$(BIN)/python -m scripts.bench

screenshots: $(VENV)/.dev  ## Draw the pictures of the README
	$(BIN)/python -m scripts.screenshots

lock:  ## Pin every dependency again, with hashes (needs uv)
	uv pip compile pyproject.toml scripts/build-requirements.in $(LOCK_OPTIONS) -o requirements.lock
	uv pip compile --group dev -c requirements.lock $(LOCK_OPTIONS) -o requirements-dev.lock

clean:  ## Forget everything that was set up
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Entre-pairs needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
