"""The season on the sample: its course holds together, ends as planted, is the same each time, and is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import yaml

from workbench.audit.engine import audit
from workbench.audit.run import Run
from workbench.cli.console import out
from workbench.cli.season import FIRST, SECOND, Season, play, write_out
from workbench.ledger.events import MACHINE, Event
from workbench.ledger.finding import Finding
from workbench.ledger.ledger import Ledger
from workbench.reports.archive import check_archive
from workbench.resources import resource

pytestmark = pytest.mark.slow

END = date(2026, 8, 31)


@dataclass(frozen=True)
class Played:
    """A season that was played: the folder of papers, the ledger, what was told."""

    folder: Path
    season: Season
    told: str

    @property
    def findings(self) -> list[Finding]:
        return self.season.ledger.findings.all()

    @property
    def events(self) -> list[Event]:
        return list(self.season.ledger.store.events())


@pytest.fixture(scope="module")
def july(tmp_path_factory: pytest.TempPathFactory) -> Run:
    data = resource("sample_data")
    folder = tmp_path_factory.mktemp("july") / "2026-07-15"
    return audit(data, as_of=date(2026, 7, 15), adoption=data / "适用文件.yaml", out=folder)


@pytest.fixture(scope="module")
def played(july: Run, demo_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("season")
    with Ledger(folder / "督查台账.sqlite") as ledger:
        with out().capture() as told:
            season = play(ledger, july, Run(demo_run))
            write_out(season, folder)
        yield Played(folder, season, told.get())


@pytest.fixture(scope="module")
def planted() -> dict:
    return yaml.safe_load((resource("sample_data") / "planted.yaml").read_text(encoding="utf-8"))


def test_what_is_mended_in_summer_fails_in_july_alone(july: Run, demo_run: Path, planted: dict) -> None:
    mended = {(e["subject"], e["requirement"]) for e in planted["mended"]}
    failing = [{(f["subject"], f["requirement"]) for f in run.findings.to_dict("records")}
               for run in (july, Run(demo_run))]
    assert len(mended) >= 12
    assert mended <= failing[0]
    assert not mended & failing[1]


def test_what_was_mended_and_inspected_is_closed_by_a_second_person(played: Played, planted: dict) -> None:
    inspected = played.season.ledger.inspections.get(played.season.ident).branches
    mended = {(e["subject"], e["requirement"]) for e in planted["mended"] if e["subject"] in inspected}
    found = [f for f in played.findings if (f.subject, f.requirement) in mended]
    assert len(found) == len(mended) >= 4
    for f in found:
        assert (f.state, f.closed_by, f.closed_on) == ("已销号", SECOND, END)
        assert f.submitted_by == f.owner != SECOND


def test_only_what_breaks_anew_recurs(played: Played, planted: dict) -> None:
    (again,) = [e["subject"] for e in planted["planted"] if "8月又未" in e["how"]]
    (back,) = [f for f in played.findings if f.recurrences]
    assert (back.subject, back.requirement) == (again, "xinfang-bureau-2.1-1")
    assert "2026-08" in back.units and back.closed_on == date(2026, 8, 20)
    (event,) = [e for e in played.events if e.kind == "finding.recur"]
    assert (event.who, event.what["by"]) == (MACHINE, FIRST)


def test_every_turn_of_the_course_occurs(played: Played) -> None:
    states = Counter(f.state for f in played.findings)
    assert set(states) == {"待核实", "已确认", "不成立", "整改中", "已销号"}
    assert any(f.overdue(END) and not f.submitted_on for f in played.findings), "one did nothing"
    failing = set(played.season.august.findings["key"])
    assert all(f.key in failing for f in played.findings if f.failed), "no review fails on what no run shows"
    (on_site,) = [f for f in played.findings if f.source == "现场"]
    assert (on_site.state, on_site.closed_by) == ("已销号", SECOND)
    kinds = Counter(e.kind for e in played.events)
    for kind in ("finding.answer", "finding.dismiss", "finding.fail", "finding.resolve", "card.give_yellow",
                 "card.give_orange", "card.decline", "card.follow_up", "inspection.circulate"):
        assert kinds[kind] >= 1, kind
    assert kinds["card.give_red"] == kinds["card.give_red_at_once"] == 0
    assert {e.what["agrees"] for e in played.events if e.kind == "finding.answer"} == {True, False, None}
    for f in played.findings:
        if f.closed_by:
            assert f.closed_by not in (f.submitted_by, *f.owners), f.key


def test_every_branch_is_heard_before_anything_is_confirmed(played: Played) -> None:
    last: dict[str, Event] = {}
    confirmed = 0
    for e in played.events:
        if e.kind in ("finding.open", "finding.recur", "finding.answer"):
            last[e.stream] = e
        if e.kind == "finding.confirm":
            confirmed += 1
            told = last[e.stream]
            assert told.kind == "finding.answer" and told.on <= e.on
            assert e.why or told.what["agrees"] is not False
    assert confirmed > 20


def test_nobody_real_acts_and_nobody_after_the_end(played: Played) -> None:
    assert {e.who for e in played.events if not re.fullmatch(r"督查员[甲乙丙丁戊己]|责任人\d{3}", e.who)} == {MACHINE}
    assert max(e.on for e in played.events) == END
    cards = [e for e in played.events if e.kind.startswith("card.give") or e.kind == "card.decline"]
    assert all(e.who == FIRST and e.why for e in cards)


def test_papers_archive_and_chain(played: Played) -> None:
    names = {p.name for p in (played.folder / "文稿").iterdir()}
    assert {"问题清单.xlsx", "整改台账.xlsx", "一支部一清单.docx", "督查通报.docx", "抽样底稿.xlsx"} <= names
    assert any(name.startswith("亮牌通知单-") and "橙牌" in name for name in names)
    head = played.season.ledger.store.head()
    archive = check_archive(played.folder / "归档.zip", head)
    assert archive.faults == () and archive.events == head.seq
    assert played.season.ledger.store.verify(head).faults == ()
    assert (played.folder / "督查台账.备份").stat().st_size > 0


def test_it_is_told_step_by_step(played: Played) -> None:
    steps = re.findall(r"^(\d+)\. .+（2026-\d\d-\d\d）$", played.told, re.MULTILINE)
    assert [int(n) for n in steps] == list(range(1, len(steps) + 1)) and len(steps) >= 12
    (back,) = [f for f in played.findings if f.recurrences]
    assert back.code in played.told
    assert re.search(r"推断全体：有确认问题的支部占 [<>\d.]+%，95% 的把握在 [<>\d.]+% 至 [<>\d.]+% 之间", played.told)
    assert str(played.folder) not in played.told


def test_the_same_each_time(played: Played, tmp_path: Path) -> None:
    def said(events: list[Event]) -> list[tuple]:
        return [(e.stream, e.kind, e.on, e.who, e.why, dict(e.what), e.run, e.evidence) for e in events]

    with Ledger(tmp_path / "又一次.sqlite") as ledger, out().capture():
        play(ledger, played.season.july, played.season.august)
        assert said(list(ledger.store.events())) == said(played.events)
