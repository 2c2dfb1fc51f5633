"""A small inspection on the sample: a run taken in, facts confirmed and not, cards given, papers made of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from inspected import FORMULA, INSPECTION, INSPECTOR, LEADER, OWNER, SECOND, Season, act

from tests.heard import heard
from workbench.audit.run import Run
from workbench.ledger.drawing import frame
from workbench.ledger.finding import Finding
from workbench.ledger.ledger import Ledger
from workbench.ledger.secretaries import Secretary
from workbench.ledger.store import Store
from workbench.ledger.sync import sync
from workbench.reports.papers import facts


@pytest.fixture(scope="session")
def season(demo_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    """Read only, but for the tests that say so and leave it as it was told."""
    place = tmp_path_factory.mktemp("season")
    with Ledger(place / "督查.sqlite", store=Store(place / "督查.sqlite", witness=place / "witness")) as ledger:
        run = Run(demo_run)
        sync(ledger, run, INSPECTOR)
        breaches = [f for f in ledger.findings.all() if f.nature not in facts.APART]
        subjects = [f.subject for f in breaches]
        branch = max(sorted(set(subjects)), key=lambda s: subjects.count(s) if subjects.count(s) <= 3 else 0)
        carded = max(sorted(set(subjects)), key=lambda s: subjects.count(s))
        _inspect(ledger, run)
        _decide(ledger, [f for f in breaches if f.subject not in (branch, carded)])
        for finding in ledger.findings.of(carded):
            if finding.nature not in facts.APART:
                heard(ledger, finding.key, act(2))
                ledger.findings.confirm(finding.key, act(2))
        yield Season(ledger, run, breaches, branch, carded)


def _inspect(ledger: Ledger, run: Run) -> None:
    inspections, known = ledger.inspections, frame(run)
    inspections.plan(
        INSPECTION, act(1, month=7), title="基层党建督查月专项督查", first=date(2026, 7, 1), last=date(2026, 9, 30),
        purpose="书记抓基层党建项目清单、责任清单工作进度",
    )
    inspections.add_team(INSPECTION, act(1, month=7), name="督查一组", members=[INSPECTOR], own_units=["YL0000001"])
    inspections.draw(INSPECTION, act(2, month=7), known, seed="公开摇号 381927", number=20)
    free = next(b for b in known if b.org_id not in inspections.get(INSPECTION).branches)
    inspections.pick(INSPECTION, act(2, month=7), {free.org_id: "补录较多，到点核对"}, known)


def _decide(ledger: Ledger, breaches: list[Finding]) -> None:
    """Of the first: dismissed, confirmed, assigned, submitted, failed, closed, refused; one more written on site."""
    findings = ledger.findings
    first, second, third, fourth, fifth, sixth, *_ = breaches
    findings.answer(first.key, act(1), text="记录在纸质台账中", agrees=False)
    findings.dismiss(first.key, act(2, "纸质记录核对无误"))
    findings.answer(second.key, act(1), agrees=None)
    for finding in (third, fourth, fifth, sixth):
        heard(findings.ledger, finding.key, act(2))
    for finding in (second, third, fourth, fifth, sixth):
        findings.confirm(finding.key, act(2))
    for finding in (third, fourth, fifth, sixth):
        findings.assign(
            finding.key, act(3), owner=OWNER, leader=LEADER, measure="按期开展并如实记录", deadline=date(2026, 9, 20)
        )
    findings.progress(third.key, act(5), text="已开会研究")
    for finding in (fourth, fifth):
        findings.submit(finding.key, act(10, "", "会议记录"), text="已补齐")
    findings.close(fourth.key, act(15, "", "现场核对记录", who=SECOND), conclusion="整改到位")
    findings.fail(fifth.key, act(15, "只有通知", who=SECOND), ground="敷衍整改")
    findings.refuse(sixth.key, act(16, "书面答复不整改"))
    findings.open_on_site(second.subject, act(4), clause="第四条", detail=FORMULA, inspection=INSPECTION)


@pytest.fixture(scope="session")
def secretary(season: Season) -> Secretary:
    """Of the organisation that is given cards."""
    return Secretary(season.carded, season.run.organization(season.carded)["name"], holder="k" * 16)
