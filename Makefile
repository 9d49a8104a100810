# Every target prepares what it needs: a virtual environment with exactly the locked packages. The second run is instant.
# ARGS is passed on, for example: make test ARGS="-k calendar"   make demo ARGS="--size large"

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# The mark names this folder: an environment that was moved or copied is made again.
READY := $(VENV)/ready-$(shell pwd | cksum | cut -d' ' -f1)
PYTEST := $(BIN)/python -m pytest
# A file's tests stay together: they share what is dear to build. Every process has a PostgreSQL of its own.
PARALLEL := --numprocesses logical --maxprocesses 8 --dist loadfile --no-loadscope-reorder
LOCK := $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --group dev

# What npm installed for `make clients`; git ignores it.
CLIENTS := tests/clients/npm
INSTALLED := $(CLIENTS)/node_modules/.package-lock.json

.PHONY: help demo test check bench faults fuzz clients lock

help: ## list these targets
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(READY) ## build the demonstration program and run the main job end to end
	@$(BIN)/python -m server demo $(ARGS)

test: $(READY) ## run the tests with reduced counts (minutes)
	$(PYTEST) -m "not slow and not node" $(PARALLEL) $(ARGS)

check: $(READY) ## lint, format, types, floors and test collection
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/python -m pyright --warnings
	$(BIN)/lint-imports --no-logo
	$(PYTEST) --collect-only -qqq

bench: $(READY) ## run the benchmarks (ARGS: names of some)
	$(BIN)/python -m benchmarks $(ARGS)

faults: $(READY) ## kill, fill, tamper and race, with full counts
	HOUSESTAFF_COUNTS=full $(PYTEST) tests/faults $(ARGS)

fuzz: $(READY) ## random programs, histories and input, with full counts
	HOUSESTAFF_COUNTS=full $(PYTEST) -m fuzz --timeout 7200 $(ARGS)

clients: $(READY) $(INSTALLED) ## drive the server by the Inspector and the conformance suite (needs npm)
	$(PYTEST) -m node $(ARGS)

lock: $(READY) ## resolve the dependencies anew into requirements.lock
	$(LOCK) pyproject.toml -o requirements.lock $(ARGS)

$(READY): requirements.lock pyproject.toml .ci/environment
	@sh .ci/environment $(VENV)
	@rm -f $(VENV)/ready-* && touch $@

$(INSTALLED): $(CLIENTS)/package.json $(CLIENTS)/.npmrc
	cd $(CLIENTS) && npm install --no-progress
	@touch $@
