"""Five lists of a secretary and year (五单, secretary-2022 第七条): opened, published, dispatched, checked, closed.

Days are those people state. What is late is told with its clause and with who owes it: checking, closing and filing are
the organisation department's, not the secretary's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from workbench.errors import Refused
from workbench.ledger.book import Course, YearBook, changed, require, require_evidence
from workbench.ledger.events import Act, Event
from workbench.ledger.rules import Rules
from workbench.ledger.secretaries import Secretary
from workbench.timeline import Period, PeriodKind, day_of_year, periods

COMMON, OWN, DISPATCHED = "共性", "个性", "派单"
KINDS = (COMMON, OWN, DISPATCHED)

#: Who owes a step (责任方).
SECRETARY, DEPARTMENT = "书记", "党委组织部门"


@dataclass(frozen=True)
class Item:
    """One item of the lists (项目): ``kind`` 共性, 个性 or 派单, ``hard`` a hard target, ``done_on`` None while open."""

    id: str
    title: str
    kind: str
    standard: str = ""
    target: str = ""
    deadline: date | None = None
    owner: str = ""
    hard: bool = False
    done_on: date | None = None

    def overdue(self, as_of: date) -> bool:
        """Whether the item was not done by its deadline and still is not."""
        return self.done_on is None and self.deadline is not None and self.deadline < as_of


@dataclass(frozen=True)
class Check:
    """A check of the lists (查单): the day, what was found (empty: nothing)."""

    on: date
    found: str


@dataclass(frozen=True)
class FiveLists(Course):
    """The five lists of one secretary and year. ``progress`` gives the day on which each quarter's was published."""

    year: int
    org_id: str
    org_name: str
    holder: str = ""
    items: tuple[Item, ...] = ()
    published_on: date | None = None
    progress: Mapping[int, date] = field(default_factory=dict)
    checked: tuple[Check, ...] = ()
    dispatched: tuple[str, ...] = ()
    completion: str = ""
    closed_on: date | None = None
    announced_on: date | None = None
    filed_on: date | None = None

    def item(self, ident: str) -> Item | None:
        """An item by its id."""
        return next((i for i in self.items if i.id == ident), None)

    def ground(self, item: Item) -> str:
        """How a card names an item among its grounds."""
        return f"lists/{self.id}#{item.id}"


@dataclass(frozen=True)
class Late:
    """A step not done by its day: ``days`` past ``due``; ``done_on`` when it was done late, None while it is not.

    ``owed_by`` is the secretary or the organisation department.
    """

    org_id: str
    org_name: str
    step: str
    due: date
    done_on: date | None
    days: int
    owed_by: str
    clause: str
    requirement: str


@dataclass(frozen=True)
class Gap:
    """What the lists lack in content (第七条（一）): the text, its clause and id."""

    text: str
    clause: str
    requirement: str


