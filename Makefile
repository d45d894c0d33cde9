# Every command a developer or user needs; each does its own set-up. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= .citecheck
HOST ?= 127.0.0.1
PORT ?= 8000
SHARED ?= ../shared/data
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev browser serve check unit test eval accept bench lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(BIN)/.runtime ## build .venv with what citecheck needs to run
setup-dev: $(BIN)/.dev ## ... and what its tests need

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(BIN)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --upgrade "$$(grep '^pip==' requirements.lock)"
	$(BIN)/python -m pip install -q --constraint requirements.lock --editable '.[formats,llm,mcp]'
	touch $@

# torch first and pinned: an unpinned one brings several gigabytes of GPU libraries.
$(BIN)/.dev: $(BIN)/.runtime
	$(BIN)/python -m pip install -q "$$(grep '^torch==' requirements.lock)"
	$(BIN)/python -m pip install -q --constraint requirements.lock --group dev
	touch $@

browser: ## a Chromium for the page's tests (installs Debian's where there is none)
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium) \
		|| { test -z "$$CI" && echo "There is no Chromium here: the page's tests are skipped."; }

serve: setup ## index the seeds at the first start, then serve the page and the API
	@test -e $(DATA)/.seeded || ($(BIN)/citecheck index seeds --data $(DATA) && touch $(DATA)/.seeded)
	$(BIN)/citecheck serve --data $(DATA) --host $(HOST) --port $(PORT)

check: setup-dev ## formatting, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: setup-dev browser
	$(BIN)/python -m pytest

# pytest last, so that its summary is the last thing printed.
test: check unit ## every check and test

eval: setup ## hold the product against the committed baseline: exit 0 fine, 1 worse, 3 too few items to tell
	$(BIN)/citecheck eval gate --junit eval-gate.xml --markdown eval-gate.md

accept: setup ## make the present figures the committed baseline
	$(BIN)/citecheck eval accept

bench: setup-dev ## measure speed and quality beside the recorded figures (SHARED=public data ONLY="NAMES" LIMIT=rows RECORD=1)
	$(BIN)/python -m benchmarks --shared $(SHARED) $(foreach name,$(ONLY),--only $(name)) \
		$(if $(LIMIT),--limit $(LIMIT)) $(if $(filter 1,$(RECORD)),--record)

lock: setup-dev ## write the exact versions in use to requirements.lock
	$(BIN)/python -m pip freeze --all --exclude-editable | grep -v ' @ ' | sed 's/+cpu$$//' > requirements.lock

clean: ## remove what was built here (not your data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
