"""The tree of organisations: parents by code or name, unknown parents, cycles (上级关系)."""

from __future__ import annotations

import duckdb

from workbench.records.identity import build_org_lookup
from workbench.records.messages import Level, MessageLog
from workbench.records.rejects import Source, tell
from workbench.records.tables import ORGANIZATIONS

_CELLS = "[" + ", ".join(f'CAST(o."{c.name}" AS VARCHAR)' for c in ORGANIZATIONS.columns) + "]"


def resolve_parents(con: duckdb.DuckDBPyConnection, log: MessageLog, sources: list[Source]) -> None:
    """Make every ``parent_id`` a known code or NULL; reject rows with an ambiguous parent and rows of cycles.

    An unknown parent and a parent that is the row itself leave a root, with a warning. Leaves ``wb_orgs`` ready for the
    columns of the other tables.
    """
    build_org_lookup(con)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE wb_parents AS
        SELECT o.org_id, o.parent_id AS raw, CASE WHEN l.org_id <> o.org_id THEN l.org_id END AS parent_id,
               CASE WHEN l.candidates IS NOT NULL THEN 'parent_id:parent_ambiguous|' || l.candidates END AS problem,
               CASE WHEN l.name IS NULL THEN 'parent_id:parent_unknown'
                    WHEN l.org_id = o.org_id THEN 'parent_id:parent_self' END AS warning
        FROM organizations o LEFT JOIN wb_orgs l ON l.name = wb_name(o.parent_id) WHERE o.parent_id IS NOT NULL
    """)
    _warn(con, log, sources, "SELECT org_id, warning AS code FROM wb_parents WHERE warning IS NOT NULL")
    gone = con.execute("SELECT org_id, problem FROM wb_parents WHERE problem IS NOT NULL").fetchall()
    gone += _cycles(con)
    _reject(con, gone)
    con.execute("""
        UPDATE organizations AS o SET parent_id = p.parent_id
        FROM wb_parents p WHERE p.org_id = o.org_id AND o.parent_id IS DISTINCT FROM p.parent_id
    """)
    if gone:
        lost = "parent_id NOT IN (SELECT org_id FROM organizations)"
        orphans = f"SELECT org_id, 'parent_id:parent_unknown' AS code FROM organizations WHERE {lost}"
        _warn(con, log, sources, orphans)
        con.execute(
            f"UPDATE organizations SET parent_id = NULL WHERE {lost}"
        )
        build_org_lookup(con)


def _cycles(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """(org_id, code) of the organisations that stand in a cycle."""
    unreached = con.execute("""
        WITH RECURSIVE tree AS (
            SELECT o.org_id FROM organizations o LEFT JOIN wb_parents p USING (org_id) WHERE p.parent_id IS NULL
            UNION ALL SELECT p.org_id FROM wb_parents p JOIN tree t ON p.parent_id = t.org_id
        ) SELECT org_id, parent_id FROM wb_parents ANTI JOIN tree USING (org_id) WHERE parent_id IS NOT NULL
    """).fetchall()
    parent = dict(unreached)
    found: list[tuple[str, str]] = []
    done: set[str] = set()
    for start in parent:
        path: list[str] = []
        node = start
        while node in parent and node not in done:
            done.add(node)
            path.append(node)
            node = parent[node]
        if node in path:
            ring = path[path.index(node) :]
            text = " → ".join([*ring[:6], ring[0] if len(ring) <= 6 else "……"])
            found += [(org, f"parent_id:parent_cycle|{text}") for org in ring]
    return found


def _warn(con: duckdb.DuckDBPyConnection, log: MessageLog, sources: list[Source], codes: str) -> None:
    tell(
        con,
        log,
        sources,
        ORGANIZATIONS,
        Level.WARNING,
        f"""
        SELECT o.rowid AS rid, o.source_id, o.source_row, [c.code] AS codes, NULL AS context, {_CELLS} AS cells
        FROM organizations o JOIN ({codes}) c USING (org_id)
    """,
    )


def _reject(con: duckdb.DuckDBPyConnection, gone: list[tuple[str, str]]) -> None:
    if not gone:
        return
    con.execute("CREATE OR REPLACE TEMP TABLE wb_gone (org_id VARCHAR, code VARCHAR)")
    con.executemany("INSERT INTO wb_gone VALUES (?, ?)", gone)
    con.execute(f"""
        INSERT INTO reject_details SELECT 'organizations', o.source_id, o.source_row, [g.code], NULL, {_CELLS}
        FROM organizations o JOIN wb_gone g USING (org_id)
    """)
    con.execute("""
        INSERT INTO rejected SELECT 'organizations', o.org_id, NULL, o.source_id, o.source_row, false
        FROM organizations o JOIN wb_gone g USING (org_id)
    """)
    con.execute("DELETE FROM organizations WHERE org_id IN (SELECT org_id FROM wb_gone)")
