"""Cells become typed values: every spelling that ledgers have, and what is refused."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from workbench.records.normalize import create_macros, map_query
from workbench.records.tables import TABLES


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    create_macros(connection)
    return connection


def mapped(con, table: str, column: str, raw: str) -> tuple:
    """(value, problem, warning) of one raw text."""
    query = map_query(TABLES[table], TABLES[table].column(column))
    return con.execute(
        f"WITH distinct_raw AS (SELECT ?::VARCHAR AS raw) SELECT value, problem, warning FROM ({query})", [raw]
    ).fetchone()


@pytest.mark.parametrize(
    "raw",
    [
        "2026-03-05",
        "2026/3/5",
        "2026.3.5",
        "2026年3月5日",
        "20260305",
        "46086",
        "46086.0",
        "2026-03-05 00:00:00",
        "2026-3-5 14:30",
        "2026-03-05T08:00:00+08:00",
        " 2026-03-05 ",
        "\uff12\uff10\uff12\uff16年\uff13月\uff15日",
        "2026\uff0e3\uff0e5",
        "2026年3月5日上午",
        "2026年3月5日(星期四)",
        "2026年3月5日\uff08星期四\uff09",
    ],
)
def test_dates(con, raw: str) -> None:
    assert mapped(con, "activities", "held_on", raw) == (date(2026, 3, 5), None, None)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-02-30",
        "2026-13-01",
        "20260231",
        "2025-02-29",
        "26.3.5",
        "三月五日",
        "2026",
        "0206-03-05",
        "2026-3-5至3-8",
        "100",
        "9999999999",
    ],
)
def test_impossible_dates_are_refused(con, raw: str) -> None:
    value, problem, _ = mapped(con, "activities", "held_on", raw)
    assert value is None and problem == "date"


@pytest.mark.parametrize("raw", ["", "  ", "——", "—", "-", "/", "无", "\u3000", "至今"])
def test_what_stands_for_an_empty_date(con, raw: str) -> None:
    assert mapped(con, "activities", "held_on", raw) == (None, None, None)


@pytest.mark.parametrize("raw", ["2026年3月", "2026-03", "2026.03", "202603", "2026/3"])
def test_a_date_without_a_day_is_the_first_with_a_warning(con, raw: str) -> None:
    assert mapped(con, "activities", "held_on", raw) == (date(2026, 3, 1), None, "month_only")
    assert mapped(con, "dues", "month", raw) == (date(2026, 3, 1), None, None)


def test_a_number_that_may_be_january_or_october_is_refused(con) -> None:
    assert mapped(con, "dues", "month", "2026.1") == (None, "month_unclear", None)
    assert mapped(con, "dues", "month", "2026.10")[0] == date(2026, 10, 1)


def test_a_day_in_a_month_column_counts_for_its_month(con) -> None:
    assert mapped(con, "dues", "month", "2026-03-17")[0] == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("20", 20.0),
        ("1,234.50", 1234.5),
        ("20元", 20.0),
        ("\uff12\uff10", 20.0),
        ("¥20", 20.0),
        ("0", 0.0),
        ("-3", -3.0),
        ("1e3", 1000.0),
        ("", None),
    ],
)
def test_numbers(con, raw: str, value: float | None) -> None:
    assert mapped(con, "dues", "paid", raw) == (value, None, None)


@pytest.mark.parametrize("raw", ["两小时", "nan", "inf", "12.5万元", "1_000", "20/3", "1e999"])
def test_what_is_no_number(con, raw: str) -> None:
    assert mapped(con, "dues", "paid", raw)[1] == "number"


@pytest.mark.parametrize(
    ("raw", "value"),
    [("是", True), ("√", True), ("有", True), ("否", False), ("无", False), ("×", False), ("兼职", False)],
)
def test_booleans(con, raw: str, value: bool) -> None:
    assert mapped(con, "posts", "full_time", raw) == (value, None, None)


def test_an_unclear_boolean_rejects_a_post_but_not_an_organisation(con) -> None:
    assert mapped(con, "posts", "full_time", "待定") == (None, "boolean", None)
    assert mapped(con, "organizations", "has_committee", "待定") == (None, None, "boolean")


@pytest.mark.parametrize(
    ("table", "column", "raw", "value"),
    [
        ("activities", "kind", "支部党员大会", "党员大会"),
        ("activities", "kind", "支部委员会", "支委会"),
        ("activities", "kind", "支委会议", "支委会"),
        ("activities", "kind", "党课教育", "党课"),
        ("activities", "kind", " 支 委 会 ", "支委会"),
        ("organizations", "type", "党总支部", "党总支"),
        ("people", "standing", "中共党员", "正式党员"),
        ("posts", "role", "党支部书记", "书记"),
        ("posts", "role", "总支书记", "书记"),
    ],
)
def test_other_spellings_of_terms(con, table: str, column: str, raw: str, value: str) -> None:
    assert mapped(con, table, column, raw) == (value, None, None)


def test_an_unknown_term_rejects_only_where_it_is_required(con) -> None:
    assert mapped(con, "activities", "kind", "茶话会") == (None, "term", None)
    assert mapped(con, "organizations", "sector", "外星") == (None, None, "term")


@pytest.mark.parametrize("mark", [",", ";", "\uff0c", "\uff1b", "\u3001", " "])
def test_lists_are_read_with_either_punctuation(con, mark: str) -> None:
    assert mapped(con, "activities", "tags", f"基层党建{mark}党员之间") == (["党员之间", "基层党建"], None, None)


def test_terms_are_read_with_either_brackets(con) -> None:
    for text in ("县(市、区)", "县\uff08市、区\uff09"):
        assert mapped(con, "organizations", "level", text) == ("县", None, None)


def test_lists_keep_what_is_known_and_name_the_rest(con) -> None:
    assert mapped(con, "activities", "tags", "基层党建、党员间;瞎写") == (["党员之间", "基层党建"], None, "items|瞎写")
    assert mapped(con, "activities", "tags", "无") is None  # no row: empty
    assert mapped(con, "organizations", "adopts", "secretary-2022,xinfang-bureau")[0] == [
        "secretary-2022",
        "xinfang-bureau",
    ]


@pytest.mark.parametrize(
    ("raw", "value"), [("2026", 2026), ("2026年", 2026), ("2026年度", 2026), ("2026.0", 2026), ("2026-01-01", 2026)]
)
def test_years(con, raw: str, value: int) -> None:
    assert mapped(con, "ratings", "period", raw)[0] == value


def test_what_is_no_year(con) -> None:
    assert mapped(con, "ratings", "period", "去年")[1] == "year"
