"""Whatever is changed, removed, put in or exchanged behind the store's back is found and named."""

from __future__ import annotations

import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ledger.conftest import Clock
from workbench.errors import LedgerError, UsageError
from workbench.ledger.events import GENESIS, Draft, digest_of
from workbench.ledger.schema import EVENTS, HEAD, Head, event_of, row_of
from workbench.ledger.store import Store
from workbench.ledger.witness import Witness

DAY = date(2026, 7, 16)
STREAMS = ("finding/a", "finding/b", "card/B1")
Rows = list[dict]


def written(store: Store, clock: Clock, count: int = 9) -> Store:
    """``count`` events in three streams, one second apart."""
    for n in range(count):
        stream = STREAMS[n % 3]
        draft = Draft(
            stream, stream.partition("/")[0] + ".progress", DAY + timedelta(n), f"督查员{n}", f"理由{n}", {"n": n},
            "0123456789ab", (f"材料{n}",),
        )
        store.append([draft], {stream: store.version(stream)})
        clock.turn(seconds=1)
    return store


@pytest.fixture
def rows(store: Store, clock: Clock, where: str, raw: Callable[[str], sa.Engine]) -> Rows:
    """Rows of a ledger of nine events, whose database lets itself be tampered with from now on."""
    written(store, clock)
    assert store.verify().faults == ()
    with raw(where).begin() as connection:
        unlock(connection)
        return [dict(row) for row in connection.execute(sa.select(EVENTS).order_by(EVENTS.c.seq)).mappings()]


def unlock(connection: sa.Connection) -> None:
    """Take away the triggers, and what keeps versions apart."""
    if connection.dialect.name == "sqlite":
        for verb in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER events_no_{verb}")
    else:
        connection.exec_driver_sql("DROP TRIGGER events_no_change ON events")


def put(engine: sa.Engine, rows: Rows, head: Head | None = None) -> None:
    """Replace everything by ``rows``; the head is the last of them unless given."""
    with engine.begin() as connection:
        connection.execute(sa.delete(EVENTS))
        connection.execute(sa.insert(EVENTS), rows)
        last = head or Head(rows[-1]["seq"], rows[-1]["digest"])
        connection.execute(sa.update(HEAD).values(seq=last.seq, digest=last.digest))


def rechained(rows: Rows) -> Rows:
    """The rows with numbers and digests made anew, as a skilled tamperer would."""
    made, last = [], Head()
    for row in rows:
        event = replace(event_of(row), seq=last.seq + 1, previous=last.digest)
        event = replace(event, digest=digest_of(event))
        last = Head(event.seq, event.digest)
        made.append(row_of(event))
    return made


CHANGES = {
    "stream": "finding/c", "version": 7, "kind": "finding.close", "acted_on": "2026-07-01",
    "recorded_at": "2026-07-15T01:00:04.000001+00:00", "who": "他人", "why": "", "what": '{"n":40}', "run": "",
    "evidence": "[]", "previous": "f" * 64, "digest": "f" * 64, "seq": 40,
}


def test_every_column_is_tried() -> None:
    assert set(CHANGES) == set(EVENTS.c.keys())


@contextmanager
def changed(engine: sa.Engine, seq: int, column: str, value: object) -> Iterator[None]:
    """One column of one event changed, and put back afterwards."""
    find = EVENTS.c.seq == (value if column == "seq" else seq)
    with engine.begin() as connection:
        old = connection.execute(sa.select(EVENTS.c[column]).where(EVENTS.c.seq == seq)).scalar_one()
        assert old != value
        connection.execute(sa.update(EVENTS).where(EVENTS.c.seq == seq).values({column: value}))
    yield
    with engine.begin() as connection:
        connection.execute(sa.update(EVENTS).where(find).values({column: old}))


@pytest.mark.parametrize("seq", [1, 5, 9])
def test_a_changed_column_is_named(
    store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine], seq: int
) -> None:
    for column, value in CHANGES.items():
        with changed(raw(where), seq, column, value):
            faults = store.verify().faults
        told = {fault.seq for fault in faults if "被改动" in fault.problem}
        assert (40 if column == "seq" else seq) in told, (column, faults)
    assert store.verify().faults == ()


