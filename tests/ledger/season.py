"""Acts by which the tests of cards, lists and appraisals bring a ledger into a state, without a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.heard import heard
from workbench.ledger.events import MACHINE, Act, Draft
from workbench.ledger.finding import Finding
from workbench.ledger.ledger import Ledger
from workbench.ledger.rules import load_rules
from workbench.ledger.secretaries import Secretary
from workbench.ledger.store import Store

ONE, TWO = "督查员甲", "督查员乙"
#: A village secretary of whom everything is known, and an organisation department, which has none.
VILLAGE = Secretary("B1", "样例村党支部", "k1", None, "基层", "农村", "C1")


def day(text: str) -> date:
    """A day of 2026 (``MM-DD``) or of any year (``YYYY-MM-DD``)."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def act(on: str, why: str = "核对属实", *, who: str = ONE, evidence: tuple[str, ...] = ("佐证一",)) -> Act:
    return Act(who, day(on), why, evidence)


@cache
def _empty() -> bytes:
    """An empty ledger's file: made once, because the migrations take longer than most tests."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "空.sqlite"
        Store(place, witness=Path(folder) / "witness").close()
        return place.read_bytes()


def new_ledger(folder: Path, **parameters: Any) -> Ledger:
    """An empty ledger in a file, with parameters changed."""
    place = folder / "督查.sqlite"
    place.write_bytes(_empty())
    rules = load_rules(overrides=parameters)
    return Ledger(place, rules=rules, store=Store(place, witness=folder / "witness"))


class Season:
    """One ledger and short ways to write events into it."""

    def __init__(self, ledger: Ledger):
        self.ledger = ledger
        self.secretaries: dict[str, Secretary] = {"B1": VILLAGE}

    def open(self, on: str = "07-15", *, org: str = "B1", requirement: str = "secretary-2022-8-1", **what: Any) -> str:
        """A finding as a run opens it (待核实); its key."""
        facts: dict[str, Any] = {
            "subject": org, "subject_name": f"{org}党支部", "unit_id": "C1", "unit_name": "样例县", "severity": "critical",
            "requirement": requirement, "document": requirement.rsplit("-", 2)[0], "document_title": "办法",
            "clause": "第八条", "description": "研究党建", "nature": "问题", "period": "2026", "period_kind": "quarter",
            "detail": "应为4次，实为2次", "required_text": "每年4次", "source": "核查", "inspection": "", "missed": 1,
            "units": ["2026年第1季度"], **what,
        }
        key = f"{org}|{requirement}|{facts['period']}"
        draft = Draft(f"finding/{key}", "finding.open", day(on), MACHINE, what=facts, run="r1")
        self.ledger.append([draft], {draft.stream: 0})
        return key

    def confirmed(self, on: str = "07-20", **given: Any) -> str:
        """A finding that a person confirmed on that day."""
        key = self.open(**given)
        heard(self.ledger, key, act(on))
        self.ledger.findings.confirm(key, act(on))
        return key

    def assigned(self, deadline: str = "08-10", *, on: str = "07-21", **given: Any) -> str:
        """A finding in rectification until that day."""
        key = self.confirmed(**given)
        self.assign(key, deadline, on=on)
        return key

    def assign(self, key: str, deadline: str, *, on: str = "07-21") -> None:
        self.ledger.findings.assign(
            key, act(on), owner="责任人丙", leader="责任领导丁", measure="补开会议", deadline=day(deadline)
        )

    def submit(self, key: str, on: str) -> None:
        self.ledger.findings.submit(key, act(on), text="已整改")

    def fail(self, key: str, on: str, ground: str = "敷衍整改") -> Finding:
        """Handed in and not passed on the same day."""
        self.submit(key, on)
        return self.ledger.findings.fail(key, act(on, who=TWO), ground=ground)

    def closed(self, key: str, on: str) -> None:
        self.submit(key, on)
        self.ledger.findings.close(key, act(on, who=TWO), conclusion="整改到位")

    def recur(self, key: str, on: str) -> None:
        """A later run fails again; nobody has confirmed it yet."""
        version = self.ledger.findings.get(key).version
        what = {"missed": 2, "units": ["2026年第1季度", "2026年第2季度"], "detail": "又未达到"}
        draft = Draft(f"finding/{key}", "finding.recur", day(on), MACHINE, what=what, run="r2")
        self.ledger.append([draft], {draft.stream: version})

    def yellow(self, *grounds: str, on: str = "07-22", deadline: str = "08-10") -> None:
        self.ledger.cards.give_yellow(
            "B1", act(on), grounds=grounds, deadline=day(deadline), secretary=self.secretaries.get("B1")
        )

    def orange(self, *grounds: str, on: str = "08-20") -> None:
        """An orange card after a look-back noted on the same day."""
        self.ledger.cards.follow_up("B1", act(on), kind="回头看")
        self.ledger.cards.give_orange("B1", act(on), grounds=grounds)

    def orange_on_one(self) -> str:
        """An orange card of 20 August on one overdue finding; its key."""
        key = self.assigned("08-10")
        self.yellow(key)
        self.orange(key, on="08-20")
        return key

    def proposed(
        self, on: str, secretaries: Mapping[str, Secretary] | None = None
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Levels and grounds proposed for B1 on a day."""
        known = self.secretaries if secretaries is None else secretaries
        return [(p.level, p.grounds) for p in self.ledger.cards.proposals(day(on), known) if p.org_id == "B1"]

    def why_not(self, on: str) -> list[tuple[str, str]]:
        """What was left out on a day: ground and reason."""
        return [(x.ground, x.why) for x in self.ledger.cards.left_out(day(on), self.secretaries)]
