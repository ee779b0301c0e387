# Parley's commands. They need Python 3.11 or newer and make; each sets up .venv by itself.

PYTHON ?= python3
ARGS ?=
MINUTES ?= 10

# .venv/whole is there when the last installation came to its end, and holds the folder that .venv was made for:
# one that is incomplete, was moved, or has lost its Python is rebuilt.
whole = $(filter yes,$(shell .venv/bin/python -c \
	'print("yes" if open(".venv/whole").read() == """$(CURDIR)""" else "no")' 2>/dev/null))

able = import sys; sys.version_info >= (3, 11) or sys.exit("Parley needs Python 3.11 or newer, and $(PYTHON) is %d.%d: \
	name another one, as in `make run PYTHON=python3.13`." % sys.version_info[:2]); import importlib.util as find; \
	all(map(find.find_spec, ("venv", "ensurepip"))) or sys.exit("$(PYTHON) has no venv module: \
	install it (on Debian and Ubuntu: apt-get install python3-venv).")

define install
@command -v $(PYTHON) >/dev/null || { echo 'There is no $(PYTHON): install Python 3.11 or newer.' >&2; exit 1; }
@$(if $(whole),,$(PYTHON) -c '$(able)' && $(PYTHON) -m venv --clear .venv)
@echo 'Installing $< into .venv; the first time this takes a minute.'
@rm -f .venv/whole
@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
@printf %s '$(CURDIR)' > .venv/whole
@touch $@
endef

# Else each process that the tests start compiles everything for itself, which takes a fifth of their time.
test fuzz: export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test fuzz check derived catalog wheel lock clean broken

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

run: .venv/run ## start the bot: in Slack if its tokens are in .env, otherwise in the playground; ARGS="--no-browser"
	@.venv/bin/python -m bot start $(ARGS)

test: .venv/test ## run the whole suite, or a part: ARGS="-k summarize"
	@.venv/bin/python -m pytest --numprocesses=4 $(ARGS)

# Until the time is over, or an example fails: then it is printed, and kept in .hypothesis for the next run.
fuzz: .venv/test ## run the property tests with random examples, and kill at random: MINUTES=10
	@end=$$(awk 'BEGIN { srand(); print int(srand() + 60 * $(MINUTES)) }'); \
	tests="tests/chaos $$(grep -rl "from hypothesis import" tests --include="test_*.py" | tr '\n' ' ')"; \
	while left=$$((end - $$(date +%s))); [ $$left -gt 0 ]; do \
		HYPOTHESIS_PROFILE=explore timeout --foreground --signal=INT $$left \
			.venv/bin/python -m pytest -q -o timeout=900 --numprocesses=2 $(ARGS) $$tests || { status=$$?; \
			[ $$status = 124 ] && break; exit $$status; }; \
	done; echo "Nothing was found in $(MINUTES) minutes."

check: .venv/test ## format, lint, types, import contracts, American spelling
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/codespell bot docs README.md CHANGELOG.md CONTRIBUTING.md .env.example Makefile

derived: .venv/test ## write manifest.json, and rows of docs/commands.md, from the code
	@.venv/bin/python -m docs.derived

catalog: .venv/test ## bring the translations in bot/locales up to date with the sentences in the code
	@.venv/bin/python -m docs.catalog

wheel: .venv/test ## build dist/parley-*.whl, and try it in a clean environment
	@.venv/bin/python -m hatchling build --target wheel
	@.venv/bin/python -m pytest -q tests/installed.py

lock: ## pin the dependencies of pyproject.toml; ARGS="--upgrade" takes the newest
	@tool=$$(mktemp -d) && trap 'rm -rf "$$tool"' EXIT && $(PYTHON) -m venv "$$tool" && \
	"$$tool/bin/pip" install --quiet --disable-pip-version-check uv && \
	pin() { "$$tool/bin/uv" --no-config pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
		--generate-hashes --no-annotate --custom-compile-command 'make lock' $(ARGS) pyproject.toml "$$@"; } && \
	pin --output-file requirements.lock && \
	pin --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean: ## remove .venv and the tools' caches, but keep data/ and .env
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/run: requirements.lock $(if $(whole),,broken)
	$(install)

.venv/test: requirements-dev.lock $(if $(whole),,broken)
	$(install)
