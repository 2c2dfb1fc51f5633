"""Organisations of the synthetic city with all that several tables draw from them (DuckDB table ``org``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from workbench.sample.adoption import adopted
from workbench.sample.faults import Planted, any_of, bits, has, plant
from workbench.sample.faults_mended import AGAIN, MEETING
from workbench.sample.tree import build_tree
from workbench.vocabulary import OrgFlag


@dataclass(frozen=True)
class City:
    """One synthetic city under construction: its connection, its seed and the day it is looked at."""

    con: duckdb.DuckDBPyConnection
    seed: int
    as_of: date

    @property
    def year(self) -> int:
        """The audited year."""
        return self.as_of.year

    def day(self, month: int, day: int, years: int = 0) -> str:
        """SQL date of the audited year (plus ``years``)."""
        return f"DATE '{self.year + years}-{month:02d}-{day:02d}'"


def found(city: City, branches: int, *, faults: bool) -> Planted:
    """Make tables ``base`` and ``org`` and view ``organizations``; return what was planted."""
    con = city.con
    # Hashed twice: the low bits of one hash over several values hang together from one salt to the next.
    con.execute(f"CREATE MACRO draw(k, salt, n) AS (hash(hash(k, salt, {city.seed})) % n)::INTEGER")
    con.execute(f"CREATE MACRO person(k) AS CASE WHEN k IS NOT NULL THEN md5('{city.seed}:' || k) END")
    _load_tree(city, branches)
    con.execute(_base(city))
    planted = plant(con, (city.as_of.month, city.as_of.day)) if faults else Planted()
    masks = planted.masks()
    con.register("masks", pa.table({"no": pa.array([m[0] for m in masks], pa.int32()),
                                    "faults": pa.array([m[1] for m in masks], pa.string())}))
    con.execute(_org(city))
    con.unregister("masks")
    con.execute("CREATE VIEW organizations AS " + _ORGANIZATIONS)
    return planted


def _load_tree(city: City, branches: int) -> None:
    tree = build_tree(branches)
    homes, lagging = tree.homes(), tree.below(OrgFlag.LAGGING)
    hosts = {h for no, h in enumerate(homes) if h != no}
    peers = dict(zip(tree.branches, tree.branches[1:] + tree.branches[:1], strict=True))
    parents, n = set(tree.parent), len(tree.name)
    table = pa.table({
        "no": pa.array(range(n), pa.int32()), "name": tree.name, "short_name": tree.short_name, "type": tree.type,
        "sector": pa.array(tree.sector, pa.string()), "level": tree.level, "parent": pa.array(tree.parent, pa.int32()),
        "flags": pa.array(tree.flags, pa.list_(pa.string())),
        "adopts": pa.array(tree.adopts, pa.list_(pa.string())), "home": pa.array(homes, pa.int32()),
        "peer": pa.array([peers.get(i) for i in range(n)], pa.int32()), "has_lagging": lagging,
        "hosts": [i in hosts for i in range(n)], "has_children": [i in parents for i in range(n)],
    })
    city.con.register("loaded", table)
    city.con.execute("CREATE TABLE tree AS SELECT * FROM loaded")
    city.con.unregister("loaded")


def _base(city: City) -> str:
    """Properties that decide who can get which fault; every other 机关纪委 is left for the fault that dissolves it."""
    y = city.year
    return f"""CREATE TABLE base AS
    WITH drawn AS (SELECT *, draw(no, 1, 100) AS age, draw(no, 2, 100) AS fate,
        type = '党支部' AND len(flags) = 0 AND NOT hosts AS loose FROM tree),
    dated AS (SELECT * EXCLUDE (age, fate, loose),
        CASE WHEN loose AND age < 3 AND {city.day(1, 15)} + draw(no, 3, 180) <= DATE '{city.as_of}'
                  THEN {city.day(1, 15)} + draw(no, 3, 180)
             WHEN age < 8 THEN NULL
             ELSE make_date(1990 + draw(no, 4, {y - 1992}), 1 + draw(no, 5, 12), 1 + draw(no, 6, 28))
             END AS established_on,
        CASE WHEN loose AND age >= 3 AND fate < 1 AND {city.day(2, 1)} + draw(no, 7, 150) <= DATE '{city.as_of}'
             THEN {city.day(2, 1)} + draw(no, 7, 150) END AS dissolved_on,
        8 + draw(no, 8, 17) + draw(no, 9, 13) AS size,
        CASE WHEN type = '党支部' THEN draw(no, 10, 100) < 70 END AS has_committee,
        type <> '党支部' OR sector = '机关' OR sector IN ('国企', '学校') AND draw(no, 11, 10) < 7 AS has_worker,
        {adopted()} AS adopted
        FROM drawn)
    SELECT *, no > 0 AND dissolved_on IS NULL AND NOT (type = '机关纪委' AND parent % 2 = 0)
            AND (established_on IS NULL OR established_on < DATE '{y - 1}-01-01')
        AS plantable FROM dated"""


def _org(city: City) -> str:
    """The full working row of an organisation: lifetime, faults, dates that several tables share."""
    y, months = city.year, max(1, _closed_months(city.as_of))
    first_half = f"CASE WHEN {any_of(AGAIN, MEETING)} THEN {min(6, months)} ELSE {months} END"
    appointed = f"""CASE WHEN {has(_NEW_SECRETARY)} THEN {city.day(5, 6, -1)} + draw(no, 24, 20)
             WHEN {has(_POOR)} OR {has(_UNTAUGHT)} OR type NOT IN ('党支部', '党总支')
                  OR established_on >= DATE '{y - 1}-01-01'
                  OR dissolved_on IS NOT NULL THEN NULL
             WHEN draw(no, 25, 100) < 2 OR {_newly_appointed()} THEN {city.day(1, 26)} + draw(no, 26, 10)
             WHEN draw(no, 25, 100) < 14 THEN {city.day(6, 1, -1)} + draw(no, 26, 400) END"""
    return f"""CREATE TABLE org AS
    WITH faulty AS (SELECT base.*, coalesce(masks.faults, '{bits(())}')::BIT AS faults
                    FROM base LEFT JOIN masks USING (no)),
    o AS (SELECT o.* REPLACE (CASE WHEN EXISTS (SELECT 1 FROM faulty p WHERE p.no = o.parent AND o.type = '机关纪委'
                AND {has("luoyang-2020-58-8", "p")}) THEN {city.day(12, 20, -1)} ELSE dissolved_on END AS dissolved_on),
            {appointed} AS appointed_on FROM faulty o)
    SELECT o.* EXCLUDE (appointed_on), 'YL' || printf('%07d', no) AS org_id,
        CASE WHEN parent IS NOT NULL THEN 'YL' || printf('%07d', parent) END AS parent_id,
        coalesce(established_on, DATE '1900-01-01') AS live_from, coalesce(dissolved_on, DATE '9999-12-31') AS live_to,
        make_date({y - 1}, 3 + draw(no, 20, 10), 1) AS hist,
        make_date({y}, 1 + draw(no, 21, {first_half}), 1) AS fault_month,
        make_date({y}, 1 + 3 * draw(no, 22, {min(3, max(1, months // 3))}), 1) AS fault_quarter,
        {city.day(2, 3)} + draw(no, 23, 36) AS dlm_on,
        CASE WHEN appointed_on <= DATE '{city.as_of}' THEN appointed_on END AS change_on,
        draw(no, 25, 100) < 2 AND NOT {has(_NEW_SECRETARY)} AS replaced,
        type = '党支部' AND draw(no, 28, 100) < 2 AS excused,
        CASE WHEN type <> '党支部' OR established_on >= DATE '{y - 1}-01-01' THEN ''
             {_forced_stages()}
             WHEN draw(no, 27, 100) < 18 THEN 'A1' WHEN draw(no, 27, 100) < 36 THEN 'A2'
             WHEN draw(no, 27, 100) < 52 THEN 'B' WHEN draw(no, 27, 100) < 68 THEN 'C'
             WHEN draw(no, 27, 100) < 72 THEN 'D' WHEN draw(no, 27, 100) < 75 THEN 'E' ELSE '' END AS stage
    FROM o"""


_NEW_SECRETARY, _POOR, _UNTAUGHT = (f"secretary-2022-{clause}" for clause in ("6-1", "15.1-5", "5-4"))
#: The stage of an applicant that a fault of the process needs (see ``cases.py``).
_STAGES = {"A1": ("1-1", "1-2", "1-3", "1-4", "1-5", "2-1", "2-2"), "A2": ("3-1", "3-2", "3-3"),
           "B": ("4-1", "4-3", "5-1", "5-2", "6-1", "6-2", "7-1", "8-1", "9-1", "11-3"),
           "C": ("11-1", "11-2", "11-4", "11-5"), "D": ("11-7", "11-8", "11-9")}


def _newly_appointed() -> str:
    return " OR ".join(has(code) for code in ("secretary-2022-6-2", "secretary-2022-6-4", "luoyang-2020-24-3"))


def _forced_stages() -> str:
    return "\n".join(f"WHEN {has(f'xinfang-bureau-2.6.{clause}')} THEN '{stage}'"
                     for stage, clauses in _STAGES.items() for clause in clauses)


def _closed_months(as_of: date) -> int:
    """Months of the year of ``as_of`` that have ended on that day."""
    next_day = date.fromordinal(as_of.toordinal() + 1)
    return 12 if next_day.year > as_of.year else next_day.month - 1


_ORGANIZATIONS = """SELECT org_id, name, short_name, parent_id, type, sector, level, adopts,
    CASE WHEN len(flags) > 0 THEN flags END AS flags, has_committee, established_on, dissolved_on
    FROM org ORDER BY no"""
