# The same few commands for people and for CI.
#
#   make compose [SCORE=my.musicxml]   write the missing parts into out/; files that you changed there stay
#   make test                          the tests without the slow ones, and the ten that took longest
#   make test-all                      every test
#   make lint                          ruff and mypy
#   make dist                          source distribution and wheel in dist/
#   make smoke                         the wheel in an empty environment, used as a new user does
#   make bench                         start-up and compose times on this machine

PYTHON ?= python3
VENV   ?= .venv
SCORE  ?= corpora/samples/hymn-to-joy.musicxml
OUT    ?= out
# Processes of the tests; none: WORKERS=
WORKERS ?= -n 2 --dist worksteal

BIN  := $(VENV)/bin
SMOKE := $(abspath $(VENV)-smoke)
NAME := $(shell basename "$(SCORE)" | sed "s/\.[^.]*$$//")

.PHONY: compose test test-all lint format bench dist smoke clean

compose: $(VENV)/.runtime
	@mkdir -p "$(OUT)"
	@name=$$(sh tools/kept_name.sh "$(OUT)" "$(NAME)") && \
		$(BIN)/scoregen compose "$(SCORE)" --force -o "$(OUT)/$$name.musicxml" -o "$(OUT)/$$name.svg" \
			-o "$(OUT)/$$name.pdf" -o "$(OUT)/$$name.mid" && \
		sh tools/kept_name.sh --record "$(OUT)" "$$name"

test: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not slow" $(WORKERS) --durations=10

test-all: $(VENV)/.dev
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.runtime
	$(BIN)/python tests/benchmarks/bench_startup.py
	$(BIN)/python tests/benchmarks/bench_compose.py

dist: $(VENV)/.dev
	rm -rf dist
	PIP_CONSTRAINT="$(CURDIR)/constraints.txt" $(BIN)/python -m build

# Outside the source, so that only what was installed is used.
smoke: dist
	rm -rf "$(SMOKE)"
	$(PYTHON) -m venv "$(SMOKE)"
	"$(SMOKE)/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	"$(SMOKE)/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt dist/*.whl
	cd / && "$(SMOKE)/bin/python" -P "$(CURDIR)/tools/smoke_test.py" "$(CURDIR)"
	rm -rf "$(SMOKE)"

# torch comes first and alone, so that nothing else can pull in another build of it.
$(VENV)/.runtime: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) $(SMOKE) $(OUT) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
