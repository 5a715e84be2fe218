# Two commands on a fresh machine with Python 3.11+ and make: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: demo test check habits bench docs clean lock chromium

demo: $(VENV)/.runtime
	$(BIN)/tanlu demo -o demo

test: $(VENV)/.test chromium
	$(BIN)/ruff format --check src tests benchmarks tools
	$(BIN)/ruff check src tests benchmarks tools
	$(BIN)/mypy --strict src tests
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n 2 --dist loadfile
	$(BIN)/python -m benchmarks --once
	sh tools/wheel_smoke.sh $(BIN)/python

check: $(VENV)/.test
	$(BIN)/ruff format --check src tests benchmarks tools
	$(BIN)/ruff check src tests benchmarks tools
	$(BIN)/mypy --strict src tests
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n 2 tests/unit tests/golden tests/properties tests/math tests/data tests/contract

habits: $(VENV)/.test
	$(BIN)/ruff check --exit-zero --preview --statistics src \
	  --select C901,PLR0911,PLR0912,PLR0913,PLR0915,PLR0917,PLR1702

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

docs: $(VENV)/.test
	$(BIN)/python tools/make_reference.py

lock:
	sh tools/lock.sh

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Tanlu needs Python 3.11 or newer; $$($(PYTHON) --version) was found." \
	       "Say which with: make PYTHON=python3.12 $(MAKECMDGOALS)" \
	       "/ 需要 Python 3.11 或更新的版本，请用 make PYTHON=python3.12 指定" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  (command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] \
	    && apt-get install -y --no-install-recommends python3-venv) || { \
	  echo "Python's venv module is missing: install the package python3-venv" \
	       "/ 缺少 venv 模块，请安装 python3-venv" >&2; exit 1; }; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements-test.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime

# The browser tests drive the system's Chromium: installed where that is allowed, else told.
chromium:
	@for name in "$${TANLU_CHROMIUM:-chromium}" chromium-browser google-chrome; do \
	  command -v "$$name" >/dev/null && exit 0; done; \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  install="apt-get install -y -qq --no-install-recommends chromium"; \
	  $$install >/dev/null || { apt-get update -qq && $$install >/dev/null; } && exit 0; fi; \
	echo "Chromium is missing: the browser tests are skipped. Install the package chromium," \
	     "or name a browser in TANLU_CHROMIUM" \
	     "/ 缺少 Chromium，浏览器测试将跳过：请安装 chromium，或用 TANLU_CHROMIUM 指定" >&2

clean:
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
