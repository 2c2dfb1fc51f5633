"""Events go in in one chain and come out as they went in, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.ledger.conftest import Clock
from workbench.errors import Conflict, LedgerError, Refused
from workbench.ledger import migrations, schema
from workbench.ledger.events import GENESIS, Draft, digest_of
from workbench.ledger.store import Head, Store

DAY = date(2026, 7, 16)
FINDING = "finding/B1|secretary-2022-8-1|2026"


def draft(stream: str = FINDING, verb: str = "progress", **fields: object) -> Draft:
    return Draft(**{"stream": stream, "kind": f"finding.{verb}", "on": DAY, "who": "督查员甲", **fields})


def test_an_empty_store(store: Store) -> None:
    assert store.head() == Head(0, GENESIS)
    assert list(store.events()) == []
    assert store.version(FINDING) == 0
    assert store.append([], {}) == []


def test_events_come_back_as_they_were_written(store: Store, where: str, open_store: Callable[[str], Store]) -> None:
    what = {"文字": "三会一课\n“补齐”\u2028\x00'; --", "n": 3, "x": 0.1, "list": (1, None, True), "deep": {"b": {}, "a": []}}
    first = draft(what=what, why="台账\t无记录 😀", run="0123456789ab", evidence=("会议记录 3 页", "签到册"))
    (written,) = store.append([first], {FINDING: 0})
    assert (written.seq, written.version, written.previous, written.digest) == (1, 1, GENESIS, digest_of(written))
    assert written.what == {**what, "list": [1, None, True]}
    assert (written.evidence, written.on, written.why, written.run) == (first.evidence, DAY, first.why, first.run)
    assert written.recorded_at == datetime(2026, 7, 15, 1, 0, tzinfo=UTC)
    assert list(open_store(where).events()) == [written]
    assert store.head() == Head(1, written.digest)


def test_one_chain_over_all_streams(store: Store) -> None:
    one = store.append([draft("finding/a"), draft("finding/b"), draft("finding/a")], {"finding/a": 0, "finding/b": 0})
    two = store.append([draft("card/B1"), draft("finding/a")], {"card/B1": 0, "finding/a": 2})
    assert [(e.seq, e.stream, e.version) for e in one + two] == [
        (1, "finding/a", 1), (2, "finding/b", 1), (3, "finding/a", 2), (4, "card/B1", 1), (5, "finding/a", 3),
    ]
    assert [e.previous for e in one + two] == [GENESIS, *(e.digest for e in (one + two)[:-1])]
    assert list(store.events(stream="finding/a")) == [one[0], one[2], two[1]]
    assert list(store.events(stream="finding/a", after=1)) == [one[2], two[1]]
    assert list(store.events(after=3)) == two
    assert [store.version(s) for s in ("finding/a", "finding/b", "card/B1", "card/B2")] == [3, 1, 1, 0]


def test_more_events_than_a_page(store: Store) -> None:
    drafts = [draft(f"finding/{n}", what={"n": n}) for n in range(2_500)]
    written = store.append(drafts, {d.stream: 0 for d in drafts})
    assert [e.what["n"] for e in store.events()] == list(range(2_500))
    assert store.head() == Head(2_500, written[-1].digest)


def test_the_second_of_two_people_is_told_and_nothing_of_theirs_is_written(store: Store, clock: Clock) -> None:
    store.append([draft(verb="open", who="督查工作台")], {FINDING: 0})
    clock.turn(hours=2)
    store.append([draft(verb="confirm", who="督查员乙", why="现场核实")], {FINDING: 1})
    before = store.head()
    late = draft(verb="dismiss", who="督查员丙", why="另有会议记录", what={"text": "记录在柜"})
    with pytest.raises(Conflict) as caught:
        store.append([draft("finding/other"), late], {"finding/other": 0, FINDING: 1})
    text = str(caught.value)
    for part in (FINDING, "督查员乙 2026-07-16 确认", "现场核实", f"{clock.now.astimezone():%Y-%m-%d %H:%M:%S}"):
        assert part in text
    for part in ("督查员丙", "认定不成立", "另有会议记录", "记录在柜"):
        assert part in text.splitlines()[-1]
    assert "督查工作台" not in text  # what they had seen
    assert store.head() == before
    assert store.version("finding/other") == 0
    assert str(store.conflict(late, 1)) == text


def test_of_many_that_came_first_the_last_ones_are_told(store: Store) -> None:
    for n in range(8):
        store.append([draft(why=f"第{n}条理由")], {FINDING: n})
    text = str(store.conflict(draft(), 1))
    assert "先有 2 次，然后" in text
    assert [n for n in range(8) if f"第{n}条理由" in text] == [3, 4, 5, 6, 7]


def test_a_version_nobody_reached_is_a_conflict_too(store: Store) -> None:
    with pytest.raises(Conflict, match="还没有第 4 次登记"):
        store.append([draft()], {FINDING: 4})


def test_a_stream_that_is_only_to_be_unchanged(store: Store) -> None:
    store.append([draft("card/B1")], {"card/B1": 0})
    with pytest.raises(Conflict, match="card/B1"):
        store.append([draft()], {FINDING: 0, "card/B1": 0})
    assert len(store.append([draft()], {FINDING: 0, "card/B1": 1})) == 1


def test_an_expectation_must_be_stated(store: Store) -> None:
    with pytest.raises(ValueError, match="no expected version"):
        store.append([draft()], {})


def test_time_never_runs_backwards(store: Store, clock: Clock) -> None:
    (first,) = store.append([draft()], {FINDING: 0})
    clock.turn(days=-3)
    (second,) = store.append([draft()], {FINDING: 1})
    clock.turn(days=4)
    (third,) = store.append([draft()], {FINDING: 2})
    assert second.recorded_at == first.recorded_at
    assert third.recorded_at == clock.now


@pytest.mark.parametrize("text", ["零\x00字", "半个\ud83d字"])
@pytest.mark.parametrize("field", ["who", "why", "run", "stream"])
def test_text_that_no_database_keeps_is_refused(store: Store, field: str, text: str) -> None:
    made = replace(draft(), **{field: text})
    with pytest.raises(Refused, match="不能保存"):
        store.append([made], {made.stream: 0})
    assert store.head().seq == 0


def test_the_database_itself_refuses_changes(store: Store, where: str, raw: Callable[[str], sa.Engine]) -> None:
    store.append([draft()], {FINDING: 0})
    for statement in ("UPDATE events SET who = 'x'", "DELETE FROM events"):
        with pytest.raises(sa.exc.DBAPIError, match="never changed"), raw(where).begin() as connection:
            connection.exec_driver_sql(statement)
    assert store.version(FINDING) == 1


# --- opening ---------------------------------------------------------------------------------------------------------


def test_two_programs_open_the_same_new_place(where: str, open_store: Callable[[str], Store]) -> None:
    one, two = open_store(where), open_store(where)
    one.append([draft()], {FINDING: 0})
    assert two.version(FINDING) == 1


def test_the_program_knows_its_own_schema() -> None:
    assert migrations.newest() == schema.REVISION


def test_migrations_make_the_tables_that_the_program_uses(
    store: Store, where: str, raw: Callable[[str], sa.Engine]
) -> None:
    engine = raw(where)
    for table in (schema.EVENTS, schema.HEAD):
        found = {c["name"]: (str(c["type"]), c["nullable"]) for c in sa.inspect(engine).get_columns(table.name)}
        assert found == {c.name: (c.type.compile(engine.dialect), c.nullable) for c in table.columns}


def test_an_older_schema_is_brought_up_to_date(
    store: Store, where: str, raw: Callable[[str], sa.Engine], open_store: Callable[[str], Store]
) -> None:
    written = store.append([draft()], {FINDING: 0})
    with raw(where).begin() as connection:  # back to how the first schema was
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER events_no_update")
            connection.exec_driver_sql("DROP TRIGGER events_no_delete")
        else:
            connection.exec_driver_sql("DROP TRIGGER events_no_change ON events")
            connection.exec_driver_sql("DROP FUNCTION events_refuse")
        connection.exec_driver_sql("UPDATE ledger_version SET version_num = '0001'")
    again = open_store(where)
    assert list(again.events()) == written
    with pytest.raises(sa.exc.DBAPIError, match="never changed"), raw(where).begin() as connection:
        connection.exec_driver_sql("DELETE FROM events")
    assert len(again.append([draft()], {FINDING: 1})) == 1


def test_a_newer_schema_is_refused(
    store: Store, where: str, raw: Callable[[str], sa.Engine], open_store: Callable[[str], Store]
) -> None:
    with raw(where).begin() as connection:
        connection.exec_driver_sql("UPDATE ledger_version SET version_num = '0999'")
    with pytest.raises(LedgerError, match="更新版本") as caught:
        open_store(where)
    assert "0999" in str(caught.value)


def test_a_database_of_something_else_is_refused(
    where: str, raw: Callable[[str], sa.Engine], open_store: Callable[[str], Store]
) -> None:
    with raw(where).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE stock (item TEXT)")
    with pytest.raises(LedgerError, match="不是台账") as caught:
        open_store(where)
    assert "stock" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert sa.inspect(raw(where)).get_table_names() == ["stock"]


@pytest.mark.parametrize("content", [b"PK\x03\x04 a table of Excel" * 40, json.dumps({"a": 1}).encode()])
def test_a_file_that_is_no_ledger_is_refused_and_left_alone(
    tmp_path: Path, content: bytes, open_store: Callable[[str], Store]
) -> None:
    path = tmp_path / "党费.xlsx"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="不是台账") as caught:
        open_store(str(path))
    assert str(path) in str(caught.value)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("{folder}/none/a.sqlite", "文件夹不存在"),
        ("{folder}", "是文件夹"),
        ("sqlite://", "不能放在这里"),
        ("mysql://u:secret@h/d", "不能放在这里"),
        ("://", "写法不对"),
        ("postgresql://u:secret@127.0.0.1:1/none", "连不上"),
    ],
)
def test_places_that_cannot_be(tmp_path: Path, place: str, message: str, open_store: Callable[[str], Store]) -> None:
    with pytest.raises(LedgerError, match=message) as caught:
        open_store(place.format(folder=tmp_path))
    assert "secret" not in str(caught.value)


def test_a_path_and_a_url_are_the_same_file(tmp_path: Path, open_store: Callable[[str], Store]) -> None:
    path = tmp_path / "甲 乙.sqlite"
    open_store(str(path)).append([draft()], {FINDING: 0})
    assert open_store(f"sqlite:///{path}").version(FINDING) == 1


@pytest.mark.postgres
def test_refusals_of_the_server_hide_the_password(postgres: str, open_store: Callable[[str], Store]) -> None:
    url = sa.make_url(postgres)
    for wrong, reason in ((url.set(password="geheim"), "password"), (url.set(database="geheim2"), "geheim2")):
        with pytest.raises(LedgerError, match="连不上") as caught:
            open_store(wrong.render_as_string(hide_password=False))
        assert reason in str(caught.value)
        assert "geheim@" not in str(caught.value) and ":secret" not in str(caught.value)
