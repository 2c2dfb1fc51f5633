"""The synthetic city: the same from the same seed, complete, typed as declared, with well-formed ``planted.yaml``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from workbench import vocabulary as v
from workbench.errors import UsageError
from workbench.records.normalize import SQL_TYPES
from workbench.records.tables import TABLES
from workbench.requirements import load_requirements, load_suites
from workbench.requirements.adoption import load_adoption
from workbench.sample import make_sample
from workbench.sample.adoption import FILE

AS_OF = date(2026, 8, 31)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city of 300 branches as Parquet."""
    return make_sample(300, 11, tmp_path_factory.mktemp("city") / "data", form="parquet")


@pytest.fixture(scope="module")
def con(city: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for name in TABLES:
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM '{city / name}.parquet'")
    return con


def column(con: duckdb.DuckDBPyConnection, query: str) -> set:
    return {row[0] for row in con.execute(query).fetchall()}


def contents(folder: Path) -> dict[str, list | str]:
    """The rows of every table, and the other files as they are."""
    found = {p.name: p.read_text("utf-8") for p in folder.iterdir() if p.suffix != ".parquet"}
    with duckdb.connect() as con:
        return found | {
            name: con.execute(f"SELECT * FROM '{folder / name}.parquet' ORDER BY ALL").fetchall() for name in TABLES
        }


def test_same_seed_same_city(tmp_path: Path) -> None:
    """Its ledgers are the same byte for byte: ``test_ledgers`` holds those of ``sample_data/`` to the generator."""
    first, second = (contents(make_sample(40, 5, tmp_path / name, form="parquet")) for name in "ab")
    other = contents(make_sample(40, 6, tmp_path / "c", form="parquet"))
    assert first == second and all(first.values())
    assert first["planted.yaml"] != other["planted.yaml"] and first["people"] != other["people"]


def test_parquet_has_the_declared_columns(con: duckdb.DuckDBPyConnection) -> None:
    for name, table in TABLES.items():
        found = [(row[0], row[1]) for row in con.execute(f"DESCRIBE {name}").fetchall()]
        assert found == [(c.name, SQL_TYPES[c.type]) for c in table.columns], name


def test_keys_are_unique_and_people_are_keys(con: duckdb.DuckDBPyConnection) -> None:
    for name, table in TABLES.items():
        keys = ", ".join(table.key)
        assert con.execute(f"SELECT {keys} FROM {name} GROUP BY ALL HAVING count(*) > 1").fetchall() == [], name
    for name in ("people", "posts", "dues"):
        odd = f"SELECT count(*) FROM {name} WHERE NOT regexp_full_match(person_id, '[0-9a-f]{{32}}')"
        assert con.execute(odd).fetchone() == (0,)


@pytest.mark.parametrize(("query", "terms"), [
    ("SELECT type FROM organizations", v.OrgType),
    ("SELECT sector FROM organizations WHERE sector IS NOT NULL", v.Sector),
    ("SELECT level FROM organizations", v.Level),
    ("SELECT unnest(flags) FROM organizations", v.OrgFlag),
    ("SELECT standing FROM people", v.Standing),
    ("SELECT unnest(categories) FROM people", v.PersonCategory),
    ("SELECT role FROM posts", v.Role),
    ("SELECT kind FROM activities", v.ActivityKind),
    ("SELECT unnest(tags) FROM activities", v.ActivityTag),
    ("SELECT process FROM case_steps", v.Process),
    ("SELECT unnest(tags) FROM case_steps", v.CaseTag),
    ("SELECT measure FROM measures", v.Measure),
    ("SELECT kind FROM ratings", v.RatingKind),
    ("SELECT grade FROM ratings", v.Grade),
])
def test_every_term_occurs(con: duckdb.DuckDBPyConnection, query: str, terms: type) -> None:
    assert column(con, query) == {t.value for t in terms}


def test_every_step_but_the_last_of_the_year_occurs(con: duckdb.DuckDBPyConnection) -> None:
    known = {(process.value, step) for process, steps in v.STEPS.items() for step in steps}
    found = set(con.execute("SELECT DISTINCT process, step FROM case_steps").fetchall())
    assert known - found == {("五单", "销单")}
    assert found <= known


def test_size_is_as_promised(con: duckdb.DuckDBPyConnection) -> None:
    count = "SELECT count(*) / (SELECT count(*) FROM organizations WHERE type = '党支部') FROM "
    assert con.execute("SELECT count(*) FROM organizations WHERE type = '党支部'").fetchone() == (300,)
    assert 20 <= con.execute(count + "people WHERE standing = '正式党员'").fetchone()[0] <= 27
    branches = "(FROM activities a SEMI JOIN organizations o ON o.org_id = a.org_id AND o.type = '党支部')"
    assert 150 <= con.execute(count + branches).fetchone()[0] <= 190
    assert 230 <= con.execute(count + "dues").fetchone()[0] <= 310


def test_nothing_is_dated_after_the_day(con: duckdb.DuckDBPyConnection) -> None:
    for table, name in (("activities", "held_on"), ("activities", "recorded_on"), ("case_steps", "done_on"),
                        ("case_steps", "recorded_on"), ("ratings", "rated_on"), ("dues", "paid_on"),
                        ("posts", "started_on"), ("people", "since"), ("organizations", "established_on")):
        assert con.execute(f"SELECT max({name}) FROM {table}").fetchone()[0] <= AS_OF, (table, name)


def test_organizations_form_one_tree(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("SELECT name FROM organizations WHERE parent_id IS NULL").fetchall() == [("中共样例市委员会",)]
    assert con.execute("SELECT count(*) FROM organizations ANTI JOIN (SELECT org_id AS parent_id FROM organizations) "
                       "USING (parent_id)").fetchone() == (1,)
    assert con.execute("SELECT count(*) - count(DISTINCT name), count(*) - count(DISTINCT short_name) "
                       "FROM organizations").fetchone() == (0, 0)


def test_planted_is_well_formed(city: Path, con: duckdb.DuckDBPyConnection) -> None:
    planted = yaml.safe_load((city / "planted.yaml").read_text(encoding="utf-8"))
    shapes = {r.id: r.shape for r in load_requirements(as_of=AS_OF)}
    entries = planted["planted"]
    pairs = [(e["subject"], e["requirement"]) for e in entries]
    assert len(pairs) == len(set(pairs))
    assert {s for s, _ in pairs} <= column(con, "SELECT org_id FROM organizations")
    assert {e["verdict"] for e in entries} == {"未达标", "进度滞后", "待人工核实", "豁免", "数据不足"}
    assert all(set(e) == {"subject", "requirement", "verdict", "how", "changed"} and all(e.values()) for e in entries)
    found, later = {r for _, r in pairs}, set(planted["not_yet_due"])
    assert found | later <= set(shapes)
    assert not found & later
    mended = [(e["subject"], e["requirement"]) for e in planted["mended"]]
    assert len(mended) == len(set(mended)) >= 12
    assert not set(mended) & set(pairs)
    assert all(f"{date(2026, 7, 15)}" < e["mended"] <= f"{AS_OF}" for e in planted["mended"]), "between two audits"
    # Each shape is planted, or cannot fail by that day.
    assert {shapes[r] for r in found | later} == set(shapes.values())
    assert set(shapes.values()) - {shapes[r] for r in found} == {"expect_orgs_covered", "expect_grade_capped"}
    assert len({r for r in found if r.startswith(("luoyang", "county", "feicheng"))}) >= 80


def test_about_a_seventh_of_the_branches_have_a_fault(city: Path, con: duckdb.DuckDBPyConnection) -> None:
    planted = yaml.safe_load((city / "planted.yaml").read_text(encoding="utf-8"))["planted"]
    branches = column(con, "SELECT org_id FROM organizations WHERE type = '党支部'")
    assert 0.05 <= len({e["subject"] for e in planted} & branches) / len(branches) <= 0.2


def test_a_large_city_counts_its_faults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The limit is moved, not the city made large: what is written above it is what matters here.
    monkeypatch.setattr("workbench.sample.edition.LARGE", 50)
    out = make_sample(60, 3, tmp_path / "large", form="parquet")
    planted = yaml.safe_load((out / "planted.yaml").read_text(encoding="utf-8"))
    assert "planted" not in planted
    assert sum(planted["summary"]["faults"].values()) >= 50
    months = duckdb.sql(f"SELECT count(DISTINCT month) FROM '{out}/dues.parquet'").fetchall()
    assert months == [(8,)]


def test_sign_in_sheets_belong_to_meetings(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("SELECT count(*) FROM participations").fetchone()[0] > 1500
    lost = "SELECT count(*) FROM participations p ANTI JOIN activities a USING (org_id, kind, held_on)"
    assert con.execute(lost).fetchone() == (0,)


def test_leave_to_meet_later_is_used(con: duckdb.DuckDBPyConnection) -> None:
    """The month of the permission has no members' meeting; the day of the permission has one."""
    papers = con.execute("SELECT org_id, period, held_on FROM permissions").fetchall()
    assert papers
    for org_id, period, held_on in papers:
        days = column(con, f"SELECT held_on FROM activities WHERE org_id = '{org_id}' AND kind = '党员大会'")
        assert held_on in days
        assert period not in {f"{day:%Y-%m}" for day in days}


def test_adoption_file_says_who_adopts_what(city: Path, con: duckdb.DuckDBPyConnection) -> None:
    suites = load_suites(as_of=AS_OF)
    adoption = load_adoption(city / FILE, suites=suites)
    assert {d for entry in adoption.entries for d in entry.documents} == {d.id for d in suites.documents}
    own = con.execute("SELECT count(*) FROM organizations WHERE adopts IS NOT NULL").fetchone()[0]
    assert 3 <= own <= 12


def test_without_faults_nothing_is_planted(tmp_path: Path) -> None:
    out = make_sample(40, 3, tmp_path / "clean", form="parquet", faults=False)
    entries = yaml.safe_load((out / "planted.yaml").read_text(encoding="utf-8"))["planted"]
    assert {(e["verdict"], e["changed"]) for e in entries} == {("数据不足", "没有改动")}, "only what no ledger can show"


@pytest.mark.parametrize(("arguments", "words"), [
    ({"branches": 39}, "不少于40"),
    ({"form": "xml"}, "ledgers 或 parquet"),
    ({"branches": 50_001, "form": "ledgers"}, "--form parquet"),
])
def test_wrong_arguments_say_what_to_do(tmp_path: Path, arguments: dict, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make_sample(**{"branches": 60, "seed": 1, "out": tmp_path / "x", **arguments})
    assert not (tmp_path / "x").exists()


def test_a_filled_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="输出位置已有内容"):
        make_sample(60, 1, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
