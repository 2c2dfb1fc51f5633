"""Who is judged by which document: the ledger's own column, the adoption file, or everybody's default."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from workbench.audit.engine import judge_tables
from workbench.errors import UsageError
from workbench.requirements import load_suites
from workbench.requirements.adoption import load_adoption

AS_OF = date(2026, 8, 31)
SUITES = load_suites(as_of=AS_OF)
EXPLICIT = {d.id for d in SUITES.documents if d.adoption == "explicit"}
ORDINARY = {d.id for d in SUITES.documents} - EXPLICIT


def branch(org: str, sector: str, level: str = "基层", **traits: object) -> dict:
    return {"org_id": org, "name": f"示例{org}", "short_name": f"简{org}", "type": "党支部", "sector": sector,
            "level": level, **traits}


ORGANIZATIONS = [
    branch("B1", "机关"), branch("B2", "农村"), branch("B3", "机关", adopts=["luoyang-2020"]), branch("B4", "两新"),
    branch("B5", "机关", flags=["后进村"]), branch("B6", "农村", name="示例B4"),
]


def judged(adoption: str | None, tmp_path: Path) -> dict[str, set[str]]:
    """Documents under which each branch is judged."""
    given = None
    if adoption is not None:
        path = tmp_path / "适用文件.yaml"
        path.write_text(adoption, encoding="utf-8")
        given = load_adoption(path, SUITES)
    rows = judge_tables({"organizations": ORGANIZATIONS}, SUITES.requirements, as_of=AS_OF, adoption=given)
    document = {r.id: r.document for r in SUITES.requirements}
    found: dict[str, set[str]] = {o["org_id"]: set() for o in ORGANIZATIONS}
    for row in rows:
        found[row["subject"]].add(document[row["requirement"]])
    return found


def test_without_a_file_every_document_but_the_explicit_ones(tmp_path: Path) -> None:
    found = judged(None, tmp_path)
    assert EXPLICIT == {"feicheng-standard"}
    assert found["B1"] == ORDINARY and found["B3"] == {"luoyang-2020"}
    assert found["B2"] == ORDINARY - {"luoyang-2020"}, "its branches are those of agencies"


def test_a_file_decides_for_all_but_those_whose_ledger_does(tmp_path: Path) -> None:
    found = judged(
        """
        adoption:
          - {documents: [secretary-2022], types: [党支部], sectors: [机关, 两新]}
          - {documents: [feicheng-standard, xinfang-bureau], names: [简B1, B2]}
          - {documents: [xinfang-bureau], flags: [后进村]}
          - {documents: [county-longterm], levels: [基层], except_names: [示例B1, B5, B6]}
        """, tmp_path,
    )
    assert found == {
        "B1": {"secretary-2022", "feicheng-standard", "xinfang-bureau"},
        "B2": {"xinfang-bureau", "county-longterm"},  # feicheng binds agencies
        "B3": {"luoyang-2020"},
        "B4": {"secretary-2022", "county-longterm"},
        "B5": {"secretary-2022", "xinfang-bureau"},
        "B6": set(),
    }


@pytest.mark.parametrize(("name", "message"), [("没有的支部", "没有这个组织"), ("示例B4", "有多个同名组织")])
def test_a_name_must_be_one_organisation(name: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        judged(f"adoption:\n  - {{documents: [xinfang-bureau], names: [{name}]}}\n", tmp_path)
    assert "适用文件.yaml" in caught.value.place and caught.value.found == name


def test_two_documents_on_one_matter_give_two_verdicts(tmp_path: Path) -> None:
    """Each organisation is judged under each document it adopts, also where both set the same duty."""
    group = {"org_id": "G", "name": "示例党组", "type": "党组", "sector": "机关", "level": "市"}
    pair = ("luoyang-2020-6-1", "xinfang-bureau-2.5-1")
    rows = judge_tables(
        {"organizations": [group], "activities": [
            {"activity_id": "A", "org_id": "G", "kind": "民主生活会", "held_on": date(2026, 1, 20), "year_of": 2025}
        ]},
        [r for r in SUITES.requirements if r.id in pair], as_of=date(2026, 12, 31),
    )
    assert {row["requirement"]: row["verdict"] for row in rows} == {
        "luoyang-2020-6-1": "未达标", "xinfang-bureau-2.5-1": "未达标"
    }
