# Everything a developer or a newcomer runs; `make help` lists it. Needs only make and Python 3.11 or newer.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
STAMP := .venv/.requirements
JOBS ?= 2
CODE := backoffice licensing integrations webhooks tests manage.py

# The newest interpreter that the locks were compiled for; set BASE_PYTHON to choose another.
BASE_PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	if $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$name; break; fi; done)

.PHONY: help demo demo-reset test lint format bench chaos real lock venv

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAMP) ## Run the whole product with sample data until Ctrl-C (PORT=8000, HOST=127.0.0.1, SIMULATOR=off)
	@exec $(PYTHON) -m backoffice.demo

demo-reset: $(STAMP) ## Clear the data of the demo
	@exec $(PYTHON) -m backoffice.demo --reset

test: $(STAMP) ## Run every test against real services, on two cores (ARGS="-k name" passes arguments on, JOBS=0 is one process)
	@$(PYTHON) -m tests.browsers
	@exec $(PYTHON) -m pytest --numprocesses=$(JOBS) --dist=worksteal $(ARGS)

# Migrations are compared with the models; whether a database agrees is a question for `make test`, and none need run here.
lint: $(STAMP) ## Check style, types, layers, templates and migrations; changes nothing
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	find templates -name '*.html' | xargs .venv/bin/djangofmt --check
	find templates -name '*.html' | xargs .venv/bin/djade --check --target-version 5.2
	git ls-files '*.py' | xargs .venv/bin/django-upgrade --target-version 5.2 --check
	.venv/bin/lint-imports
	ENVIRONMENT=test .venv/bin/mypy $(CODE)
	ENVIRONMENT=test $(PYTHON) -W "ignore:Got an error checking a consistent migration history" manage.py makemigrations --check --dry-run

format: $(STAMP) ## Rewrite code and templates in the house style
	.venv/bin/ruff check --fix
	.venv/bin/ruff format
	find templates -name '*.html' | xargs .venv/bin/djade --target-version 5.2
	find templates -name '*.html' | xargs .venv/bin/djangofmt

bench: $(STAMP) ## Measure deliveries beside the plain way; prints a table and writes var/bench.json
	@exec $(PYTHON) -m tests.load

chaos: $(STAMP) ## Kill, freeze and restart at length what `make test` does briefly, and make up more calls of the API (CHAOS_ROUNDS=5, API_CALLS=200)
	@API_CALLS=$(or $(API_CALLS),200) CHAOS_ROUNDS=$(or $(CHAOS_ROUNDS),5) exec $(PYTHON) -m pytest tests/chaos tests/webhooks/delivery/test_model.py \
		tests/webhooks/api/test_schemathesis.py $(ARGS)

real: $(STAMP) ## Sell in a real Vendure from npm and see its orders arrive, signed; have a real Node-RED check signatures; needs Node 20 with npm
	@$(PYTHON) -m tests.real.node_red
	@exec $(PYTHON) -m tests.real

lock: $(STAMP) ## Compile the locks from pyproject.toml
	.venv/bin/uv pip compile --universal --generate-hashes --no-header --python-version 3.11 -q pyproject.toml -o requirements/base.txt
	.venv/bin/uv pip compile --universal --generate-hashes --no-header --python-version 3.11 -q pyproject.toml --group dev \
		-c requirements/base.txt -o requirements/dev.txt

venv: $(STAMP) ## Build .venv from the lock

# The path file lets a bare `pytest` find the checkout before it reads its settings.
$(STAMP): requirements/dev.txt
	@if [ -z "$(BASE_PYTHON)" ]; then \
		echo "Python 3.11 or newer with its venv module is needed and none was found."; \
		echo "Debian, Ubuntu: apt-get install python3 python3-venv. Or name one: make BASE_PYTHON=/path/to/python3.12 ..."; \
		exit 1; fi
	@if [ -e .venv ] && ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then rm -rf .venv; fi
	@[ -e .venv ] || { echo "Building .venv with $(BASE_PYTHON)."; $(BASE_PYTHON) -m venv .venv; }
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(PYTHON) -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "checkout.pth").write_text(str(pathlib.Path.cwd()))'
	@touch $(STAMP)
