# Everything a newcomer types. Each target sets up what it needs from nothing but Python 3.11+ and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Bytecode is what keeps `pilot --help` quick; an inherited wish not to write it would cost every start.
export PYTHONDONTWRITEBYTECODE :=
# Tests run in a new order each time, so that none leans on another; the number repeats an order.
ORDER  ?= $(shell date +%s)
ORDER  := $(ORDER)
SHUFFLED = --random-order-bucket=module --random-order-seed=$(ORDER)

.PHONY: help pilot test test-slow bench chaos evidence sabotage mutants printers fhir axe pdf check format pins clean

help: ## say what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

# Exit code 1 is a run's own finding (results that nobody can account for), and no fault of the set-up.
pilot: $(VENV)/.ready ## set up, then run the pilot: the terminal UI, or plain lines where there is no terminal
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/pilot tui --scenario quick; else $(BIN)/pilot run quick || [ $$? -eq 1 ]; fi

# Three at once: a quarter of the time tests wait for processes and clocks, and two would leave a core idle.
test: $(VENV)/.ready-dev ## set up, then run the fast tests and the smoke features, on one seed (under 5 minutes on 2 cores)
	@echo "in the order that 'make test ORDER=$(ORDER)' repeats"
	FEATURES_FIRST_SEED=1 $(BIN)/python -m pytest -n 3 --dist loadfile -m "not slow" $(SHUFFLED)

test-slow: $(VENV)/.ready-dev ## the tests that take minutes
	@echo "in the order that 'make test-slow ORDER=$(ORDER)' repeats"
	$(BIN)/python -m pytest -n 2 --dist loadfile -m slow $(SHUFFLED)

chaos: $(VENV)/.ready-dev ## kills and faults by the hundred, and a table that must show nothing lost (about a quarter of an hour)
	$(BIN)/python -m tests.chaos

bench: $(VENV)/.ready-dev ## one table of costs beside peers, limits and smaller sizes; JSON in runs/bench.json (a quarter of an hour)
	@mkdir -p runs
	$(BIN)/python -m benchmarks.bench --to runs/bench.json

evidence: $(VENV)/.ready-dev ## every hypothesis of features/: believed, measured, held or not (about a quarter of an hour)
	@$(BIN)/python -m pytest features -n 2 -p no:random_order --evidence runs/evidence.json; code=$$?; \
	$(BIN)/python -m features.evidence runs/evidence.json runs/sabotage.json && exit $$code

sabotage: $(VENV)/.ready-dev ## break the pilot in one way after another, and see which hypotheses notice (about 20 minutes)
	$(BIN)/python -m features.sabotage --to runs/sabotage.json

mutants: $(VENV)/.ready-dev ## sabotage the product and its tests, one by one; every one must be noticed (some minutes)
	$(BIN)/python -m tests.mutants

printers: $(VENV)/.ready-dev ## a report through every PDF producer that can be had, and 3,000 mutants: nothing may vanish (some minutes)
	$(BIN)/python -m pip install --quiet -r requirements/printers.txt
	-test "$$(id -u)" != 0 || apt-get install --quiet --yes --no-install-recommends chromium enscript ghostscript groff poppler-utils
	$(BIN)/python -m tests.printers

fhir: $(VENV)/.ready-dev ## the HL7 validator over every kind of message and answer; needs Java, npm and UK_CORE=folder of UK Core profiles
	UK_CORE="$(UK_CORE)" $(BIN)/python -m tests.fhir

axe: $(VENV)/.ready-dev ## axe-core over the benefit report in Chromium, at three widths, light, dark and in print; needs chromium and npm
	@command -v chromium >/dev/null && command -v npm >/dev/null || { echo "make axe needs Chromium and npm (Debian, Ubuntu: apt install chromium npm)" >&2; exit 2; }
	@mkdir -p build/axe && cp tests/axe/package.json build/axe/ && cd build/axe && npm install --no-audit --no-fund --loglevel=error
	$(BIN)/python -m pytest tests/axe -m slow -rA -p no:random_order

pdf: $(VENV)/.ready-dev ## the report of RUN=folder as a tagged PDF (PDF/UA-1), by WeasyPrint, and its promises tried (some minutes)
	@test -n "$(RUN)" || { echo "make pdf needs RUN=folder, the folder of a run (make pilot makes one in runs/)" >&2; exit 2; }
	-test "$$(id -u)" != 0 || apt-get install --quiet --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0
	$(BIN)/python -m pip install --quiet -c requirements/printers.txt weasyprint
	$(BIN)/pilot report "$(RUN)" --pdf
	$(BIN)/python -m pytest tests/reports/test_write_report.py -m slow -p no:random_order

check: $(VENV)/.ready-dev ## formatting, types, and the boundaries between the rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ready-dev ## put the formatting right
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pictures: $(VENV)/.ready-dev ## take the pictures of docs/ anew, of a real run and of an office to practise in (some minutes)
	$(BIN)/python -m tests.tui.take_pictures

pins: ## renew the exact versions in requirements/ from pyproject.toml
	tools/pins.sh $(PYTHON)

clean: ## forget the environment and caches; runs/ stays
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.ready: pyproject.toml requirements/run.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	$(BIN)/python -m compileall -q $(VENV)/lib pilot simulators generators reports mesh_transport
	touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements/dev.txt
	$(BIN)/python -m pip install --quiet -r requirements/dev.txt
	touch $@
