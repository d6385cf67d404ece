# The project's commands. `make` alone lists them.

PORT ?= 8501
VENV ?= .venv
BIN := $(VENV)/bin
# Extra words for pytest, for example: make test PYTEST="tests/data --engine duckdb"
PYTEST ?=
# Words for the benchmarks, for example: make bench BENCH="--only exports,pdf"
BENCH ?=
# The commit that `make check` compares with, for example: make check SINCE=HEAD~3
SINCE ?=

# A stamp inside the environment is as old as the installation: newer requirements install again.
RUNTIME := $(VENV)/.installed
DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help run test check lint format audit bench screenshots clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNTIME) ## Serve the portal on http://localhost:8501 (PORT=9000 for another port)
	PORTAL_BASE_URL=$${PORTAL_BASE_URL:-http://localhost:$(PORT)} \
	$(BIN)/streamlit run app.py --server.port $(PORT)

# Lint computes while the audit waits for the network. Three workers for two processors: tests in a
# browser wait a lot. Each takes whole files, so what a file shares is made once, the longest first
# (tests/conftest.py).
test: $(DEV) ## Run everything CI runs: lint, types, import rules, vulnerabilities, tests
	$(MAKE) --no-print-directory -j 2 lint audit
	chromium=$$(tools/chromium.sh $(BIN)/python) && \
	PORTAL_CHROMIUM="$$chromium" $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(PYTEST)

check: lint ## Check what changed before a commit: lint, types and its tests, on DuckDB
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --engine duckdb \
		$$($(BIN)/python -m tools.changed_tests $(SINCE)) $(PYTEST)

lint: $(DEV) ## Check style, format, types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV) ## Format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

audit: $(DEV) ## Look for known vulnerabilities in what is installed
	$(BIN)/python tools/audit.py

bench: $(DEV) ## Measure speed and memory into docs/performance.md (BENCH="--only exports" for a part)
	$(BIN)/python -m benchmarks $(BENCH)

screenshots: $(DEV) ## Take the README's screenshots from the running app
	chromium=$$(tools/chromium.sh $(BIN)/python) && \
	PORTAL_CHROMIUM="$$chromium" $(BIN)/python -m tools.screenshots

clean: ## Remove the environment and what tools leave behind (never data/)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): requirements.txt constraints.txt
	tools/create_venv.sh $(VENV)
	tools/install.sh $(VENV) requirements.txt
	touch $@

$(DEV): requirements-dev.txt requirements.txt constraints.txt
	tools/create_venv.sh $(VENV)
	tools/install.sh $(VENV) requirements-dev.txt
	touch $@ $(RUNTIME)
