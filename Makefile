# Two commands do everything on a fresh machine with Python ≥ 3.11: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINED := -c constraints.txt
# Processes that share the tests: make test WORKERS=0 for one alone
WORKERS ?= auto

.PHONY: demo test lint bench reference docs block-pictures crash properties soak mutation setup-system constraints locale clean

demo: $(VENV)/.installed
	$(BIN)/newsletter demo $(DEMO_OPTIONS)

test: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses=$(WORKERS) --maxprocesses=8 --dist=worksteal --cov --cov-report=term

# Figures beside their peers: make bench, or make bench BENCH_OPTIONS=--million (see docs/benchmarks.md).
bench: $(VENV)/.installed-test
	$(BIN)/python benchmarks/help_.py
	$(BIN)/python benchmarks/compose.py
	$(BIN)/python benchmarks/composer.py
	$(BIN)/python benchmarks/check.py
	$(BIN)/python benchmarks/sign.py
	$(BIN)/python benchmarks/import_.py
	$(BIN)/python benchmarks/one_click.py
	$(BIN)/python benchmarks/redirects.py
	$(BIN)/python benchmarks/bounces.py
	$(BIN)/python benchmarks/report.py
	$(BIN)/python benchmarks/send.py $(BENCH_OPTIONS)

# The pages of the reference that the code knows, and the whole documentation as a site in build/docs.
reference: $(VENV)/.installed-test
	$(BIN)/python tools/reference.py

docs: reference
	$(BIN)/mkdocs build --strict

# Pictures of the blocks for the documentation, after a change of the theme or the sample issue.
block-pictures: $(VENV)/.installed-test
	$(BIN)/python tools/block_pictures.py

# Kills senders at seeded moments: make crash KILLS=2000 SEED=1
crash: $(VENV)/.installed-test
	$(BIN)/python tests/crash_suite.py --kills $(or $(KILLS),500) --seed $(or $(SEED),1)
	$(BIN)/python tests/crash_suite.py --every-step --readers 12

# The properties that the gate tries with some examples, with forty times as many
properties: $(VENV)/.installed-test
	$(BIN)/pytest --numprocesses=$(WORKERS) --maxprocesses=8 --dist=worksteal --hypothesis-profile=long -m hypothesis

# Takes every rule of the checks out, one by one: a test has to notice each
mutation: $(VENV)/.installed-test
	PYTHONPATH=src:tests $(BIN)/python tests/mutation.py

# A campaign of 10,000 readers who meet every fate, and its report; then issues are written at random, and the file is
# read again after each stroke: make soak MINUTES=30 SEED=1
soak: $(VENV)/.installed-test
	READERS=10000 $(BIN)/pytest tests/end_to_end/test_every_fate.py
	PYTHONPATH=tests $(BIN)/python tests/soak.py --minutes $(or $(MINUTES),30) --seed $(or $(SEED),1)

# Debian packages that the whole gate needs (a browser, Postfix's smtp-sink, an IMAP server, a spam filter); run as root.
setup-system:
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium postfix dovecot-imapd spamassassin fonts-liberation fonts-dejavu-core

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet $(CONSTRAINED) -e .
	touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet $(CONSTRAINED) -e '.[test]'
	touch $@ $(VENV)/.installed

# Pins the versions that are installed now; names and versions only.
constraints: $(VENV)/bin/python
	$(BIN)/python -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9._-]+==' > constraints.txt

locale: $(VENV)/.installed-test
	PYTHONPATH=tests $(BIN)/pybabel extract --mapping-file=babel.cfg --keywords=sentence --keywords=say --keywords=say_many:1,2 --no-location --sort-output --project=newsletter_mailer -o $(VENV)/newsletter.pot src
	$(BIN)/pybabel update --domain=newsletter --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width=120 -i $(VENV)/newsletter.pot -d src/newsletter_mailer/locale
	$(BIN)/pybabel compile --domain=newsletter -d src/newsletter_mailer/locale

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
