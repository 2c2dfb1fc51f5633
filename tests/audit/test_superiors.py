"""Groups that ask what stands below or above: ``has_children`` on the reference day, ``not_under`` where known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.audit.by_hand import D, held, requirement
from workbench.audit.engine import judge_tables
from workbench.requirements.model import Binding


def bound(*below: dict[str, Any], as_of: str = "2026-08-31") -> bool:
    """Whether the party committee O1 gets a result at all."""
    asked = requirement("expect_activity_count", activity="党建督查", period="year", minimum=1)
    asked = replace(asked, binds=Binding("上级", ("党委",), has_children=True))
    orgs = [{"org_id": "O1", "name": "O1", "type": "党委"}, {"org_id": "O0", "name": "O0", "type": "党委"}]
    orgs += [{"name": row["org_id"], "type": "党支部", **row} for row in below]
    tables = {"organizations": orgs, "activities": held("党建督查", "2026-03-01", org="O0")}
    return {row["subject"] for row in judge_tables(tables, [asked], as_of=D(as_of))} == {"O1"}


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        ({}, True),
        ({"established_on": D("2026-08-31")}, True),
        ({"established_on": D("2026-09-01")}, False),
        ({"dissolved_on": D("2026-09-01")}, True),
        ({"dissolved_on": D("2026-08-31")}, False),
    ],
)
def test_a_superior_has_an_organisation_below_on_the_day(traits: dict[str, Any], expected: bool) -> None:
    assert bound({"org_id": "O2", "parent_id": "O1", **traits}) is expected


def test_without_any_nobody_is_a_superior() -> None:
    assert not bound({"org_id": "O2"})


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ({"O1": "O2", "O2": None}, True),
        ({"O1": "O2", "O2": "O3", "O3": None}, False),
        ({"O1": None}, False),
        ({"O1": "O9"}, False),
        ({"O1": "O2", "O2": "O9"}, False),
    ],
)
def test_who_is_not_under_a_type_must_be_known_to_the_top(above: dict[str, str | None], expected: bool) -> None:
    asked = requirement("expect_activity_count", activity="党建督查", period="year", minimum=1)
    asked = replace(asked, binds=Binding("不在机关党委之下", ("党支部",), not_under=("机关党委",)))
    types = {"O1": "党支部", "O2": "党组", "O3": "机关党委"}
    orgs = [{"org_id": o, "name": o, "type": types[o], "parent_id": parent} for o, parent in above.items()]
    tables = {"organizations": orgs, "activities": held("党建督查", "2026-03-01")}
    assert bool(judge_tables(tables, [asked], as_of=D("2026-08-31"))) is expected
