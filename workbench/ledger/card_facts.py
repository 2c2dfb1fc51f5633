"""The facts of one organisation that speak for a card of its secretary (亮牌事由, secretary-2022 第十二条).

Only what a person confirmed counts, only breaches (问题), only what lies in the present secretary's time, and only what
stood on the day looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from workbench.errors import Refused
from workbench.ledger.cards import CONFIRMED, LOOK_BACK, NONE, ORANGE, YELLOW, Card, Given
from workbench.ledger.finding import BREACH, CLOSED, DISMISSED, FALSE, ON_SITE, Finding
from workbench.ledger.lists import FiveLists, Item
from workbench.ledger.secretaries import Secretary
from workbench.timeline import Period, PeriodKind, add_months, periods

if TYPE_CHECKING:
    from workbench.ledger.ledger import Ledger

_PERIODIC = {kind.value for kind in PeriodKind}


@dataclass(frozen=True)
class Fact:
    """One fact: the ground it belongs to, what it is (``kind``), what identifies it, how people read it."""

    ground: str
    kind: str
    mark: str
    text: str

    @property
    def id(self) -> str:
        return f"{self.ground}@{self.kind}@{self.mark}"


@dataclass(frozen=True)
class CardFacts:
    """One organisation on a day: its cards, who is secretary, its findings and lists."""

    ledger: Ledger
    as_of: date
    org_id: str
    card: Card | None
    secretary: Secretary | None
    findings: list[Finding]
    lists: list[FiveLists]

    # --- whose time --------------------------------------------------------------------------------------------------

    @property
    def _holder(self) -> str:
        known = self.card.holder if self.card is not None else ""
        return known or (self.secretary.holder if self.secretary is not None else "")

    @property
    def _since(self) -> date | None:
        known = self.card.holder_since if self.card is not None else None
        return known or (self.secretary.since if self.secretary is not None else None)

    @property
    def changed(self) -> bool:
        """Whether another secretary may be in office than the record knows: nothing is proposed before that is noted.

        Where one of them is not known by key, a card given before the present one took office is a predecessor's.
        """
        if self.card is None or self.secretary is None:
            return False
        same = self.ledger.cards.persons.same(self.card.holder, self.secretary.holder)
        since, given = self.secretary.since, self.card.given_on
        return same is False or (same is None and since is not None and given is not None and given < since)

    def _why_not_theirs(self, finding: Finding) -> str:
        """Why a finding may not be of the present secretary's time; empty when it is."""
        since = self._since
        if since is None or since <= _begins(finding):
            return ""
        seen = finding.recurred_on if finding.recurring and finding.recurred_on else finding.first_seen
        if seen < since:
            return f"发现于现任书记任职（{since.isoformat()}）之前"
        units = [u for u in finding.units if not (finding.recurring and u in finding.known)]
        spans = [_labelled(unit, finding.period_kind) for unit in units]
        if any(span is not None and span.first >= since for span in spans):
            return ""
        return f"所涉期间可能属前任书记（现任 {since.isoformat()} 任职）"

    def why_not(self, finding: Finding) -> str:
        """Why a confirmed finding is no ground for a proposal; empty when it is one."""
        if finding.nature != BREACH:
            return f"性质为{finding.nature}，不是问题"
        any_document = self.ledger.rules.value("card_any_document")
        ours = self.ledger.rules.rule("card_yellow").document
        if not any_document and finding.source != ON_SITE and finding.document != ours:
            return "依据的是其他文件"
        return self._why_not_theirs(finding)

    # --- facts -------------------------------------------------------------------------------------------------------

    def facts(self, level: str) -> list[Fact]:
        """Everything that speaks for a level, whether or not it was used or declined before."""
        if level == NONE:
            return self._clearing()
        if level == YELLOW:
            return self._yellow()
        given = {g.level: g for g in self.card.standing()} if self.card is not None else {}
        if level == ORANGE:
            return self._orange(given[YELLOW]) if YELLOW in given else []
        skip = self.ledger.rules.value("card_red_may_skip_orange")
        if ORANGE in given:
            return self._red(given[ORANGE]) + self.named(given[ORANGE].on)
        return self.named(None) if skip else []

    def confirmed(self) -> list[Finding]:
        """Confirmed and not done with, as known on the day."""
        return [
            f for f in self.findings
            if f.state in CONFIRMED and f.confirmed_on is not None and f.confirmed_on <= self.as_of
        ]

    def _yellow(self) -> list[Fact]:
        found = []
        for f in self.confirmed():
            if self.why_not(f):
                continue
            found.append(Fact(f.key, "确认", str(f.recurrences), f"{_told(f)}，{f.confirmed_on} 确认，{f.state}"))
            if f.overdue(self.as_of):
                found.append(Fact(f.key, "逾期", str(f.deadline), f"{_told(f)}，整改时限 {f.deadline}，逾期未完成"))
        return found + [
            Fact(lists.ground(item), "逾期", str(item.deadline), f"{_item_told(lists, item)}，逾期未完成")
            for lists, item in self._late_items()
        ]

    def _late_items(self) -> list[tuple[FiveLists, Item]]:
        """Items overdue in open lists of the present secretary."""
        since = self._since
        return [
            (lists, item) for lists in self.lists for item in lists.items
            if lists.closed_on is None and item.overdue(self.as_of)
            and self.ledger.cards.persons.same(lists.holder, self._holder) is not False
            and (since is None or (item.deadline is not None and item.deadline >= since))
        ]

    def among_grounds(self) -> list[Finding]:
        """Confirmed findings that are grounds of the card that stands and may ground a further one."""
        grounds = self.card.grounds if self.card is not None else ()
        return [f for f in self.confirmed() if f.key in grounds and not self.why_not(f)]

    def _orange(self, yellow: Given) -> list[Fact]:
        found = []
        for f in self.among_grounds():
            for failed in f.failed:
                if self._on(failed.on, yellow.on):
                    text = f"{_told(f)}，{failed.on} 复查未通过（{failed.ground}）"
                    found.append(Fact(f.key, failed.ground, str(failed.on), text))
            if self._on(f.recurred_on, yellow.on):
                text = f"{_told(f)}，销号后 {f.recurred_on} 复发（问题反弹）"
                found.append(Fact(f.key, "反弹", str(f.recurred_on), text))
            if self._noted(yellow.on) and self._on(refused(f), yellow.on):
                found.append(Fact(f.key, "拒不整改", str(f.refused_on), f"{_told(f)}，{f.refused_on} 登记拒不整改"))
            if self.at_deadline() and f.overdue(self.as_of) and not moved(f, yellow.on):
                text = f"{_told(f)}，整改时限 {f.deadline} 已过，没有进展（推进不力）"
                found.append(Fact(f.key, "无进展", str(f.deadline), text))
        if self.at_deadline():
            found += [
                Fact(lists.ground(item), "无进展", str(item.deadline), f"{_item_told(lists, item)}，仍未完成（推进不力）")
                for lists, item in self._late_items() if lists.ground(item) in self.card.grounds
            ]
        return found

    def _noted(self, since: date) -> bool:
        """Whether somebody noted a look-back on or after a day."""
        done = [f.done_on for f in self.card.follow_ups if f.kind == LOOK_BACK]
        return any(since <= day <= self.as_of for day in done)

    def at_deadline(self) -> bool:
        """Whether the card's deadline has passed and a look-back was noted after it."""
        deadline = self.card.deadline
        return deadline is not None and deadline < self.as_of and self._noted(deadline + timedelta(days=1))

    def _red(self, orange: Given) -> list[Fact]:
        after = orange.on + timedelta(days=1)
        days = timedelta(days=self.ledger.rules.value("card_red_overdue_days"))
        found = []
        for f in self.among_grounds():
            for failed in f.failed:
                if failed.ground == FALSE and self._on(failed.on, after):
                    text = f"{_told(f)}，橙牌后 {failed.on} 复查未通过（{FALSE}）"
                    found.append(Fact(f.key, FALSE, str(failed.on), text))
            if self._on(refused(f), after):
                found.append(Fact(f.key, "拒不整改", str(f.refused_on), f"{_told(f)}，橙牌后 {f.refused_on} 拒不整改"))
            if f.overdue(self.as_of) and max(f.deadline, orange.on) + days < self.as_of:
                text = f"{_told(f)}，整改时限 {f.deadline}，橙牌 {orange.on}，推进严重滞后"
                found.append(Fact(f.key, "严重滞后", f"{f.deadline}", text))
        return found + [
            Fact(lists.ground(item), "严重滞后", str(item.deadline), f"{_item_told(lists, item)}，推进严重滞后")
            for lists, item in self._late_items()
            if lists.ground(item) in self.card.grounds and max(item.deadline, orange.on) + days < self.as_of
        ]

    def named(self, after: date | None) -> list[Fact]:
        """Feedback of a higher inspection that names outstanding problems, of the present secretary's time."""
        since = self._since
        found = []
        for said in self.card.feedback if self.card is not None else ():
            theirs = since is None or said.on >= since
            if said.outstanding and theirs and said.on <= self.as_of and (after is None or said.on > after):
                text = f"{said.on} {said.source}反馈突出问题：{said.text}"
                found.append(Fact(text, "反馈", str(said.on), text))
        return found

    def _clearing(self) -> list[Fact]:
        """What speaks for taking the card back: every ground that can be followed is settled, or the card ran out."""
        if self.card is None or self.card.state == NONE:
            return []
        found, unsettled = [], False
        for ground in self.card.grounds:
            settled = self._settled(ground)
            unsettled |= settled == ""
            if settled:
                found.append(Fact(ground, "已了结", settled, settled))
        found = [] if unsettled else found
        months = self.ledger.rules.value("card_expiry_months")
        if months and add_months(self.card.given_on, months) < self.as_of:
            given = self.card.given_on
            found += [Fact(g, "到期", str(given), f"{given} 亮{self.card.state}，已满{months}个月") for g in self.card.grounds]
        return found

    def _settled(self, ground: str) -> str | None:
        """How a ground was settled; empty when it was not, None for a text that nothing in the ledger follows."""
        finding = next((f for f in self.findings if f.key == ground), None)
        if finding is not None:
            day = {CLOSED: finding.closed_on, DISMISSED: finding.dismissed_on}.get(finding.state)
            if day is None or day > self.as_of:
                return ""
            revoke = "（牌不该亮的以撤销摘牌，不影响述职评议）" if finding.state == DISMISSED else ""
            return f"{_told(finding)}，{day} {finding.state}{revoke}"
        if (found := self.ledger.lists.of_ground(ground)) is not None:
            lists, item = found
            done = item.done_on is not None and item.done_on <= self.as_of
            return f"{_item_told(lists, item)}，{item.done_on} 完成" if done else ""
        return None

    def _on(self, day: date | None, since: date) -> bool:
        """Whether something happened between a day and the day looked at."""
        return day is not None and since <= day <= self.as_of


