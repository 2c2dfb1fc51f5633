"""One finding (问题) as it stands: its fields, and what each event changes in them (secretary-2022, 第七条, 第十一条)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from workbench.ledger.book import Course, changed
from workbench.ledger.events import Event
from workbench.vocabulary import Severity

#: Where a finding comes from (来源).
AUDITED, ON_SITE = "核查", "现场"
#: What takes the place of the requirement in the key of a finding written down on site.
BY_HAND = "手工"
#: What a finding is (性质): a breach, a deviation that needs a reason, a prompt to look, something encouraged.
BREACH, DEVIATION, PROMPT, ENCOURAGED = "问题", "偏差", "提示", "倡导"
NATURES = {Severity.CRITICAL: BREACH, Severity.WARNING: DEVIATION, Severity.INFO: ENCOURAGED}
#: Why a review is not passed (复查未通过的情形, secretary-2022 第十二条).
PERFUNCTORY, FALSE, SLACK = "敷衍整改", "虚假整改", "推进不力"
FAIL_GROUNDS = (PERFUNCTORY, FALSE, SLACK)

#: How a branch stands to a finding it was informed of (支部意见): it accepts the facts, objects, or stated nothing.
STANCES: dict[bool | None, str] = {True: "认可", False: "有异议", None: "已告知，未提出意见"}

PENDING, CLOSED, DISMISSED, RECTIFYING = "待核实", "已销号", "不成立", "整改中"
#: States in which nobody has anything left to do.
SETTLED = (CLOSED, DISMISSED)


@dataclass(frozen=True)
class Note:
    """Something told in the course of a rectification (进展): day, text, who."""

    on: date
    text: str
    by: str


@dataclass(frozen=True)
class Failed:
    """A review that was not passed (复查未通过): day and one of :data:`FAIL_GROUNDS`."""

    on: date
    ground: str


@dataclass(frozen=True)
class Finding(Course):
    """A finding as it stands.

    ``key`` is the id; ``nature`` one of :data:`NATURES` or 提示; ``units`` are the labels of what is missed, ``missed``
    their number, as last shown by a run. ``rule`` is a digest of what judges (shape, arguments, parameters);
    ``dated_on`` the day (ISO) of the newest record that a state rests on, empty otherwise.
    ``known`` and ``known_missed`` are what was missed when people settled it: only more than that is a new fact.
    ``still_failing``: settled, and yet the last run shows it unmet. ``gone``: what was missed and is nowhere to be
    found in the run that no longer fails; whoever reviews has to ask why. ``recurrences`` counts those that were not
    dismissed; ``recurring``: it is back and not yet closed again. ``agrees`` is one of :data:`STANCES`, ``answered``:
    the branch was heard (or informed and silent) since the last opening, reopening or recurrence.
    """

    key: str
    code: str
    subject: str
    subject_name: str
    unit_id: str
    unit_name: str
    requirement: str
    document: str
    document_title: str
    clause: str
    description: str
    severity: str
    nature: str
    period: str
    period_kind: str
    detail: str
    required_text: str
    source: str
    inspection: str
    run: str
    first_seen: date
    last_seen: date
    verdict: str = ""
    observed: float | None = None
    judged: float | None = None
    missed: int = 0
    units: tuple[str, ...] = ()
    rule: str = ""
    dated_on: str = ""
    known: tuple[str, ...] = ()
    known_missed: int = 0
    still_failing: bool = False
    resolved_run: str = ""
    resolved_on: date | None = None
    resolved_verdict: str = ""
    gone: tuple[str, ...] = ()
    statement: str = ""
    statement_on: date | None = None
    agrees: bool | None = None
    answered: bool = False
    confirmed_on: date | None = None
    dismissed_on: date | None = None
    dismiss_reason: str = ""
    owner: str = ""
    owners: tuple[str, ...] = ()
    leader: str = ""
    measure: str = ""
    assigned_on: date | None = None
    deadline: date | None = None
    progress: tuple[Note, ...] = ()
    refused_on: date | None = None
    submitted_by: str = ""
    submitted_on: date | None = None
    submit_text: str = ""
    submit_evidence: tuple[str, ...] = ()
    failed: tuple[Failed, ...] = ()
    closed_by: str = ""
    closed_on: date | None = None
    close_evidence: tuple[str, ...] = ()
    look_back: str = ""
    recurrences: int = 0
    recurred_on: date | None = None
    recurring: bool = False

    _TITLE = "问题"
    _COLUMNS = (
        ("编号", "code"), ("党组织", "subject_name"), ("条款", "clause"), ("要求", "description"), ("性质", "nature"),
        ("期间", "period"), ("缺", "missed"), ("状态", "state"), ("时限", "deadline"),
    )
    _LINES = (
        ("编号", "code"), ("党组织", lambda f: f"{f.subject_name}（{f.subject}）"),
        ("条款", lambda f: f"{f.document_title} {f.clause} {f.requirement}".strip()), ("要求", "description"),
        ("性质", "nature"), ("期间", "period"), ("应为", "required_text"), ("情况", "detail"), ("缺", "units"),
        ("状态", "state"), ("自", "since"), ("时限", "deadline"), ("来源", "source"), ("核查", "run"),
        ("首次列入", "first_seen"), ("最近一次", "last_seen"), ("支部意见", "opinion"),
        ("不成立的理由", "dismiss_reason"),
    )

    def overdue(self, as_of: date) -> bool:
        """Whether rectification goes on after its deadline (逾期)."""
        return self.state == RECTIFYING and self.deadline is not None and self.deadline < as_of

    @property
    def failed_on(self) -> date | None:
        """The day of the last review that was not passed."""
        return self.failed[-1].on if self.failed else None

    @property
    def opinion(self) -> str:
        """What the branch said last (支部意见), as people read it: stance, words, day; empty when it was not asked."""
        if self.statement_on is None:
            return ""
        return "：".join(filter(None, (STANCES[self.agrees], self.statement))) + f"（{self.statement_on.isoformat()}）"

    @property
    def proposed_for_review(self) -> bool:
        """Whether the last run no longer shows it: proposed for 待复查, a person decides."""
        return bool(self.resolved_run) and self.state not in SETTLED


def code_of(key: str) -> str:
    """What people type for a finding: SHA-256 of its key in hexadecimal; the first eight digits are its code."""
    return hashlib.sha256(key.encode()).hexdigest()


def begun(event: Event, base: Course) -> Finding:
    """A finding that was just written down, from its first event."""
    what = _shown(event)
    return Finding(**base.__dict__, key=base.id, code=code_of(base.id)[:8], first_seen=what["last_seen"], **what)


def after(course: Finding, event: Event) -> Finding:
    """The finding after one more event."""
    return changed(course, **_CHANGES[event.verb](course, event))


def _shown(event: Event) -> dict[str, Any]:
    """What a run shows: the fields are named in the event, the day is that of the run."""
    what = dict(event.what)
    what.pop("by", None)
    as_of = what.pop("as_of", None)
    for name in ("units", "known", "gone"):
        if name in what:
            what[name] = tuple(what[name])
    return {**what, "run": event.run, "last_seen": date.fromisoformat(as_of) if as_of else event.on}


def _seen(course: Finding, event: Event) -> dict[str, Any]:
    return {**_shown(event), "resolved_run": "", "resolved_on": None, "resolved_verdict": "", "gone": ()}


def _resolved(course: Finding, event: Event) -> dict[str, Any]:
    changes = _shown(event)
    return {**changes, "run": course.run, "last_seen": course.last_seen, "resolved_run": event.run,
            "resolved_on": changes["last_seen"]}


def _recurred(course: Finding, event: Event) -> dict[str, Any]:
    seen = _seen(course, event) if event.run else {}
    return {
        **seen, "still_failing": False, "answered": False, "recurrences": course.recurrences + 1,
        "recurred_on": event.on, "recurring": True,
    }


def _answered(course: Finding, event: Event) -> dict[str, Any]:
    what = event.what
    return {"statement": what["text"], "agrees": what["agrees"], "statement_on": event.on, "answered": True}


def _dismissed(course: Finding, event: Event) -> dict[str, Any]:
    return {
        "dismissed_on": event.on, "dismiss_reason": event.why, "known": course.units, "known_missed": course.missed,
        "still_failing": False, "recurrences": course.recurrences - course.recurring,
    }


def _reopened(course: Finding, event: Event) -> dict[str, Any]:
    return {
        "answered": False, "dismissed_on": None, "still_failing": False,
        "recurrences": course.recurrences + course.recurring,
    }


def _assigned(course: Finding, event: Event) -> dict[str, Any]:
    what = event.what
    return {
        **what, "deadline": date.fromisoformat(what["deadline"]), "assigned_on": event.on, "submitted_by": "",
        "owners": (what["owner"], what["leader"]), "submitted_on": None, "submit_text": "", "submit_evidence": (),
    }


def _extended(course: Finding, event: Event) -> dict[str, Any]:
    changes: dict[str, Any] = dict(event.what)
    if "deadline" in changes:
        changes["deadline"] = date.fromisoformat(changes["deadline"])
    changes["owners"] = (*course.owners, *(changes[name] for name in ("owner", "leader") if name in changes))
    return changes


def _submitted(course: Finding, event: Event) -> dict[str, Any]:
    return {
        "submitted_by": event.who, "submitted_on": event.on, "submit_text": event.what["text"],
        "submit_evidence": event.evidence,
    }


def _failed(course: Finding, event: Event) -> dict[str, Any]:
    return {"failed": (*course.failed, Failed(event.on, event.what["ground"]))}


def _closed(course: Finding, event: Event) -> dict[str, Any]:
    return {
        "closed_by": event.who, "closed_on": event.on, "close_evidence": event.evidence,
        "look_back": event.what["conclusion"], "known": course.units, "known_missed": course.missed, "recurring": False,
    }


_CHANGES: dict[str, Callable[[Finding, Event], dict[str, Any]]] = {
    "see": _seen,
    "resolve": _resolved,
    "recur": _recurred,
    "answer": _answered,
    "confirm": lambda course, event: {"confirmed_on": event.on},
    "dismiss": _dismissed,
    "reopen": _reopened,
    "assign": _assigned,
    "extend": _extended,
    "progress": lambda course, event: {"progress": (*course.progress, Note(event.on, event.what["text"], event.who))},
    "refuse": lambda course, event: {"refused_on": event.on},
    "submit": _submitted,
    "fail": _failed,
    "close": _closed,
}
