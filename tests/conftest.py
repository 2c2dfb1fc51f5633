"""What all tests share: the audited sample, a home of their own, a PostgreSQL server, settings of hypothesis."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres_server import PostgresServer, running_server
from tests.shared import longest_first, made_once
from workbench.records.identity import KEY_FILE, load_key

# Where a machine forbids it, each of the servers, kernels and commands of the tests would compile the program again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

#: The day the demonstration is audited as of.
AS_OF = date(2026, 8, 31)

# The same examples on every machine and no limit of time: both would make a failure depend on the machine.
settings.register_profile(
    "workbench", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("workbench")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """One process more than cores: it computes while others wait for a server, a browser or LibreOffice."""
    return None if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)
    # Thousands of tests and expressions of Ibis live long: looking through them again and again frees nothing.
    gc.set_threshold(100_000, 20, 20)
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    gc.unfreeze()  # at the end everything is given back in order


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of this process with the key of persons that all processes have; the user's own is not touched."""
    home = tmp_path_factory.mktemp("home")
    key = made_once(tmp_path_factory, "key", load_key) / KEY_FILE
    shutil.copy(key, home)
    os.environ["WORKBENCH_HOME"] = str(home)
    return home


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of one run: ``sample_data/`` audited as of 2026-08-31, everything kept. Read only."""
    from workbench.audit.engine import audit
    from workbench.resources import resource

    data = resource("sample_data")
    return made_once(
        tmp_path_factory, "demo", lambda out: audit(data, as_of=AS_OF, adoption=data / "适用文件.yaml", out=out)
    )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL server for all tests that do not stop it."""
    with running_server() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> str:
    """URL of an empty database of this test's own."""
    return postgres_server.new_database()
