# The two commands:  make lab   and   make test.   Options: make lab ARGS="--port 8899"
PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --constraint constraints.txt
TORCH := $(shell sed -n 's/^torch==//p' constraints.txt)
# What is installed depends on these; a stamp in the environment remembers when it was done.
PINS := pyproject.toml constraints.txt
PYTEST := $(BIN)/python -m pytest

.PHONY: help lab test bench lint format clean
.DEFAULT_GOAL := help

help:
	@echo "make lab      set up, examine the installation, open the course in JupyterLab"
	@echo "make test     set up, run the tests: package, notebooks, browser"
	@echo "make bench    set up, measure the engine against torch, minutes; ARGS=--update-readme"
	@echo "make lint     check style, spelling and that notebooks carry no outputs"
	@echo "make format   put the style right"
	@echo "make clean    remove the environment and what the tools left"

lab: $(VENV)/.course
	@$(BIN)/rsa-edu doctor
	@$(BIN)/rsa-edu lab $(ARGS)

# Each ring runs, whatever the others said; one that fails makes the whole fail.
test: $(VENV)/.tests
	@$(BIN)/rsa-edu browser > /dev/null || true
	@failed=0; \
	echo "== package"; $(PYTEST) tests --ignore tests/browser --durations 5 || failed=1; \
	echo "== notebooks"; $(BIN)/python -m tests.notebooks || failed=1; \
	echo "== browser"; $(PYTEST) tests/browser || failed=1; \
	exit $$failed

bench: $(VENV)/.tests
	@$(BIN)/python -m tests.benchmarks $(ARGS)

lint: $(VENV)/.tools
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/codespell
	@$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb

format: $(VENV)/.tools
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format
	@$(BIN)/nbstripout --keep-id notebooks/*.ipynb

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Python 3.11 or newer is needed: make lab PYTHON=/path/to/python"; exit 2; }
	@$(PYTHON) -m venv $(VENV)

# On Linux the default index has a torch with gigabytes of CUDA, which the course does not use, so
# PyTorch's own index of CPU builds is asked first.
$(VENV)/.torch: constraints.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV); the first time this takes a few minutes."
	@if [ "$$(uname)" = Linux ] && ! $(PIP) install --quiet --no-deps --retries 0 --timeout 10 \
	    --index-url https://download.pytorch.org/whl/cpu torch==$(TORCH); then \
	    echo "PyTorch's index did not answer; the default index may bring a large CUDA build."; \
	fi
	@touch $@

$(VENV)/.course: $(PINS) $(VENV)/.torch
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.tests: $(PINS) $(VENV)/.course
	@$(INSTALL) --editable '.[test]'
	@touch $@

$(VENV)/.tools: $(PINS) $(VENV)/.course
	@$(INSTALL) --editable '.[dev]'
	@touch $@
