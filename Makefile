# Every target makes the environment first when it is missing or older than the lock files.
.PHONY: help setup ready run test test-long check bench browser hsm lock

BIN := .venv/bin
STAMP := $(shell cat requirements/setup.txt requirements/dev.txt package-lock.json scripts/setup.sh | cksum)

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

setup:  ## Make the environment: .venv, style sheets, fonts
	@sh scripts/setup.sh

ready:
	@[ "$$(cat .venv/setup.stamp 2>/dev/null)" = "$(STAMP)" ] || sh scripts/setup.sh

browser: ready
	@sh scripts/browser.sh

hsm: ready
	@sh scripts/hsm.sh

run: ready  ## Start everything with the synthetic demo province, until Ctrl-C
	@$(BIN)/chengxin up --demo

test: browser  ## Run every test (PostgreSQL and Chromium are real)
	@$(BIN)/pytest -n 2 --dist loadgroup -m "not long"

test-long: browser hsm  ## Keys in a PKCS#11 token; soak, fuzz and kill runs at full size; PostgreSQL 16 too
	@$(BIN)/pytest -m long
	@CHENGXIN_PG_MAJOR=16 $(BIN)/pytest -n 2 --dist loadgroup -m "not long and not browser"

check: ready  ## Lint, types, import rules, migrations equal models, dependencies
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy chengxin tests
	@$(BIN)/lint-imports
	@$(BIN)/deptry chengxin
	@$(BIN)/chengxin manage makemigrations --check --dry-run

bench: ready  ## Every benchmark beside its yardstick
	@$(BIN)/chengxin bench all

lock: ready  ## Write the lock files anew (no download addresses in them)
	@sh scripts/lock.sh
