# Everything this project does, by name. `make` alone prints the list.
# A target that runs a program passes ARGS on to it:  make test ARGS="-n 0 -k leapfrog"

.DEFAULT_GOAL := help
.PHONY: help env lab test lint notebooks claims replicate tour book bench assignments lock clean

VENV_PYTHON := .venv/bin/python
STAMP := .venv/complete

help:  ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- the environment --------------------------------------------------------------------------

# The first of these that runs, is new enough and can make environments is taken.
# pyenv's own folders come last: its shims refuse a version that .python-version does not name.
PYTHONS = $(PYTHON) python3 python3.12 python3.13 \
  $(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/3.1[23].*/bin/python3)
SUITABLE := import ensurepip, sys, venv; sys.exit(not (3, 12) <= sys.version_info < (3, 14))

env: $(STAMP)  ## make .venv from requirements.lock, if that has changed (PYTHON=... picks a Python)

# The stamp is removed first and written last, so an environment without it was interrupted
# and is made from the beginning; one with it is complete and only needs the differences.
# JupyterLab is told that what a slider sends waits for the cell that runs: in a thread of its own,
# the default, it can spoil what the cell draws, and outputs are lost (jupyterlab issue 19719).
# An environment is of the folder that it was made in, and of its Python: where one of them was moved
# or copied or is gone, it is made from the beginning. pyvenv.cfg ends a line with that folder.
HERE := $(patsubst %/.venv,%,$(or $(realpath .venv),$(CURDIR)/.venv))
FITS := $(shell grep -qsF -- " $(HERE)/.venv" .venv/pyvenv.cfg && $(VENV_PYTHON) -c '$(SUITABLE)' \
  2>/dev/null && echo yes)
ifneq ($(wildcard $(STAMP))$(FITS),$(STAMP)yes)
$(STAMP): again
.PHONY: again
endif

$(STAMP): requirements.lock pyproject.toml .ci/jupyterlab.json
	@if [ -e $@ ] && [ "$(FITS)" = yes ]; then rm -f $@; exit 0; fi; \
	if [ -e $@ ]; then echo "This folder was moved or copied, or the Python of .venv is gone."; fi; \
	rm -f $@; \
	for python in $(PYTHONS); do \
	  if "$$python" -c '$(SUITABLE)' >/dev/null 2>&1; then \
	    echo "Making .venv with $$("$$python" --version), found as $$python"; \
	    exec "$$python" -m venv --clear .venv; \
	  fi; \
	done; \
	{ echo "No suitable Python found. This project needs Python 3.12 or 3.13 with its venv module."; \
	  echo "Tried: $(strip $(PYTHONS))"; \
	  echo "Install one (Debian 13, Ubuntu 24.04: apt-get install python3-venv; pyenv: pyenv install 3.12),"; \
	  echo "or name one that is already there:  make env PYTHON=/path/to/python3.12"; } >&2; \
	exit 1
	@awk '/^uv==/ { entry = 1 } entry { print } entry && !/\\$$/ { exit }' requirements.lock \
	  > .venv/uv.txt
	@$(VENV_PYTHON) -m pip --disable-pip-version-check install --quiet --require-hashes \
	  --requirement .venv/uv.txt
	@$(VENV_PYTHON) -m uv pip sync --compile-bytecode --python $(VENV_PYTHON) --require-hashes requirements.lock
	@$(VENV_PYTHON) -m uv pip install --python $(VENV_PYTHON) --quiet --no-deps \
	  --no-build-isolation --editable .
	@mkdir -p .venv/share/jupyter/lab/settings
	@cp .ci/jupyterlab.json .venv/share/jupyter/lab/settings/overrides.json
	@touch $@

lock: env  ## recompile requirements.lock and environment.yml (ARGS=--upgrade for new versions)
	$(VENV_PYTHON) -m uv pip compile pyproject.toml --all-extras --universal --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --python-version 3.12 --quiet \
	  --output-file requirements.lock $(ARGS)
	$(VENV_PYTHON) .ci/environment_yml.py

# --- working ----------------------------------------------------------------------------------

FIRST_NOTEBOOK = $(firstword $(wildcard notebooks/00_*.ipynb) notebooks/README.md?factory=Markdown%20Preview)
AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)

lab: env  ## start JupyterLab on this machine only and print its address
	@$(VENV_PYTHON) -m bnn_teach notebooks --pairs
	@PATH="$(CURDIR)/.venv/bin:$$PATH" exec $(VENV_PYTHON) -m jupyterlab --ip=127.0.0.1 $(AS_ROOT) \
	  --ServerApp.root_dir="$(CURDIR)" "--LabApp.default_url=/lab/tree/$(FIRST_NOTEBOOK)" $(ARGS)

# Each worker imports TensorFlow and each test file compiles its own programs:
# two workers at most, and a file stays on one of them.
test: env  ## run all tests, and every notebook as one of them
	@$(VENV_PYTHON) -m pytest -n auto --maxprocesses 2 --dist loadfile $(ARGS)

lint: env  ## check style and types of the library, tests and notebooks
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m mypy

notebooks: env  ## run the notebooks again and store their outputs (ARGS="06", "--stale", "--check")
	@$(VENV_PYTHON) -m bnn_teach notebooks $(ARGS)

claims: env  ## try the pages' claims with other seeds and data (ARGS="06 --runs 20 --workers 2")
	@$(VENV_PYTHON) -m bnn_teach claims $(ARGS)

replicate: env  ## make the tables of notebooks 14, 15 and 18 again, here or on a cluster (ARGS="15 --cluster ...")
	@$(VENV_PYTHON) -m bnn_teach replicate $(ARGS)

tour: env  ## make build/tour, a one-minute look at what the course shows
	@$(VENV_PYTHON) -m bnn_teach tour --output build/tour $(ARGS)

book: env  ## build the book in build/book/html, and print.html there (ARGS=--pdf: course.pdf, too)
	@$(VENV_PYTHON) book/build.py $(ARGS)

assignments: env  ## make build/classroom, a course folder for nbgrader (ARGS="04 05" for some sheets)
	@$(VENV_PYTHON) -m bnn_teach assignments $(ARGS)

bench: env  ## measure the library beside its peers (ARGS="--quick", "--only bnn/nutpie", "--store")
	@$(VENV_PYTHON) -m tests.benchmarks.run $(ARGS)

clean:  ## remove what was built and cached; .venv stays (rm -r .venv to start over)
	@rm -rf build .pytest_cache .mypy_cache .ruff_cache
	@find . -path ./.venv -prune -o -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) \
	  -prune -exec rm -rf {} +
