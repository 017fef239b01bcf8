# Two commands are enough: « make demo » shows what convmed does, « make test » checks all of it.
# They start from a Debian with Python 3.11 and make, install what they need, and do nothing twice.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := aide
.DELETE_ON_ERROR:

PYTHON ?= python3
PYTEST_ARGS ?= -n 2 --dist loadgroup
DOSSIER ?= exemples/cabinet-zip
ANNEE ?= 2026

VENV := .venv
BIN := $(VENV)/bin
BORNES := .venv-bornes
SOURCES := pyproject.toml
# As root, apt-get runs as it is; otherwise through sudo.
APT := $(if $(filter 0,$(shell id -u)),,sudo )env DEBIAN_FRONTEND=noninteractive apt-get
COMPILER = $(BIN)/uv pip compile $(SOURCES) --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --custom-compile-command "make lock"

.PHONY: aide demo serveur test lint format docs audit normes lock test-bornes roue systeme propre

aide:  ## Say what can be asked for
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo  ## Show a practice's year: what is owed, when it is paid, what prevention acts are worth, how to bill
	$(BIN)/convmed releve $(DOSSIER) --annee $(ANNEE)
	$(BIN)/convmed echeancier $(DOSSIER) --annee $(ANNEE)
	$(BIN)/convmed tableau-de-bord $(DOSSIER) --annee $(ANNEE)
	$(BIN)/convmed coter --date-heure 2026-01-15T19:30 --specialite 01 --secteur 1 --lieu cabinet --age 40 \
		--regulation sas --appel 2026-01-15T17:00 --pas-patientele-mt
	$(BIN)/convmed controler exemples/factures/factures.csv
	@printf '\nVotre relevé, dans le navigateur : make serveur, puis « Mon cabinet »\n'

serveur: $(VENV)/.demo  ## Open the web application on this machine (Ctrl+C ends it, and forgets all)
	$(BIN)/convmed serveur --ouvrir

test: $(VENV)/.dev systeme  ## Run every test, then hold the norms against the ratchet
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.dev  ## Style, types, and the one direction in which the data walks
	@etat=0; for outil in "ruff check ." mypy lint-imports; do \
		echo "$$outil"; $(BIN)/$$outil || etat=1; done; exit $$etat

format: $(VENV)/.dev  ## Lay the code out
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev  ## Build the documentation site in build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Without --strict it would end well having asked nobody.
audit: $(VENV)/.dev  ## Ask the published advisories about the locked dependencies (needs a network)
	$(BIN)/pip-audit --strict --disable-pip --vulnerability-service osv -r requirements/dev.txt

normes: $(VENV)/.dev systeme  ## Run every test and write down the norms that they hold
	$(BIN)/python -m pytest $(PYTEST_ARGS) --ecrire-normes

lock: $(VENV)/.dev  ## Compile the locks again from pyproject.toml
	$(COMPILER) --upgrade --extra spark --extra equipe --group test --group lint --group docs --group audit --group build --group lock -o requirements/dev.txt
	$(COMPILER) --constraint requirements/dev.txt --group build -o requirements/demo.txt
	$(COMPILER) --constraint requirements/dev.txt --group bench --group build -o requirements/bench.txt

test-bornes: $(VENV)/.dev systeme  ## Run every test with the oldest dependencies that pyproject.toml allows
	rm -rf $(BORNES)
	$(BIN)/uv venv --quiet --python $(BIN)/python $(BORNES)
	$(BIN)/uv pip compile $(SOURCES) --quiet --resolution lowest-direct --extra spark --extra equipe --group test --group docs --group build -o $(BORNES)/bornes.txt
	$(BIN)/uv pip install --quiet --python $(BORNES)/bin/python -r $(BORNES)/bornes.txt
	$(BIN)/uv pip install --quiet --python $(BORNES)/bin/python --no-deps --editable .
	$(BORNES)/bin/pytest $(PYTEST_ARGS)

roue: $(VENV)/.dev  ## Build the wheel in dist/
	rm -rf dist
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

propre:  ## Remove what the commands above made
	rm -rf $(VENV) $(BORNES) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# --- what they stand on

# A Debian without python3-venv makes an environment without pip, and fails: install it and start over.
$(BIN)/pip:
	$(PYTHON) -m venv $(VENV) || { \
		rm -rf $(VENV); $(APT) update -q; $(APT) install -qy --no-install-recommends python3-venv; \
		$(PYTHON) -m venv $(VENV); }
	test -x $@ && touch $@

$(VENV)/.demo: $(BIN)/pip requirements/demo.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/demo.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(BIN)/pip requirements/dev.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@ $(VENV)/.demo

# What the tests use and Python does not bring: a browser, a database, and the Java of PySpark.
systeme:
	@manque=(); \
	command -v java >/dev/null || manque+=(openjdk-17-jre-headless); \
	command -v chromium >/dev/null || manque+=(chromium fonts-dejavu-core); \
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || manque+=(postgresql); \
	if [ $${#manque[@]} -gt 0 ]; then $(APT) update -q && $(APT) install -qy --no-install-recommends "$${manque[@]}"; fi
