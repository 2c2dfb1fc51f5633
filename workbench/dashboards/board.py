"""What the page of findings and cards (整改与亮牌) shows and does, from the ledger; no browser, no widget.

Imported when somebody first asks for it: the ledger brings SQLAlchemy, which the overview does not need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from workbench.dashboards import acts
from workbench.dashboards.state import RunState
from workbench.errors import Conflict, LedgerError, Refused, UsageError
from workbench.ledger.book import same_person
from workbench.ledger.cards import Card
from workbench.ledger.events import MACHINE
from workbench.ledger.finding import Finding
from workbench.ledger.ledger import Ledger
from workbench.ledger.runs import run_id

if TYPE_CHECKING:
    from workbench.ledger.book import Book
    from workbench.ledger.card_proposals import CardProposal
    from workbench.ledger.due import Due
    from workbench.ledger.events import Act, Event
    from workbench.ledger.secretaries import Secretary

#: The columns of the board.
STATES = ("待核实", "已确认", "整改中", "待复查", "已销号", "不成立", "复发")
#: Findings listed of each state, and when one state alone is shown.
SHOWN, SHOWN_ALONE = 20, 60
#: Lines of the list of what is due.
DUE_SHOWN = 200
#: A deadline so near counts as soon.
SOON_DAYS = 30
#: Cards that 第十二条 knows, weakest first.
LEVELS = ("黄牌", "橙牌", "红牌")
#: Particulars of events that are names of people.
_PEOPLE = ("owner", "leader", "by")
_GIVE = {"黄牌": "give_yellow", "橙牌": "give_orange", "红牌": "give_red"}


@dataclass(frozen=True)
class BoardFilter:
    """What the page shows; empty text means no restriction. ``due``: 已逾期 or 将到期; ``day``: the day that
    deadlines are held against (the page sends it: nothing here reads a clock)."""

    text: str = ""
    unit: str = ""
    document: str = ""
    clause: str = ""
    nature: str = ""
    due: str = ""
    state: str = ""
    day: date = date.min

    @classmethod
    def of(cls, message: Mapping[str, Any], otherwise: str) -> BoardFilter:
        """The filter a page sent; ``otherwise`` is the day when it named none.

        Raises :class:`~workbench.errors.UsageError` when the day is none.
        """
        known = {f.name: str(message.get(f.name) or "") for f in fields(cls)}
        try:
            day = date.fromisoformat(known.pop("day") or otherwise)
        except ValueError:
            raise UsageError("日期有误", place="截至", found=str(message.get("day")), expected="YYYY-MM-DD") from None
        return cls(**known, day=day)


@dataclass(frozen=True)
class Entry:
    """A finding as the page shows it on a day: ``late`` days past its deadline (0: not), ``left`` days to it (None
    without a running deadline), ``should`` and ``found`` in words, ``flags`` what a run says against its state."""

    finding: Finding
    late: int
    left: int | None
    should: str
    found: str
    flags: tuple[str, ...]

    @classmethod
    def on(cls, finding: Finding, day: date) -> Entry:
        """The finding as of ``day``."""
        running = finding.deadline is not None and finding.state == "整改中"
        left = (finding.deadline - day).days if running else None
        late = (day - finding.deadline).days if finding.overdue(day) else 0
        should, _, found = finding.detail.partition("；实为：")
        return cls(
            finding, late, left, finding.required_text or should.removeprefix("应为："), found or finding.detail,
            _flags(finding),
        )


def _flags(finding: Finding) -> tuple[str, ...]:
    if finding.state == "已销号":
        return ("销号后台账仍未补正",) if finding.still_failing else ()
    if finding.state == "不成立":
        return ("认定不成立后又有新的未达标",) if finding.still_failing else ()
    return ("再次核查已达标",) if finding.proposed_for_review else ()


@dataclass(frozen=True)
class Column:
    """One state: how many findings of the filter it has, how many of them overdue, the entries listed."""

    state: str
    total: int
    overdue: int
    entries: list[Entry]


@dataclass(frozen=True)
class Ground:
    """What a card rests on, in words; ``finding`` when it is one."""

    text: str
    finding: Finding | None = None


class Board:
    """The ledger at ``where`` beside the run behind ``state``, within the scope of its viewer.

    ``inspector`` is who acts, empty: nobody may. Names of people are masked where the viewer does not see them; free
    text is shown as it was written.
    Raises :class:`~workbench.errors.LedgerError` when the ledger cannot be opened.
    """

    def __init__(self, where: str, state: RunState, inspector: str = ""):
        self.ledger = Ledger(where)
        self.inspector = inspector
        self.show(state)

    def show(self, state: RunState) -> None:
        """Take another run as the one beside the ledger."""
        self.state = state
        self.run_id = run_id(state.run)
        self._known_secretaries: dict[str, Secretary] | None = None

    def seq(self) -> int | str:
        """Changes when anybody has written something: the number of the last event, its digest for who sees a part
        (a number would tell how much others do)."""
        head = self.ledger.store.head()
        return head.seq if self.state.viewer.scope is None else head.digest

    def findings(self) -> list[Finding]:
        """The findings within the viewer's scope."""
        return [self._shown(f) for f in self.ledger.findings.all() if self.state.sees(f.subject)]

    def _shown(self, found: Finding) -> Finding:
        viewer = self.state.viewer
        if viewer.sees_names:
            return found
        return replace(
            found, owner=viewer.masked(found.owner), leader=viewer.masked(found.leader),
            owners=tuple(viewer.masked(o) for o in found.owners), submitted_by=viewer.masked(found.submitted_by),
            closed_by=viewer.masked(found.closed_by),
        )

    def _shown_card(self, card: Card) -> Card:
        viewer = self.state.viewer
        if viewer.sees_names:
            return card
        return replace(card, history=tuple(replace(g, by=viewer.masked(g.by)) for g in card.history))

    def history(self, topic: str, ident: str) -> list[Event]:
        """The events of one course, oldest first, as the viewer may read them."""
        viewer, events = self.state.viewer, self._book(topic).history(ident)
        if viewer.scope is not None:
            events = [replace(e, seq=e.version) for e in events]
        if viewer.sees_names:
            return events
        return [
            replace(e, who=e.who if e.who == MACHINE else viewer.masked(e.who), what={
                name: viewer.masked(value) if name in _PEOPLE and isinstance(value, str) else value
                for name, value in e.what.items()
            })
            for e in events
        ]

    def _own(self, org_id: str) -> None:
        """Refuse what lies outside the viewer's scope in the words for what does not exist: neither is told apart."""
        if not self.state.sees(org_id):
            raise Refused("督查台账中没有这一项", next_step="请从页面上选择")

    # -- findings ---------------------------------------------------------------------------------------------

    def columns(self, f: BoardFilter) -> list[Column]:
        """The states in order, or the one of the filter."""
        found: dict[str, list[Entry]] = {state: [] for state in STATES}
        for entry in self._selected(f):
            found[entry.finding.state].append(entry)
        limit = SHOWN_ALONE if f.state else SHOWN
        return [
            Column(state, len(entries), sum(e.late > 0 for e in entries),
                   _ordered(entries)[:limit] if f.state in ("", state) else [])
            for state, entries in found.items()
        ]

    def more(self, f: BoardFilter, shown: int) -> list[Entry]:
        """The next entries of the filter's state after ``shown`` of them."""
        return _ordered(e for e in self._selected(f) if e.finding.state == f.state)[shown:shown + SHOWN_ALONE]

    def listed(self, f: BoardFilter) -> list[Entry]:
        """Every finding of the filter, state after state, in the order of the columns."""
        found = [e for e in self._selected(f) if f.state in ("", e.finding.state)]
        return [e for state in STATES for e in _ordered(x for x in found if x.finding.state == state)]

    def _selected(self, f: BoardFilter) -> Iterable[Entry]:
        words = f.text.casefold().split()
        for finding in self.findings():
            if f.unit not in ("", finding.unit_id) or f.nature not in ("", finding.nature):
                continue
            if f.document not in ("", finding.document) or f.clause not in ("", _clause_of(finding)):
                continue
            if words and not all(word in _text_of(finding) for word in words):
                continue
            entry = Entry.on(finding, f.day)
            soon = entry.left is not None and 0 <= entry.left <= SOON_DAYS
            if f.due == "" or (f.due == "已逾期" and entry.late) or (f.due == "将到期" and soon):
                yield entry

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What the filters offer, (value, label): units, documents, clauses and natures that the ledger knows."""
        findings = self.findings()
        clauses = {_clause_of(f): f"{f.clause} {f.description}".strip() for f in findings}
        return {
            "unit": sorted({(f.unit_id, f.unit_name) for f in findings if f.unit_id}),
            "document": sorted({(f.document, f.document_title or f.document) for f in findings if f.document}),
            "clause": sorted(clauses.items()),
            "nature": [(n, n) for n in ("问题", "偏差", "提示", "倡导") if n in {f.nature for f in findings}],
        }

    def of_branch(self, subject: str, day: date) -> list[Entry]:
        """Every finding of one organisation, in the order of the states."""
        own = [Entry.on(f, day) for f in self.findings() if f.subject == subject]
        return sorted(own, key=lambda e: (STATES.index(e.finding.state), e.finding.document, e.finding.clause))

    def card_of(self, subject: str) -> Card | None:
        """The card of one organisation, whatever its state; None when there never was one that the viewer may see."""
        return self.ledger.cards.find(subject) if self.state.sees(subject) else None

    def finding(self, code: str, day: date) -> dict[str, Any]:
        """One finding by its code: ``entry``, ``events`` oldest first, ``evidence`` of the run, ``same_run`` (it was
        last judged by the run of this page), ``forms`` for the acts its state allows.

        Raises :class:`~workbench.errors.Refused` when the ledger has none so numbered.
        """
        found = self._by_code(code)
        return {
            "entry": Entry.on(found, day), "events": self.history("finding", found.key),
            "evidence": self.state.evidence(found.subject, found.requirement) if found.requirement else None,
            "same_run": self.run_id in (found.run, found.resolved_run),
            "known": found.subject in self._organizations(), "entry_known": found.requirement in self.state.by_id,
            "forms": self._forms("finding", found.key, found.state, found.version, self._notes(found)),
        }

    def _by_code(self, code: str) -> Finding:
        if self.state.viewer.scope is None:
            return self._shown(self.ledger.findings.by_code(code))
        # Not by_code: what it says of a code that it does not know may name findings of others.
        found = next((f for f in self.findings() if f.code.casefold() == code.strip().casefold()), None)
        if found is None:
            raise Refused("督查台账中没有这一项", found=code, next_step="请从页面上选择")
        return found

    def _notes(self, found: Finding) -> dict[str, str]:
        """What would be refused, told before anybody types."""
        notes = {}
        if not found.answered:
            notes["confirm"] = notes["dismiss"] = "须先登记支部意见；已告知而支部未提出意见的，也要登记。"
        elif found.agrees is False:
            notes["confirm"] = "支部有异议，确认须写明理由。"
        if same_person(found.submitted_by, self.inspector):
            notes["close"] = notes["fail"] = notes["dismiss"] = f"报请复查的是{found.submitted_by}，须由另一人办理。"
        elif any(same_person(owner, self.inspector) for owner in found.owners):
            notes["close"] = notes["dismiss"] = f"{self.inspector}是责任人或责任领导，须由另一人办理。"
        return notes

    # -- cards ------------------------------------------------------------------------------------------------

    def register(self, f: BoardFilter) -> dict[str, Any]:
        """``proposals`` with their forms, ``parameters`` those they use, ``left_out`` what none of them rests on,
        ``cards`` that stand (with caps and follow-ups), ``past`` organisations without one now; by organisation,
        within the unit and text of the filter."""
        cards = self.ledger.cards
        standing = {card.org_id: card for card in cards.all() if self.state.sees(card.org_id)}
        proposals = [
            {"proposal": p, "card": standing.get(p.org_id), "forms": self._decide(p, standing.get(p.org_id)),
             "findings": [found for g in p.grounds if (found := self.ground(g).finding)]}
            for p in cards.proposals(f.day, self._secretaries()) if self._within(f, p.org_id, p.org_name)
        ]
        prompts: dict[str, list[Any]] = {}
        for prompt in cards.follow_ups_due(f.day):
            prompts.setdefault(prompt.org_id, []).append(prompt)
        lines = [
            {"card": card, "cap": self._cap(card, f.day), "prompts": prompts.get(card.org_id, []),
             "late": max(0, (f.day - card.deadline).days) if card.deadline else 0}
            for card in sorted(standing.values(), key=lambda c: c.org_id)
            if self._within(f, card.org_id, card.org_name)
        ]
        left_out = [
            {"entry": entry, "ground": self.ground(entry.ground)}
            for entry in cards.left_out(f.day, self._secretaries()) if self._within(f, entry.org_id, entry.org_name)
        ]
        return {
            "proposals": proposals, "left_out": left_out,
            "parameters": list({q.name: q for x in proposals for q in x["proposal"].parameters}.values()),
            "cards": [line for line in lines if line["card"].state in LEVELS],
            "past": [line for line in lines if line["card"].state not in LEVELS],
        }

    def holder(self, org_id: str, day: date) -> dict[str, Any]:
        """The cards of one organisation's secretary: ``card``, ``cap``, ``prompts``, ``events``, ``forms``.

        Raises :class:`~workbench.errors.Refused` when nothing about it stands in the ledger.
        """
        self._own(org_id)
        card = self._shown_card(self.ledger.cards.get(org_id))
        return {
            "card": card, "cap": self._cap(card, day), "events": self.history("card", org_id),
            "prompts": [p for p in self.ledger.cards.follow_ups_due(day) if p.org_id == org_id],
            "late": max(0, (day - card.deadline).days) if card.deadline and card.state in LEVELS else 0,
            "grounds": [self.ground(g) for g in card.grounds], "known": org_id in self._organizations(),
            "forms": self._forms("card", org_id, card.state, card.version),
        }

    def ground(self, text: str) -> Ground:
        """A ground of a card in words, with the finding when it is one."""
        finding = self.ledger.findings.find(text)
        if finding is not None and not self.state.sees(finding.subject):
            return Ground("不在查看范围内的组织的问题")
        if finding is not None:
            finding = self._shown(finding)
            return Ground(f"{finding.clause} {finding.description}（{finding.code}）", finding)
        lists, _, item = text.partition("#")
        if lists.startswith("lists/") and item:
            return Ground(f"{lists.split('/')[1]} 年五单，项目 {item}")
        return Ground(text)

    def _decide(self, proposal: CardProposal, card: Card | None) -> list[acts.Form]:
        if not self.inspector:
            return []
        give = "clear" if proposal.clear else _GIVE[proposal.level]
        if proposal.level == "红牌" and (card is None or card.state != "橙牌"):
            give = "give_red_at_once"
        seen = 0 if card is None else card.version
        return acts.on_proposal(proposal.org_id, give, seen, level=proposal.level, grounds=tuple(proposal.grounds))

    def _cap(self, card: Card, day: date) -> Any:
        return self.ledger.cards.cap(card.org_id, day.year, card.holder)

    def _secretaries(self) -> dict[str, Secretary]:
        """Who is secretary where, as the run knows it."""
        if self._known_secretaries is None:
            from workbench.ledger.secretaries import of_run

            self._known_secretaries = of_run(self.state.run)
        return self._known_secretaries

    def _within(self, f: BoardFilter, org_id: str, name: str) -> bool:
        unit, unit_name = self._organizations().get(org_id, ("", ""))
        words = f.text.casefold().split()
        if not self.state.sees(org_id):
            return False
        return f.unit in ("", unit) and all(word in f"{name} {unit_name}".casefold() for word in words)

    def _organizations(self) -> dict[str, tuple[str, str]]:
        """Organisation → its unit (id, name), of the run beside the ledger."""
        rows = self.state.con.execute("SELECT org_id, unit_id, unit_name FROM organizations").fetchall()
        return {org: (unit, name) for org, unit, name in rows}

    # -- what is due ------------------------------------------------------------------------------------------

    def due_lines(self, f: BoardFilter) -> tuple[list[Due], list[Due]]:
        """What is past its day, and what falls due within :data:`SOON_DAYS`; within the unit and text of the filter."""
        from workbench.ledger.due import due

        organizations = self._organizations()
        words = f.text.casefold().split()

        def wanted(line: Due) -> bool:
            unit, unit_name = organizations.get(line.subject, ("", ""))
            text = f"{line.subject_name} {unit_name} {line.what} {line.clause}".casefold()
            return self.state.sees(line.subject) and f.unit in ("", unit) and all(word in text for word in words)

        lines = [line for line in due(self.state.run, self.ledger, f.day, SOON_DAYS) if wanted(line)]
        overdue, coming = ([x for x in lines if (x.days_left < 0) is late] for late in (True, False))
        return overdue, coming

    def due(self, f: BoardFilter) -> dict[str, Any]:
        """The lines of :meth:`due_lines` that are listed, ``overdue`` and ``coming``, with ``totals``. ``known_on``:
        the day of the run's facts."""
        overdue, coming = self.due_lines(f)
        return {
            "overdue": overdue[:DUE_SHOWN], "coming": coming[:DUE_SHOWN], "totals": (len(overdue), len(coming)),
            "known": set(self._organizations()), "codes": {f.key: f.code for f in self.findings()},
            "rules": {r["id"]: r["document_title"] for r in self.state.requirements},
            "known_on": self.state.receipt["as_of"],
        }

    # -- acting -----------------------------------------------------------------------------------------------

    def _forms(
        self, topic: str, ident: str, state: str, seen: int, notes: Mapping[str, str] | None = None
    ) -> list[acts.Form]:
        return acts.forms(topic, ident, state, seen, notes) if self.inspector else []

    def act(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a form asks: ``done`` in words, or ``refused`` (why nothing was written) with ``conflict``.

        ``message``: ``topic``, ``id``, ``verb``, ``seen`` (the version the person had before their eyes), ``fields``.
        """
        topic, verb, ident = acts.step(message)
        try:
            act, particulars = self.typed(message)
            if f"{topic}.{verb}" in acts.OF_THE_SECRETARY:
                particulars["secretary"] = self._secretaries().get(ident)
            course = getattr(self._book(topic), verb)(ident, act, **particulars)
        except Conflict as e:
            return {"refused": str(e), "conflict": True}
        except LedgerError as e:
            return {"refused": str(e), "conflict": False}
        return {"done": f"已登记“{acts.LABELS[f'{topic}.{verb}']}”，现为：{course.state}", "refused": ""}

    def typed(self, message: Mapping[str, Any]) -> tuple[Act, dict[str, Any]]:
        """What the form of a message asks for, as an act and the particulars of its verb.

        Raises :class:`~workbench.errors.Refused` when it cannot be read, or nobody may act there.
        """
        topic, verb, ident = acts.step(message)
        self._may_act()
        self._own(ident if topic == "card" else getattr(self.ledger.findings.find(ident), "subject", ""))
        act, particulars = acts.read(
            topic, verb, message.get("fields") or {}, who=self.inspector, seen=message.get("seen"), run=self.run_id,
        )
        if "grounds" in particulars:
            particulars["grounds"] = self._keys(particulars["grounds"])
        return act, particulars

    def _book(self, topic: str) -> Book:
        return {"finding": self.ledger.findings, "card": self.ledger.cards}[topic]

    def _keys(self, grounds: Iterable[str]) -> tuple[str, ...]:
        """Grounds as the ledger keeps them: where somebody typed the code of a finding, its key."""
        codes = {f.code: f.key for f in self.findings()}
        for ground in grounds:
            # Keys begin with the organisation: whether others have such a finding is not told either.
            if "|" in ground and ground not in codes.values() and not self.state.sees(ground.partition("|")[0]):
                raise Refused("事由中的编号不属于可以查看的组织", found=ground)
        return tuple(codes.get(ground, ground) for ground in grounds)

    def _may_act(self) -> None:
        if not self.inspector and self.state.viewer.name:
            raise Refused("这一页只能查看", found=f"{self.state.viewer.name}（{self.state.viewer.role}）",
                          next_step="请由督查员办理")
        if not self.inspector:
            raise Refused(
                "这一页只能查看", found="启动时没有写明督查员",
                next_step="请用 workbench serve … --ledger 台账 --inspector 姓名 打开",
            )
        if self.inspector == MACHINE:
            raise Refused("这一步须由人办理", found=self.inspector, next_step="请用督查员本人的姓名启动")


def _ordered(entries: Iterable[Entry]) -> list[Entry]:
    """The most overdue first, then the nearest deadline, then by unit, organisation and clause."""
    far = date.max
    return sorted(entries, key=lambda e: (
        -e.late, e.finding.deadline or far, e.finding.unit_id, e.finding.subject, e.finding.clause, e.finding.code
    ))


def _clause_of(finding: Finding) -> str:
    """What the filter of clauses goes by: the requirement; for what was written down on site, its clause."""
    return finding.requirement or finding.clause


def _text_of(finding: Finding) -> str:
    """Everything of a finding a reader may look for."""
    return " ".join((
        finding.code, finding.subject_name, finding.unit_name, finding.clause, finding.description, finding.detail,
        finding.owner or "", finding.leader or "",
    )).casefold()


def alone(f: BoardFilter, state: str) -> BoardFilter:
    """The filter with one state."""
    return replace(f, state=state)