class Lists(YearBook[FiveLists]):
    """Five lists by year and organisation (五单)."""

    topic = "lists"

    # --- folding -----------------------------------------------------------------------------------------------------

    def begin(self, event: Event, base: Course) -> FiveLists:
        """Lists that were opened."""
        what = event.what
        return FiveLists(
            **self.of_whom(event, base), items=tuple(_item(i) for i in what["items"]),
        )

    def apply(self, course: FiveLists, event: Event) -> FiveLists:
        """One more event."""
        what = event.what
        match event.verb:
            case "publish" | "publish_late":
                return changed(course, published_on=course.published_on or event.on)
            case "check" | "check_again":
                return changed(course, checked=(*course.checked, Check(event.on, what.get("found", ""))))
            case "progress":
                first = course.progress.get(what["quarter"], event.on)
                return changed(course, progress={**course.progress, what["quarter"]: min(first, event.on)})
            case "add_item":
                return changed(course, items=(*course.items, _item(what["item"])))
            case "dispatch":
                item = _item(what["item"])
                return changed(course, items=(*course.items, item), dispatched=(*course.dispatched, item.id))
            case "finish_item":
                items = tuple(replace(i, done_on=event.on) if i.id == what["item"] else i for i in course.items)
                return changed(course, items=items)
            case "close":
                return changed(course, completion=what["completion"], closed_on=event.on)
            case "announce":
                return changed(course, announced_on=course.announced_on or event.on)
            case "file":
                return changed(course, filed_on=course.filed_on or event.on)
        raise AssertionError(event.kind)

    # --- acts --------------------------------------------------------------------------------------------------------

    def open(self, year: int, secretary: Secretary, act: Act, *, items: Sequence[Item]) -> FiveLists:
        """Open the lists of a year (开单) with their items; :class:`Refused` without items or with two of one id."""
        require(items, "开单须有项目")
        seen: set[str] = set()
        for item in items:
            _check_item(item, seen)
            if item.kind == DISPATCHED:
                raise Refused("派单项目须以派单登记", found=item.title, expected=f"{COMMON}、{OWN}")
            seen.add(item.id)
        what = {
            "org_name": secretary.org_name, "holder": secretary.holder, "items": [_plain(i) for i in items],
        }
        return self.write(self.ident(year, secretary.org_id), "open", act, what)

    def publish(self, ident: str, act: Act) -> FiveLists:
        """Publish the lists (晒单); after they were checked, as a late publication."""
        course = self.get(ident)
        _after_opening(course, act)
        return self.write(ident, "publish_late" if course.checked else "publish", act, checked=course)

    def check(self, ident: str, act: Act, *, found: str = "") -> FiveLists:
        """Check how the lists are carried out (查单); further checks may follow."""
        course = self.get(ident)
        verb = "check_again" if course.checked else "check"
        _after_opening(course, act)
        return self.write(ident, verb, act, {"found": found.strip()}, checked=course)

    def progress(self, ident: str, act: Act, *, quarter: int) -> FiveLists:
        """Publish the progress of a quarter (1 to 4) inside the organisation (公布进度), on the day of the act."""
        course = self.get(ident)
        if quarter not in (1, 2, 3, 4):
            raise Refused("季度有误", place=ident, found=str(quarter), expected="1、2、3、4")
        first = _quarters(course.year)[quarter - 1].first
        if act.on < first:
            raise Refused(
                "季度还没有开始", place=ident, found=act.on.isoformat(), expected=f"不早于 {first.isoformat()}",
            )
        _after_opening(course, act)
        return self.write(ident, "progress", act, {"quarter": quarter}, checked=course)

    def add_item(self, ident: str, act: Act, *, item: Item) -> FiveLists:
        """Add an item to the lists (增加项目)."""
        course = self.get(ident)
        _check_item(item, {i.id for i in course.items})
        return self.write(ident, "add_item", act, {"item": _plain(item)}, checked=course)

    def dispatch(self, ident: str, act: Act, *, item: Item) -> FiveLists:
        """Hand a task to the secretary (派单): it joins the items, of kind 派单."""
        course = self.get(ident)
        _check_item(item, {i.id for i in course.items})
        return self.write(ident, "dispatch", act, {"item": _plain(replace(item, kind=DISPATCHED))}, checked=course)

    def finish_item(self, ident: str, act: Act, *, item: str) -> FiveLists:
        """Note that an item was done on the day of the act (项目完成); evidence is required."""
        course = self.get(ident)
        found = course.item(item)
        if found is None:
            raise Refused("清单中没有这个项目", place=ident, found=item, expected="、".join(i.id for i in course.items))
        if found.done_on is not None:
            raise Refused("这个项目已经完成", place=ident, found=f"{item} {found.done_on.isoformat()}")
        require_evidence(act, "项目完成")
        _after_opening(course, act)
        return self.write(ident, "finish_item", act, {"item": item}, checked=course)

    def close(self, ident: str, act: Act, *, completion: str) -> FiveLists:
        """Close the lists after the yearly assessment (销单): ``completion`` says what was achieved."""
        require(completion.strip(), "销单须写明完成情况")
        return self.write(ident, "close", act, {"completion": completion.strip()})

    def announce(self, ident: str, act: Act) -> FiveLists:
        """Publish how the year's work was completed (公布完成情况, 第七条（二）)."""
        course = self.get(ident)
        _after_opening(course, act)
        return self.write(ident, "announce", act, checked=course)

    def file(self, ident: str, act: Act) -> FiveLists:
        """Hand the report on the assessment to the committee of the same level (报备案, 第七条（五）)."""
        course = self.get(ident)
        if course.closed_on is not None and act.on < course.closed_on:
            raise Refused(
                "备案的日期早于销单", place=ident, found=act.on.isoformat(),
                expected=f"不早于 {course.closed_on.isoformat()}",
            )
        return self.write(ident, "file", act, checked=course)

    # --- what follows ------------------------------------------------------------------------------------------------

    def late(
        self, year: int, as_of: date, secretaries: Iterable[Secretary], *, done: bool = False
    ) -> list[Late]:
        """Steps of the year's lists that were not done by their day as of ``as_of``, the longest overdue first.

        ``secretaries`` are those whom the document binds. One who took office, or whose organisation was founded, in
        the course of the year owes no opening by the start of it, and only what falls wholly into their time; lists
        that are not open make only the opening late. ``done``: also what was done, but after its day.
        """
        found: list[Late] = []
        for secretary in secretaries:
            if secretary.since is not None and secretary.since.year > year:
                continue
            lists = self.find(self.ident(year, secretary.org_id))
            other = lists is not None and self.ledger.cards.persons.same(lists.holder, secretary.holder) is False
            found += _Steps(self.ledger.rules, year, as_of, secretary, lists, other).late()
        found = [late for late in found if done or late.done_on is None]
        return sorted(found, key=lambda late: (-late.days, late.org_id, late.step))

    def of_ground(self, ground: str) -> tuple[FiveLists, Item] | None:
        """The item that a ground of a card names (:meth:`FiveLists.ground`), with its lists; None when it is none."""
        ident, _, item = ground.removeprefix("lists/").partition("#")
        lists = self.find(ident) if ground.startswith("lists/") else None
        found = None if lists is None else lists.item(item)
        return None if lists is None or found is None else (lists, found)

    def gaps(self, ident: str) -> list[Gap]:
        """What the lists lack in content: kinds, targets, standards, deadlines, a hard target (第七条（一）)."""
        course = self.get(ident)
        found = []
        kinds = [k for k in (COMMON, OWN) if not any(i.kind == k for i in course.items)]
        if kinds:
            found.append(self._gap("lists_kinds", f"没有{'、'.join(kinds)}项目"))
        for step, name in (("target", "目标任务"), ("standard", "工作标准"), ("deadline", "时限要求")):
            bare = [i.id for i in course.items if not getattr(i, step)]
            if bare:
                found.append(self._gap(f"lists_{step}", f"项目 {'、'.join(bare)} 没有写明{name}"))
        if not any(i.hard for i in course.items):
            found.append(self._gap("lists_hard", "没有硬性指标、刚性任务"))
        return found

    def _gap(self, step: str, text: str) -> Gap:
        rule = self.ledger.rules.rule(step)
        return Gap(text, rule.clause, rule.requirement)


