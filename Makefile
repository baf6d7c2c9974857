# Every target makes the environment first when it is missing or older than the lock files.
.PHONY: help setup ready run test test-long screenshots check words bench bench-peers fuzz browser hsm lock

BIN := .venv/bin
STAMP := $(shell sh scripts/stamp.sh)

ROWS := 100000
SECONDS := 60
TARGETS :=
FOLDER := build/screenshots
WORDS := chengxin/locale/en/LC_MESSAGES/django.po

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

setup:  ## Make the environment: .venv, style sheets, fonts
	@sh scripts/setup.sh

ready:
	@[ "$$(cat .venv/setup.stamp 2>/dev/null)" = "$(STAMP)" ] || sh scripts/setup.sh
	@[ -z "$$(find $(WORDS) -newer $(WORDS:.po=.mo) 2>&1)" ] || $(BIN)/python -m scripts.words compile

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

screenshots: browser  ## Fill a demo installation and take every page on a telephone and at a desk, with its weight and first paint (FOLDER=build/screenshots)
	@CHENGXIN_SCREENSHOTS=$(abspath $(FOLDER)) $(BIN)/pytest -q tests/portal/test_screens.py -k "no_barrier or budget"
	@echo "$(FOLDER)"

check: ready  ## Lint, types, import rules, migrations equal models, dependencies
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy chengxin tests scripts
	@$(BIN)/lint-imports
	@$(BIN)/deptry chengxin
	@$(BIN)/chengxin manage makemigrations --check --dry-run

words: ready  ## Take what pages say into the catalogue of English words, and name what has no English yet
	@$(BIN)/python -m scripts.words

bench: ready  ## Every benchmark beside its yardstick
	@$(BIN)/chengxin bench all

bench-peers: ready  ## The same file by Frictionless and by pandera with Django, in an environment of their own (ROWS=100000)
	@sh scripts/apart.sh .venv-peers requirements/peers.txt
	@$(BIN)/python -m scripts.peers.run --rows $(ROWS)

fuzz: ready  ## Coverage-guided fuzzing of whatever reads what comes in, so many SECONDS for each target
	@sh scripts/apart.sh .venv-fuzz requirements/base.txt requirements/fuzz.txt
	@sh scripts/fuzz.sh $(SECONDS) $(TARGETS)

lock: ready  ## Write the lock files anew (no download addresses in them)
	@sh scripts/lock.sh
