# Every command of the project. `make` alone lists them; CUSTOMER360_… settings come from
# the environment (README). Needs python3 (3.11 or newer) with pip, make and git.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# $(call yes,NAME): something where NAME says yes. 0, false, no and nothing mean no, and
# whoever says anything else is asked again: a purge must not rest on a guess.
YES := 1 true True TRUE yes Yes YES
NO := 0 false False FALSE no No NO
yes = $(if $(filter-out $(YES) $(NO),$($1))$(word 2,$($1)),$(error $1 is '$($1)'; expected 1 (yes) or 0 (no)),$(filter $(YES),$($1)))

# What is given as NAME=value reaches a command as it is, quotes and dollars too: the
# shell reads it from its environment ("$$GIVEN_NAME"), never as a part of its script.
GIVEN := TABLE KEY LIMIT TO FROM THRESHOLD A B WITHOUT
$(foreach name,$(GIVEN),$(eval export GIVEN_$(name) = $$(value $(name))))

.DEFAULT_GOAL := help
.SUFFIXES:
.PHONY: help refresh nightly backfill test test-long land build lint format explain versions rollback check-freshness purge dev
.PHONY: compare house candidates chaos fuzz bench-overhead bench-lifetime bench-identity bench-identity-truth golden settings demo lock clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 24

refresh: $(READY)  ## land, check, build, check, publish (FORCE=1: though nothing has changed)
	@$(if $(call yes,FORCE),CUSTOMER360_FORCE=true) $(BIN)/python -m orchestration.commands refresh

nightly: $(READY)  ## refresh as of the day before, with further attempts: for cron and systemd
	@$(BIN)/python -m orchestration.commands nightly

backfill: $(READY)  ## every day of a range: FROM=2025-06-01 TO=2025-06-30 (STOP=1 at a failure, AGAIN=1)
	@test -n "$$GIVEN_FROM" && test -n "$$GIVEN_TO" || { echo 'make backfill FROM=2025-06-01 TO=2025-06-30 [STOP=1] [AGAIN=1]'; exit 2; }
	@$(BIN)/python -m orchestration.commands backfill "--from=$$GIVEN_FROM" "--to=$$GIVEN_TO" $(if $(call yes,STOP),--stop) $(if $(call yes,AGAIN),--again)

test: $(READY)  ## all tests but the long ones (ARGS="-k name" for some)
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

test-long: $(READY)  ## proofs that take minutes each
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m long $(ARGS)

land: $(READY)  ## bring the landing folder into the development database
	@$(BIN)/python -m orchestration.commands land

build: $(READY)  ## plain dbt build in the development database, after `make land`
	@$(BIN)/dbt build

lint: $(READY)  ## sqlfmt, ruff and mypy, changing nothing
	@$(BIN)/sqlfmt --check --quiet models macros tests/dbt
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY)  ## put SQL and Python into the project's form
	@$(BIN)/sqlfmt --quiet models macros tests/dbt
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

candidates: $(READY) .matching/.ready  ## pairs that may be one person: THRESHOLD=0.99, ACCEPT=1 joins them, DEV=1
	@.matching/bin/python -m orchestration.commands candidates $${GIVEN_THRESHOLD:+"--threshold=$$GIVEN_THRESHOLD"} $(if $(call yes,ACCEPT),--accept) $(if $(call yes,DEV),--dev)

explain: $(READY)  ## landed rows behind a published row: TABLE=marts.fct_orders KEY=…
	@test -n "$$GIVEN_TABLE" && test -n "$$GIVEN_KEY" || { echo 'make explain TABLE=marts.fct_orders KEY=… [LIMIT=20]'; exit 2; }
	@$(BIN)/python -m orchestration.commands explain $${GIVEN_LIMIT:+"--limit=$$GIVEN_LIMIT"} -- "$$GIVEN_TABLE" "$$GIVEN_KEY"

versions: $(READY)  ## what is published
	@$(BIN)/python -m orchestration.commands versions

rollback: $(READY)  ## let readers see the version before, or TO=<id>
	@$(BIN)/python -m orchestration.commands rollback $${GIVEN_TO:+"--to=$$GIVEN_TO"}

check-freshness: $(READY)  ## fail and alert when what is published is too old
	@$(BIN)/python -m orchestration.commands check-freshness

purge: $(READY)  ## drop older versions, list landed files that hold erased people (REWRITE=1 rewrites them)
	@$(BIN)/python -m orchestration.commands purge $(if $(call yes,REWRITE),--rewrite)

