# Everything a person or CI does with this project. `make help` lists it.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] || echo sudo -n)
APT_INSTALL := $(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq

.DEFAULT_GOAL := help
.PHONY: help install run test check format bench lock clean browser

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed ## build .venv from the lock file

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "This needs Python 3.11 or newer: install it, or name it with make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { \
		rm -rf $(VENV); \
		if $(AS_ROOT) true 2>/dev/null && command -v apt-get >/dev/null; then \
			echo "Installing python3-venv (once) ..."; \
			$(AS_ROOT) apt-get update -qq && $(APT_INSTALL) python3-venv >/dev/null && $(PYTHON) -m venv $(VENV); \
		else \
			echo "Python cannot make virtual environments here: install the package python3-venv, then run make again." >&2; \
			exit 1; \
		fi; }

$(VENV)/.installed: deploy/requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what it needs into $(VENV) (once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: deploy/requirements-dev.lock $(VENV)/.installed
	@echo "Installing what the tests need into $(VENV) (once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements-dev.lock
	@touch $@

run: $(VENV)/.installed ## serve the demo on PORT (8000), building what is missing
	@$(BIN)/registration start --port $(PORT)

browser: ## see to it that Chromium is there
	@command -v chromium >/dev/null || { \
		if $(AS_ROOT) true 2>/dev/null && command -v apt-get >/dev/null; then \
			echo "Installing Chromium for the browser tests (once) ..."; \
			$(AS_ROOT) apt-get update -qq && $(APT_INSTALL) chromium fonts-noto-core fonts-noto-cjk >/dev/null; \
		else \
			echo "The browser tests need Chromium: install the package chromium, then run make test again." >&2; \
			exit 1; \
		fi; }

test: $(VENV)/.installed-dev browser ## run all tests, on both databases and in Chromium
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: $(VENV)/.installed-dev ## check format, lint, types, import contracts, file sizes
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/house/test_files.py tests/house/test_locks.py

format: $(VENV)/.installed-dev ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev ## run the benchmarks; figures are ratios within one run
	@$(BIN)/python -m bench

lock: ## make the lock files anew (needs uv)
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header pyproject.toml --extra dev -o deploy/requirements-dev.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header pyproject.toml -c deploy/requirements-dev.lock -o deploy/requirements.lock

clean: ## remove what was built; var/ with its data stays
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
