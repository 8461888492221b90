# Every target first makes .venv from requirements.lock, unless it is there and current (.ci/environment).
# Choose the interpreter with PYTHON=/path/to/python3.12; pass options to pytest or the demo with ARGS="…".

export PYTHON
unexport PYTHONPATH PYTHONHOME
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help environment demo test check bench faults lock clean

help:
	@echo 'make demo    start everything on this machine, with a request waiting for a decision'
	@echo 'make test    run every test'
	@echo 'make check   lint, formatting, types, and which module may import which'
	@echo 'make bench   measure how fast it is, in about twenty minutes'
	@echo 'make faults  break everything in turn, in full, and print what was lost, doubled or let in'
	@echo 'make lock    bring requirements.lock up to date with pyproject.toml'
	@echo 'make clean   remove .venv and caches; the requests of the demo, in .demo, stay'

environment:
	@.ci/environment

demo: environment
	@$(BIN)/countersign demo $(ARGS)

# Folders of tests that start processes run one test at a time each (tests/conftest.py); the rest is spread.
# The limit is per test, in seconds: it ends what hangs and measures nothing.
test: environment
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup --timeout 120 $(ARGS)

check: environment
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

# Writes the table and the plots of docs/speed.md; ARGS="trips views" measures these groups alone and writes nothing.
bench: environment
	@$(BIN)/python -m bench $(ARGS)

# Takes the better part of an hour; ARGS="kill slack" runs the rows that are called so, ARGS="--small" all in small.
faults: environment
	@$(BIN)/python -m tests.faults $(ARGS)

# ARGS="--upgrade" takes the newest releases; without it only what pyproject.toml asks for moves.
lock: environment
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --all-extras --group dev \
	  --generate-hashes --custom-compile-command 'make lock' --output-file requirements.lock $(ARGS)

clean:
	rm -rf .venv .venv.lock .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
