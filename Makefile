# Every command a developer needs. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin

.PHONY: help setup run test check fmt bench

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: .venv/.made-run ## make the environment in .venv, every package checked against its hash

run: .venv/.made-run ## serve a demo with made-up people on this machine (PORT=8000)
	@$(BIN)/kindcircle run --demo

test: .venv/.made-dev ## all tests, on SQLite and on PostgreSQL, and in a real browser (ARGS=... for pytest)
	@tools/test $(ARGS)

check: .venv/.made-dev ## format, lint, types, imports, content, migrations and safety of settings
	@tools/check

fmt: .venv/.made-dev ## put every file in the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: .venv/.made-dev ## measure against peers; writes bench/RESULTS.md
	@tools/bench

.venv/.made-run: requirements/run.txt pyproject.toml tools/setup
	@tools/setup run

# A developer's environment holds everything that running needs too.
.venv/.made-dev: requirements/dev.txt pyproject.toml tools/setup
	@tools/setup dev
