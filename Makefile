# The same few commands for people and for CI.
#
#   make compose [SCORE=my.musicxml]   write the missing parts into out/; files that you changed there stay
#   make test                          the tests without the slow ones, and the ten that took longest
#   make test-all                      every test
#   make lint                          ruff and mypy
#   make dist                          source distribution and wheel in dist/
#   make smoke                         the wheel in an empty environment, used as a new user does
#   make licences                      the licence of every package that is installed; fails for one that is not accepted
#   make sbom                          what scoregen needs as a CycloneDX document, out/scoregen.cdx.json
#   make lock                          the checksums of constraints.txt for this platform, in locks/
#   make bench                         start-up and compose times on this machine

PYTHON ?= python3
VENV   ?= .venv
SCORE  ?= corpora/samples/hymn-to-joy.musicxml
OUT    ?= out
# The checksums of what is installed; where there are none for this platform, or with LOCK=, constraints.txt decides.
LOCK   ?= $(wildcard $(shell $(PYTHON) tools/lock.py --name 2>/dev/null))
# Processes of the tests; none: WORKERS=
WORKERS ?= -n 2 --dist worksteal

BIN  := $(VENV)/bin
SMOKE := $(abspath $(VENV)-smoke)
NAME := $(shell basename "$(SCORE)" | sed "s/\.[^.]*$$//")

INSTALL := -m pip install --quiet --disable-pip-version-check
LOCKED  := $(INSTALL) --require-hashes --no-deps

.PHONY: compose test test-all lint format bench dist smoke licences sbom lock clean

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
	$(BIN)/python -m build --no-isolation

# Outside the source, so that only what was installed is used.
smoke: dist
	rm -rf "$(SMOKE)"
	$(PYTHON) -m venv "$(SMOKE)"
ifneq ($(LOCK),)
	"$(SMOKE)/bin/python" $(LOCKED) --requirement $(LOCK)/runtime.txt
	"$(SMOKE)/bin/python" $(INSTALL) --no-deps dist/*.whl
	"$(SMOKE)/bin/python" -m pip check
else
	"$(SMOKE)/bin/python" $(INSTALL) --constraint constraints.txt torch
	"$(SMOKE)/bin/python" $(INSTALL) --constraint constraints.txt dist/*.whl
endif
	cd / && "$(SMOKE)/bin/python" -P "$(CURDIR)/tools/smoke_test.py" "$(CURDIR)"
	rm -rf "$(SMOKE)"

licences: $(VENV)/.dev
	$(BIN)/python tools/licences.py report "$(OUT)/licences.json"

sbom: $(VENV)/.dev
	$(BIN)/python tools/licences.py sbom "$(OUT)/scoregen.cdx.json"

lock: $(VENV)/.dev
	$(BIN)/python tools/lock.py

# Without checksums, torch comes first and alone, so that nothing else can pull in another build of it.
$(VENV)/.runtime: pyproject.toml constraints.txt $(wildcard $(LOCK)/*.txt)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
ifneq ($(LOCK),)
	$(BIN)/python $(LOCKED) --requirement $(LOCK)/runtime.txt --requirement $(LOCK)/build.txt
	$(BIN)/python $(INSTALL) --no-deps --no-build-isolation --editable .
else
	$(BIN)/python $(INSTALL) --constraint constraints.txt torch
	$(BIN)/python $(INSTALL) --constraint constraints.txt --editable .
endif
	@$(BIN)/python -m compileall -q scoregen  # pip compiles a wheel, but no editable package
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
ifneq ($(LOCK),)
	$(BIN)/python $(LOCKED) --requirement $(LOCK)/dev.txt
	$(BIN)/python -m pip check
else
	$(BIN)/python $(INSTALL) --constraint constraints.txt --editable '.[dev]'
endif
	@touch $@

clean:
	rm -rf $(VENV) $(SMOKE) $(OUT) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