@dataclass(frozen=True)
class _Steps:
    """The steps of one secretary's lists held against their days."""

    rules: Rules
    year: int
    as_of: date
    secretary: Secretary
    lists: FiveLists | None
    #: Whether the lists were opened by another secretary.
    other: bool

    def late(self) -> list[Late]:
        """Everything late; a step without a day to it is none."""
        if self.lists is None:
            return [] if self._newcomer else self._one("lists_open", self._day("start_of_year"), None)
        opened = self.lists.opened_on
        found = [] if self._newcomer else self._one("lists_open", self._day("start_of_year"), opened)
        publish_by = opened + timedelta(days=self.rules.value("list_publication_days"))
        found += self._one("lists_publish", publish_by, self.lists.published_on)
        found += self._progress() + self._items()
        checked = min((c.on for c in self.lists.checked), default=None)
        if opened <= self._day("lists_check_by"):
            found += self._one("lists_check", self._day("lists_check_by"), checked, DEPARTMENT)
        close_by = day_of_year(self.rules.value("lists_close_by"), self.year)
        carried = day_of_year(self.rules.value("end_of_year_carry_over"), self.year + 1)
        found += self._one("lists_close", close_by, self.lists.closed_on, DEPARTMENT)
        if self.lists.closed_on is not None and self.lists.closed_on <= carried:
            found += self._one("lists_file", carried, self.lists.filed_on, DEPARTMENT)
        found += self._one("lists_completion", carried, self.lists.announced_on)
        return found

    @property
    def _newcomer(self) -> bool:
        """Whether the secretary took office after the year had begun."""
        return self.secretary.since is not None and self.secretary.since > date(self.year, 1, 1)

    def _progress(self) -> list[Late]:
        """A quarter counts that lies wholly in the secretary's time and did not end before the lists were published."""
        found = []
        published = self.lists.published_on
        for number, quarter in enumerate(_quarters(self.year), start=1):
            whole = self.secretary.since is None or self.secretary.since <= quarter.first
            if whole and published is not None and published <= quarter.last:
                done = self.lists.progress.get(number)
                found += self._one("lists_progress", quarter.last, done, label=f"公布第{number}季度进度")
        return found

    def _items(self) -> list[Late]:
        """Items past their deadline; one that fell due before the secretary's time is not theirs."""
        found = []
        for item in self.lists.items:
            theirs = self.secretary.since is None or (item.deadline or date.min) >= self.secretary.since
            if item.deadline is not None and theirs and not (self.other and self.secretary.since is None):
                step = "lists_dispatch" if item.kind == DISPATCHED else "lists_deadline"
                found += self._one(step, item.deadline, item.done_on, label=f"项目 {item.id} {item.title}")
        return found

    def _day(self, parameter: str) -> date:
        return day_of_year(self.rules.value(parameter), self.year)

    def _one(
        self, step: str, due: date, done_on: date | None, owed_by: str = SECRETARY, label: str = ""
    ) -> list[Late]:
        """The step when it is late: done after its day, or not done by ``as_of``; what came later is not known yet."""
        done = done_on if done_on is not None and done_on <= self.as_of else None
        days = ((done or self.as_of) - due).days
        if days <= 0:
            return []
        rule = self.rules.rule(step)
        who = self.secretary
        return [
            Late(who.org_id, who.org_name, label or rule.label, due, done, days, owed_by, rule.clause, rule.requirement)
        ]


