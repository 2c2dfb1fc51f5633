"""Dated steps of every process (``case_steps``) of the synthetic city."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.courses import admission, agencies, branches, floating, leading_groups, oversight


def record(city: City) -> None:
    """Make table ``step`` and view ``case_steps``; steps after ``as_of``, or beyond an organisation's life, are none.

    An organisation of this year has contact points and no case yet: it would show only the later part of most.

    Tables and views of people, posts and grades (``member``, ``post``, ``rating``) stand already.
    """
    topics = (admission, floating, branches, leading_groups, oversight, agencies)
    parts = " UNION ALL ".join(f"({course.sql()})" for topic in topics for course in topic.courses(city))
    city.con.execute(f"""CREATE TABLE step AS SELECT s.* FROM ({parts}) s JOIN org o USING (no)
        WHERE done_on <= DATE '{city.as_of}' AND done_on >= o.live_from AND done_on < o.live_to
            AND (o.live_from < {city.day(1, 1)} OR process = '联系点')""")
    city.con.execute(f"""CREATE VIEW case_steps AS
    SELECT o.org_id || '-' || mark AS case_id, process, o.org_id, person(pno) AS person_id, step, done_on, value, tags,
        CASE WHEN draw(o.no, 70, 3) > 0 THEN least(done_on + draw(o.no, 71, 5), DATE '{city.as_of}') END AS recorded_on
    FROM step s JOIN org o USING (no)""")
