"""People across organisations: names as a way to a person, one person in two branches (人员)."""

from __future__ import annotations

import duckdb

from workbench.records.messages import Level, MessageLog
from workbench.records.rejects import Source, tell
from workbench.records.tables import PEOPLE
from workbench.vocabulary import Standing


def build_names(con: duckdb.DuckDBPyConnection) -> None:
    """``wb_names(org_id, token, person_id)``: names that belong to one person of an organisation."""
    con.execute("CREATE OR REPLACE TEMP TABLE wb_names (org_id VARCHAR, token VARCHAR, person_id VARCHAR)")
    if con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'parsed_people'").fetchone():
        con.execute("""
            INSERT INTO wb_names SELECT org_id, person_name, min(person_id) FROM parsed_people
            WHERE person_name IS NOT NULL AND len(problems) = 0
            GROUP BY org_id, person_name HAVING count(DISTINCT person_id) = 1
        """)


def tell_two_branches(con: duckdb.DuckDBPyConnection, log: MessageLog, sources: list[Source]) -> None:
    """Warn of every full member who stands in two organisations without an end date in either; both rows stay."""
    cells = (
        "["
        + ", ".join(
            "p.person_id[1:3] || '***'" if c.name == "person_id" else f'CAST(p."{c.name}" AS VARCHAR)'
            for c in PEOPLE.columns
        )
        + "]"
    )
    tell(
        con,
        log,
        sources,
        PEOPLE,
        Level.WARNING,
        f"""
        WITH members AS (SELECT * FROM people WHERE standing = '{Standing.FULL}' AND until IS NULL),
        twice AS (SELECT person_id FROM members GROUP BY person_id HAVING count(DISTINCT org_id) > 1),
        both_ AS (SELECT m.* FROM members m SEMI JOIN twice USING (person_id)),
        placed AS (SELECT *, place_of(source_id, source_row) AS place FROM both_),
        others AS (SELECT p.source_id, p.source_row, string_agg(DISTINCT o.place, '、' ORDER BY o.place) AS places
                   FROM placed p JOIN placed o ON o.person_id = p.person_id AND o.org_id <> p.org_id GROUP BY ALL)
        SELECT p.source_id::BIGINT * 100000000 + p.source_row AS rid, p.source_id, p.source_row,
               ['person_id:two_branches|' || o.places] AS codes, NULL AS context, {cells} AS cells
        FROM both_ p JOIN others o USING (source_id, source_row)
    """,
    )
