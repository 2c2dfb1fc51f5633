"""All findings (问题) and what people do with them, from 待核实 to 已销号 (secretary-2022, 第七条, 第十一条)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from workbench.display import Listing
from workbench.errors import Conflict, Refused
from workbench.ledger.book import Book, Course, person, require, require_evidence, same_person
from workbench.ledger.events import Act, Event
from workbench.ledger.finding import BY_HAND, FAIL_GROUNDS, NATURES, ON_SITE, Finding, after, begun, code_of
from workbench.ledger.machines import LABELS
from workbench.vocabulary import Severity

#: Fewest characters of a code that name a finding.
_SHORTEST_CODE = 4
#: What stands between names where one entry holds several.
_SEVERAL = re.compile(r"[、，,；;/／|\n]")
#: How often a new number is tried when somebody else takes it first.
_TRIES = 20


class Findings(Book[Finding]):
    """All findings of the ledger, by their keys."""

    topic = "finding"

    # --- reading -----------------------------------------------------------------------------------------------------

    def begin(self, event: Event, base: Course) -> Finding:
        return begun(event, base)

    def apply(self, course: Finding, event: Event) -> Finding:
        return after(course, event)

    def by_code(self, text: str) -> Finding:
        """The finding that ``text`` names: its key, or the beginning of its code where only one begins so.

        Raises :class:`Refused` when there is none or there are several.
        """
        found = self.find(text)
        if found is not None:
            return found
        start = text.strip().lower()
        fit = [c for c in self._courses.values() if code_of(c.id).startswith(start)] if start else []
        if len(fit) == 1 and len(start) >= _SHORTEST_CODE:
            return fit[0]
        several = "；".join(f"{code_of(c.id)[:12]} {c.subject_name} {c.requirement}" for c in fit[:5])
        raise Refused(
            "编号对应多个问题或过短" if fit else "台账中没有这个问题", place="问题", found=text,
            expected=several or f"问题编号，至少前 {_SHORTEST_CODE} 位", next_step="写更长的编号" if fit else "核对编号",
        )

    def overdue(self, as_of: date) -> Listing[Finding]:
        """Those in rectification past their deadline, the longest first."""
        late = [f for f in self.all() if f.overdue(as_of)]
        return self.listing(sorted(late, key=lambda f: (f.deadline or as_of, f.key)))

    def of(self, subject: str) -> Listing[Finding]:
        """Those of one organisation."""
        return self.listing(f for f in self.all() if f.subject == subject)

    # --- what people do ----------------------------------------------------------------------------------------------

    def open_on_site(
        self, subject: str, act: Act, *, clause: str, detail: str, severity: str = Severity.CRITICAL.value,
        requirement: str = "", document: str = "", document_title: str = "", subject_name: str = "",
        unit_id: str = "", unit_name: str = "", inspection: str = "",
    ) -> Finding:
        """Write down what was found on site (现场列入); names not given are taken from other findings of the subject."""
        person(act)
        require(subject.strip() and "|" not in subject, "没有写明组织代码", expected="组织代码，不含竖线")
        require(detail.strip(), "没有写明发现了什么")
        require(clause.strip() or requirement.strip(), "没有写明依据的条款")
        if severity not in NATURES:
            raise Refused("严重程度写法不对", place=subject, found=severity, expected="、".join(NATURES))
        like = next(iter(self.of(subject)), None)
        what = {
            "subject": subject, "subject_name": subject_name or (like.subject_name if like else ""),
            "unit_id": unit_id or (like.unit_id if like else ""),
            "unit_name": unit_name or (like.unit_name if like else ""),
            "requirement": requirement.strip(), "document": document, "document_title": document_title,
            "clause": clause.strip(), "description": detail.strip(), "severity": severity,
            "nature": NATURES[Severity(severity)], "period": str(act.on.year), "period_kind": "event",
            "detail": detail.strip(), "required_text": "", "source": ON_SITE, "inspection": inspection, "missed": 1,
        }
        for attempt in range(_TRIES):
            key = f"{subject}|{BY_HAND}|{self._next_number(subject)}"
            try:
                return self.write(key, "open", act, what)
            except (Conflict, Refused):  # somebody else took the number
                if attempt == _TRIES - 1 or self.find(key) is None:
                    raise
        raise AssertionError("unreachable")

    def answer(self, key: str, act: Act, *, text: str = "", agrees: bool | None) -> Finding:
        """What the branch says to it (支部意见), in its own words; ``agrees``: it accepts the facts.

        ``agrees`` None: it was informed on the day of the act and made no statement, ``text`` may say how; refused
        where it has spoken since the last opening, reopening or recurrence, for silence takes no words back.
        """
        person(act)
        require(text.strip() or agrees is None, "没有写明支部意见")
        finding = self.find(key)
        if agrees is None and finding is not None and finding.answered and finding.agrees is not None:
            raise Refused(
                "支部已提出意见，不能再登记为未提出意见", place=key, found=finding.opinion,
                next_step="支部另有意见的，登记认可或有异议",
            )
        what = {"text": text.strip(), "agrees": None if agrees is None else bool(agrees)}
        return self.write(key, "answer", act, what, checked=finding if agrees is None else None)

    def confirm(self, key: str, act: Act) -> Finding:
        """The facts stand (已确认); the branch has been heard, and where it objects a reason is given."""
        finding = self._heard(key, "confirm", act)
        require(act.why.strip() or finding.agrees is not False, "支部有异议，确认须写明理由")
        return self.write(key, "confirm", act, checked=finding)

    def dismiss(self, key: str, act: Act) -> Finding:
        """It does not stand (不成立); the branch has been heard, a reason is given, nobody clears what is their own."""
        finding = self._heard(key, "dismiss", act)
        require(act.why.strip(), "没有写明理由")
        _keep_apart(finding, act, _hands(finding))
        return self.write(key, "dismiss", act, checked=finding)

    def reopen(self, key: str, act: Act) -> Finding:
        """Look at a dismissed one again (重新核实); a reason is given."""
        return self.write(key, "reopen", act, checked=self._reasoned(key, "reopen", act))

    def assign(self, key: str, act: Act, *, owner: str, leader: str, measure: str, deadline: date) -> Finding:
        """Have it put right (交办整改): who is responsible, who leads, what is done, until when."""
        self.draft(key, "assign", person(act))
        for value, label in ((owner, "责任人"), (leader, "责任领导"), (measure, "整改措施")):
            require(value.strip(), f"没有写明{label}")
        _check_deadline(key, act, deadline)
        what = {"owner": owner.strip(), "leader": leader.strip(), "measure": measure.strip()}
        return self.write(key, "assign", act, {**what, "deadline": deadline.isoformat()})

    def extend(
        self, key: str, act: Act, *, owner: str = "", leader: str = "", measure: str = "", deadline: date | None = None
    ) -> Finding:
        """Change who, what or until when (调整整改安排); a reason is given."""
        finding = self._reasoned(key, "extend", act)
        given = {"owner": owner.strip(), "leader": leader.strip(), "measure": measure.strip()}
        what = {name: value for name, value in given.items() if value}
        if deadline is not None:
            _check_deadline(key, act, deadline)
            what["deadline"] = deadline.isoformat()
        require(what, "没有写明要调整什么", expected="责任人、责任领导、整改措施或整改时限")
        return self.write(key, "extend", act, what, checked=finding)

    def progress(self, key: str, act: Act, *, text: str) -> Finding:
        """How far it is (登记进展)."""
        require(text.strip(), "没有写明进展")
        return self.write(key, "progress", person(act), {"text": text.strip()})

    def refuse(self, key: str, act: Act) -> Finding:
        """Those responsible refuse (拒不整改); a reason is given."""
        return self.write(key, "refuse", act, checked=self._reasoned(key, "refuse", act))

    def submit(self, key: str, act: Act, *, text: str) -> Finding:
        """Hand it in for review (报请复查), with evidence."""
        self.draft(key, "submit", person(act))
        require(text.strip(), "没有写明整改完成情况")
        require_evidence(act, "报请复查")
        return self.write(key, "submit", act, {"text": text.strip()})

    def fail(self, key: str, act: Act, *, ground: str) -> Finding:
        """The review is not passed (复查未通过); by another person than who handed it in, with ground and reason."""
        finding = self._reasoned(key, "fail", act)
        if ground not in FAIL_GROUNDS:
            raise Refused("复查未通过的情形写法不对", place=key, found=ground, expected="、".join(FAIL_GROUNDS))
        _keep_apart(finding, act, {"报请复查的人": (finding.submitted_by,)})
        return self.write(key, "fail", act, {"ground": ground}, checked=finding)

    def close(self, key: str, act: Act, *, conclusion: str) -> Finding:
        """Close it (销号): evidence and the conclusion of the look-back, by none of those who had a hand in it.

        Those are who handed it in, and owners and leaders at any time of this rectification, not only at its end.
        """
        self.draft(key, "close", person(act))
        finding = self.get(key)
        _keep_apart(finding, act, _hands(finding))
        require(conclusion.strip(), "没有写明回头看结论")
        require_evidence(act, "销号")
        return self.write(key, "close", act, {"conclusion": conclusion.strip()}, checked=finding)

    def recur(self, key: str, act: Act) -> Finding:
        """It is back (复发), seen by a person where no run can show it: reason and evidence are given."""
        finding = self._reasoned(key, "recur", act)
        require_evidence(act, "认定复发")
        return self.write(key, "recur", act, checked=finding)

    # --- rules -------------------------------------------------------------------------------------------------------

    def _reasoned(self, key: str, verb: str, act: Act) -> Finding:
        """The finding, when its state allows the verb and the act says why."""
        self.draft(key, verb, person(act))
        require(act.why.strip(), "没有写明理由")
        return self.get(key)

    def _heard(self, key: str, verb: str, act: Act) -> Finding:
        """The finding, when its state allows the verb and the branch was heard by that day: before anybody judges."""
        # First: the second of two people is told of the other one, not that it can be done no more.
        self.not_moved(self.find(key), key, verb, act, seen=act.seen)
        self.draft(key, verb, person(act))
        finding = self.get(key)
        label = LABELS[f"finding.{verb}"]
        if not finding.answered:
            raise Refused(
                f"还没有登记支部意见，不能{label}", place=key, expected="列入、重新核实或复发之后登记过支部意见",
                next_step="先听取并登记支部意见：页面上“登记支部意见”，或 workbench ledger answer "
                f"{finding.code} --agrees（有异议用 --objects）--text 意见；已告知而未提出意见的用 --silent",
            )
        if finding.statement_on is not None and act.on < finding.statement_on:
            raise Refused(
                f"“{label}”的日期早于支部意见", place=key, found=act.on.isoformat(),
                expected=f"不早于 {finding.statement_on.isoformat()}", next_step="改正日期",
            )
        return finding

    def _next_number(self, subject: str) -> int:
        self.ledger.refresh()
        start = f"{subject}|{BY_HAND}|"
        return 1 + max((int(key[len(start) :]) for key in self._courses if key.startswith(start)), default=0)


def _check_deadline(key: str, act: Act, deadline: date) -> None:
    if deadline < act.on:
        raise Refused(
            "整改时限早于办理日期", place=key, found=deadline.isoformat(), expected=f"不早于 {act.on.isoformat()}"
        )


def _hands(finding: Finding) -> dict[str, Sequence[str]]:
    """Who had a hand in a rectification, by what they were."""
    return {"报请复查的人": (finding.submitted_by,), "责任人或责任领导": finding.owners}


def _keep_apart(finding: Finding, act: Act, others: dict[str, Sequence[str]]) -> None:
    """:class:`Refused` when who acts had a hand in what is to be judged (二人经办)."""
    for role, names in others.items():
        hands = [name for entry in names for name in _SEVERAL.split(entry)]
        if any(same_person(who, name) for who in _SEVERAL.split(act.who) for name in hands):
            raise Refused(
                "复查、销号、认定不成立须由另一人办理", place=finding.key, found=f"{act.who} 是{role}",
                expected="报请复查的人、责任人和责任领导以外的人",
            )
