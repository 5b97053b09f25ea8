# Two commands do everything: `make demo` asks the sample corpus, `make test` passes the checks and tests.
# Needed beforehand: Python 3.11 or newer, git, make. Both commands are quick the second time.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# On Linux, PyPI's own torch brings CUDA along. TORCH_ARGS hands pip the index that has CPU builds.
TORCH_ARGS ?=
TORCH := torch==2.13.0
# The demo keeps its data apart from a real installation's.
DEMO_HOME ?= .yuanwen

# The pages' scripts are checked where there is npm; the service is served without.
WEB := api/web
LINT_WEB := $(if $(shell command -v npm),$(MAKE) lint-web,@echo "no npm: the pages' scripts aren't checked")

TEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n logical --dist worksteal

.PHONY: demo test coverage install install-dev lint clean

demo: install
	@YUANWEN_HOME=$(DEMO_HOME) $(BIN)/yuanwen add seeds/*.txt
	@YUANWEN_HOME=$(DEMO_HOME) $(BIN)/yuanwen ask --file seeds/demo.jsonl
	@echo "接着提自己的问题：YUANWEN_HOME=$(DEMO_HOME) $(BIN)/yuanwen ask 问题"
	@echo "打开网页：        YUANWEN_HOME=$(DEMO_HOME) $(BIN)/yuanwen serve"

# One process for each core, each with one thread for torch.
test: install-dev lint
	$(TEST)

# The same with the lines that no test reaches; a quarter slower.
coverage: install-dev
	$(TEST) --cov --cov-report=term:skip-covered

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(LINT_WEB)

.PHONY: lint-web
lint-web: $(WEB)/node_modules
	cd $(WEB) && npm run --silent lint && npm run --silent vendor
	git diff --exit-code $(WEB)/static/vendor

$(WEB)/node_modules: $(WEB)/package-lock.json
	cd $(WEB) && npm ci --silent --no-fund --no-audit
	@touch $@

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev

# pip older than 24 fails on some of our dependencies' metadata, hence its own upgrade first.
$(VENV)/torch:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet $(TORCH_ARGS) $(TORCH)
	@touch $@

$(VENV)/installed: $(VENV)/torch pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed pyproject.toml
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@

clean:
	rm -rf $(VENV) $(DEMO_HOME) build dist *.egg-info