SAME = (
    ("what", '{"n": 3}'), ("what", "{"), ("what", "[3]"), ("evidence", '["材料3" ]'), ("evidence", '{"a":1}'),
    ("acted_on", "20260719"), ("acted_on", "someday"), ("recorded_at", "2026-07-15T01:00:03+00:00"),
    ("recorded_at", "2026-07-15T09:00:03.000000+08:00"), ("digest", ""), ("who", "督查员3 "),
)


def test_the_same_in_other_characters_is_a_change(
    store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine]
) -> None:
    for column, text in SAME:
        with changed(raw(where), 4, column, text):
            assert 4 in [fault.seq for fault in store.verify().faults], (column, text)
    assert store.verify().faults == ()


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 3), (5, 5), (4, 7), (9, 9), (8, 9), (1, 9)])
def test_removed_events_are_named(
    store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine], first: int, last: int
) -> None:
    with raw(where).begin() as connection:
        connection.execute(sa.delete(EVENTS).where(EVENTS.c.seq.between(first, last)))
    faults = store.verify().faults
    problems = " ".join(fault.problem for fault in faults)
    if last < 9:
        assert f"第 {first} 号" in problems and faults[0].seq == last + 1
        assert f"第 {last} 号" in problems
    else:
        assert "尾部被删去" in problems and faults[0].seq == first - 1


@pytest.mark.parametrize("keep", [1, 6, 8])
def test_a_tail_cut_off_with_its_head_is_found_by_the_witness(
    store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine], keep: int
) -> None:
    put(raw(where), rows[:keep])
    (fault,) = store.verify().faults
    assert fault.seq == keep and "以往见过的链尾" in fault.problem and "第 9 号" in fault.problem


def test_an_event_put_in_between(store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine]) -> None:
    """Numbers moved up, nothing else made anew."""
    alien = {**rows[3], "stream": "finding/x", "version": 1}
    put(raw(where), [*rows[:3], alien, *({**row, "seq": row["seq"] + 1} for row in rows[3:])])
    assert store.verify().faults[0].seq == 4


@pytest.mark.parametrize("place", [0, 4, 9])
def test_an_event_put_in_with_all_digests_made_anew(
    store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine], place: int
) -> None:
    """Whole from within; the witness, and the head on a paper, remember."""
    paper = Head(rows[-1]["seq"], rows[-1]["digest"])
    alien = {**rows[0], "stream": "finding/x", "version": 1, "recorded_at": rows[min(place, 8)]["recorded_at"]}
    put(raw(where), rechained([*rows[:place], alien, *rows[place:]]))
    faults = store.verify().faults
    if place == 9:  # added at the end: the chain still leads through what was seen
        assert faults == ()
        return
    assert [f.seq for f in faults] == [1 if place == 0 else 9]
    assert "另一本台账" in faults[0].problem if place == 0 else "被改写" in faults[0].problem
    elsewhere = Store(where, witness=Path(f"{store._witness.path}.new"))
    try:
        assert elsewhere.verify().faults == ()
        (fault,) = elsewhere.verify(paper).faults
        assert fault.seq == 9 and "给出的链尾" in fault.problem
    finally:
        elsewhere.close()


def test_an_event_added_at_the_end_without_the_head(
    store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine]
) -> None:
    (extra,) = rechained([*rows, {**rows[0], "stream": "finding/x", "version": 1}])[9:]
    with raw(where).begin() as connection:
        connection.execute(sa.insert(EVENTS), [extra])
    assert any(f.seq == 10 and "尾部" in f.problem for f in store.verify().faults)


@pytest.mark.parametrize(("one", "two"), [(1, 2), (3, 7), (1, 9)])
@pytest.mark.parametrize("with_number", [True, False])
def test_exchanged_events(
    store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine], one: int, two: int, with_number: bool
) -> None:
    swapped = list(rows)
    swapped[one - 1], swapped[two - 1] = rows[two - 1], rows[one - 1]
    if with_number:
        swapped = [{**row, "seq": n} for n, row in enumerate(swapped, 1)]
    put(raw(where), swapped, Head(9, rows[-1]["digest"]))
    found = store.verify().faults
    if with_number:
        assert {one, two} <= {fault.seq for fault in found}
    else:
        assert found == ()  # the order of rows in a table says nothing


