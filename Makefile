# Every target makes its own .venv from the pinned lock files and needs nothing done first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: run test check bench format schema clean

run: $(VENV)/.run  ## the product, with the example brand and the simulator
	@exec $(BIN)/python -m bot run

test: $(VENV)/.dev  ## the whole test suite
	$(BIN)/python -m pytest

check: $(VENV)/.dev  ## lint, format, types, the import rule
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m bot check

bench: $(VENV)/.dev  ## workloads, each against a floor in the same run
	$(BIN)/python -m benchmarks.callback
	$(BIN)/python -m benchmarks.claims
	$(BIN)/python -m benchmarks.knowledge
	$(BIN)/python -m benchmarks.plan

format: $(VENV)/.dev  ## what `make check` would ask for
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: $(VENV)/.run  ## config/schema/*.json, docs/configuration.md and docs/channels.md from the settings' types
	$(BIN)/python -m bot check --write-schema

clean:
	rm -rf $(VENV)

$(VENV)/.venv:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements.lock requirements-games.lock $(VENV)/.venv
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --require-hashes --no-deps -r requirements-games.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(PIP) install --require-hashes --no-warn-conflicts -r requirements-dev.lock
	@touch $@
