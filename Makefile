# Four targets, the same for people and CI. Only Python 3.11+ and a package index are needed.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test check bench

demo: .venv/running
	$(BIN)/polyfocal demo

test: .venv/ready
	$(BIN)/python -m pytest -n auto

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready
	$(BIN)/python -m tests.bench $(if $(CORPUS),--corpus $(CORPUS)) $(BENCH)

# Polyfocal and what it needs to run, in half the time of what its tests need.
.venv/running: requirements-run.lock requirements-build.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Polyfocal needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv
	$(INSTALL) --require-hashes -r requirements-run.lock -r requirements-build.lock
	$(INSTALL) --no-build-isolation --no-deps -e .
	touch $@

.venv/ready: .venv/running requirements.lock
	$(INSTALL) --require-hashes -r requirements.lock
	touch $@