def test_versions_and_times_that_do_not_count_on(
    store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine]
) -> None:
    """Removed, moved back in time, digests made anew, and a witness that knows nothing."""
    rows[6]["recorded_at"] = rows[0]["recorded_at"]
    put(raw(where), rechained([*rows[:3], *rows[4:]]))
    store._witness.path.unlink()
    faults = store.verify().faults
    assert [(f.seq, f.problem[:6]) for f in faults] == [(6, "登记时间早于"), (6, "findin")]


@pytest.mark.parametrize("statement", ["DELETE FROM head", "UPDATE head SET seq = 8", "UPDATE head SET digest = 'x'"])
def test_a_head_changed_or_gone(
    store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine], open_store: Callable[[str], Store],
    statement: str,
) -> None:
    with raw(where).begin() as connection:
        connection.exec_driver_sql(statement)
    for opened in (store, open_store(where)):
        assert any("链尾" in f.problem for f in opened.verify().faults)


# --- witness and heads on papers -------------------------------------------------------------------------------------


def test_the_witness_follows_and_does_not_fall_back(
    store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine], open_store: Callable[[str], Store]
) -> None:
    witness = store._witness
    (line,) = witness.read()
    assert (line.seq, line.digest, line.first) == (9, rows[-1]["digest"], rows[0]["digest"])
    put(raw(where), rows[:5])
    again = open_store(where)  # opened, and written to: the shorter chain must not become what was seen
    for n in range(6):
        again.append([Draft("finding/z", "finding.progress", DAY, "督查员甲")], {"finding/z": n})
    assert witness.read() == [line]
    (fault,) = again.verify().faults
    assert fault.seq == 9 and "第 9 号事件的摘要已不同" in fault.problem and str(witness.path) in fault.problem
    assert witness.read() == [line]


def test_a_ledger_replaced_by_another(
    store: Store, rows: Rows, where: str, raw: Callable[[str], sa.Engine]
) -> None:
    first = {**rows[0], "who": "他人"}
    put(raw(where), rechained([first, *rows[1:]]))
    (fault,) = store.verify().faults
    assert fault.seq == 1 and "另一本台账" in fault.problem


def test_a_shorter_copy_elsewhere_is_noted_not_accused(
    tmp_path: Path, open_store: Callable[[str], Store], clock: Clock
) -> None:
    place = tmp_path / "督查.sqlite"
    store = written(open_store(str(place)), clock, 3)
    copy = tmp_path / "七月底.sqlite"
    copy.write_bytes(place.read_bytes())
    written(store, clock, 4)
    result = open_store(str(copy)).verify()
    assert result.faults == () and result.events == 3
    (note,) = result.notes
    assert str(place) in note and "第 7 号" in note


@pytest.mark.parametrize("content", ["{", '{"place": 1}', "[]"])
def test_a_damaged_witness_is_told_and_stops_nobody(store: Store, clock: Clock, content: str) -> None:
    witness: Witness = store._witness
    witness.path.write_text(content)
    written(store, clock, 2)
    result = store.verify()
    assert (result.events, result.faults) == (2, ())
    assert str(witness.path) in result.notes[0]


