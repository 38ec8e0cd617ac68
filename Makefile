# One word for each thing a founder does. The recipes are thin: what they call can be called by hand.
#   make run       the product on this machine, ready to open        (first time: a minute or two)
#   make test      everything there is to test, in a real browser too
#   make quick     the same without browsers and without kills
#   make faults    processes killed at random over each database, every promise read; SEED=… DATABASE=… FAULTS=1000
#   make bench     the engine's measures, alone on a quiet machine; PEERS=1 for n8n and Node-RED beside it
#   make bench-editor  the editor's measures, alone on a quiet machine
#   make bench-reports  how fast figures open over a million steps, the same
#   make mutants   guards taken out one by one, and the tests that miss them
#   make check     lint, types, the rules of the house
#   make rules     the rule book, and the tests that hold it
#   make messages  gather the words of the screens into the catalogues
#   make vendor    fetch the pinned files under static/vendor again

PYTHON = $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)
IN = .venv/bin/python -m
# A file to a process at a time, in the order of tests/conftest.py: the longest first.
PYTEST = $(IN) pytest -n auto --dist loadfile --no-loadscope-reorder
# What Python has compiled is kept, or each of the many processes of the tests would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE
INSTALL = @command -v $(PYTHON) >/dev/null || { echo "Relance needs Python 3.11 or newer: install python3, then run make again."; exit 1; }; \
	$(PYTHON) app/launcher/install.py
TESTS = tests

.PHONY: run test quick e2e bench bench-editor bench-reports faults mutants check rules messages vendor migration clean

run:
	$(INSTALL) requirements.txt
	@exec $(IN) app.launcher

test:
	$(INSTALL) requirements-dev.txt
	@$(IN) tests.chromium
	@$(PYTEST) $(TESTS)

quick:
	$(INSTALL) requirements-dev.txt
	@$(PYTEST) -m "not e2e and not faults" $(TESTS)

e2e:
	$(INSTALL) requirements-dev.txt
	@$(IN) tests.chromium
	@$(IN) pytest tests/e2e

bench:
	$(INSTALL) requirements-dev.txt
	@$(IN) tests.bench

bench-editor:
	$(INSTALL) requirements-dev.txt
	@$(IN) tests.chromium
	@$(IN) tests.bench.editor

bench-reports:
	$(INSTALL) requirements-dev.txt
	@$(IN) tests.bench.reports

faults:
	$(INSTALL) requirements-dev.txt
	@$(IN) tests.faults

mutants:
	$(INSTALL) requirements-dev.txt
	@$(IN) tests.mutants

check:
	$(INSTALL) requirements-dev.txt
	@$(IN) ruff check .
	@$(IN) ruff format --check .
	@$(IN) mypy
	@$(IN) pytest -q tests/house

rules:
	$(INSTALL) requirements-dev.txt
	@$(IN) tests.rules

messages:
	$(INSTALL) requirements-dev.txt
	@$(IN) app.translations.gather

vendor:
	$(INSTALL) requirements.txt
	@.venv/bin/python static/vendor/vendor.py

clean:
	rm -rf .venv var out .pytest_cache .mypy_cache .ruff_cache
