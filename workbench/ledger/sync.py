"""Taking in a run (导入核查结果): findings opened, updated, proposed for review, recurred; nothing is closed by it.

What a run shows may accuse somebody, so the machine says 复发 only on a new fact, and proposes a review only where the
run judged the same duty of the same organisation and it no longer fails (``docs/ledger.md``, 导入).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Any

from workbench.audit.run import Run
from workbench.display import Displayed, Table, page
from workbench.errors import Conflict, Refused
from workbench.ledger.book import check_person, person
from workbench.ledger.events import MACHINE, Act, Draft
from workbench.ledger.finding import AUDITED, BY_HAND, CLOSED, DISMISSED, NATURES, PROMPT, Finding
from workbench.ledger.recurrence import CLEAR, OTHER_ORGANIZATION, RULE_CHANGED, known_after, left_of, new_fact
from workbench.ledger.runs import receipt_digest
from workbench.ledger.secretaries import of_run
from workbench.ledger.shown import Shown, shown
from workbench.vocabulary import Severity, Verdict

if TYPE_CHECKING:
    from workbench.ledger.ledger import Ledger

#: Verdicts that say nothing about a finding: it stays as it is (本次未判).
UNJUDGED = (Verdict.NO_DATA.value, Verdict.BROKEN.value, Verdict.BEHIND.value, Verdict.MANUAL.value)
#: How often a run is planned anew because somebody acted in between.
_TRIES = 5

HOLDER_UNSURE = "书记与亮牌记录不是同一人，但任职日期不晚于现牌，由人核对后登记书记变动（workbench ledger card holder），人没有换的加 --same"
NO_LONGER_ASKED = "本次核查中不再判断这一事项，须核对原因"
NOT_THERE = "原未达标的事项在本次核查中不再出现，须核对原因："


#: What became of findings: field of :class:`SyncReport` → word.
TAKEN = {
    "opened": "新列入",
    "seen": "情况有变",
    "resolved": "已达标，提示复查",
    "recurred": "复发",
    "still_failing": "销号或不成立后台账仍未补正",
    "unchanged": "没有变化",
    "not_judged": "本次未能判定",
}


@dataclass(frozen=True)
class SyncReport(Displayed):
    """What became of the findings: lists of keys, each key in one of them; ``holders``: organisations whose card
    learnt of another secretary.

    ``seen``: fails as before with something changed; ``unchanged``: nothing new to write; ``still_failing``: settled
    by people and still not met in the ledgers (销号后台账仍未补正), no recurrence; ``not_judged``: the run says nothing
    about it. ``notes`` key (of a card: organisation) → what to look at.
    """

    run: str
    opened: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    recurred: list[str] = field(default_factory=list)
    still_failing: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    not_judged: list[str] = field(default_factory=list)
    holders: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    label: str = ""
    """As-of date and folder of the run."""

    def _repr_html_(self) -> str:
        rows = [(label, len(getattr(self, name))) for name, label in TAKEN.items()]
        rows.append(("书记有变动的亮牌记录", len(self.holders)))
        notes = [(key, note) for key, note in self.notes.items()]
        told = (Table(notes, ("问题或组织", "须留意"), f"须留意：{len(notes)} 项"),) if notes else ()
        return page("导入核查结果", (self.label, f"编号 {self.run}"), Table(rows, ("情况", "个数")), *told)

    def counts(self) -> dict[str, int]:
        """Number of keys in each list."""
        lists = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: len(value) for name, value in lists.items() if isinstance(value, list)}


def sync(
    ledger: Ledger, run: Run, by: str, on: date | None = None, *, include_info: bool = False,
    incomplete: bool = False, renamed_city: bool = False,
) -> SyncReport:
    """Take a run into the ledger, all of it or nothing; ``by`` is who does so, ``on`` the day (default: its ``as_of``).

    ``include_info`` opens findings of what is only encouraged. Raises :class:`Refused` for a run taken in already,
    one that lies before the last, one of another city (unless ``renamed_city``), and one made while ledger files
    could not be read (unless ``incomplete``): it may accuse whoever stood in them.
    """
    act = person(Act(by, on or date.fromisoformat(run.receipt["as_of"])))
    check_person(act, "run", "sync")
    digest = receipt_digest(run)
    for attempt in range(_TRIES):
        _check_run(ledger, run, digest[:12], act.on, incomplete=incomplete, renamed_city=renamed_city)
        plan = _Plan(ledger, run, digest[:12], act, include_info)
        report = plan.make()
        drafts, expected = plan.drafts, plan.expected
        drafts.insert(0, _taken(run, digest, act, report))
        expected[drafts[0].stream] = 0
        try:
            ledger.append(drafts, expected)
        except Conflict:  # somebody acted on a finding meanwhile: look again at what stands now
            if attempt == _TRIES - 1:
                raise
            ledger.refresh()
        else:
            return report
    raise AssertionError("unreachable")


def _check_run(ledger: Ledger, run: Run, ident: str, on: date, *, incomplete: bool, renamed_city: bool) -> None:
    receipt, place = run.receipt, str(run.path)
    before = ledger.runs.find(ident)
    if before is not None:
        raise Refused(
            "这次核查已经导入过", place=place, found=f"{before.opened_on.isoformat()} {before.taken_by} 导入",
            next_step="不必再导入",
        )
    as_of, last = date.fromisoformat(receipt["as_of"]), ledger.runs.last()
    if on < as_of:
        raise Refused("导入日期早于核查截至日期", place=place, found=on.isoformat(), expected=f"不早于 {as_of}")
    if last is not None and as_of < last.as_of:
        raise Refused(
            "核查截至日期早于已导入的核查", place=place, found=as_of.isoformat(),
            expected=f"不早于 {last.as_of.isoformat()}（{last.folder}）", next_step="只能按时间先后导入",
        )
    if last is not None and receipt["city"] != last.city and not renamed_city:
        raise Refused(
            "不是同一地区的核查", place=place, found=receipt["city"], expected=last.city,
            next_step="换一个台账；确属更名的，注明后再导入",
        )
    if receipt.get("unread") and not incomplete:
        raise Refused(
            "这次核查有台账文件未能读入，判定可能偏严", place=place, found="、".join(u["file"] for u in receipt["unread"]),
            next_step="改正后重新审查；确要导入的，注明后再导入",
        )


def _taken(run: Run, digest: str, act: Act, report: SyncReport) -> Draft:
    receipt = run.receipt
    what = {
        "folder": run.path.name, "as_of": receipt["as_of"], "year": receipt["year"],
        "documents": [d["id"] for d in receipt["documents"]], "city": receipt["city"], "receipt": digest,
        "counts": report.counts(), "by": act.who.strip(),
    }
    return Draft(f"run/{digest[:12]}", "run.sync", act.on, MACHINE, what=what, run=digest[:12])


class _Plan:
    """The events that one run brings about, from the findings as they stand."""

    def __init__(self, ledger: Ledger, run: Run, ident: str, act: Act, include_info: bool):
        self.ledger, self.run, self.ident, self.act, self.include_info = ledger, run, ident, act, include_info
        self.as_of = date.fromisoformat(run.receipt["as_of"])
        self.standing = {f.key: f for f in ledger.findings.all() if f"|{BY_HAND}|" not in f.key}
        self.report = SyncReport(ident, label=run.label)
        self.drafts: list[Draft] = []
        self.expected: dict[str, int] = {}

    def make(self) -> SyncReport:
        """Go through what the run shows; returns the report, events are in ``drafts``."""
        judged = set()
        for result in shown(self.run, self.standing):
            finding = self.standing.get(result.key)
            if finding is None:
                self._open(result)
                continue
            judged.add(finding.key)
            if result.failing:
                self._fails(finding, result)
            elif result.verdict in UNJUDGED or result.reason and result.verdict == Verdict.NOT_APPLICABLE:
                # the only reason that comes with 不适用 is that the organisation is dissolved
                self.report.not_judged.append(finding.key)
                if result.reason:
                    self.report.notes[finding.key] = result.reason
            else:
                self._fails_no_more(finding, result)
        year = str(self.run.receipt["year"])
        absent = (f.key for f in self.standing.values() if f.key not in judged and year in f.period.split("-"))
        self.report.not_judged.extend(absent)
        self._holders()
        return self.report

    def _holders(self) -> None:
        """Secretaries who changed, as the cards want to know it.

        Only one who took office after the present state of the card began: an earlier day, or none, may as well mean
        that the keys of persons were made anew or the ledger was late, and would take a card off its holder.
        """
        cards = [card for card in self.ledger.cards.all() if card.holder]
        secretaries = of_run(self.run) if cards else {}
        act = Act(MACHINE, self.act.on, run=self.ident)
        for card in cards:
            secretary = secretaries.get(card.org_id)
            drafts = self.ledger.cards.holder_drafts(secretary, act) if secretary else []
            if not drafts:
                continue
            if secretary.since is None or secretary.since <= card.since:
                self.report.notes[card.org_id] = HOLDER_UNSURE
                continue
            by = {"by": self.act.who.strip()}
            self.drafts.extend(replace(draft, what={**draft.what, **by}) for draft in drafts)
            self.expected[drafts[0].stream] = card.version
            self.report.holders.append(card.org_id)

    def _add(self, verb: str, key: str, version: int, what: Mapping[str, Any]) -> None:
        stream = f"finding/{key}"
        what = {**what, "by": self.act.who.strip(), "as_of": self.as_of.isoformat()}
        self.drafts.append(Draft(stream, f"finding.{verb}", self.act.on, MACHINE, what=what, run=self.ident))
        self.expected[stream] = version

    def _open(self, result: Shown) -> None:
        entry = result.entry
        if entry["severity"] == Severity.INFO and result.verdict != Verdict.MANUAL and not self.include_info:
            return
        what = {
            **_facts(result), "subject": result.subject, "requirement": result.requirement,
            "document": entry["document"], "document_title": entry["document_title"], "clause": entry["clause"],
            "description": entry["description"], "period": result.period, "period_kind": result.period_kind,
            "source": AUDITED, "inspection": "",
        }
        self._add("open", result.key, 0, what)
        self.report.opened.append(result.key)

    def _fails(self, finding: Finding, result: Shown) -> None:
        facts: dict[str, Any] = _facts(result)
        if finding.confirmed_on is not None:
            # what people confirmed keeps its weight, whatever the suites say later
            facts = {name: facts[name] for name in facts if name not in ("severity", "nature")}
        if finding.state not in (CLOSED, DISMISSED):
            changed = _differs(finding, facts) or finding.resolved_run
            if changed:
                self._add("see", finding.key, finding.version, facts)
            (self.report.seen if changed else self.report.unchanged).append(finding.key)
            return
        new, note = new_fact(finding, result, self.as_of)
        if note:
            self.report.notes[finding.key] = note
        if new and not note and finding.state == CLOSED:
            self._add("recur", finding.key, finding.version, facts)
            self.report.recurred.append(finding.key)
            return
        told = finding.state == CLOSED or new or bool(note)
        known, known_missed = known_after(finding, result, takes_all=note in (RULE_CHANGED, OTHER_ORGANIZATION))
        if finding.state == DISMISSED:
            known, known_missed = finding.known, finding.known_missed
        facts |= {"still_failing": told, "known": known, "known_missed": known_missed}
        if _differs(finding, facts) or finding.resolved_run:
            self._add("see", finding.key, finding.version, facts)
        (self.report.still_failing if told else self.report.unchanged).append(finding.key)

    def _fails_no_more(self, finding: Finding, result: Shown) -> None:
        waived = result.verdict == Verdict.WAIVED
        left, gone = (list(result.units), []) if waived else left_of(finding, result)
        named = finding.missed == len(finding.units) > 0 or result.verdict in CLEAR
        missed = result.missed if waived else len(left) if named else finding.missed
        what: dict[str, Any] = {
            "units": tuple(sorted(left)), "missed": missed, "gone": tuple(gone), "resolved_verdict": result.verdict,
            "still_failing": False,
        }
        if waived or result.verdict in CLEAR:
            # what was met or excused was so under the rule, and for the organisation, of this run
            same = ("rule", "subject_name", "unit_id", "unit_name")
            what |= {name: getattr(result, name) for name in same}
        if finding.state in (CLOSED, DISMISSED):
            what["known"], what["known_missed"] = known_after(finding, result)
        if not finding.resolved_run or _differs(finding, what):
            self._add("resolve", finding.key, finding.version, what)
            self.report.resolved.append(finding.key)
        else:
            self.report.unchanged.append(finding.key)
        if gone:
            self.report.notes[finding.key] = NOT_THERE + "、".join(gone)
        elif result.verdict == Verdict.NOT_APPLICABLE:
            self.report.notes[finding.key] = NO_LONGER_ASKED


def _facts(result: Shown) -> dict[str, Any]:
    """What a failing result says of a finding."""
    severity = result.entry["severity"]
    nature = PROMPT if result.verdict == Verdict.MANUAL else NATURES[Severity(severity)]
    dated = result.dated_on if result.period_kind == "state" else None
    return {
        "subject_name": result.subject_name, "unit_id": result.unit_id, "unit_name": result.unit_name,
        "severity": severity, "nature": nature, "verdict": result.verdict, "detail": result.detail,
        "required_text": result.entry["required_text"], "observed": result.observed, "judged": result.judged,
        "missed": result.missed, "units": tuple(sorted(result.units)), "rule": result.rule,
        "dated_on": dated.isoformat() if dated else "",
    }


def _differs(finding: Finding, what: Mapping[str, Any]) -> bool:
    return any(getattr(finding, name) != value for name, value in what.items())


class _CallableModule(ModuleType):
    """``from workbench.ledger import sync`` is this module once imported, the function before: both are called."""

    def __call__(self, *args: Any, **kwargs: Any) -> SyncReport:
        return sync(*args, **kwargs)


sys.modules[__name__].__class__ = _CallableModule
