"""Seven typical checks as one would write them by hand: the limit of what the engine can reach.

Each query names the failing subjects of one requirement as of 31 August 2026, straight from Parquet. They are simpler
than the engine (no rejected rows, no doubts, no posts): on the synthetic city, which has none of these, the subjects
agree.
"""

from __future__ import annotations

BOUND = """SELECT org_id, established_on FROM read_parquet('{data}/organizations.parquet')
    WHERE type = '党支部' AND (adopts IS NULL OR len(adopts) = 0 OR list_contains(adopts, '{document}'))
    AND (dissolved_on IS NULL OR dissolved_on > DATE '2026-08-31')"""

#: Branch, period: fails when a closed period that began after the founding has no such activity.
_PERIODIC = """
WITH bound AS ({bound}),
periods AS (SELECT unnest(generate_series(DATE '2026-01-01', DATE '2026-12-01', INTERVAL {span} MONTH))::DATE AS first),
closed AS (SELECT first, (first + INTERVAL {span} MONTH)::DATE AS next FROM periods
           WHERE (first + INTERVAL {span} MONTH)::DATE <= DATE '2026-09-01'),
held AS (SELECT DISTINCT org_id,
             (date_trunc('year', held_on)
              + INTERVAL 1 MONTH * ({span} * ((month(held_on) - 1) // {span})))::DATE AS first
         FROM read_parquet('{{data}}/activities.parquet') WHERE kind = '{kind}' AND held_on <= DATE '2026-08-31')
SELECT DISTINCT org_id FROM bound CROSS JOIN closed
WHERE (established_on IS NULL OR established_on <= closed.first)
AND NOT EXISTS (SELECT 1 FROM held WHERE held.org_id = bound.org_id AND held.first = closed.first)
"""


def _periodic(kind: str, span: int) -> str:
    return _PERIODIC.format(bound=BOUND.replace("{document}", "xinfang-bureau"), span=span, kind=kind)


CHECKS = {
    "xinfang-bureau-2.2.1-1": _periodic("党员大会", 1),
    "xinfang-bureau-2.1-1": _periodic("集中学习", 1),
    "xinfang-bureau-2.2.3-1": _periodic("党课", 3),
    "xinfang-bureau-2.3-1": _periodic("组织生活会", 6),
    "xinfang-bureau-2.1-2": """
        WITH bound AS ("""
    + BOUND.replace("{document}", "xinfang-bureau")
    + """
            AND (established_on IS NULL OR established_on <= DATE '2026-01-01')),
        made AS (SELECT org_id, min(held_on) AS first FROM read_parquet('{data}/activities.parquet')
            WHERE kind = '年度学习计划' AND held_on <= DATE '2026-08-31'
            AND coalesce(year_of, year(held_on)) = 2026 GROUP BY 1)
        SELECT org_id FROM bound LEFT JOIN made USING (org_id)
        WHERE coalesce(first, DATE '2026-12-31') > DATE '2026-01-31'""",
    "xinfang-bureau-2.5-6": """
        WITH cases AS (SELECT org_id, case_id, min(done_on) FILTER (step = '召开') AS held,
            min(done_on) FILTER (step = '报告情况') AS told FROM read_parquet('{data}/case_steps.parquet')
            WHERE process = '民主生活会' AND done_on <= DATE '2026-08-31' GROUP BY ALL)
        SELECT DISTINCT org_id FROM cases SEMI JOIN (
            SELECT org_id FROM read_parquet('{data}/organizations.parquet') WHERE type = '党组') USING (org_id)
        WHERE year(held + 15) = 2026 AND coalesce(told, DATE '2026-08-31') > held + 15""",
    "xinfang-bureau-2.7.2-1": """
        SELECT DISTINCT org_id FROM read_parquet('{data}/dues.parquet') SEMI JOIN ("""
    + BOUND.replace("{document}", "xinfang-bureau")
    + """) USING (org_id)
        WHERE due > 0 AND reason IS NULL
        AND NOT coalesce(paid > 0 AND (paid_on IS NULL OR paid_on <= DATE '2026-08-31'), false)
        AND year(month + INTERVAL 4 MONTH - INTERVAL 1 DAY) = 2026
        AND (month + INTERVAL 4 MONTH - INTERVAL 1 DAY)::DATE < DATE '2026-08-31'""",
}
