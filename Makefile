# make run      answer the main question (installs what it needs first)
# make test     every check: lint, types, import contracts, tests
# make install  the command and the tools that the checks need, in .venv
# make lint     the checks that run no test
# make bench    the benchmarks
# make docs     the generated pages and the output that pages show
# make clean    remove everything that the other targets made
#
# PYTHON=/path/to/python3 chooses the interpreter; otherwise the first that is 3.11 or newer.

.POSIX:
.PHONY: docs

PYTHON =
VENV = .venv
BIN = $(VENV)/bin
PIP = PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet
QUESTION = --set offering=azure-openai --set deployment-type=global --set region=swedencentral --data prompts

# Packages of Debian that the checks need, separated by spaces: a browser for the web pages. On other
# systems tests of pages are skipped where there is no /usr/bin/chromium.
DEBIAN_PACKAGES = chromium

run: $(VENV)/.run
	@$(BIN)/sightline access $(QUESTION)

test: lint $(VENV)/.debian $(VENV)/.bundle
	$(BIN)/python -m pytest -n 2

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

install: $(VENV)/.test

bench: $(VENV)/.test
	@for script in benchmarks/*.py; do \
		if [ -f "$$script" ]; then echo "== $$script"; $(BIN)/python "$$script" || exit 1; fi; \
	done

docs: $(VENV)/.test
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) build dist web/node_modules src/sightline/server/static/bundle .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

# The files below $(VENV) are stamps: a second run finds them newer than pyproject.toml and is instant.
$(VENV)/.run: $(VENV)/.made pyproject.toml
	@echo "installing sightline into $(VENV)"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.made pyproject.toml
	@echo "installing sightline and its test tools into $(VENV)"
	@$(PIP) --editable '.[test]'
	@touch $(VENV)/.run $@

$(VENV)/.made:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			"$$python" -m venv $(VENV) && touch $@ && exit 0; \
		fi; \
	done; \
	[ -f $@ ] || { echo "error: no Python 3.11 or newer with venv found; try make PYTHON=/path/to/python3" >&2; exit 1; }

# What the pages can do without may be missing: the npm registry, for the scripts of the editor and
# the drawing. Their tests are then skipped, visibly.
$(VENV)/.bundle: $(VENV)/.test web/*.py web/*.json web/*/*.js
	@$(BIN)/python web/build.py --optional
	@touch $@

$(VENV)/.debian: $(VENV)/.made
	@missing=; \
	if grep -qs '^ID=debian' /etc/os-release; then \
		for package in $(DEBIAN_PACKAGES); do \
			dpkg -s "$$package" >/dev/null 2>&1 || missing="$$missing $$package"; \
		done; \
	fi; \
	if [ -n "$$missing" ]; then \
		echo "installing$$missing"; \
		as_root=; [ "$$(id -u)" = 0 ] || as_root=sudo; \
		install="$$as_root apt-get install --yes --no-install-recommends $$missing"; \
		$$install || { $$as_root apt-get update && $$install; } || { \
			echo "error: the checks need$$missing; install it, or say make test DEBIAN_PACKAGES=" >&2; \
			exit 1; \
		}; \
	fi
	@touch $@
