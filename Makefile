# The operator's and the developer's ground. Everything runs from .venv; nothing is installed beside it.
.PHONY: install demo test check format lock messages bench-data bench-pages bench-sign-ins bench-joining bench-likeness bench-import bench-notices bench-rules bench-vouchers bench-draw bench-release bench
PYTHON ?= python3
PORT ?= 8000
# Tests run on two processes where that is quicker than one; JOBS=0 runs them in one, as a debugger needs it.
JOBS ?= 2
BIN := .venv/bin
STAMP := .venv/.installed

install: $(STAMP)

$(STAMP): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make install PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/dev.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "Installed. Next: make demo"

demo: install
	$(BIN)/tongxin demo --port $(PORT)

test: install
	$(BIN)/pytest -n $(JOBS) --dist worksteal

check: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet src/tongxin/web/templates
	$(BIN)/tongxin manage makemigrations --check --dry-run

format: install
	$(BIN)/ruff check --fix --select I,UP,RUF100
	$(BIN)/ruff format

# Chinese is what the sources say; English is kept in locale/en.
messages: install
	$(BIN)/python tools/messages.py

lock: install
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml --output-file requirements/app.lock
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --constraint requirements/app.lock pyproject.toml --output-file requirements/dev.lock

bench-data: install
	$(BIN)/python -m bench.data

bench-pages: install
	$(BIN)/python -m bench.pages

bench-sign-ins: install
	$(BIN)/python -m bench.sign_ins

bench-joining: install
	$(BIN)/python -m bench.joining

bench-likeness: install
	$(BIN)/python -m bench.likeness

bench-import: install
	$(BIN)/python -m bench.imports

bench-notices: install
	$(BIN)/python -m bench.notices

bench-vouchers: install
	$(BIN)/python -m bench.vouchers

bench-rules: install
	$(BIN)/python -m bench.rules

bench-draw: install
	$(BIN)/python -m bench.draw

# A release: a million workers for a hundred thousand places, in a data folder of its own (wrk is needed).
WORKERS ?= 1000000
PLACES ?= 100000
bench-release: install
	$(BIN)/tongxin bench_release --workers $(WORKERS) --places $(PLACES)

# All but the two of one engine alone, one after the other: some fifty minutes on two cores with nothing else running.
bench: bench-data bench-pages bench-sign-ins bench-joining bench-likeness bench-import bench-notices bench-rules bench-vouchers bench-draw bench-release
