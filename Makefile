# Everything a person or CI does with this project. `make help` lists it.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
UV ?= uv
VENV := .venv
CLIENTS := .venv-clients
BIN := $(VENV)/bin
WORKERS ?= 3
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] || echo sudo -n)
APT_INSTALL := $(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq

.DEFAULT_GOAL := help
.PHONY: help install run test prove check format bench lock clean browser readers clients translations screens figures licences sql coverage release

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
			$(AS_ROOT) apt-get update -qq && $(APT_INSTALL) chromium fonts-noto-core fonts-noto-cjk >/dev/null \
				&& { $(APT_INSTALL) chromium-headless-shell >/dev/null 2>&1 \
					|| echo "Without chromium-headless-shell the browser tests take a third longer."; }; \
		else \
			echo "The browser tests need Chromium: install the package chromium, then run make test again." >&2; \
			exit 1; \
		fi; }

# Programs that people read calendars with, and Java and Node for what looks at pages: each is fed by the tests.
# Node and Java may have come from elsewhere, and Debian's npm cannot stand beside another one's Node.
READERS = thunderbird calcurse php-cli php-sabre-vobject python3-gi gir1.2-ical-3.0 \
	$(shell command -v node >/dev/null && command -v npm >/dev/null || echo nodejs npm) \
	$(shell command -v java >/dev/null || echo default-jre-headless)
HAS_READERS = command -v thunderbird && command -v calcurse && command -v php && command -v java \
	&& command -v node && command -v npm && test -d /usr/share/php/Sabre/VObject \
	&& /usr/bin/python3 -c 'import gi; gi.require_version("ICalGLib", "3.0")'

readers:
	@{ $(HAS_READERS); } >/dev/null 2>&1 || { \
		if $(AS_ROOT) true 2>/dev/null && command -v apt-get >/dev/null; then \
			echo "Installing the calendar programs and the page checkers of the tests (once) ..."; \
			$(AS_ROOT) apt-get update -qq && $(APT_INSTALL) --no-install-recommends $(READERS) >/dev/null; \
		else \
			echo "The calendar tests and the page checkers need these packages: $(READERS). Install them, then run make test again." >&2; \
			exit 1; \
		fi; }

$(CLIENTS)/.installed: deploy/requirements-clients.lock tests/clients/package-lock.json | $(VENV)/bin/python readers
	@echo "Installing calendar clients and page checkers into $(CLIENTS) (once) ..."
	@$(BIN)/python -m venv $(CLIENTS)
	@$(CLIENTS)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements-clients.lock
	@cp tests/clients/package.json tests/clients/package-lock.json tests/clients/.npmrc $(CLIENTS)/
	@cd $(CLIENTS) && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

clients: readers $(CLIENTS)/.installed ## see to it that the calendar programs and page checkers of the tests are there

test: $(VENV)/.installed-dev browser clients ## run all tests, on both databases and in Chromium
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

translations: $(VENV)/.installed-dev ## bring the translations up to the code, say what is missing (FILL=words.json)
	@$(BIN)/python -m tools.translations $(FILL)

screens: $(VENV)/.installed-dev browser ## take the pictures in docs/screens from the demo
	@$(BIN)/python -m tools.screens

figures: $(VENV)/.installed-dev ## measure the house: sizes, imports, contracts (docs/architecture.md)
	@$(BIN)/python -m tools.figures

licences: $(VENV)/.installed ## list the licences of what we stand on
	@$(BIN)/python -m tools.licences

sql: $(VENV)/.installed-dev ## show the SQL of the newest migration (FROM=0009 for all behind it, ON=sqlite)
	@$(BIN)/python -m tools.migration_sql $(or $(ON),postgres) $(FROM)

coverage: $(VENV)/.installed-dev browser clients ## run all tests and hold what they cover, by feature (docs/coverage.md)
	@$(BIN)/python -m tools.coverage $(ARGS)

release: $(VENV)/.installed-dev check ## make a release: VERSION=1.2.0
	@$(BIN)/python -m tools.release $(VERSION)

prove: $(VENV)/.installed-dev browser clients ## run the long form of all proofs, and write docs/reliability.md (about 10 minutes)
	@$(BIN)/python -m bench.prove

lock: ## make the lock files anew (needs uv)
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header pyproject.toml --extra dev -o deploy/requirements-dev.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header pyproject.toml -c deploy/requirements-dev.lock -o deploy/requirements.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header tests/clients/requirements.in -o deploy/requirements-clients.lock
	@cd tests/clients && npm install --silent --package-lock-only --no-audit --no-fund

clean: ## remove what was built; var/ with its data stays
	@rm -rf $(VENV) $(CLIENTS) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