def _begins(finding: Finding) -> date:
    """The first day of the year that a finding is about."""
    year = finding.period[:4]
    return date(int(year), 1, 1) if year.isdigit() and len(year) == 4 else date.max


def _labelled(unit: str, kind: str) -> Period | None:
    """The period of the calendar that a missed unit is, None for anything else."""
    if kind not in _PERIODIC or not unit[:4].isdigit():
        return None
    return next((p for p in periods(kind, int(unit[:4])) if p.label == unit), None)


def moved(finding: Finding, since: date) -> bool:
    """Whether anything was done about a finding since a day: progress told, or handed in for review."""
    told = any(note.on >= since for note in finding.progress)
    return told or (finding.submitted_on is not None and finding.submitted_on >= since)


def refused(finding: Finding) -> date | None:
    """The day of a refusal that still stands (仍然拒不整改): nothing was handed in, and nothing closed, since."""
    since = (finding.submitted_on, finding.closed_on)
    day = finding.refused_on
    return None if day is None or any(later is not None and later >= day for later in since) else day


def _told(finding: Finding) -> str:
    return f"问题 {finding.code}（{finding.clause}）{finding.detail or finding.description}"


def _item_told(lists: FiveLists, item: Item) -> str:
    return f"{lists.year}年清单项目 {item.id} {item.title}，时限 {item.deadline}"


def check_grounds(ledger: Ledger, org_id: str, grounds: Sequence[str]) -> None:
    """:class:`Refused` for a finding that is not confirmed, and for what is of another organisation or not there."""
    for ground in grounds:
        finding = ledger.findings.find(ground)
        if finding is None:
            _check_item(ledger, org_id, ground)
            continue
        if finding.subject != org_id:
            raise Refused("事由是别的组织的问题", place=org_id, found=f"{finding.code} {finding.subject_name}")
        if finding.state not in (*CONFIRMED, CLOSED):
            raise Refused(
                "事由中的问题没有确认", place=org_id, found=f"{finding.code} {finding.state}", expected="已确认的问题",
                next_step="先核实并确认该问题，或删去这一事由",
            )


def _check_item(ledger: Ledger, org_id: str, ground: str) -> None:
    found = ledger.lists.of_ground(ground)
    if ground.startswith("lists/") and (found is None or found[0].org_id != org_id):
        raise Refused("事由不是这个组织五单中的项目", place=org_id, found=ground, next_step="核对年度、组织和项目编号")