def test_a_witness_that_cannot_be_written_stops_nobody(where: str, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("")
    with Store(where, clock=clock, witness=tmp_path / "file" / "witness") as store:
        assert written(store, clock, 2).verify().events == 2


def test_a_database_that_goes_away_after_the_commit_is_not_told_as_a_failure(tmp_path: Path) -> None:
    witness = Witness(tmp_path / "witness", "a.sqlite")

    def away(seq: int) -> str:
        raise LedgerError("数据库连不上")

    witness.note(Head(1, "0" * 64), away)
    assert witness.read() == []


def test_verification_keeps_little_in_memory(tmp_path: Path, clock: Clock) -> None:
    """Forty megabytes of events pass through a few."""
    with Store(tmp_path / "a.sqlite", clock=clock, witness=tmp_path / "w") as store:
        draft = Draft("finding/a", "finding.progress", DAY, "督查员甲", what={"text": "补" * 4_000})
        for version in range(0, 3_600, 900):
            store.append([draft] * 900, {"finding/a": version})
        tracemalloc.start()
        try:
            assert store.verify().faults == ()
            assert sum(1 for _ in store.events()) == 3_600
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    content = (tmp_path / "a.sqlite").stat().st_size
    assert content > 40_000_000 and peak < content / 2, (content, peak)


def test_heads_of_papers(store: Store, rows: Rows) -> None:
    for row in (rows[0], rows[4], rows[8]):
        assert store.verify(Head.of(f" {row['seq']}:{row['digest'].upper()}\n")).faults == ()
    (fault,) = store.verify(Head(5, "0" * 64)).faults
    assert fault.seq == 5
    (fault,) = store.verify(Head(10, "0" * 64)).faults
    assert fault.seq == 9 and "第 10 号" in fault.problem
    assert store.verify(Head(0, GENESIS)).faults == ()
    for wrong in ("", "5", "5:abc", f"x:{GENESIS}"):
        with pytest.raises(UsageError, match="链尾写法"):
            Head.of(wrong)


# --- at random -------------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=6)
EVENT = st.builds(
    Draft, st.sampled_from(STREAMS), st.just("finding.progress"), st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    TEXT, TEXT, st.dictionaries(TEXT, TEXT | st.integers(-9, 9) | st.none(), max_size=2), TEXT, st.tuples(TEXT),
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("random")


@settings(max_examples=60)
@given(chain=st.lists(EVENT, min_size=2, max_size=7), data=st.data())
def test_random_tampering_is_always_found(scratch: Path, chain: list[Draft], data: st.DataObject) -> None:
    for old in scratch.iterdir():
        old.unlink()
    place = scratch / "a.sqlite"
    with Store(place, witness=scratch / "witness") as store:
        counts: dict[str, int] = dict.fromkeys(STREAMS, 0)
        store.append(chain, counts)
        assert store.verify().faults == ()
        with sqlite3.connect(place) as connection:
            tamper(connection, len(chain), data)
        connection.close()
        assert store.verify().faults


def tamper(connection: sqlite3.Connection, count: int, data: st.DataObject) -> None:
    """One act at random that leaves other content than before; the head is made to fit, or not."""
    for verb in ("update", "delete"):
        connection.execute(f"DROP TRIGGER events_no_{verb}")
    before = connection.execute("SELECT * FROM events ORDER BY seq").fetchall()
    seq = data.draw(st.integers(1, count))
    act = data.draw(st.sampled_from(("change", "remove", "swap", "copy")))
    names = [c for c in EVENTS.c.keys() if c != "seq"]
    if act == "change":
        column = data.draw(st.sampled_from(names))
        old = connection.execute(f"SELECT {column} FROM events WHERE seq = ?", [seq]).fetchone()[0]
        value = old + data.draw(st.integers(1, 9)) * 10 if column == "version" else data.draw(
            (TEXT | st.sampled_from(["{}", "[]", "2026-01-01", old + " "])).filter(lambda v: v != old)
        )
        connection.execute(f"UPDATE events SET {column} = ? WHERE seq = ?", [value, seq])
    elif act == "remove":
        last = data.draw(st.integers(seq, count))
        connection.execute("DELETE FROM events WHERE seq BETWEEN ? AND ?", [seq, last])
    elif act == "swap":
        other = data.draw(st.integers(1, count).filter(lambda n: n != seq))
        for old, new in ((seq, -1), (other, seq), (-1, other)):
            connection.execute("UPDATE events SET seq = ? WHERE seq = ?", [new, old])
    else:
        connection.execute("UPDATE events SET seq = -seq WHERE seq > ?", [seq])
        connection.execute("UPDATE events SET seq = 1 - seq WHERE seq < 0")
        others = ", ".join(n for n in names if n not in ("stream", "version"))
        connection.execute(
            f"INSERT INTO events (seq, stream, version, {others}) "
            f"SELECT ?, 'finding/x', 1, {others} FROM events WHERE seq = ?", [seq + 1, seq],
        )
    if data.draw(st.booleans()):
        connection.execute(
            "UPDATE head SET (seq, digest) = (SELECT seq, digest FROM events ORDER BY seq DESC LIMIT 1) "
            "WHERE EXISTS (SELECT 1 FROM events)"
        )
    assert connection.execute("SELECT * FROM events ORDER BY seq").fetchall() != before
