"""Sign-in sheets of the synthetic city (``participations``), where a requirement asks who came."""

from __future__ import annotations

from workbench.sample.city import City


def sign_in(city: City) -> None:
    """Make view ``participations``."""
    city.con.execute("CREATE VIEW participations AS SELECT NULL::VARCHAR AS org_id, NULL::VARCHAR AS kind, "
                     "NULL::DATE AS held_on, NULL::VARCHAR AS person_id, NULL::VARCHAR AS part WHERE FALSE")
