VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo docs check test bench up lock

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(INSTALLED) ## Make .venv and install the locked dependencies

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "BrandBrain needs Python 3.11 or newer; set PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(INSTALLED)

demo: setup ## Compile the fictional demo brand, without account or key
	@$(BIN)/python demo/run_demo.py

docs: setup ## Build the documents into build/docs; every warning is an error
	$(BIN)/sphinx-build --fail-on-warning --quiet docs build/docs

check: docs ## Format, lint, types, import contracts, dependency audit, documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pip check --disable-pip-version-check
	$(BIN)/python .ci/audit_dependencies.py

test: check ## Everything CI runs: check, then all tests
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

bench: setup ## Run the benchmarks; each prints a table
	$(BIN)/python benchmarks/normalize.py
	$(BIN)/python benchmarks/collect.py
	$(BIN)/python benchmarks/api.py
	$(BIN)/python benchmarks/pages.py
	$(BIN)/python benchmarks/orchestration.py
	$(BIN)/python benchmarks/brand_match.py
	$(BIN)/python benchmarks/reads_while_compiling.py
	$(BIN)/python benchmarks/fleet.py
	$(BIN)/python benchmarks/opportunities.py
	$(BIN)/python benchmarks/sensor_ticks.py

up: setup ## Run everything: API on http://127.0.0.1:8000, Dagster UI on http://127.0.0.1:3000
	$(BIN)/brandbrain up

lock: ## Resolve requirements.lock again (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-annotate --upgrade --quiet --output-file requirements.lock
	uv pip compile deploy/kubernetes/requirements.in --constraint requirements.lock --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url --no-annotate --upgrade --quiet \
		--output-file deploy/kubernetes/requirements.lock
