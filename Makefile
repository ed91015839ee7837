# Everything a person does with Wiyata has a name here. `make` alone explains the names.
# Needed beforehand: make and Python 3.11 or newer; each other need is named in a sentence when it is missing.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Python keeps what it compiled, even where the environment forbids it: without, every start takes a second more.
unexport PYTHONDONTWRITEBYTECODE

# The first Python that is new enough; `make PYTHON=/path/to/python3.12 …` picks another.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
BIN := .venv/bin
RUNTIME := .venv/.runtime
INSTALLED := .venv/.installed
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The quick tests first and side by side, so that a slip shows within seconds; the others share a database and a broker.
QUICK_TESTS := tests/unit tests/api
OTHER_TESTS := $(filter-out $(QUICK_TESTS) tests/__pycache__,$(patsubst %/,%,$(wildcard tests/*/)))
ENGINE = $(shell if docker compose version >/dev/null 2>&1; then echo docker compose; \
  elif command -v docker-compose >/dev/null; then echo docker-compose; fi)
COMPOSE = $(ENGINE) --env-file var/compose.env

##@ Use

.PHONY: help
help: ## Explain the targets (what `make` alone does)
	@awk 'BEGIN { FS = ":.*## "; print "make <target>" } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(RUNTIME) ## Start the whole suite in one process, with real sample input, and keep it running
	$(BIN)/python -m deploy.run

.PHONY: demo
demo: $(RUNTIME) ## Load the sample cities, courses and questions into a suite that is running
	$(BIN)/python -m deploy.demo.load

.PHONY: up
up: export WIYATA_HTTP_PORT ?= 8080
up: export WIYATA_PUBLIC_URL ?= http://127.0.0.1:$(WIYATA_HTTP_PORT)
up: compose python var/compose.env ## Start every service in a container of its own (docker compose), and wait for all
	$(COMPOSE) build
	$(COMPOSE) up --detach --remove-orphans
	@"$(PYTHON)" -m deploy.containers $(COMPOSE)
	@echo "The suite answers at $$WIYATA_PUBLIC_URL"

.PHONY: down
down: compose var/compose.env ## End the containers; what they stored stays
	$(COMPOSE) down

.PHONY: backup
backup: $(RUNTIME) ## Back up the suite while it runs, into a new folder: make backup TO=FOLDER
	@test -n "$(TO)" || { echo "Name a folder that does not exist yet, on another disk: make backup TO=FOLDER" >&2; exit 1; }
	$(BIN)/python -m deploy.backup "$(TO)"

.PHONY: restore
restore: $(RUNTIME) ## Make the suite from a backup, while it does not run: make restore FROM=FOLDER
	@test -n "$(FROM)" || { echo "Name the folder of a backup: make restore FROM=FOLDER" >&2; exit 1; }
	$(BIN)/python -m deploy.restore "$(FROM)"

##@ Develop

.PHONY: test
test: $(INSTALLED) ## Run the tests, or TESTS=… alone; beyond unit and API they use the PostgreSQL and Kafka found here
ifdef TESTS
	$(BIN)/python -m pytest $(TESTS)
else
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(QUICK_TESTS)
	$(BIN)/python -m pytest $(OTHER_TESTS)
endif

.PHONY: lint
lint: $(INSTALLED) ## Check style, types and who may import whom
	@echo "== ruff check" && $(BIN)/ruff check
	@echo "== ruff format" && $(BIN)/ruff format --check
	@echo "== mypy" && $(BIN)/mypy
	@echo "== lint-imports" && $(BIN)/lint-imports

.PHONY: format
format: $(INSTALLED) ## Put the code into the house's form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: docs
docs: $(INSTALLED) ## Write the event catalogue and asyncapi.yaml anew from the events
	$(BIN)/python -m services docs

.PHONY: bench
bench: $(INSTALLED) ## Measure how fast the suite is on this machine
	$(BIN)/python -m tests.performance

.PHONY: crash
crash: $(INSTALLED) ## Kill everything amid the work and count what was lost: N=events, SEED=number
	$(BIN)/python -m tests.crash

.PHONY: lock
lock: $(INSTALLED) ## Write requirements*.txt anew from requirements*.in
	for name in requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --universal --no-annotate --no-header --python-version 3.11 \
	    --no-emit-index-url --no-emit-find-links --output-file "$$name.txt" "$$name.in"; done

##@ A database and a broker without Docker

.PHONY: postgres
postgres: python ## Start PostgreSQL from this machine's own binaries (127.0.0.1:54329)
	@$(PYTHON) -m deploy.postgres.cluster start

.PHONY: kafka
kafka: python ## Start a Kafka broker of one node, fetched with Maven (127.0.0.1:9092)
	@$(PYTHON) -m deploy.kafka.broker start

.PHONY: stop
stop: python ## End both; what they stored stays under var/
	@$(PYTHON) -m deploy.kafka.broker stop
	@$(PYTHON) -m deploy.postgres.cluster stop

##@ Tidy

.PHONY: clean
clean: stop ## End both and remove what var/ holds, .venv and every cache; the containers' volumes stay
	@if [ -f var/suite.lock ] && ! $(PYTHON) -c 'import fcntl; fcntl.flock(open("var/suite.lock", "w"), fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null; \
	  then echo "A suite runs on var/: end it first, or its data would vanish under it." >&2; exit 1; fi
	if [ -d var ]; then find var -mindepth 1 -maxdepth 1 ! -name compose.env -exec rm -rf {} +; fi
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find services shared deploy tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- what the targets above need -------------------------------------------------------------------------------------

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Wiyata needs Python 3.11 or newer: install it, or name it with PYTHON=…" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) does not run, or is older than Python 3.11: install a newer one, or name it with PYTHON=…" >&2; exit 1; }

.PHONY: compose
compose:
	@test -n "$(ENGINE)" || { echo "Neither docker compose nor docker-compose is installed; make run needs neither." >&2; exit 1; }

# The passwords of the containers' database, made up once and for the owner's eyes only. The database remembers them,
# so they go only together with its volume.
var/compose.env: | python
	@mkdir -p var
	@(umask 077 && for role in SUPERUSER OWNER WEB WORKER; do \
	  echo "WIYATA_$${role}_PASSWORD=$$("$(PYTHON)" -c 'import secrets; print(secrets.token_hex(16))')"; done >$@)

$(BIN)/python: | python
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null \
	  || { echo "$(PYTHON) cannot make a virtual environment: install the package python3-venv." >&2; exit 1; }
	"$(PYTHON)" -m venv .venv

$(RUNTIME): requirements.txt | $(BIN)/python
	$(PIP_INSTALL) --requirement requirements.txt
	@touch $@

$(INSTALLED): requirements-dev.txt requirements.txt | $(BIN)/python
	$(PIP_INSTALL) --requirement requirements-dev.txt
	@touch $@ $(RUNTIME)