dev: $(READY)  ## Dagster's UI
	@$(BIN)/python -m orchestration.commands dev

chaos: $(READY)  ## N=200 refreshes killed at random moments while readers read (FULL=, OTHERS=, AGAIN=1)
	@$(BIN)/python -m benchmarks.chaos $(if $(N),--kills '$(N)') $(if $(FULL),--full '$(FULL)') $(if $(OTHERS),--others '$(OTHERS)') $(if $(call yes,AGAIN),--again)

fuzz: $(READY)  ## N=500 landings drawn from the contract, each built and held to what must be true (AGAIN=1)
	@$(BIN)/python -m benchmarks.fuzz $(if $(N),--landings '$(N)') $(if $(call yes,AGAIN),--again)

compare: $(READY)  ## all public tables of two homes, cell by cell: A=<home or analytics.duckdb> B=<…> [WITHOUT="landed_at"]
	@test -n "$$GIVEN_A" && test -n "$$GIVEN_B" || { echo 'make compare A=warehouse B=<another home> [WITHOUT="landed_at"]'; exit 2; }
	@$(BIN)/python -m benchmarks.compare $${GIVEN_WITHOUT:+"--without=$$GIVEN_WITHOUT"} -- "$$GIVEN_A" "$$GIVEN_B"

house: $(READY)  ## models, arrows, chains, lines and circles, before and now (docs/house.md)
	@$(BIN)/python -m benchmarks.house

bench-overhead: $(READY)  ## what Dagster, the doors and publishing add to plain dbt build
	@$(BIN)/python -m benchmarks.overhead $(ARGS)

bench-lifetime:  ## lifetime value models against PyPI lifetimes, in an environment of its own
	@test -x .bench/bin/python || { $(PYTHON) -m venv .bench && .bench/bin/pip install -qq \
	  lifetimes==0.11.3 'numpy>=2.4,<2.5' scipy==1.17.1; }
	@.bench/bin/python -m benchmarks.lifetime $(ARGS)

bench-identity: $(READY)  ## 10 million simulated customer records resolved, timed and held to the truth
	@$(BIN)/python -m benchmarks.identity $(ARGS)

bench-identity-truth: $(READY) .matching/.ready  ## rules and candidates against known truth
	@.matching/bin/python -m benchmarks.identity_truth $(ARGS)

golden: $(READY)  ## write the reviewed figures of the demo anew (tests/golden)
	@WRITE_GOLDEN=1 $(BIN)/python -m pytest tests/golden

settings: $(READY)  ## write docs/settings.md anew from the settings
	@$(BIN)/python -m orchestration.settings.page

demo: $(READY)  ## make seeds/demo anew, byte for byte
	@rm -rf seeds/demo seeds/demo_truth
	@$(BIN)/python -m orchestration.synthetic

lock: $(READY)  ## write requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header --no-strip-extras \
	  --quiet --output-file requirements.lock
	@$(BIN)/uv pip compile --group pyproject.toml:matching --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header --no-strip-extras \
	  --quiet --constraint requirements.lock --output-file requirements-matching.lock
	@! grep -nE 'https?://' requirements.lock requirements-matching.lock

clean:  ## remove what is made on the way; published versions and .venv stay
	@rm -rf target logs warehouse/dev .pytest_cache .mypy_cache .ruff_cache
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# The .pth puts the project on the path of its own environment, for dbt's Python models.
# The stamp is written last, so an installation that was cut short is made anew, and so
# is one whose python has gone since.
ifneq ($(shell $(BIN)/python -c 'print("works")' 2>/dev/null),works)
.PHONY: $(READY)
endif

.matching/.ready: requirements-matching.lock
	@rm -rf .matching; $(PYTHON) -m venv .matching
	@.matching/bin/pip install -qq --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements-matching.lock
	@touch $@

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another with: make PYTHON=python3.12 …"; exit 1; }
	@echo 'Installing the locked packages into $(VENV): once, about a minute …'
	@set -e; start=$$(date +%s); rm -rf $(VENV); \
	if $(PYTHON) -m venv $(VENV) >/dev/null 2>&1; then pip='$(BIN)/python -m pip'; \
	else $(PYTHON) -m venv --clear --without-pip $(VENV); pip='$(PYTHON) -m pip --python $(BIN)/python'; fi; \
	$$pip install -qq --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements.lock; \
	echo '$(CURDIR)' > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/customer360.pth"; \
	printf '../../../..\n' > "$$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')/customer360.pth"; \
	echo "Installed in $$(($$(date +%s) - start)) s."
	@touch $(READY)
