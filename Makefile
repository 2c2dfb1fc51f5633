# make demo   build .venv, play an inspection on sample_data/ (audit in July, look-back in August), serve the dashboard
# make lab    the same run in notebooks (JupyterLab)
# make test   run all tests        make lint   ruff        make bench  benchmarks        make sample  remake sample_data/
# Needs Python 3.11 or later, make and git; everything else is installed into .venv from constraints.txt.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PORT ?= 8866
LAB_PORT ?= 8888
AS_OF := 2026-08-31

.PHONY: demo lab test lint bench sample clean
.DEFAULT_GOAL := demo

# The stamps come last in their recipes: an interrupted installation is begun again, a finished one is instant.
$(VENV)/.installed: pyproject.toml constraints.txt
	@if [ -z "$(PYTHON)" ]; then \
	echo "未找到 Python 3.11 或更高版本。请先安装，或指定：make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 2; fi
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { \
	echo "无法建立虚拟环境。Debian、Ubuntu 上请先运行：sudo apt-get install python3-venv" >&2; exit 2; }
	$(PIP) install --quiet -c constraints.txt hatchling
	$(PIP) install --quiet -c constraints.txt --no-build-isolation -e '.[postgresql]'
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) install --quiet -c constraints.txt --no-build-isolation -e '.[postgresql,test]'
	@touch $@

# What was made is never changed: the last season serves again while nothing it came from is newer, else a fresh folder
# is taken. It keeps a home of its own, so that removing runs/ removes all of it.
demo lab: export WORKBENCH_HOME := $(CURDIR)/runs/.home
.season: $(VENV)/.installed
	@mkdir -p runs
	@if [ -f runs/.demo ] && [ -f "$$(cat runs/.demo)/$(AS_OF)/receipt.json" ] && [ -z "$$(find sample_data expectations \
	workbench -type f ! -path '*/__pycache__/*' -newer runs/.demo | head -n 1)" ]; then \
	echo "示例数据和条款没有变化，沿用上次结果 $$(cat runs/.demo)"; \
	else \
	out=runs/demo; n=2; while [ -e "$$out" ]; do out=runs/demo-$$n; n=$$((n + 1)); done; \
	$(BIN)/workbench season sample_data --adoption sample_data/适用文件.yaml --out "$$out" || exit $$?; \
	echo "$$out" > runs/.demo; \
	fi

demo: .season
	@$(BIN)/workbench serve "$$(cat runs/.demo)/$(AS_OF)" --ledger "$$(cat runs/.demo)/督查台账.sqlite" \
	--inspector 督查员甲 --port $(PORT)

lab: .season
	@$(BIN)/workbench lab "$$(cat runs/.demo)/$(AS_OF)" --ledger "$$(cat runs/.demo)/督查台账.sqlite" \
	--folder runs/督查笔记本 --port $(LAB_PORT)

# One process per core and one more (tests/conftest.py); a file's tests stay together, since they share what they
# audited, the longest files come first. One process: ARGS="-n 0".
test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .

bench: $(VENV)/.installed-test
	$(BIN)/python -m pytest tests/benchmarks -m benchmark -s $(ARGS)

sample: $(VENV)/.installed
	rm -rf build/sample_data && mkdir -p build
	$(BIN)/workbench sample --branches 300 --seed 2026 --out build/sample_data --form ledgers
	cp sample_data/README.md build/sample_data/
	rm -rf sample_data && mv build/sample_data sample_data

clean:
	rm -rf build dist .pytest_cache .ruff_cache .hypothesis
