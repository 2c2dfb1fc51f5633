"""The standard and the answers on site: ``indicators`` and ``checklist`` of the synthetic city."""

from __future__ import annotations

from workbench.sample.city import City


def measure_up(city: City) -> None:
    """Make views ``indicators`` and ``checklist``."""
    city.con.execute("CREATE VIEW indicators AS SELECT NULL::VARCHAR AS item, NULL::VARCHAR AS aspect, "
                     "NULL::VARCHAR AS level, NULL::VARCHAR AS text WHERE FALSE")
    city.con.execute("CREATE VIEW checklist AS SELECT NULL::VARCHAR AS org_id, NULL::VARCHAR AS requirement, "
                     "NULL::VARCHAR AS answer, NULL::DATE AS checked_on, NULL::VARCHAR AS checked_by, "
                     "NULL::VARCHAR AS note WHERE FALSE")
