# Downbeat: `make up` starts everything, `make test` runs the tests. The rest is for contributors.

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev up test test-python test-portal test-vendors check fmt e2e bench soak mutate fuzz docs peers conformance locks clean

# The first Python that is new enough; a name on the path may be an empty promise.
ifndef PYTHON
PYTHON := $(shell for name in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
endif
BIN := .venv/bin
TYPED := platform/downbeat tenants flows executions tests
PYTEST_ARGS ?=
CONFORMANCE_DIR ?= $(wildcard ../shared/conformance)

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: python ## Create the environments and build the portal
	@$(PYTHON) tools/setup

setup-dev: python ## The same, with what tests and checks need
	@$(PYTHON) tools/setup --dev

up: setup ## Start everything; Ctrl-C stops it
	@$(BIN)/downbeat up

test: test-python test-portal ## Run the tests on an embedded server of their own; test-vendors has the slow rest

test-python: setup-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not vendors" $(PYTEST_ARGS)

test-vendors: setup-dev ## Vendors' tasks on whole servers, with real dbt; the first time dbt is installed
	$(BIN)/python -m pytest -n 2 --dist loadfile -m vendors $(PYTEST_ARGS)

test-portal: setup-dev
	$(PYTHON) tools/setup/npm.py run --silent test

check: setup-dev ## Lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports
	$(PYTHON) tools/setup/npm.py run --silent lint
	$(PYTHON) tools/setup/npm.py run --silent typecheck

fmt: setup-dev ## Put every file into its form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(PYTHON) tools/setup/npm.py run --silent format

e2e: setup-dev ## Journeys through the portal in Chromium
	$(BIN)/python -m pytest tests/e2e $(PYTEST_ARGS)

bench: setup-dev ## Figures, with the machine's own limits beside them
	$(BIN)/python -m tests.bench.main $(BENCH)

soak: setup-dev ## Seeded kills under load, for long: SOAK_MINUTES=60
	SOAK_MINUTES=$(or $(SOAK_MINUTES),60) $(BIN)/python -m pytest tests/chaos tests/integration/limits/test_never_more.py tests/integration/remote/test_remote_faults.py $(PYTEST_ARGS)
	SECRET_CANARIES=200 $(BIN)/python -m pytest tests/integration/runtime/test_secret_canaries.py --timeout 1800
	ISOLATION=whole $(BIN)/python -m pytest tests/integration/isolation --timeout 7200

mutate: setup-dev ## Plant faults in the engine and see that the tests notice: MUTATE=--help
	$(BIN)/python tools/mutate_engine.py $(MUTATE)

fuzz: setup-dev ## Search for hostile texts: FUZZ=flow|flows|data|expression
	$(BIN)/uv pip install --quiet --target build/fuzz atheris
	PYTHONPATH=build/fuzz:platform $(BIN)/python -m tests.fuzz.search $(or $(FUZZ),expression) -max_total_time=$(or $(FUZZ_SECONDS),60)

docs: setup-dev ## Generate the references in docs/
	$(BIN)/python -m tools.docs

peers: ## Install the identity providers at which tests sign in (npm)
	cd tests/support/peers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

conformance: setup-dev ## The flow language, case by case, from CONFORMANCE_DIR
	$(BIN)/python tools/conformance.py $(CONFORMANCE_DIR)

locks: setup-dev ## Resolve the dependencies anew
	$(PYTHON) tools/setup/locks.py

clean: ## Remove what was made; `.downbeat` stays
	rm -rf .venv .venv-scripts .venv-node frontend/node_modules frontend/dist

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Downbeat needs Python 3.11 or newer." >&2; exit 1; }