def _quarters(year: int) -> tuple[Period, ...]:
    return periods(PeriodKind.QUARTER, year)


def _after_opening(course: FiveLists, act: Act) -> None:
    if act.on < course.opened_on:
        raise Refused(
            "日期早于开单", place=course.id, found=act.on.isoformat(), expected=f"不早于 {course.opened_on.isoformat()}",
        )


def _check_item(item: Item, taken: set[str]) -> None:
    require(item.id.strip(), "项目须有编号")
    require(item.title.strip(), "项目须有名称")
    if item.id in taken:
        raise Refused("项目编号重复", found=item.id, expected="同一清单中每个编号只用一次")
    if item.kind not in KINDS:
        raise Refused("没有这种项目", found=item.kind, expected="、".join(KINDS))
    if item.done_on is not None:
        raise Refused("新列的项目还不能是已完成的", found=item.id, next_step="列入之后再登记完成")


def _plain(item: Item) -> dict[str, Any]:
    """An item as an event holds it."""
    data = asdict(item)
    data["deadline"] = item.deadline.isoformat() if item.deadline else ""
    del data["done_on"]
    return data


def _item(data: Mapping[str, Any]) -> Item:
    deadline = date.fromisoformat(data["deadline"]) if data["deadline"] else None
    return Item(**{**data, "deadline": deadline})
