"""Who is secretary where (书记): the plain facts that cards, lists and appraisals ask of whoever knows the organisations.

The books of the ledger read no run; whoever calls them hands these in (:func:`secretaries` makes them from rows of
``organizations.parquet``), so that nobody is held to a rule that does not bind the organisation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from workbench.timeline import add_months
from workbench.vocabulary import Level, OrgType

if TYPE_CHECKING:
    from workbench.audit.run import Run

#: The document whose cards, lists and appraisals these are.
DOCUMENT = "secretary-2022"

#: Organisations that have a secretary of the party whom secretary-2022, 第二条, binds; a department has a head.
WITH_SECRETARY = frozenset(
    (OrgType.COMMITTEE, OrgType.LEADING_GROUP, OrgType.WORK_COMMITTEE, OrgType.AGENCY_COMMITTEE,
     OrgType.GENERAL_BRANCH, OrgType.BRANCH)
)
#: Types that may recommend (县（市）党委、市直属党（工）委, 第十五条（二）).
_RECOMMENDING = (OrgType.COMMITTEE, OrgType.WORK_COMMITTEE)


@dataclass(frozen=True)
class Secretary:
    """The secretary of an organisation: ``holder`` is the keyed key (empty: not known), never a name.

    ``since`` is the day of taking office, or of the founding of the organisation when that is later (None: before
    anything that is asked). ``county_id`` is the county committee or work committee directly below the city that may
    recommend (第十五条（二）), empty when there is none.
    """

    org_id: str
    org_name: str
    holder: str = ""
    since: date | None = None
    level: str = ""
    sector: str = ""
    county_id: str = ""


def secretaries(
    organizations: Iterable[Mapping[str, Any]],
    *,
    bound: Collection[str] | None = None,
    posts: Mapping[str, tuple[str, date | None]] | None = None,
) -> dict[str, Secretary]:
    """Secretaries by organisation, from rows with ``org_id, name, type, level, sector, parent_id``.

    ``bound`` are the organisations that the document binds (those with a result of the run under it; None: all that
    have a secretary), ``posts`` gives holder and day of taking office where a run knows them; ``established_on`` of a
    row counts when it is later. Departments and discipline committees are left out: they have no secretary.
    """
    rows = {row["org_id"]: row for row in organizations}
    found = {}
    for org_id, row in rows.items():
        if row.get("type") not in WITH_SECRETARY or (bound is not None and org_id not in bound):
            continue
        holder, since = (posts or {}).get(org_id, ("", None))
        founded = row.get("established_on")
        days = [day for day in (since, founded) if day is not None]
        found[org_id] = Secretary(
            org_id, row["name"], holder, max(days) if days else None, row.get("level") or "", row.get("sector") or "",
            _recommending(org_id, rows),
        )
    return found


def of_run(run: Run) -> dict[str, Secretary]:
    """Secretaries by organisation as a run shows them: of the organisations that it judged under the document."""
    bound = {row["subject"] for row in run.rows("SELECT DISTINCT subject FROM results WHERE document = ?", [DOCUMENT])}
    held = run.rows("SELECT * FROM secretaries")
    posts = {row["org_id"]: (row["person_id"] or "", row["started_on"]) for row in held}
    rows = run.rows("SELECT * FROM organizations WHERE NOT dissolved ORDER BY org_id")
    return secretaries(rows, bound=bound, posts=posts)


def _recommending(org_id: str, rows: Mapping[str, Mapping[str, Any]]) -> str:
    """The organisation itself or the first above it that recommends: of a county, or directly below the root."""
    seen: set[str] = set()
    at = org_id
    while at in rows and at not in seen:
        seen.add(at)
        row = rows[at]
        parent = row.get("parent_id")
        below_root = parent in rows and not rows[parent].get("parent_id")
        if row.get("type") in _RECOMMENDING and (row.get("level") == Level.COUNTY or below_root):
            return at
        at = parent or ""
    return ""


def same_holder(one: str, other: str) -> bool | None:
    """Whether two holder keys are one person; None when either is not known."""
    return one == other if one and other else None


def months_in_office(since: date | None, year: int) -> int | None:
    """Full months in office in a year for somebody in office since that day; None when the day is not known.

    >>> months_in_office(date(2026, 7, 1), 2026), months_in_office(date(2026, 7, 2), 2026)
    (6, 5)
    """
    if since is None:
        return None
    first, months = max(since, date(year, 1, 1)), 0
    while add_months(first, months + 1) <= date(year + 1, 1, 1):
        months += 1
    return min(months, 12)
