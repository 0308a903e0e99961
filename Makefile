# consentkit: everything a person needs is `make demo` and `make test`.
PYTHON ?= python3
PORT ?= 8000
FUZZ_SECONDS ?= 60
DATA ?= var/demo
LAYOUT ?= bar
DELIVERY ?= server
VENV := .venv
UV_VERSION := 0.13.6
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check bench compiled fuzz screenshots format clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit("consentkit needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else 0'
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip --version > /dev/null 2>&1 || $(VENV)/bin/python -m ensurepip > /dev/null
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(VENV)/bin/uv sync --quiet --locked --inexact --group dev
	@touch $@

demo: $(READY)  ## set up and serve the example company website (PORT=8000 DATA=var/demo LAYOUT=bar DELIVERY=server)
	$(VENV)/bin/consentkit demo --port $(PORT) --data $(DATA) --layout $(LAYOUT) --delivery $(DELIVERY)

test: $(READY)  ## run all tests, those in a real browser too
	$(VENV)/bin/python tests/prepare.py
	$(VENV)/bin/python -m pytest --numprocesses 2 --dist loadfile

check: $(READY)  ## formatting, lint, types, locked versions
	$(VENV)/bin/uv lock --check
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

bench: $(READY)  ## run the benchmarks (BENCH="request_cost …": some); writes var/bench.json
	$(VENV)/bin/python -m tests.benchmarks $(BENCH)

compiled: $(READY)  ## build the wheel for this machine, compiled, into dist/ (needs a C compiler)
	HATCH_BUILD_HOOKS_ENABLE=1 $(VENV)/bin/uv build --wheel --out-dir dist .

fuzz: $(READY)  ## search for inputs that break the gate, FUZZ_SECONDS=60 for each target
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(VENV)/bin/python -m tests.fuzz.run

screenshots: $(READY)  ## take the pictures of the documentation
	CONSENTKIT_SCREENSHOTS=docs/images $(VENV)/bin/python -m pytest -q tests/browser/test_screenshots.py tests/browser/test_audit_browser.py -k "test_screenshots or photographed"

format: $(READY)  ## format the code
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean:  ## remove the environment and everything made
	rm -rf $(VENV) var dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
