"""Everything a user meets shows itself in a notebook: escaped, in Chinese, figures right, as-of date and run named."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

import workbench
from tests.dashboards.fake_run import write_run
from workbench.audit.run import Explanation
from workbench.display import ROWS_SHOWN, Displayed, Figure, Listing, Table, page, text
from workbench.ledger import Act, Ledger, sync
from workbench.ledger.card_proposals import CardProposal, FollowUpDue, LeftOut
from workbench.ledger.drawing import Draw, Estimate, draw, estimate, frame
from workbench.ledger.due import due
from workbench.reports.coverage import run_coverage
from workbench.requirements.catalogue import load_catalogue
from workbench.vocabulary import Verdict

HOSTILE = '<script>alert("&")</script>'
DAY = date(2026, 8, 31)
#: Public names that are functions, not things to look at.
FUNCTIONS = {
    "audit", "compare", "explain", "load", "load_requirements", "make_sample", "open_run", "serve", "write_template",
}


def tree(html: str) -> ET.Element:
    """The HTML as a tree: it is well-formed, so nothing in it escaped from its cell."""
    return ET.fromstring(html)


def said(html: str) -> str:
    return " ".join(tree(html).itertext())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return workbench.open_run(write_run(tmp_path_factory.mktemp("shown") / "核查七月"))


@pytest.fixture(scope="module")
def objects(run: Any, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """One of each, by the name of its class or of what it lists."""
    folder = tmp_path_factory.mktemp("ledgers")
    (folder / "组织名册.csv").write_text(
        "组织代码,党组织名称,组织类型,成立日期\nB1,甲党支部,党支部,2012-01-01\nB2,乙党支部,不知道,2012-01-01\n", encoding="utf-8"
    )
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "督查.sqlite")
    report = sync(ledger, run, "督查员甲")
    ledger.findings.open_on_site("B9", Act("督查员甲", DAY), clause="第八条", detail=HOSTILE, subject_name=HOSTILE)
    failing = run.findings.iloc[0]
    drawn = draw(frame(run), "种子", ("sector",), number=30, run=run.label)
    catalogue = load_catalogue()
    requirements = workbench.load_requirements(["secretary-2022"], as_of=DAY)
    return {
        "Run": run, "Explanation": run.explain(failing["subject"], failing["requirement"]),
        "Comparison": workbench.compare(run, run), "Records": workbench.load(folder), "Requirement": requirements[0],
        "requirements": requirements, "Listed": next(r for r in catalogue.rows if not hasattr(r, "shape")),
        "Catalogue": catalogue, "coverage": catalogue.coverage(), "RunCoverage": run_coverage(run)[0],
        "Ledger": ledger, "Findings": ledger.findings, "Finding": ledger.findings.all()[-1],
        "findings of one": ledger.findings.of("B9"), "Cards": ledger.cards, "Runs": ledger.runs,
        "SyncReport": report, "frame": frame(run), "Draw": drawn,
        "Estimate": estimate(drawn, [drawn.branches[0].org_id]), "due": due(run, ledger, days=400),
        "proposals": ledger.cards.proposals(DAY), "left out": ledger.cards.left_out(DAY),
        "follow-ups": ledger.cards.follow_ups_due(DAY), "appraisals": ledger.appraisals.proposals(DAY),
        "Verdict": Verdict.FAILED, "WorkbenchError": workbench.WorkbenchError(HOSTILE, place=HOSTILE, found=HOSTILE),
    }


def test_every_public_class_is_looked_at(objects: Mapping[str, Any]) -> None:
    classes = {name for name in workbench.__all__ if isinstance(getattr(workbench, name), type)}
    assert classes == set(workbench.__all__) - FUNCTIONS
    assert classes <= set(objects)
    for name in classes:
        assert isinstance(objects[name], getattr(workbench, name))
        assert issubclass(getattr(workbench, name), Displayed)


def test_each_is_quiet_well_formed_chinese_html(objects: Mapping[str, Any]) -> None:
    for name, item in objects.items():
        html = item._repr_html_()
        root = tree(html)
        assert root.get("lang") == "zh-CN", name
        assert re.search(r"[\u4e00-\u9fff]", said(html)), name
        # No colour of its own: the theme's is read in light and dark.
        assert not re.search(r"(?<![-\w])(color|background)[-\w]*\s*:|#[0-9a-f]{3,6}\b", html), name


def test_as_of_date_and_run_are_named(objects: Mapping[str, Any], run: Any) -> None:
    of_run = set(objects) - {
        "Records", "Requirement", "requirements", "Listed", "Catalogue", "coverage", "Finding", "Verdict",
        "WorkbenchError",
    }
    for name in sorted(of_run):
        shown = said(objects[name]._repr_html_())
        assert run.receipt["as_of"] in shown, name
        assert "核查七月" in shown, name


def test_text_is_escaped(objects: Mapping[str, Any]) -> None:
    for name in ("WorkbenchError", "Finding", "findings of one"):
        html = objects[name]._repr_html_()
        assert "<script" not in html, name
        assert HOSTILE in said(html), name
    hostile = replace(objects["Explanation"], subject_name=HOSTILE, reason=HOSTILE)
    assert isinstance(hostile, Explanation)
    assert said(hostile._repr_html_()).count(HOSTILE) == 3
    made = replace(objects["Draw"], seed=HOSTILE, run=HOSTILE)
    assert isinstance(made, Draw)
    assert "<script" not in made._repr_html_()
    shown = Listing([CardProposal(HOSTILE, HOSTILE, "黄牌", (), (HOSTILE,), HOSTILE, "", (), ())])._repr_html_()
    assert said(shown).count(HOSTILE) == 4
    assert "<script" not in Listing([HOSTILE], about=HOSTILE)._repr_html_()


def test_figures_are_right_aligned_and_only_they() -> None:
    table = Table([(1, "1", Figure("1/2"), date(2026, 1, 1), True)], ("甲", "乙", "丙", "丁", "戊"))
    cells = tree(page("", (), table)).findall(".//td")
    assert ["right" in cell.get("style") for cell in cells] == [True, False, True, False, False]


@pytest.mark.parametrize("rows", [ROWS_SHOWN, ROWS_SHOWN + 1])
def test_what_is_cut_is_told(rows: int) -> None:
    html = Listing(range(rows))._repr_html_()
    assert len(tree(html).findall(".//tbody/tr")) == ROWS_SHOWN
    assert ("列出前" in said(html)) is (rows > ROWS_SHOWN)
    assert f"{rows} 项" in said(html)


def test_a_listing_is_a_list(objects: Mapping[str, Any]) -> None:
    found = objects["frame"]
    assert found == list(found)
    assert isinstance(found[:3], Listing)
    assert found[:3].about == found.about
    assert not isinstance(found[0], Listing)
    assert "支部名单：0 项" in said(found[:0]._repr_html_())


def test_an_empty_proposal_list_says_what_it_is_of(objects: Mapping[str, Any]) -> None:
    for name, kind in (("proposals", CardProposal), ("left out", LeftOut), ("follow-ups", FollowUpDue)):
        assert objects[name] == []
        assert f"{kind._TITLE}：0 项" in said(objects[name]._repr_html_())


def test_an_estimate_gives_counts_beside_every_share(objects: Mapping[str, Any]) -> None:
    shown = objects["Estimate"]
    assert isinstance(shown, Estimate)
    html = said(shown._repr_html_())
    assert "检查 30/" in html
    assert f"{shown.low * sum(s.size for s in shown.strata)} 至 " in html


def test_words_for_values() -> None:
    assert [text(v) for v in (None, 0, 0.5, False, Verdict.MET, ("甲", 2))] == ["", "0", "0.5", "否", "达标", "甲、2"]


def test_displays_name_nobody(objects: Mapping[str, Any], run: Any) -> None:
    keys = {key for key in run.secretaries["person_id"] if key}
    assert keys
    for name, item in objects.items():
        shown = said(item._repr_html_())
        assert not [key for key in keys if key in shown], name
