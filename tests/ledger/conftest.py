"""Both stores, empty, and a clock that a test turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from season import Season, new_ledger

from workbench.ledger.store import Store


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 15, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        """Move by ``timedelta(**by)``, backwards too."""
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    """The clock of :func:`store`."""
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Place of an empty ledger: a file of SQLite, then a schema of a real PostgreSQL."""
    if request.param == "sqlite":
        return str(tmp_path / "督查.sqlite")
    return request.getfixturevalue("postgres_server").new_schema()


@pytest.fixture
def open_store(clock: Clock, tmp_path: Path) -> Iterator[Callable[[str], Store]]:
    """Opens stores with the test's clock and a witness of its own; closes them at the end."""
    opened: list[Store] = []

    def opener(place: str) -> Store:
        opened.append(Store(place, clock=clock, witness=tmp_path / "witness", wait=5))
        return opened[-1]

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def store(where: str, open_store: Callable[[str], Store]) -> Store:
    """An empty store, on either database."""
    return open_store(where)


@pytest.fixture
def raw() -> Callable[[str], sa.Engine]:
    """An engine behind the store's back, for what only a tamperer or another program would do."""

    def engine(place: str) -> sa.Engine:
        if "://" not in place:
            return sa.create_engine(f"sqlite:///{place}", poolclass=sa.NullPool)
        return sa.create_engine(sa.make_url(place).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)

    return engine


@pytest.fixture
def season(ruled: Callable[..., Season]) -> Season:
    """An empty ledger in a file, and short ways to write into it."""
    return ruled()


@pytest.fixture
def ruled(tmp_path: Path) -> Iterator[Callable[..., Season]]:
    """Makes a season under other parameters (name → value)."""
    opened: list[Season] = []

    def make(**parameters: Any) -> Season:
        opened.append(Season(new_ledger(tmp_path, **parameters)))
        return opened[-1]

    yield make
    for season in opened:
        season.ledger.close()
