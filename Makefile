# What a newcomer and the build machine run. `make help` lists it.
#
# Everything Python lives in .venv, made on first use and brought up to date when pyproject.toml, constraints.txt or
# .ci/system-packages change. All paths are relative, so that a folder with a space in its name works.

# Any Python from 3.11 on; `make demo PYTHON=/path/to/python` names one.
PYTHON  ?=
PYTHONS := $(PYTHON) python3.13 python3.12 python3.11 python3
INPUTS  := pyproject.toml constraints.txt .ci/system-packages

# More for pytest: `make test ARGS="-k storyboard -x"`.
ARGS ?=

.PHONY: help demo test check bench clean
.DELETE_ON_ERROR:

help: ## List what there is to run
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

# The environment for the tests holds all that the smaller ones hold: where it exists, it is the one to use.
ready = $(if $(wildcard .venv/.all),.venv/.all,.venv/.$(1))

demo: $(call ready,demo) ## Run the first lesson; its pictures, page and film go to demo/
	@echo "Running the lesson worked_example; what it makes goes to demo/."
	.venv/bin/microgradphys lesson worked_example --out demo

test: check ## Check the code, then run every test
	@.ci/system-packages browser
	@echo "Running the tests: tests/, and the examples in the docstrings."
	.venv/bin/python -m pytest $(ARGS)

check: .venv/.all ## Check style (ruff), who may import whom (import-linter) and types (pyright)
	@echo "Checking style, import contracts and types."
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports --no-logo
	.venv/bin/pyright

bench: .venv/.bench ## Measure the engine against micrograd, PyTorch, JAX and Keras, which it installs (large)
	@echo "Measuring; this takes a while, and wants an otherwise idle machine."
	.venv/bin/python tests/benchmarks/run.py

clean: ## Remove .venv and everything that was made, demo/ included
	@echo "Removing .venv, demo/, build products and caches."
	@rm -rf .venv demo media build dist *.egg-info .coverage .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find microgradphys viz lessons tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.demo: $(INPUTS)
	$(call prepare,movie,lessons$(comma)movie)

.venv/.all: $(INPUTS)
	$(call prepare,movie browser,all)

.venv/.bench: $(INPUTS)
	$(call prepare,movie,lessons$(comma)movie$(comma)bench)

# $(call prepare,system packages,extras): a virtual environment with what the target needs, and its stamp.
comma := ,
define prepare
@set -e; python=; \
for candidate in $(PYTHONS); do \
    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
        python=$$candidate; break; \
    fi; \
done; \
if [ -z "$$python" ]; then \
    echo "No Python 3.11 or newer here: install one (Debian: sudo apt-get install python3 python3-venv)," \
        "or name one: make PYTHON=/path/to/python" >&2; \
    exit 1; \
fi; \
PYTHON="$$python" .ci/system-packages venv $(1); \
if ! [ '$(MADE_IN)' = '$(CURDIR)' ]; then \
    echo "Making .venv with $$("$$python" --version)."; \
    "$$python" -m venv --clear .venv; \
    printf '%s' '$(CURDIR)' > .venv/.made-in; \
fi; \
echo "Installing microgradphys[$(2)] into .venv; the first time takes a few minutes."; \
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --use-pep517 \
    --constraint constraints.txt --editable '.[$(2)]'; \
touch $@
endef

# A virtual environment works only where it was made, and only while its Python does: otherwise it is made anew.
MADE_IN := $(shell .venv/bin/python -c 'import pip; print(open(".venv/.made-in").read())' 2>/dev/null)
ifneq ($(MADE_IN),$(CURDIR))
.PHONY: .venv/.demo .venv/.all .venv/.bench
endif
