# Everything a person or a machine does with this repository. `make help` lists it.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PEERS := .venv-peers
BIN := $(VENV)/bin
export RECOURSE_HOME ?= $(CURDIR)/.recourse
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo run test lint types contracts replay bench chaos searches adversary wheel requirements clean

help: ## What can be done here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/runtime ## Play the example disputes from claim to end, on real servers
	@$(BIN)/recourse demo

run: $(VENV)/runtime ## Start everything and stay up; state is kept in RECOURSE_HOME
	@$(BIN)/recourse up --load examples/ledger/uk-retail-invoices.csv

test: $(VENV)/dev $(PEERS)/ready ## Run every test
	@# What kills processes at a certain moment wants the machine for itself.
	$(BIN)/python -m pytest -m chaos
	$(BIN)/python -m pytest -m "not chaos" --numprocesses 2 --dist loadfile

lint: $(VENV)/dev ## Style, types, import contracts, playbooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/recourse policy lint

replay: $(VENV)/dev ## Replay the stored histories, to the letter
	$(BIN)/recourse replay tests/histories

bench: $(VENV)/dev ## Activities, events and answer times of every example
	$(BIN)/python -m bench

chaos: $(VENV)/dev ## Kill processes at random for ten minutes
	RECOURSE_CHAOS_MINUTES=10 $(BIN)/python -m pytest tests/stack -m chaos --timeout 1200

searches: $(VENV)/dev ## Ten million sales, a thousand searches without a slip; prints times, memory, growth
	$(BIN)/python -m bench.searches

adversary: $(VENV)/dev $(PEERS)/ready ## A thousand corrections per adapter under random faults and kills; prints counts
	$(BIN)/python -m tests.adversary
	$(BIN)/python -m tests.adversary.boundaries

wheel: $(VENV)/dev ## Build the wheel and run the demonstration from it
	scripts/test-wheel

requirements: $(VENV)/dev ## Pin the dependencies anew, with hashes (needs uv)
	scripts/pin

clean: ## Remove the environment and the state of demonstrations
	rm -rf $(VENV) $(PEERS) .recourse dist

$(VENV)/runtime: requirements/build.txt requirements/runtime.txt pyproject.toml
	@PYTHON=$(PYTHON) scripts/make-venv $(VENV)
	@echo "installing what Recourse runs on"
	@$(PIP) --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: requirements/dev.txt pyproject.toml
	@PYTHON=$(PYTHON) scripts/make-venv $(VENV)
	@echo "installing what Recourse is built and tested with"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/runtime

# What tests run beside us as processes of their own, under licences that we do not link with.
$(PEERS)/ready: requirements/peers.txt
	@PYTHON=$(PYTHON) scripts/make-venv $(PEERS)
	@echo "installing what tests run against"
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
