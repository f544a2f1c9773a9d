# Each target works alone from a fresh clone: it runs what it needs first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# uv installs a lock sooner than pip does. It reads pip's variables under other names and pip's files not at all:
# where it finds no packages, pip is asked.
UV_FROM := $(if $(PIP_INDEX_URL),UV_DEFAULT_INDEX='$(PIP_INDEX_URL)') \
  $(if $(PIP_EXTRA_INDEX_URL),UV_INDEX='$(PIP_EXTRA_INDEX_URL)') $(if $(PIP_CERT),SSL_CERT_FILE='$(PIP_CERT)')
# Whoever watches sees its progress; a log gets none.
QUIET := $(shell [ -t 2 ] || echo --quiet)
UV := $(UV_FROM) $(BIN)/uv pip install $(QUIET) --no-config --python $(BIN)/python --compile-bytecode \
  $(addprefix --find-links=,$(PIP_FIND_LINKS))
LOCKED := --require-hashes --no-deps
# The development lock holds everything, so it is written first and the others keep its versions. Extras stay named:
# with hashes, pip refuses a dependency on an extra that the lock does not name.
LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --python-version 3.11 \
  --no-emit-index-url --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)
ONLY ?=
LESSONS ?=
RUNS ?= runs
FLOWS ?=
KESTRA ?=
RESET ?=
ALL ?=
SUITE ?=
K ?=
# The stack that notebooks use, as they read it: environment, then .env. The Docker stack runs already.
IN_ENV := $(shell sed -n 's/^\(export \)\{0,1\}WORKBOOK_STACK=["'\'']\{0,1\}\([a-z]*\).*/\2/p' .env 2>/dev/null | tail -n 1)
IN_STACK := $(if $(filter docker,$(or $(WORKBOOK_STACK),$(IN_ENV))),,$(BIN)/python -m embedded run --)
JUNIT ?= $(RUNS)/flowtests.xml

.DEFAULT_GOAL := help
.PHONY: help setup run lessons lab check lint test browser lock newest audit up flows down status reset secrets notebooks torture clean

help:  ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "$(PYTHON) can make no virtual environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the Python packages (about a minute the first time)"
	@awk '/^[^ ]/ {uv = /^uv==/} uv' requirements.lock > $(VENV)/uv.txt
	@$(PIP) $(LOCKED) -r $(VENV)/uv.txt
	@$(UV) $(LOCKED) -r requirements.lock || $(PIP) $(LOCKED) -r requirements.lock
	@PYTHONWARNINGS=ignore $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing what the tests need"
	@$(UV) $(LOCKED) -r requirements-dev.lock || $(PIP) $(LOCKED) -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.installed  ## Install and fetch everything; afterwards no network is needed
	@$(BIN)/python -m embedded.cli.setup

run: setup  ## Run the lessons headless: make run, or make run LESSONS="01 04"
	@$(IN_STACK) $(BIN)/python -m workbook run --to $(RUNS) $(LESSONS)

lessons: $(VENV)/.installed  ## Run lessons on the stack that WORKBOOK_STACK names, which runs already
	@$(BIN)/python -m workbook run --to $(RUNS) $(LESSONS)

lab: setup  ## Open JupyterLab on your copy of the lessons, with the stack up; RESET=04: a fresh copy of one
	@$(BIN)/python -m workbook copy $(if $(RESET),--reset '$(RESET)')
	@$(IN_STACK) $(BIN)/python -m workbook lab

up: setup  ## Start the embedded stack: make up, or make up ONLY=kestra,postgres
	@$(BIN)/python -m embedded up $(if $(ONLY),--only $(ONLY))

flows: $(VENV)/.installed  ## Send all flows and their files to the stack that runs
	@$(BIN)/python -m workbook flows

down: $(VENV)/.installed  ## Stop the embedded stack; its state stays
	@$(BIN)/python -m embedded down

status: $(VENV)/.installed  ## Show what runs
	@$(BIN)/python -m embedded status

reset: $(VENV)/.installed  ## Stop the stack and clear its state
	@$(BIN)/python -m embedded reset

secrets: $(VENV)/.installed  ## Write .env.secrets for the Docker stack from the passwords in .env
	@$(BIN)/python docker/generate_secrets.py

check: $(VENV)/.installed-dev  ## Check style, types, imports and notebooks, and run the unit tests: a minute
	@$(BIN)/python -m tools.check

lint: $(VENV)/.installed-dev  ## As check, without the unit tests
	@$(BIN)/python -m tools.check types notebooks flows ruff format imports

ifeq ($(FLOWS),)
# A part of the tests needs no check of all.
test: setup $(VENV)/.installed-dev $(if $(SUITE)$(K),,check)  ## Check, then run all suites; SUITE=api K=kv: a part; ALL=1: the slow tests too; FLOWS=folder: your own flows' tests; KESTRA=2.0 with it: check them on that version
	@$(BIN)/python -m tools.test_suites $(if $(ALL),--all) $(if $(K),-k '$(K)') $(SUITE)
else
test: setup
	@$(BIN)/python -m flowtests $(if $(KESTRA),check $(FLOWS) --kestra $(KESTRA),$(FLOWS) --junitxml=$(JUNIT))
endif

browser: $(VENV)/.installed-dev  ## Install the browser in which the tests open JupyterLab, where none is and that can be done
	@$(BIN)/python -m tools.browser

lock: $(BIN)/python  ## Write the locks from the requirements; UPGRADE=1: with the newest transitive versions
	@[ -x $(BIN)/uv ] || $(PIP) $$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.txt)
	@$(LOCK) --output-file requirements-dev.lock requirements-dev.txt
	@$(LOCK) --output-file requirements.lock --constraint requirements-dev.lock requirements.txt
	@$(LOCK) --output-file docker/clouds/requirements.lock --constraint requirements.lock docker/clouds/packages.txt

audit: $(VENV)/.installed  ## Ask the internet for known weaknesses of what the locks name; fails where it cannot be asked
	@for lock in requirements.lock requirements-dev.lock; do \
	  $(BIN)/uv tool run --quiet pip-audit==2.10.1 --strict --disable-pip --requirement $$lock || exit 1; done

newest: setup $(VENV)/.installed-dev  ## Upgrade to the newest releases that the pins' major versions allow
	@$(BIN)/python -m tools.newest > $(VENV)/newest.txt
	@$(PIP) --upgrade -r $(VENV)/newest.txt

notebooks: setup $(VENV)/.installed-dev  ## Run every notebook on a fresh stack and write its outputs into it
	@$(BIN)/python -m tools.refresh_notebooks $(LESSONS)

torture: setup $(VENV)/.installed-dev  ## Try to bring the stack down: kills, 10,000 executions, a full disk, odd requests; about 40 minutes
	@$(BIN)/python -m bench.torture

clean: down  ## Remove the virtual environment and what the runs left
	@rm -rf $(VENV) runs
