# The two commands of the README are `make dashboard` and `make test`; everything they need is set up by them.
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest

.PHONY: dashboard api test search test-all test-lowest quick lint format setup setup-dev setup-bench bench bench-progress \
	screenshots lock sbom audit chaos editor wheel clean

dashboard: setup ## Serve the dashboard and the API on one port
	$(BIN)/technic-scanner serve --port $(PORT)

api: setup ## Serve the API alone
	$(BIN)/technic-scanner api

test: setup-dev ## Run the whole test suite
	$(BIN)/python -m tools.ensure_chromium
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

search: setup-dev ## Run the tests of invariants on examples that have not been tried yet
	$(BIN)/python -m pytest -n 2 --hypothesis-profile search tests/unit tests/functional -m hypothesis $(ARGS)

test-all: setup-dev ## Run the whole test suite on every Python of this machine that the package supports
	$(BIN)/python -m tools.all_pythons $(ARGS)

test-lowest: setup-dev ## Run the unit and functional tests on the lowest versions that pyproject.toml allows
	$(BIN)/python -m tools.uv venv --quiet --clear --python $(BIN)/python $(LOWEST)
	$(BIN)/python -m tools.uv pip install --quiet --python $(LOWEST)/bin/python --resolution lowest-direct \
		-e ".[all]" -r requirements-dev.txt
	$(LOWEST)/bin/python -m pytest tests/unit tests/functional -n 2 -W ignore::DeprecationWarning $(ARGS)

quick: setup-dev ## Run the quick unit tests that uncommitted changes can reach
	$(BIN)/python -m tools.quick_tests $(ARGS)

lint: setup-dev ## Check format, style, architecture, types, dead code and dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/vulture
	$(BIN)/deptry .

format: setup-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup-bench ## Peers side by side in one run, as ratios
	$(BIN)/python -m benchmarks.kernels
	$(BIN)/python -m benchmarks.criteria
	$(BIN)/python -m benchmarks.scan
	$(BIN)/python -m benchmarks.progress.cost
	$(BIN)/python -m benchmarks.store
	$(BIN)/python -m benchmarks.api

bench-progress: setup-dev ## ETA accuracy on virtual time
	$(BIN)/python -m benchmarks.progress

screenshots: setup-dev ## Remake docs/images from a seeded run
	$(BIN)/python -m tools.screenshots

lock: setup-dev ## Recompute constraints.txt from the requirement files
	$(BIN)/python -m tools.uv pip compile --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url \
		-o constraints.txt requirements.txt requirements-dev.txt requirements-bench.txt
	$(BIN)/python -m tools.uv pip compile --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url \
		--generate-hashes -c constraints.txt -o requirements.lock requirements.txt

sbom: setup-dev ## List what is installed at run time, and under which licences: CycloneDX and a table, into dist/
	mkdir -p dist
	$(BIN)/python -m tools.uv tool run --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements.lock \
		--output-reproducible -o dist/sbom.cdx.json
	$(BIN)/python -m tools.uv tool run --from pip-licenses==5.5.5 pip-licenses --python $(BIN)/python --format markdown \
		--with-urls --output-file dist/licences.md

audit: setup-dev ## Look up known vulnerabilities of the lock; ADVISORIES=FILE takes them from a file of OSV documents
	$(BIN)/python -m tools.audit $(ADVISORIES)

chaos: setup-dev ## Kill workers and databases, fill disks, damage files; count what is lost (minutes; disks need root)
	$(BIN)/python -m tools.chaos $(ARGS)

editor: ## Build the editor of criteria into the package, with Node and npm
	cd frontend/criteria_editor && npm ci --no-audit --no-fund && npm run build

wheel: setup-dev ## Build the wheel, by way of the source distribution, into dist/
	$(BIN)/python -m tools.uv build --out-dir dist

setup: $(VENV)/.runtime
setup-dev: $(VENV)/.dev
setup-bench: $(VENV)/.bench

$(VENV)/.runtime: requirements.txt constraints.txt pyproject.toml setup.py tools/make_venv.sh
	sh tools/make_venv.sh "$(PYTHON)" "$(VENV)"
	$(BIN)/python -m tools.install -r requirements.txt
	$(BIN)/python -m tools.install --no-deps -e .
	$(BIN)/technic-scanner warmup
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.txt
	$(BIN)/python -m tools.install -r requirements-dev.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements-bench.txt
	$(BIN)/python -m tools.install -r requirements-bench.txt
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
