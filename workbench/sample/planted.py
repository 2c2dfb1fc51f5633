"""``planted.yaml``: what is wrong in the city, and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from workbench.sample.city import City
from workbench.sample.faults import FAULTS, Planted, counts
from workbench.vocabulary import Verdict


@dataclass(frozen=True)
class Dirt:
    """One fault of form in a ledger: where it stands and what intake should make of it.

    ``row``: number of the row in the sheet as people see it (1 is the first), ``None`` for a whole sheet.
    ``outcome``: rejected, warning (row kept) or ignored (sheet or file put aside).
    """

    file: str
    sheet: str
    row: int | None
    kind: str
    outcome: str
    note: str


def write_planted(city: City, path: Path, planted: Planted, dirt: list[Dirt], *, listed: bool) -> None:
    """Write the list (``listed``) or only the numbers of the planted faults, and the dirt."""
    data: dict[str, object] = {
        "as_of": city.as_of.isoformat(), "seed": city.seed,
        "summary": {"faults": counts(planted), "organizations": len(planted.by_org)},
    }
    if listed:
        data["planted"] = _entries(city, planted)
        data["mended"] = _mended(city, planted)
    data["not_yet_due"] = sorted(planted.not_yet_due)
    data["dirt"] = [d.__dict__ for d in dirt]
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=140), encoding="utf-8")


#: Whose secretaries ought to sit in the team of their department, while what stands above is no 党组.
_DEPARTMENT_BRANCHES = """SELECT b.org_id FROM org b JOIN org p ON b.parent = p.no
    WHERE p.type = '组织部' AND b.type = '党支部' AND b.sector = '机关' AND b.has_committee AND b.dissolved_on IS NULL
    AND list_contains(b.adopted, 'luoyang-2020') ORDER BY b.no"""


def _mended(city: City, planted: Planted) -> list[dict[str, str]]:
    """What failed earlier in the year and was put right by the day of the edition."""
    by_code = {f.code: f for f in FAULTS}
    names = dict(city.con.execute("SELECT no, org_id FROM org").fetchall())
    day = (city.as_of.month, city.as_of.day)
    return [
        {"subject": names[no], "requirement": requirement, "verdict": verdict, "how": fault.how,
         "mended": date(city.year, *fault.mended).isoformat()}
        for no in sorted(planted.by_org) for fault in map(by_code.__getitem__, planted.by_org[no])
        if fault.mended is not None and day >= fault.mended
        for requirement, verdict in fault.implies
    ]


def _entries(city: City, planted: Planted) -> list[dict[str, str]]:
    by_code = {f.code: f for f in FAULTS}
    names = dict(city.con.execute("SELECT no, org_id FROM org").fetchall())
    day = (city.as_of.month, city.as_of.day)
    over = day == (12, 31)
    # What lags during the year has failed when the year is over.
    turned = {Verdict.BEHIND.value: Verdict.FAILED.value} if over else {}
    entries: dict[tuple[str, str], dict[str, str]] = {}
    for no in sorted(planted.by_org):
        for code in planted.by_org[no]:
            fault = by_code[code]
            implied = [(no, *pair) for pair in (*(fault.over if over else ()), *fault.implied(day))]
            implied += [(0, *pair) for pair in fault.city if over]
            for subject, requirement, verdict in implied:
                entries.setdefault((names[subject], requirement), {
                    "subject": names[subject], "requirement": requirement, "verdict": turned.get(verdict, verdict),
                    "how": fault.how, "changed": fault.changed})
    for (subject,) in city.con.execute(_DEPARTMENT_BRANCHES).fetchall():
        requirement = "luoyang-2020-58-6"
        entries.setdefault((subject, requirement), {
            "subject": subject, "requirement": requirement, "verdict": Verdict.NO_DATA.value,
            "how": "支部设在组织部下，名册看不出部门班子", "changed": "没有改动"})
    return list(entries.values())
